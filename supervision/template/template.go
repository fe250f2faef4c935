package template

import "slices"

// Template is a seller's form (R03, R04): what is asked, in this order. It is
// plain data; see [Template.Validate] for what may be published and [Compile]
// to check submissions. The zero Template is not valid.
type Template struct {
	Title  string  // heading, one line, at most MaxLabel characters; "" where the product's name does
	Intro  string  // text above the fields, at most MaxText characters; "" for none
	Fields []Field // 1 to MaxFields
}

// Field is one thing that is asked. A setting that its kind does not have must
// be left zero.
type Field struct {
	Key      string `json:"key"`                // names the value; unique in the template, an id
	Label    string `json:"label"`              // what the user reads, one line, at most MaxLabel characters
	Help     string `json:"help,omitempty"`     // how to fill it in, at most MaxText characters; "" for none
	Kind     Kind   `json:"kind"`               // what it asks for
	Required bool   `json:"required,omitempty"` // whether it must be answered; a YesNo may be answered with no

	MinLength int `json:"min_length,omitempty"` // Line, Text: in characters; 0 = no own bound
	MaxLength int `json:"max_length,omitempty"` // Line, Text: in characters, at most MaxText; 0 = MaxText

	// Min and Max are the smallest and the largest value allowed: a canonical
	// decimal for Number and Integer, YYYY-MM-DD for Date; "" = no own bound.
	Min string `json:"min,omitempty"`
	Max string `json:"max,omitempty"`

	// Pattern, for Line and Text, must match the whole value; "" = any. It may
	// use only what means the same in RE2 and in ECMA-262 (see the package
	// comment), and be MaxPattern characters long. What all patterns of a
	// template cost together is bounded; a small MaxLength makes one cheap.
	Pattern string `json:"pattern,omitempty"`

	Options  []Option `json:"options,omitempty"`   // Choice, Choices: 1 to MaxOptions
	MinItems int      `json:"min_items,omitempty"` // Choices: 0 = at least one, as for every answer
	MaxItems int      `json:"max_items,omitempty"` // Choices: 0 = as many as there are options

	// Default is the answer where none is given: a normalised value of the
	// kind, or nil for none.
	Default any `json:"default,omitempty"`
}

// Option is one of the answers to a Choice or Choices.
type Option struct {
	Value string `json:"value"`           // what is stored; unique in the field, an id
	Label string `json:"label,omitempty"` // what the user reads, at most MaxLabel characters; "" = Value
}

// Clone returns a copy that shares nothing with t.
func (t Template) Clone() Template {
	t.Fields = slices.Clone(t.Fields)
	for i := range t.Fields {
		f := &t.Fields[i]
		f.Options = slices.Clone(f.Options)
		f.Default = cloneValue(f.Default)
	}
	return t
}

func (t Template) hasField(key string) bool {
	return slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Key == key })
}

// minLength is the least number of characters: an answer is never empty.
func (f *Field) minLength() int { return max(1, f.MinLength) }

// maxLength is the greatest number of characters.
func (f *Field) maxLength() int { return ownBound(f.MaxLength, MaxText) }

func (f *Field) minItems() int { return max(1, f.MinItems) }

func (f *Field) maxItems() int { return ownBound(f.MaxItems, len(f.Options)) }

func (f *Field) hasOption(value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value })
}

// ownBound is the field's own bound within the general one; 0 stands for no own
// bound.
func ownBound(own, general int) int {
	if own == 0 {
		return general
	}
	return min(own, general)
}
