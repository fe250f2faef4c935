package main

import (
	"encoding/json"
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

// keep finds the files that the values refer to: what has been uploaded for
// this form, and what a record shows to the visitor anyway. Of a single file
// the last one counts.
func (in *input) keep(v *visit, s staged) (faults []supervision.Fault, err error) {
	if !in.takesFiles() {
		return nil, nil
	}
	refs := slices.DeleteFunc(in.Values, func(ref string) bool { return ref == "" })
	if in.Control == "file" && len(refs) > 1 {
		refs = refs[len(refs)-1:]
	}
	in.Values, in.Files = nil, nil
	for _, ref := range refs {
		f, ok := parseRef(ref)
		if ok {
			ok, err = v.mayRefer(s, &f)
		}
		switch {
		case err != nil:
			return nil, err
		case !ok:
			faults = append(faults,
				supervision.Fault{Field: in.Name, Code: "file", Message: "Choose the file again."})
		case !in.Has(ref):
			in.Values, in.Files = append(in.Values, ref), append(in.Files, f)
		}
	}
	return faults, nil
}

// mayRefer tells whether a form may refer to a file.
func (v *visit) mayRefer(s staged, f *file) (bool, error) {
	ok, err := v.db.isStaged(v.r.Context(), s, f)
	if ok || err != nil {
		return ok, err
	}
	recorded, err := v.recorded(v.r.Context(), s.order, v.actor())
	return slices.Contains(recorded, f.attachment()), err
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

// fieldInput draws a field of a seller's template.
func (l *tongue) fieldInput(f template.Field) input {
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
		in.Control, in.Options = "radios", l.yesNo()
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
