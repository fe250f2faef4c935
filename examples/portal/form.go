package main

import (
	"cmp"
	"crypto/rand"
	_ "embed"
	"errors"
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
	asked    []supervision.Input
}

// newForm draws the form of an operation: all that it asks for is the library's
// to say (R23).
func (v *visit) newForm(op supervision.Operation) *form {
	f := &form{Operation: op, Path: address(v.order.ID) + "/" + v.Task.Slug, Version: v.order.Version, Key: rand.Text()}
	f.asked, _ = v.order.Inputs(v.actor(), op, v.Now) // an error asks for nothing
	filled, err := v.svc.Form(v.ctx(), v.order, op)
	f.Template, v.err = filled.Template(), cmp.Or(v.err, err)
	f.Title = cmp.Or(f.Template.Title, v.L.Operation(op))
	for _, in := range f.asked {
		if in.Kind == supervision.FieldForm {
			f.Inputs = append(f.Inputs, v.L.draw(answerPrefix, f.Template, nil)...)
		} else {
			f.Inputs = append(f.Inputs, v.L.ask(op, in))
		}
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
				typed = url.Values{}
				for _, said := range r.Facts {
					typed[said.Key] = written(said.Value)
				}
			}
		}
	}
	if typed != nil {
		f.fill(v, typed)
	}
	v.offerCanned(f, false)
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
		if in.Asked.Key != "" && !in.offers(in.Value()) {
			faults = append(faults, supervision.Fault{Field: in.Name, Code: supervision.FaultUnknown})
		}
	}
	return faults
}

// staged names the form for the files that are uploaded for it.
func (f *form) staged(v *visit) staged { return staged{v.order.ID, v.Who.ID, f.Key, f.Operation} }

// action is what the form says, whatever the operation, with the faults of what
// it cannot say.
func (f *form) action() (action supervision.Action, faults []supervision.Fault, err error) {
	posted := supervision.Posted{Values: url.Values{}, Template: f.Template}
	for _, in := range f.Inputs {
		switch posted.Values[in.Name] = in.Values; in.Asked.Kind {
		case supervision.FieldPolicy:
			posted.Policy = policyNamed[in.Value()]
		case supervision.FieldFiles:
			for _, f := range in.Files {
				posted.Attachments = append(posted.Attachments,
					supervision.Attachment{Name: f.Name, Ref: f.Digest, Digest: f.Digest})
			}
		}
	}
	action, err = posted.Action(f.Operation, f.asked)
	var invalid *supervision.InvalidError
	if action != nil && errors.As(err, &invalid) {
		return action, invalid.Faults, nil
	}
	return action, nil, malformed(err)
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
