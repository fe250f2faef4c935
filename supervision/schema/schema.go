// Package schema describes the library's JSON forms as JSON Schemas of the
// draft 2020-12, which OpenAPI 3.1 uses: orders, records, actions, decisions,
// faults, templates. They are made from the library's own types and
// enumerations, so that a host's interface document is never behind them.
//
// A schema says what a form looks like; whether its content is valid is
// decided when it is read or applied.
package schema

import (
	"reflect"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Schema is a JSON Schema, ready to be marshalled.
type Schema map[string]any

// Of returns the schema of a type: one of the library's, or a host's struct of
// them with JSON names.
func Of[T any]() Schema { return of(reflect.TypeFor[T]()) }

// Action returns the schema of an operation's action, as
// supervision.UnmarshalActionOf reads it; nil for an unknown operation.
func Action(op supervision.Operation) Schema {
	zero, err := supervision.UnmarshalActionOf(op, []byte("{}"))
	if err != nil {
		return nil
	}
	return of(reflect.TypeOf(zero))
}

// record is a record as its JSON form has it.
type record struct {
	Format    int                   `json:"format"`
	Order     string                `json:"order"`
	Seq       int64                 `json:"seq"`
	At        time.Time             `json:"at"`
	Actor     supervision.Actor     `json:"actor"`
	Operation supervision.Operation `json:"operation"`
	From      supervision.Status    `json:"from,omitempty"`
	To        supervision.Status    `json:"to"`
	Action    map[string]any        `json:"action"`
	Finding   appeal.Finding        `json:"finding,omitzero"`
	Key       string                `json:"key,omitempty"`
	Salt      string                `json:"salt,omitempty"`
	Seal      string                `json:"seal,omitempty"`
}

// form is a template as its JSON form has it.
type form struct {
	Format int              `json:"format"`
	Title  string           `json:"title,omitempty"`
	Intro  string           `json:"intro,omitempty"`
	Fields []template.Field `json:"fields"`
}

// of knows the forms that are not their type's fields.
func of(t reflect.Type) Schema {
	if list, ok := enumerations[t]; ok {
		return Schema{"type": "string", "enum": list}
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		return Schema{"type": "string", "format": "date-time"}
	case reflect.TypeFor[supervision.Policy](), reflect.TypeFor[appeal.Measure]():
		return Schema{"type": "object"}
	case reflect.TypeFor[supervision.StepSet]():
		return of(reflect.TypeFor[[]supervision.Status]())
	case reflect.TypeFor[template.Template]():
		return of(reflect.TypeFor[form]())
	case reflect.TypeFor[supervision.Record]():
		return of(reflect.TypeFor[record]())
	case reflect.TypeFor[supervision.Order]():
		s := ofStruct(t)
		s["properties"].(Schema)["format"] = Schema{"type": "integer"}
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return of(t.Elem())
	case reflect.Slice:
		return Schema{"type": "array", "items": of(t.Elem())}
	case reflect.Struct:
		return ofStruct(t)
	case reflect.Bool:
		return Schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return Schema{"type": "integer"}
	case reflect.String:
		return Schema{"type": "string"}
	case reflect.Map:
		return Schema{"type": "object"}
	}
	return Schema{} // anything
}

func ofStruct(t reflect.Type) Schema {
	properties, required := Schema{}, []string{}
	addFields(t, properties, &required)
	return Schema{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func addFields(t reflect.Type, properties Schema, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			addFields(f.Type, properties, required)
		case f.IsExported() && name != "" && name != "-":
			properties[name] = of(f.Type)
			if !strings.HasPrefix(options, "omit") {
				*required = append(*required, name)
			}
		}
	}
}

// enumerations are those that are read back: reading refuses any other word. Of
// others, such as reasons, a newer version may have more.
var enumerations = map[reflect.Type][]string{
	reflect.TypeFor[supervision.Status]():       wordsOf(supervision.Statuses()),
	reflect.TypeFor[supervision.OrderStatus]():  wordsOf(supervision.OrderStatuses()),
	reflect.TypeFor[supervision.Operation]():    wordsOf(supervision.Operations()),
	reflect.TypeFor[supervision.Role]():         wordsOf(supervision.Roles()),
	reflect.TypeFor[supervision.Rule]():         wordsOf(supervision.Rules()),
	reflect.TypeFor[supervision.DeadlineKind](): wordsOf(supervision.DeadlineKinds()),
	reflect.TypeFor[supervision.StepState]():    wordsOf(supervision.StepStates()),
	reflect.TypeFor[appeal.Ground]():            wordsOf(appeal.AllGrounds.List()),
	reflect.TypeFor[appeal.Outcome]():           wordsOf(appeal.Outcomes()),
	reflect.TypeFor[appeal.Party]():             {string(appeal.Buyer), string(appeal.Seller)},
	reflect.TypeFor[template.Kind]():            wordsOf(template.Kinds()),
}

func wordsOf[T ~string](list []T) (words []string) {
	for _, word := range list {
		words = append(words, string(word))
	}
	return words
}
