package template

import (
	"cmp"
	"encoding/json"
)

// node is what is used here of JSON Schema 2020-12. It leaves "format" alone,
// because validators may ignore it.
type node struct {
	Schema               string      `json:"$schema,omitempty"`
	Title                string      `json:"title,omitempty"`
	Description          string      `json:"description,omitempty"`
	Type                 string      `json:"type,omitempty"`
	Properties           properties  `json:"properties,omitempty"`
	Required             []string    `json:"required,omitempty"`
	AdditionalProperties *bool       `json:"additionalProperties,omitempty"`
	Enum                 []string    `json:"enum,omitempty"`
	MinLength            int         `json:"minLength,omitempty"`
	MaxLength            int         `json:"maxLength,omitempty"`
	Pattern              string      `json:"pattern,omitempty"`
	Not                  *node       `json:"not,omitempty"`
	AllOf                []node      `json:"allOf,omitempty"`
	Minimum              json.Number `json:"minimum,omitempty"`
	Maximum              json.Number `json:"maximum,omitempty"`
	MultipleOf           json.Number `json:"multipleOf,omitempty"`
	Items                *node       `json:"items,omitempty"`
	MinItems             int         `json:"minItems,omitempty"`
	MaxItems             int         `json:"maxItems,omitempty"`
	UniqueItems          bool        `json:"uniqueItems,omitempty"`
	Default              any         `json:"default,omitempty"`
}

// properties keep the order of the fields, which form generators follow.
type properties []property

type property struct {
	key   string
	value node
}

// MarshalJSON writes an object.
func (ps properties) MarshalJSON() ([]byte, error) {
	object := []byte("{")
	for i, p := range ps {
		if i > 0 {
			object = append(object, ',')
		}
		key, err := json.Marshal(p.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		object = append(append(append(object, key...), ':'), value...)
	}
	return append(object, '}'), nil
}

// Schema returns a JSON Schema (2020-12) for normalised values. It accepts
// exactly what [Form.Check] accepts. It returns Validate's error where the
// template is not valid.
func (t Template) Schema() ([]byte, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	closed := false
	schema := node{
		Schema:               "https://json-schema.org/draft/2020-12/schema",
		Title:                t.Title,
		Description:          t.Intro,
		Type:                 "object",
		AdditionalProperties: &closed,
	}
	for i := range t.Fields {
		f := &t.Fields[i]
		schema.Properties = append(schema.Properties, property{f.Key, f.schema()})
		if f.Required {
			schema.Required = append(schema.Required, f.Key)
		}
	}
	return json.Marshal(schema)
}

func (f *Field) schema() node {
	n := f.valueSchema()
	n.Title, n.Description, n.Default = f.Label, f.Help, f.Default
	return n
}

// valueSchema says in JSON Schema what check says in Go.
func (f *Field) valueSchema() node {
	switch f.Kind {
	case Line:
		return f.writtenSchema(forbiddenLine)
	case Text:
		return f.writtenSchema(forbiddenText)
	case Number:
		return f.numberSchema("number", largestNumber, smallestStep)
	case Integer:
		return f.numberSchema("integer", largestInteger, "")
	case YesNo:
		return node{Type: "boolean"}
	case Date:
		return f.dateSchema()
	case Choice:
		return f.optionSchema()
	case Choices:
		option := f.optionSchema()
		return node{Type: "array", Items: &option, MinItems: f.minItems(), MaxItems: f.maxItems(), UniqueItems: true}
	case Email:
		return node{Type: "string", MaxLength: MaxEmail, Pattern: emailPattern}
	case Phone:
		return node{Type: "string", Pattern: phonePattern}
	case URL:
		return node{Type: "string", MaxLength: MaxURL, Pattern: urlPattern}
	}
	return node{Type: "string", MinLength: 1, MaxLength: MaxID, Not: &node{Pattern: forbiddenID}}
}

func (f *Field) writtenSchema(forbidden string) node {
	n := node{Type: "string", MinLength: f.minLength(), MaxLength: f.maxLength(), Not: &node{Pattern: forbidden}}
	if f.Pattern != "" {
		n.Pattern = anchored(f.Pattern)
	}
	return n
}

func (f *Field) numberSchema(kind, largest, step string) node {
	return node{
		Type:       kind,
		Minimum:    json.Number(cmp.Or(f.Min, "-"+largest)),
		Maximum:    json.Number(cmp.Or(f.Max, largest)),
		MultipleOf: json.Number(step),
	}
}

func (f *Field) dateSchema() node {
	n := node{Type: "string", MaxLength: len("YYYY-MM-DD"), Pattern: calendarDate}
	if f.Min != "" {
		n.AllOf = append(n.AllOf, node{Pattern: notBefore(f.Min)})
	}
	if f.Max != "" {
		n.AllOf = append(n.AllOf, node{Pattern: notAfter(f.Max)})
	}
	return n
}

func (f *Field) optionSchema() node {
	n := node{Type: "string"}
	for _, o := range f.Options {
		n.Enum = append(n.Enum, o.Value)
	}
	return n
}
