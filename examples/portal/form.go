package main

import (
	"cmp"
	"crypto/rand"
	_ "embed"
	"errors"
	"io"
	"net/http"
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
	typed, _ := url.ParseQuery(kept) // what the portal wrote
	f.Left = left
	for _, r := range records {
		if kept == "" && r.Operation == supervision.OpSubmitRequest && r.Operation == f.Operation {
			typed = url.Values{}
			for _, said := range r.Facts {
				typed[said.Key] = written(said.Value)
			}
		}
	}
	if len(typed) > 0 {
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

// action is what the form says, whatever the operation. The error has the
// faults of what it cannot say; without an action it could not be read at all.
func (f *form) action() (supervision.Action, error) {
	posted := supervision.Posted{Values: url.Values{}, Template: f.Template}
	for _, in := range f.Inputs {
		switch posted.Values[in.Name] = in.Values; in.Asked.Kind {
		case supervision.FieldPolicy:
			posted.Policy = policies[in.Value()]
		case supervision.FieldFiles:
			for _, f := range in.Files {
				posted.Attachments = append(posted.Attachments,
					supervision.Attachment{Name: f.Name, Ref: f.Digest, Digest: f.Digest})
			}
		}
	}
	return posted.Action(f.Operation, f.asked)
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

// Bounds of a posted form, in bytes.
const (
	smallForm = 16 << 10
	textForm  = 4 << 20
	partCost  = 256 // what a part of a form counts for beside its text
	// uploadForm bounds what is read of a form with files. It is far above what
	// is kept of it, so that too many files cost nobody what was typed.
	uploadForm = 256 << 20
)

// slowest is how long a line may be silent while it sends a form.
const slowest = 30 * time.Second

// readPost reads a posted form as it comes in: texts into the values it
// returns, and each file by calling keep with the texts before it. A form that
// goes on for too long is read up to there, with the error.
func (v *visit) readPost(keep func(typed url.Values, input, name string, r io.Reader) error) (url.Values, error) {
	v.r.Body = http.MaxBytesReader(v.w, patient{v.r.Body, http.NewResponseController(v.w)}, uploadForm)
	reader, err := v.r.MultipartReader()
	if err != nil {
		return nil, malformed(err)
	}
	typed, room := url.Values{}, int64(textForm)
	for {
		part, err := reader.NextPart()
		if room -= partCost; room < 0 && err == nil {
			err = &http.MaxBytesError{Limit: textForm}
		}
		switch {
		case err == io.EOF: // one in the middle of a part is wrapped
			return typed, nil
		case err != nil:
			return typed, malformed(err)
		case part.FileName() != "":
			if err := keep(typed, part.FormName(), part.FileName(), part); err != nil {
				return typed, err
			}
		default:
			text, err := io.ReadAll(io.LimitReader(part, room+1))
			if err != nil {
				return typed, malformed(err)
			}
			room -= int64(len(text))
			typed.Add(part.FormName(), string(text))
		}
	}
}

// malformed tells a form that is none from one that is too large.
func malformed(err error) error {
	if err == nil || errors.As(err, new(*http.MaxBytesError)) {
		return err
	}
	return errors.Join(errMalformedForm, err)
}

// patient reads from a connection for as long as something comes.
type patient struct {
	io.ReadCloser
	control *http.ResponseController
}

func (p patient) Read(b []byte) (int, error) {
	until := time.Now().Add(slowest)
	err := errors.Join(p.control.SetReadDeadline(until), p.control.SetWriteDeadline(until.Add(slowest)))
	if err != nil {
		return 0, err
	}
	return p.ReadCloser.Read(b)
}
