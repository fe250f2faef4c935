package template

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Form is a compiled [Template]: it checks submissions. It is safe for
// concurrent use. Compile a template once and keep the Form.
type Form struct {
	template Template
	patterns []*regexp.Regexp // those of the template's fields, nil where there is none
}

// Compile prepares a template for submissions. It does not validate it: what
// was published stays usable. An error is an [*InvalidError] and names the
// patterns that cannot be used.
func Compile(t Template) (*Form, error) {
	var found fault.List
	patterns := t.compilePatterns(&found)
	if err := invalid(found); err != nil {
		return nil, err
	}
	return &Form{template: t.Clone(), patterns: patterns}, nil
}

// Template returns the template that was compiled; the zero one of a nil form.
func (f *Form) Template() Template {
	if f == nil {
		return Template{}
	}
	return f.template.Clone()
}

// Accept normalises a submission and checks it (R03, R04). It returns the
// normalised values, or an [*InvalidError] with every fault. It never modifies
// raw.
func (f *Form) Accept(raw Values) (Values, error) {
	values := f.template.Normalize(raw)
	if err := invalid(f.Check(values)); err != nil {
		return nil, err
	}
	return values, nil
}

// Check returns the faults of normalised values: at most one for each field, in
// the template's order, then one without a field for all fields that the
// template does not have. It accepts exactly what [Template.Schema] accepts.
func (f *Form) Check(v Values) []Fault {
	var found fault.List
	known := 0
	for i := range f.template.Fields {
		field := &f.template.Fields[i]
		value, answered := v[field.Key]
		switch {
		case answered:
			known++
			found.Put(field.Key, field.check(value, f.patterns[i]))
		case field.Required:
			found.Put(field.Key, problem(CodeRequired, "answer this field"))
		}
	}
	if known < len(v) {
		// Their names are what the user wrote, and no fault repeats that.
		found.Put("", problem(CodeUnknownField, "leave out the fields that the template does not have"))
	}
	return found
}

// FromForm takes from a posted HTML form what belongs to the template, for
// [Form.Accept]: all values of a Choices field, and the last value of any
// other, so that a hidden input with "no" before a checkbox with "yes" answers
// a YesNo field in both cases. Other inputs, such as a host's token against
// forgery, are left out.
func (t Template) FromForm(form url.Values) Values {
	values := make(Values, len(t.Fields))
	for _, f := range t.Fields {
		posted := form[f.Key]
		switch {
		case len(posted) == 0:
		case f.Kind == Choices:
			values[f.Key] = slices.Clone(posted)
		default:
			values[f.Key] = posted[len(posted)-1]
		}
	}
	return values
}
