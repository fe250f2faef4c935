package words

import (
	"cmp"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Told is a fact as people read it: what it is called, and what it says.
type Told struct {
	supervision.Fact
	Label, Text string
	// Field is the template's field that it answers; the zero one where it is
	// no answer.
	Field template.Field
}

// Facts tells what was submitted with a record, in the order of a form: the
// answers first, as the template that they fill in has and says them (R04). An
// answer of which the template has no field is called by its key.
func (l *Language) Facts(r supervision.Record, t template.Template) []Told {
	var list []Told
	place := func(told Told) int {
		i := slices.IndexFunc(t.Fields, func(f template.Field) bool { return "values."+f.Key == told.Key })
		if i < 0 {
			return len(t.Fields)
		}
		return i
	}
	for _, f := range r.Facts() {
		told := Told{Fact: f, Label: l.Field(r.Operation, f.Key), Text: l.Value(f.Value)}
		if i := place(told); i < len(t.Fields) {
			told.Field = t.Fields[i]
			told.Label, told.Text = told.Field.Label, l.Answer(told.Field, f.Value)
		}
		told.Label = cmp.Or(told.Label, strings.TrimPrefix(f.Key, "values."))
		list = append(list, told)
	}
	slices.SortStableFunc(list, func(a, b Told) int { return cmp.Compare(place(a), place(b)) })
	return list
}

// Answer says an answer to a field of a template: options by their labels, all
// else as [Language.Value] does.
func (l *Language) Answer(f template.Field, value any) string {
	chosen, _ := value.([]string)
	if one, ok := value.(string); ok {
		chosen = []string{one}
	}
	if chosen == nil {
		return l.Value(value)
	}
	said := slices.Clone(chosen)
	for i, value := range chosen {
		if n := slices.IndexFunc(f.Options, func(o template.Option) bool { return o.Value == value }); n >= 0 {
			said[i] = cmp.Or(f.Options[n].Label, value)
		}
	}
	return strings.Join(said, l.And)
}
