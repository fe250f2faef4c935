package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Format is the version of the JSON form that this package writes and the newest it reads.
const Format = 1

// ErrNewerFormat is what an error about a template in a format above Format matches. Update the library that reads it.
var ErrNewerFormat = errors.New("template: newer format")

// document is the JSON form of a Template.
type document struct {
	Format int     `json:"format"`
	Title  string  `json:"title,omitempty"`
	Intro  string  `json:"intro,omitempty"`
	Fields []Field `json:"fields"`
}

// MarshalJSON writes the JSON form, whether or not t is valid, except that an unknown kind is an error that matches
// ErrUnknownKind.
func (t Template) MarshalJSON() ([]byte, error) {
	fields := t.Fields
	if fields == nil {
		fields = []Field{}
	}
	return json.Marshal(document{Format: Format, Title: t.Title, Intro: t.Intro, Fields: fields})
}

// UnmarshalJSON reads the JSON form and nothing else: an error matches ErrNewerFormat, ErrUnknownKind (a missing kind
// included) or, for unknown members and all other faults, ErrMalformed; t then stays what it was. It does not validate:
// what was valid when it was published must stay readable.
func (t *Template) UnmarshalJSON(data []byte) error {
	if err := checkFormat(data); err != nil {
		return err
	}
	if err := checkMembers(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return err
	}
	var d document
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return decodingError(err)
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.Kind == "" {
			return fmt.Errorf("%w: field %d has none", ErrUnknownKind, i)
		}
		f.Default = fromJSON(f.Default)
	}
	*t = Template{Title: d.Title, Intro: d.Intro, Fields: d.Fields}
	return nil
}

// checkFormat comes first: of a newer format nothing else is known, so that nothing else can be wrong.
func checkFormat(data []byte) error {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return decodingError(err)
	}
	switch {
	case head.Format > Format:
		return fmt.Errorf("%w: it is %d, this library reads up to %d", ErrNewerFormat, head.Format, Format)
	case head.Format < 1:
		return fmt.Errorf("%w: give its format, %d", ErrMalformed, Format)
	}
	return nil
}

// members are the names in the JSON form. They are spelt out because encoding/json takes other capitals for the same.
var members = []string{
	"format", "title", "intro", "fields",
	"key", "label", "help", "kind", "required", "minLength", "maxLength", "min", "max", "pattern",
	"options", "value", "minItems", "maxItems", "default",
}

// checkMembers reads one value of sound JSON and refuses what encoding/json passes over: other spellings, a member
// that is there twice, and null.
func checkMembers(dec *json.Decoder) error {
	token, _ := dec.Token()
	if token == nil {
		return fmt.Errorf("%w: leave a member out instead of giving null", ErrMalformed)
	}
	if _, opened := token.(json.Delim); !opened {
		return nil
	}
	seen := make(map[any]bool)
	for dec.More() {
		if token == json.Delim('{') {
			name, _ := dec.Token()
			if member, _ := name.(string); seen[name] || !slices.Contains(members, member) {
				return errMembers
			}
			seen[name] = true
		}
		if err := checkMembers(dec); err != nil {
			return err
		}
	}
	_, _ = dec.Token() // the closing delimiter
	return nil
}

// errMembers stands for errors of encoding/json that repeat what was read.
var errMembers = fmt.Errorf("%w: use each member of a template at most once, spelt as documented, and no others", ErrMalformed)

// decodingError keeps the typed errors and hides what an error of encoding/json repeats of the input.
func decodingError(err error) error {
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.Is(err, ErrUnknownKind):
		return err
	case errors.As(err, &wrongType):
		return fmt.Errorf("%w: %s must be a %s", ErrMalformed, wrongType.Field, wrongType.Type)
	}
	return errMembers
}
