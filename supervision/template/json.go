package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Format is the version of the JSON form that this package writes and the
// newest that it reads.
const Format = fault.Newest

// document is the JSON form of a Template.
type document struct {
	Format int     `json:"format"`
	Title  string  `json:"title,omitempty"`
	Intro  string  `json:"intro,omitempty"`
	Fields []Field `json:"fields"`
}

// MarshalJSON writes the JSON form, whether or not t is valid.
func (t Template) MarshalJSON() ([]byte, error) {
	fields := t.Fields
	if fields == nil {
		fields = []Field{}
	}
	return json.Marshal(document{Format: Format, Title: t.Title, Intro: t.Intro, Fields: fields})
}

// UnmarshalJSON reads the JSON form and nothing else. An error matches
// [ErrNewerFormat] or [ErrMalformed], and [ErrUnknown] for a kind that is
// unknown or missing; t then stays what it was. It does not validate: what was
// valid when it was published stays readable.
func (t *Template) UnmarshalJSON(data []byte) error {
	const what = "template: document"
	var d document
	if err := fault.DecodeDocument(what, data, &d, &d.Format); err != nil {
		return err
	}
	if !strictMembers(json.NewDecoder(bytes.NewReader(data))) {
		return fmt.Errorf("%s: %w: give each member of a template at most once, spelt as documented, and none as null",
			what, ErrMalformed)
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.Kind == "" {
			return fmt.Errorf("%s: %w: fields[%d]: %w", what, ErrMalformed, i, f.Kind.UnmarshalText(nil))
		}
		f.Default = fromJSON(f.Default)
	}
	*t = Template{Title: d.Title, Intro: d.Intro, Fields: d.Fields}
	return nil
}

// members are the names in the JSON form. They are spelt out because
// encoding/json takes other capitals for the same.
var members = []string{
	"format", "title", "intro", "fields",
	"key", "label", "help", "kind", "required", "min_length", "max_length", "min", "max", "pattern",
	"options", "value", "min_items", "max_items", "default",
}

// strictMembers reads one value of sound JSON and reports whether it is free of
// what encoding/json passes over: other spellings, a member that is there
// twice, and null.
func strictMembers(dec *json.Decoder) bool {
	token, _ := dec.Token()
	if token == nil {
		return false
	}
	if _, opened := token.(json.Delim); !opened {
		return true
	}
	seen := make(map[any]bool)
	for dec.More() {
		if token == json.Delim('{') {
			name, _ := dec.Token()
			if member, _ := name.(string); seen[name] || !slices.Contains(members, member) {
				return false
			}
			seen[name] = true
		}
		if !strictMembers(dec) {
			return false
		}
	}
	_, _ = dec.Token() // the closing delimiter
	return true
}
