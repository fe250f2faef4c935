package main

import (
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// input is one question of a form. Its name is the path by which the library
// names its fault.
type input struct {
	Name, Label, Help string
	Control           string // how it is drawn: line, area, date, instant, select, radios, checks, file or files
	Type, Mode        string // of a line: the input's type, and the keyboard to show
	Required          bool
	Options           []option
	Values            []string
	Files             []file // what has been uploaded, referred to by Values
	Fault             string
}

// option is one of an input's answers. Note says more about it; one that is
// Closed cannot be chosen.
type option struct {
	Value, Label, Note string
	Closed             bool
}

// answerPrefix stands before a template field's key in the library's faults,
// and so in the input's name.
const answerPrefix = "values."

// Value is what is typed; of several values the last, as template.FromForm has
// it.
func (in input) Value() string {
	if len(in.Values) == 0 {
		return ""
	}
	return in.Values[len(in.Values)-1]
}

// Has tells whether an option is chosen.
func (in input) Has(value string) bool { return slices.Contains(in.Values, value) }

// DateType lets a date that is none stay visible: browsers show only real ones
// in their date inputs.
func (in input) DateType() string {
	if _, err := time.Parse(time.DateOnly, in.Value()); err != nil && in.Value() != "" {
		return "text"
	}
	return "date"
}

// Readout is what is typed, for reading.
func (in input) Readout() string {
	var list []string
	for _, value := range in.Values {
		for _, o := range in.Options {
			if o.Value == value {
				value = o.Label
			}
		}
		list = append(list, value)
	}
	if in.takesFiles() {
		list = list[:0]
		for _, f := range in.Files {
			list = append(list, f.Name)
		}
	}
	return strings.Join(list, ", ")
}

func (in input) takesFiles() bool { return in.Control == "file" || in.Control == "files" }

func (in input) attachments() (list []supervision.Attachment) {
	for _, f := range in.Files {
		list = append(list, f.attachment())
	}
	return list
}

// keep finds the files that the values refer to. Only files of this order can
// be referred to.
func (in *input) keep(ctx context.Context, db *database, order string) (faults []supervision.Fault, err error) {
	if !in.takesFiles() {
		return nil, nil
	}
	digests := in.Values
	in.Values, in.Files = nil, nil
	for _, digest := range digests {
		if digest == "" || in.Has(digest) {
			continue
		}
		f, err := db.file(ctx, order, digest)
		if errors.Is(err, supervision.ErrNotFound) {
			faults = append(faults,
				supervision.Fault{Field: in.Name, Code: "unknown", Message: "choose the file again"})
			continue
		}
		if err != nil {
			return nil, err
		}
		in.hold(f)
	}
	return faults, nil
}

// upload keeps the files that have been posted; for a single file the new one
// takes the old one's place.
func (in *input) upload(ctx context.Context, db *database, order string,
	posted []*multipart.FileHeader) (faults []supervision.Fault, err error) {
	if len(posted) > supervision.MaxAttachments {
		posted = posted[:supervision.MaxAttachments+1] // enough for the library to refuse
	}
	for _, header := range posted {
		f, err := db.upload(ctx, order, header)
		switch {
		case errors.Is(err, errFileTooLarge), errors.Is(err, errFileEmpty), errors.Is(err, errTooManyFiles):
			faults = append(faults, supervision.Fault{Field: in.Name, Code: "file", Message: err.Error()})
			continue
		case err != nil:
			return nil, err
		}
		if in.Control == "file" {
			in.Values, in.Files = nil, nil
		}
		if !in.Has(f.Digest) {
			in.hold(f)
		}
	}
	return faults, nil
}

func (in *input) hold(f file) {
	in.Values, in.Files = append(in.Values, f.Digest), append(in.Files, f)
}

// written is how a normalised value stands in a form.
func written(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case json.Number:
		return []string{v.String()}
	case []string:
		return slices.Clone(v)
	case bool:
		if v {
			return []string{"yes"}
		}
		return []string{"no"}
	}
	return nil
}

var yesNo = []option{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}}

// fieldInput draws a field of a seller's template.
func fieldInput(f template.Field) input {
	in := input{Name: answerPrefix + f.Key, Label: f.Label, Help: f.Help, Required: f.Required, Control: "line",
		Type:   "text",
		Values: written(f.Default)}
	for _, o := range f.Options {
		in.Options = append(in.Options, option{Value: o.Value, Label: optionLabel(o)})
	}
	switch f.Kind {
	case template.Text:
		in.Control = "area"
	case template.Number:
		in.Mode = "decimal"
	case template.Integer:
		in.Mode = "numeric"
	case template.YesNo:
		in.Control, in.Options = "radios", yesNo
	case template.Date:
		in.Control = "date"
	case template.Choice:
		in.Control = "radios"
		if len(f.Options) > 5 {
			in.Control = "select"
		}
	case template.Choices:
		in.Control = "checks"
	case template.Email:
		in.Type, in.Mode = "email", "email"
	case template.Phone:
		in.Type, in.Mode = "tel", "tel"
	case template.URL:
		in.Type, in.Mode = "url", "url"
	case template.File:
		in.Control = "file"
	}
	return in
}

func optionLabel(o template.Option) string {
	if o.Label == "" {
		return o.Value
	}
	return o.Label
}
