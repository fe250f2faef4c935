package main

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// input is one question of a form. Its name is the path by which the library
// names its fault.
type input struct {
	Name, Label, Help string
	Control           string // how it is drawn; see pages/parts/form.html
	Type, Mode        string // of a line: the input's type, and the keyboard to show
	Min, Max          string // of an instant
	Required          bool
	Options           []option
	Values            []string
	Files             []file // what has been uploaded, referred to by Values
	Fault             string
	asked             supervision.Input // for an answer to a template the zero one
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

// inputInstant is how browsers send a local time; the portal asks for it in
// UTC.
const inputInstant = "2006-01-02T15:04"

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
		if i := slices.IndexFunc(in.Options, func(o option) bool { return o.Value == value }); i >= 0 {
			value = in.Options[i].Label
		}
		list = append(list, value)
	}
	if in.takesFiles() {
		list = nil
		for _, f := range in.Files {
			list = append(list, f.Name)
		}
	}
	return strings.Join(list, ", ")
}

func (in input) takesFiles() bool { return in.Control == "file" || in.Control == "files" }

// faulty lists the inputs that have a fault.
func faulty(inputs []*input) (list []*input) {
	return slices.DeleteFunc(slices.Clone(inputs), func(in *input) bool { return in.Fault == "" })
}

// blame shows each fault at its input, or at the one of which it names a part,
// and returns what belongs to none.
func (l *tongue) blame(inputs []*input, faults []supervision.Fault) (other []string) {
	for _, fault := range faults {
		i := slices.IndexFunc(inputs, func(in *input) bool {
			rest, ok := strings.CutPrefix(fault.Field, in.Name)
			return ok && (rest == "" || rest[0] == '[' || rest[0] == '.')
		})
		switch {
		case i < 0:
			other = append(other, strings.TrimPrefix(fault.Field+": ", ": ")+l.advice(fault))
		case inputs[i].Fault == "":
			inputs[i].Fault = l.advice(fault)
		}
	}
	return other
}

// ask draws what an operation asks for: every kind has its control, so that
// every operation has its form.
func (l *tongue) ask(op supervision.Operation, asked supervision.Input) *input {
	in := &input{Name: asked.Key, Label: l.Field(op, asked.Key), Help: l.own["help "+string(op)+"."+asked.Key],
		Required: asked.Required, Control: "line", Type: "text", asked: asked}
	switch asked.Kind {
	case supervision.FieldText:
		if asked.Max >= supervision.MaxText {
			in.Control = "area"
		}
	case supervision.FieldInstant:
		in.Control, in.Label = "instant", in.Label+" (UTC)"
		in.Min, in.Max = inputTime(asked.From), inputTime(asked.Until)
	case supervision.FieldYesNo:
		in.Control, in.Options = "radios", l.yesNo()
		if !asked.Required {
			in.Values = []string{"no"}
		}
	case supervision.FieldFiles:
		in.Control, in.Help = "files", l.t("At most %s each.", byteSize(maxFile))
	case supervision.FieldMoney:
		in.Mode, in.Help = "decimal", l.t("At most %s.", l.Value(asked.Most))
		if asked.Least == asked.Most {
			in.Control, in.Values = "fixed", []string{l.amount(asked.Most)}
		}
	case supervision.FieldID:
		in.Control, in.Options = "select", accountOptions(supervision.Role(asked.Key))
	case supervision.FieldPolicy:
		in.Control = "select"
		for _, p := range policies {
			in.Options = append(in.Options, option{Value: p.Name, Label: capital(p.Name)})
		}
	default:
		l.choose(in)
	}
	if in.Control == "select" {
		in.optional(asked.Required, l.none(asked.Key))
	}
	return in
}

// choose offers the words of an input, each with why it cannot be chosen or
// what it brings. The only one that can is chosen.
func (l *tongue) choose(in *input) {
	var open []string
	for _, c := range in.asked.Choices {
		o := option{Value: c.Value, Label: l.Word(in.asked.Kind, c.Value), Closed: !c.Decision.Allowed,
			Note: l.own[in.Name+" "+c.Value]}
		if o.Closed {
			o.Note = l.Why(c.Decision)
		} else {
			open = append(open, c.Value)
		}
		in.Options = append(in.Options, o)
	}
	in.Control = "select"
	if in.Required {
		in.Control = "radios"
		if len(open) == 1 {
			in.Values = open
		}
	}
}

func inputTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(inputInstant)
}

// json is what is typed as the action's document has it, nil for nothing; or
// what is wrong with it where the document cannot say it.
func (in *input) json(l *tongue) (value any, fault supervision.Fault) {
	text, ok := in.Value(), true
	wrong := supervision.Fault{Field: in.Name, Code: supervision.FaultUnknown}
	if text == "" && !in.takesFiles() {
		if in.Required {
			fault = supervision.Fault{Field: in.Name, Code: supervision.FaultRequired}
		}
		return nil, fault
	}
	switch in.asked.Kind {
	case supervision.FieldFiles:
		var list []supervision.Attachment
		for _, f := range in.Files {
			list = append(list, f.attachment())
		}
		return list, fault
	case supervision.FieldInstant:
		t, err := time.Parse(inputInstant, text)
		value, ok, wrong.Code, wrong.Message = t, err == nil, "instant", "Give a date and a time."
	case supervision.FieldNumber:
		n, err := strconv.Atoi(text)
		value, ok, wrong.Code, wrong.Message = n, err == nil, "number", "Give a whole number."
	case supervision.FieldMoney:
		value, ok = l.parseAmount(text, in.asked.Most.Currency)
		wrong.Code, wrong.Message = "money", "Give an amount such as 120.50."
	case supervision.FieldPolicy:
		policy := policyOf(text)
		value, ok = policy, policy != supervision.Policy{}
	case supervision.FieldYesNo:
		value = text == "yes"
	default:
		value = text
		ok = in.asked.Choices == nil || slices.ContainsFunc(in.Options, func(o option) bool { return o.Value == text })
	}
	if !ok {
		return nil, wrong
	}
	return value, fault
}

// amount writes an amount without its currency, as the library does.
func (l *tongue) amount(m supervision.Money) string {
	return strings.TrimPrefix(l.Value(m), m.Currency+" ")
}

// parseAmount reads what amount writes, whole units too.
func (l *tongue) parseAmount(text, currency string) (supervision.Money, bool) {
	text = strings.TrimSpace(text)
	for _, text := range []string{text, text + ".00"} {
		n, err := strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64)
		if m := (supervision.Money{Amount: n, Currency: currency}); err == nil && l.amount(m) == text {
			return m, true
		}
	}
	return supervision.Money{}, false
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
			faults = append(faults, supervision.Fault{Field: in.Name, Code: "file", Message: "Choose the file again."})
		case !in.Has(ref):
			in.Values, in.Files = append(in.Values, ref), append(in.Files, f)
		}
	}
	return faults, nil
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
		if v {
			return []string{"yes"}
		}
		return []string{"no"}
	case []supervision.Attachment:
		for _, a := range v {
			list = append(list, file{Digest: a.Ref, Name: a.Name}.Ref())
		}
	}
	return list
}

// fields are how the kinds of a template's fields are drawn; the others are
// lines.
var fields = map[template.Kind]input{
	template.Text: {Control: "area"}, template.Date: {Control: "date"}, template.File: {Control: "file"},
	template.YesNo: {Control: "radios"}, template.Choice: {Control: "radios"}, template.Choices: {Control: "checks"},
	template.Number: {Mode: "decimal"}, template.Integer: {Mode: "numeric"},
	template.Email: {Type: "email", Mode: "email"}, template.Phone: {Type: "tel", Mode: "tel"},
	template.URL: {Type: "url", Mode: "url"},
}

// manyOptions is from how many options on they are folded into a box.
const manyOptions = 6

// field draws a field of a seller's template.
func (l *tongue) field(prefix string, f template.Field) *input {
	in := fields[f.Kind]
	in.Name, in.Label, in.Help, in.Required, in.Values = prefix+f.Key, f.Label, f.Help, f.Required, written(f.Default)
	if in.Control == "" {
		in.Control = "line"
	}
	if in.Type == "" {
		in.Type = "text"
	}
	for _, o := range f.Options {
		if o.Label == "" {
			o.Label = o.Value
		}
		in.Options = append(in.Options, option{Value: o.Value, Label: o.Label})
	}
	if f.Kind == template.YesNo {
		in.Options = l.yesNo()
	}
	if f.Kind == template.Choice && len(in.Options) >= manyOptions {
		in.Control = "select"
		in.optional(f.Required, "–")
	}
	return &in
}

// optional lets nothing be chosen in a box.
func (in *input) optional(required bool, none string) {
	if !required {
		in.Options = append([]option{{Label: none}}, in.Options...)
	}
}

func (l *tongue) yesNo() []option {
	return []option{{Value: "yes", Label: l.Yes}, {Value: "no", Label: l.No}}
}
