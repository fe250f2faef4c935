package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// input is one question of a form. Its name is the path by which the library
// names its fault, its kind how it is drawn; see pages/parts/form.html.
type input struct {
	Name, Label, Help, Kind string
	Required                bool
	Options                 []option
	Values                  []string
	Files                   []file // what has been uploaded, referred to by Values
	Canned                  []string
	Fault                   string
	Asked                   supervision.Input // for an answer to a template the zero one
}

// option is one of an input's answers. Note says more about it; one that is
// Closed cannot be chosen.
type option struct {
	Value, Label, Note string
	Closed             bool
}

// answerPrefix stands before a template field's key in the library's facts and
// faults, and so in the input's name.
const answerPrefix = "values."

// Value is what is typed; of several values the last, as template.FromForm has
// it.
func (in input) Value() string {
	if len(in.Values) == 0 {
		return ""
	}
	return in.Values[len(in.Values)-1]
}

func (in input) Has(value string) bool { return slices.Contains(in.Values, value) }

// offers tells whether a value can be typed, as far as that is the portal's to
// say.
func (in input) offers(value string) bool {
	is := func(o option) bool { return o.Value == value }
	return in.Options == nil || value == "" || slices.ContainsFunc(in.Options, is)
}

func (in *input) takesFiles() bool { return in.Kind == "file" || in.Kind == "files" }

type inputs []*input

func (list inputs) Faulty() inputs {
	return slices.DeleteFunc(slices.Clone(list), func(in *input) bool { return in.Fault == "" })
}

// blame shows each fault at its input, or at the one of which it names a part,
// and returns what belongs to none.
func (l *tongue) blame(list inputs, faults []supervision.Fault) (other []string) {
	for _, fault := range faults {
		i := slices.IndexFunc(list, func(in *input) bool {
			rest, ok := strings.CutPrefix(fault.Field, in.Name)
			return ok && (rest == "" || rest[0] == '[' || rest[0] == '.')
		})
		if i < 0 {
			other = append(other, strings.TrimPrefix(fault.Field+": ", ": ")+l.advice(fault))
		} else {
			list[i].Fault = cmp.Or(list[i].Fault, l.advice(fault))
		}
	}
	return other
}

// field draws a field of a seller's template.
func (l *tongue) field(prefix string, f template.Field) *input {
	in := &input{Name: prefix + f.Key, Label: f.Label, Help: f.Help, Kind: string(f.Kind), Required: f.Required,
		Values: written(f.Default)}
	for _, o := range f.Options {
		in.Options = append(in.Options, option{Value: o.Value, Label: cmp.Or(o.Label, o.Value)})
	}
	if f.Kind == template.YesNo {
		in.Options = l.yesNo()
	}
	if f.Kind == template.Choice && len(in.Options) > 5 {
		in.fold("–")
	}
	return in
}

// draw draws the fields of a template, as they are filled in if they are.
func (l *tongue) draw(prefix string, t template.Template, typed url.Values) (list inputs) {
	for _, f := range t.Fields {
		in := l.field(prefix, f)
		if typed != nil {
			in.Values = typed[f.Key]
		}
		list = append(list, in)
	}
	return list
}

func (l *tongue) yesNo() []option {
	return []option{{Value: "yes", Label: l.Yes}, {Value: "no", Label: l.No}}
}

// fold puts options into a box, in which nothing stands for none of them.
func (in *input) fold(none string) {
	if in.Kind = "select"; !in.Required {
		in.Options = append([]option{{Label: none}}, in.Options...)
	}
}

// ask draws what an operation asks for: every kind has its control, so that
// every operation has its form.
func (l *tongue) ask(op supervision.Operation, asked supervision.Input) *input {
	in := &input{Name: asked.Key, Label: l.Field(op, asked.Key), Help: l.own["help "+string(op)+"."+asked.Key],
		Kind: string(asked.Kind), Required: asked.Required, Asked: asked}
	switch asked.Kind {
	case supervision.FieldText:
		if asked.Max < supervision.MaxText {
			in.Kind = "line"
		}
	case supervision.FieldInstant:
		in.Label += " (UTC)"
	case supervision.FieldYesNo:
		if in.Options = l.yesNo(); !asked.Required {
			in.Values = []string{"no"}
		}
	case supervision.FieldFiles:
		in.Help = l.own["help files"]
	case supervision.FieldMoney:
		if in.Help = l.t("help money", l.Value(asked.Most)); asked.Least == asked.Most {
			in.Kind, in.Values, in.Help = "fixed", []string{asked.Most.Decimal()}, l.Value(asked.Most)
		}
	case supervision.FieldID:
		in.Options = accountOptions(supervision.Role(asked.Key))
	case supervision.FieldPolicy:
		in.Options = options(capital, slices.Sorted(maps.Keys(policies))...)
	default:
		l.choose(in)
	}
	if in.Options != nil && in.Kind != "choice" && asked.Kind != supervision.FieldYesNo {
		in.fold(cmp.Or(l.own["none "+asked.Key], "–"))
	}
	return in
}

// choose offers the words of an input, each with why it cannot be chosen or
// what it brings. The only one that can is chosen.
func (l *tongue) choose(in *input) {
	var open []string
	for _, c := range in.Asked.Choices {
		o := option{c.Value, l.Word(in.Asked.Kind, c.Value), l.own[in.Name+" "+c.Value], !c.Decision.Allowed}
		if o.Closed {
			o.Note = l.Why(c.Decision)
		} else {
			open = append(open, c.Value)
		}
		in.Options = append(in.Options, o)
	}
	if in.Required {
		in.Kind = "choice"
	}
	if in.Required && len(open) == 1 {
		in.Values = open
	}
}

// keep finds the files that the values refer to: what has been uploaded for
// this form, and what a record shows to the visitor anyway. Of a single file
// the last one counts.
func (in *input) keep(v *visit, s staged) (faults []supervision.Fault) {
	if !in.takesFiles() {
		return nil
	}
	refs := slices.DeleteFunc(in.Values, func(ref string) bool { return ref == "" })
	if in.Kind == "file" && len(refs) > 1 {
		refs = refs[len(refs)-1:]
	}
	in.Values, in.Files = nil, nil
	for _, ref := range refs {
		if f, ok := parseRef(ref); !ok || !v.mayRefer(s, f) {
			faults = append(faults, supervision.Fault{Field: in.Name, Code: "file_again"})
		} else if !in.Has(ref) {
			in.Values, in.Files = append(in.Values, ref), append(in.Files, f)
		}
	}
	return faults
}

// written is how the value of a fact stands in a form.
func written(value any) (list []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case json.Number:
		return []string{v.String()}
	case []string:
		return slices.Clone(v)
	case bool:
		return []string{map[bool]string{true: "yes", false: "no"}[v]}
	case []supervision.Attachment:
		for _, a := range v {
			list = append(list, file{Digest: a.Ref, Name: a.Name}.Ref())
		}
	}
	return list
}
