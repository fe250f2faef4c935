package main

import (
	"cmp"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// What the portal says of operations and forms is data: between which
// operations somebody decides on one page, which cannot be taken back or turn
// somebody down, and the queues that each role works through. Its own forms are
// templates as well: the search form, and what can be told about a template
// and, by its kind, about a field of one.
//
//go:embed forms.json
var formsFile []byte

var forms = embedded[struct {
	Decisions []task
	Grave     []supervision.Operation
	Queues    []struct {
		Label, Query string
		Roles        []supervision.Role
	}
	Search, Head, Settings template.Template
	Foremost               []string // the settings that are shown at once
	Of                     map[string][]template.Kind
}](formsFile)

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

func (in input) Has(value string) bool { return slices.Contains(in.Values, value) }

// Readout is what is typed, for reading.
func (in input) Readout() string {
	list := slices.Clone(in.Values)
	for i := range list {
		for _, o := range in.Options {
			if o.Value == list[i] {
				list[i] = o.Label
			}
		}
		if f, ok := parseRef(list[i]); ok && in.takesFiles() {
			list[i] = f.Name
		}
	}
	return strings.Join(list, ", ")
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
			in.Kind, in.Values, in.Help = "fixed", []string{l.amount(asked.Most)}, l.Value(asked.Most)
		}
	case supervision.FieldID:
		in.Options = accountOptions(supervision.Role(asked.Key))
	case supervision.FieldPolicy:
		for _, p := range policies {
			in.Options = append(in.Options, options(capital, p.Name)...)
		}
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

// json is what is typed as the action's document has it, nil for nothing; or
// what is wrong with it where the document cannot say it.
func (in *input) json(l *tongue) (value any, wrong supervision.FaultCode) {
	text := in.Value()
	switch {
	case text == "" && in.Required && !in.takesFiles():
		return nil, supervision.FaultRequired
	case text == "":
		return nil, ""
	case in.Options != nil && !slices.ContainsFunc(in.Options, func(o option) bool { return o.Value == text }):
		return nil, supervision.FaultUnknown
	}
	switch in.Asked.Kind {
	case supervision.FieldFiles:
		var list []supervision.Attachment
		for _, f := range in.Files {
			list = append(list, supervision.Attachment{Name: f.Name, Ref: f.Digest, Digest: f.Digest})
		}
		return list, ""
	case supervision.FieldInstant:
		if t, err := time.Parse(inputInstant, text); err == nil {
			return t, ""
		}
		return nil, "instant"
	case supervision.FieldMoney:
		if m := l.parseAmount(text, in.Asked.Most.Currency); m.Currency != "" {
			return m, ""
		}
		return nil, "money"
	case supervision.FieldPolicy:
		return policyOf(text), ""
	case supervision.FieldYesNo:
		return text == "yes", ""
	}
	return text, ""
}

// amount writes an amount without its currency, as the library does.
func (l *tongue) amount(m supervision.Money) string {
	return strings.TrimPrefix(l.Value(m), m.Currency+" ")
}

// parseAmount reads what amount writes, whole units too; the zero value for
// anything else.
func (l *tongue) parseAmount(text, currency string) supervision.Money {
	text = strings.TrimSpace(text)
	for _, text := range []string{text, text + ".00"} {
		n, _ := strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64) // an error writes otherwise
		if m := (supervision.Money{Amount: n, Currency: currency}); l.amount(m) == text {
			return m
		}
	}
	return supervision.Money{}
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

// form is one operation as somebody fills it in. Version is what the order was
// when they began, Key tells the sending of this form from that of any other.
type form struct {
	Operation supervision.Operation
	Title     string
	Path      string
	Version   int64
	Key       string
	Inputs    inputs
	Other     []string              // faults that belong to no input
	Closed    bool                  // it can no longer be sent, only read
	Refused   *supervision.Decision // why it has not been taken, where a rule is why
	Left      time.Time             // when it was left as it stands; zero for a fresh form

	Template template.Template // that it fills in; the zero one for none
}

// newForm draws the form of an operation: all that it asks for is the library's
// to say (R23).
func (v *visit) newForm(op supervision.Operation) *form {
	f := &form{Operation: op, Title: v.L.Operation(op), Path: address(v.order.ID) + "/" + v.Task.Slug,
		Version: v.order.Version, Key: rand.Text()}
	asked, _ := v.order.Inputs(v.actor(), op, v.Now) // an error asks for nothing
	for _, in := range asked {
		if in.Kind != supervision.FieldForm {
			f.Inputs = append(f.Inputs, v.L.ask(op, in))
			continue
		}
		if v.err == nil {
			f.Template, v.err = v.templateOf(v.ctx(), v.order, op)
		}
		if f.Template.Title != "" {
			f.Title = f.Template.Title
		}
		f.Inputs = append(f.Inputs, v.L.draw(answerPrefix, f.Template, nil)...)
	}
	return f
}

// restore fills in what the visitor left when they were here last, or the last
// request where one has to be revised, and offers what they wrote before.
func (f *form) restore(v *visit, records []recordView) {
	kept, left := v.kept(f.subject())
	var typed url.Values
	if f.Left = left; kept != "" {
		typed, _ = url.ParseQuery(kept) // what the portal wrote
	} else if f.Operation == supervision.OpSubmitRequest {
		for _, r := range records {
			if r.Operation == f.Operation {
				typed = began(r.Record)
			}
		}
	}
	if typed != nil {
		f.fill(v, typed)
	}
	v.offerCanned(f, false)
}

// began is a form as a record of its operation filled it in.
func began(r supervision.Record) url.Values {
	typed := url.Values{}
	for _, f := range r.Facts() {
		typed[f.Key] = written(f.Value)
	}
	return typed
}

// subject is what a form is about, where it is kept until it is sent.
func (f *form) subject() string { return f.Path + "#" + string(f.Operation) }

// fill takes what somebody typed, and returns the faults that only the portal
// can see.
func (f *form) fill(v *visit, typed url.Values) (faults []supervision.Fault) {
	if version, err := strconv.ParseInt(typed.Get("version"), 10, 64); err == nil {
		f.Version = version
	}
	f.Key = cmp.Or(typed.Get("key"), f.Key)
	for _, in := range f.Inputs {
		in.Values = slices.Clone(typed[in.Name])
		faults = append(faults, in.keep(v, f.staged(v))...)
	}
	return faults
}

// staged names the form for the files that are uploaded for it.
func (f *form) staged(v *visit) staged { return staged{v.order.ID, v.Who.ID, f.Key, f.Operation} }

// action is what the form says: its inputs make the action's document, whatever
// the operation. With it come the faults of what no document can say.
func (f *form) action(l *tongue) (action supervision.Action, faults []supervision.Fault, err error) {
	document, answers := make(map[string]any), url.Values{}
	for _, in := range f.Inputs {
		if key, ok := strings.CutPrefix(in.Name, answerPrefix); ok {
			answers[key] = in.Values
		} else if value, wrong := in.json(l); wrong != "" {
			faults = append(faults, supervision.Fault{Field: in.Name, Code: wrong})
		} else if value != nil {
			document[in.Name] = value
		}
	}
	if f.Template.Fields != nil {
		document["values"] = f.Template.FromForm(answers)
	}
	data, err := json.Marshal(document)
	if err == nil {
		action, err = supervision.UnmarshalActionOf(f.Operation, data)
	}
	return action, faults, malformed(err)
}

func (f *form) Danger() bool { return slices.Contains(forms.Grave, f.Operation) }

// cannedTexts is how many texts are offered again, cannedText how long they are
// at most.
const (
	cannedTexts = 5
	cannedText  = 400
)

// offerCanned offers at each text of the form what the visitor wrote there
// before, or what is usual there; with what is written now once it is sent.
func (v *visit) offerCanned(f *form, sent bool) {
	for _, in := range f.Inputs {
		if in.Asked.Kind != supervision.FieldText {
			continue
		}
		subject := "canned " + string(f.Operation) + "." + in.Name
		kept, _ := v.kept(subject)
		if offered := cmp.Or(kept, v.L.own[subject]); offered != "" {
			in.Canned = strings.Split(offered, " | ")
		}
		text := strings.TrimSpace(strings.ReplaceAll(in.Value(), " | ", " "))
		if sent && text != "" && len(text) <= cannedText {
			list := append([]string{text}, slices.DeleteFunc(in.Canned, func(s string) bool { return s == text })...)
			v.keep(subject, strings.Join(list[:min(len(list), cannedTexts)], " | "))
		}
	}
}
