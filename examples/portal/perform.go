package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// perform takes a filled-in form. It is tried without effect first and asked
// about, then sent. Whatever stands in the way is said on the same page, with
// everything that was typed; until it is sent it is kept.
func (v *visit) perform() error {
	typed, faults, err := v.receive()
	op := supervision.Operation(typed.Get("operation"))
	if err == nil && !slices.Contains(v.Task.Operations, op) {
		err = errMalformedForm
	}
	if err != nil {
		return err
	}
	f := v.newForm(op)
	faults = append(faults, f.fill(v, typed)...)
	confirm := typed.Get("confirm")
	typed.Del("confirm")
	switch confirm {
	case "draft":
		if v.keep(f.subject(), typed.Encode()); v.err == nil {
			v.w.WriteHeader(http.StatusNoContent)
		}
		return v.err
	case "discard":
		v.keep(f.subject(), "")
		return v.redirect(f.Path)
	case "upload":
		return v.uploaded(f, typed.Get("input"), faults)
	case "no":
		return v.again(f, http.StatusOK, "")
	}
	action, found, err := f.action(v.L)
	if err = cmp.Or(v.err, err); err != nil {
		return err
	}
	faults = append(faults, found...)
	options := []service.DoOption{service.WithKey(f.Key), service.IfVersion(f.Version)}
	confirmed := confirm == "yes" && len(faults) == 0
	if !confirmed {
		options = append(options, service.DryRun())
	}
	result, err := v.svc.Do(v.ctx(), v.order.ID, v.actor(), action, options...)
	if confirmed && err == nil {
		v.err = v.db.unstage(v.ctx(), f.staged(v), f.Inputs)
		v.offerCanned(f, true)
		v.keep(f.subject(), "")
		return v.say(address(v.order.ID), string(op))
	}
	if len(f.Inputs) > 0 {
		v.keep(f.subject(), typed.Encode())
	}
	said := v.L.Explain(err)
	faults = append(faults, said.Faults...)
	status, kind := problemOf(err)
	switch {
	case len(faults) > 0:
		f.Other = v.L.blame(f.Inputs, faults)
		status, kind = http.StatusUnprocessableEntity, ""
	case err == nil:
		return v.confirm(f, result.Order)
	case said.Refusal != nil:
		if f.Refused = &said.Refusal.Decision; f.Refused.Reason != supervision.ReasonRole {
			status = http.StatusConflict
		}
	case kind == "sent":
		f.Key = rand.Text()
	case kind != "conflict" && kind != "unknown":
		return err
	}
	return v.again(f, status, kind)
}

// receive reads the posted form of a task. What it uploads is kept only where
// the operation is the visitor's to perform now: nobody else fills up an order.
func (v *visit) receive() (typed url.Values, faults []supervision.Fault, err error) {
	typed, err = v.readPost(func(typed url.Values, input, name string, r io.Reader) error {
		s := staged{v.order.ID, v.Who.ID, typed.Get("key"), supervision.Operation(typed.Get("operation"))}
		if !slices.Contains(v.Task.Operations, s.operation) || s.form == "" {
			return errMalformedForm
		}
		if !v.permit(s.operation).Allowed {
			return nil
		}
		f, err := v.db.stage(v.ctx(), s, name, r)
		var known fileError
		switch {
		case errors.As(err, &known):
			faults = append(faults, supervision.Fault{Field: input, Code: supervision.FaultCode(known)})
			err = nil
		case err == nil:
			typed.Add(input, f.Ref())
		}
		return err
	})
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) && typed.Get("operation") != "" {
		faults = append(faults, supervision.Fault{Field: "attachments", Code: "file_much"})
		err = nil
	}
	return typed, faults, err
}

// uploaded shows a file that has been uploaded for an input of a form that is
// still being filled in.
func (v *visit) uploaded(f *form, name string, faults []supervision.Fault) error {
	v.L.blame(f.Inputs, faults)
	i := slices.IndexFunc(f.Inputs, func(in *input) bool { return in.Name == name && in.takesFiles() })
	switch {
	case i < 0 || len(faults) == 0 && len(f.Inputs[i].Files) == 0:
		return v.render(http.StatusConflict, "uploaded", input{Fault: v.L.own["fault not_yours"]})
	case len(faults) > 0:
		return v.render(http.StatusUnprocessableEntity, "uploaded", f.Inputs[i])
	}
	return v.render(http.StatusOK, "uploaded", f.Inputs[i])
}

// again shows the form as it was filled in, beside the order as it is now.
func (v *visit) again(f *form, status int, notice string) error {
	if err := v.look(v.order.ID); err != nil {
		return err
	}
	seen := v.order.Version
	if status == http.StatusConflict {
		seen, f.Version = f.Version, v.order.Version
	}
	page := v.taskPage(seen)
	page.Notice, page.Refused = notice, f.Refused
	i := slices.IndexFunc(page.Forms, func(other *form) bool { return other.Operation == f.Operation })
	if i < 0 {
		page.Forms, f.Closed = append(page.Forms, f), true
	} else {
		page.Forms[i] = f
	}
	return v.render(status, "task.html", page)
}

type confirmPage struct {
	*visit
	Order summary
	Form  *form
	After summary // the order as it would be
	Ends  []offer // what the visitor can do now and could not do any more
	Comes []supervision.Deadline
}

// confirm asks before anything happens, and says what ends. With a script the
// same page is shown as a dialog.
func (v *visit) confirm(f *form, after supervision.Order) error {
	page := confirmPage{visit: v, Order: v.summary(v.order), Form: f, After: v.summary(after)}
	page.Comes, _ = v.deadlines(after)
	page.Ends = slices.DeleteFunc(page.Order.Allowed(), func(o offer) bool {
		stays := func(other offer) bool { return other.Task.Slug == o.Task.Slug }
		return o.Task.Slug == v.Task.Slug || slices.ContainsFunc(page.After.Allowed(), stays)
	})
	return v.render(http.StatusOK, "confirm.html", page)
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

var errMalformedForm = errors.New("malformed form")

func (v *visit) readForm(limit int64) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, limit)
	typed, err := v.readPost(func(url.Values, string, string, io.Reader) error { return nil })
	v.r.PostForm = typed
	return err
}

// readPost reads a posted form as it comes in: texts into the values it
// returns, and each file by calling keep with the texts before it. A form that
// goes on for too long is read up to there, with the error.
func (v *visit) readPost(keep func(typed url.Values, input, name string, r io.Reader) error) (url.Values, error) {
	if !strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/") {
		v.r.Body = http.MaxBytesReader(v.w, v.r.Body, textForm)
		err := malformed(v.r.ParseForm())
		return v.r.PostForm, err
	}
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
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
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
	if err := errors.Join(p.control.SetReadDeadline(until),
		p.control.SetWriteDeadline(until.Add(slowest))); err != nil &&
		!errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.ReadCloser.Read(b)
}
