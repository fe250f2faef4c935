package supervision

import (
	"reflect"
	"strings"
)

// FieldKind says what a field of an operation holds: what an [Input] asks for,
// and what a [Fact] tells.
type FieldKind string

// The kinds. The value of a fact is of the Go type that is named here.
const (
	// FieldText is a text of any number of lines (string).
	FieldText FieldKind = "text"
	// FieldID is an id of the host's (string).
	FieldID FieldKind = "id"
	// FieldNumber is a whole number (int).
	FieldNumber FieldKind = "number"
	// FieldInstant is an instant ([time.Time]).
	FieldInstant FieldKind = "instant"
	// FieldYesNo is a yes or no (bool).
	FieldYesNo FieldKind = "yes_no"
	// FieldFiles are files ([]Attachment).
	FieldFiles FieldKind = "files"
	// FieldMoney is an amount ([Money]).
	FieldMoney FieldKind = "money"
	// FieldPolicy is a policy ([Policy]).
	FieldPolicy FieldKind = "policy"
	// FieldQuotes are entries of another system's records ([]Quote).
	FieldQuotes FieldKind = "quotes"
	// FieldForm is a filled-in template (template.Values); its facts are of
	// kind FieldAnswer, one for each answer, as template.Values holds it.
	FieldForm   FieldKind = "form"
	FieldAnswer FieldKind = "answer"
	// FieldGround, FieldOutcome and FieldStatus are words of these
	// enumerations.
	FieldGround  FieldKind = "ground"
	FieldOutcome FieldKind = "outcome"
	FieldStatus  FieldKind = "status"
)

// FieldKinds lists every kind.
func FieldKinds() []FieldKind {
	return []FieldKind{FieldText, FieldID, FieldNumber, FieldInstant, FieldYesNo, FieldFiles, FieldMoney, FieldPolicy,
		FieldQuotes, FieldForm, FieldAnswer, FieldGround, FieldOutcome, FieldStatus}
}

// Fields lists the fields of an operation's action by their JSON names, in
// order: the keys of its inputs and of its facts.
func Fields(op Operation) (list []string) {
	room, ok := rooms[op]
	if !ok {
		return nil
	}
	for i := range room.kind.NumField() {
		list = append(list, fieldName(room.kind.Field(i)))
	}
	return list
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
