package main

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// perform takes a filled-in form. It is tried without effect first and asked
// about, then sent. Whatever stands in the way is said on the same page, with
// everything that was typed; until it is sent it is kept.
func (v *visit) perform() error {
	ctx := v.r.Context()
	t, err := v.task()
	if err != nil {
		return err
	}
	typed, faults, err := v.receive(t)
	if err != nil {
		return err
	}
	op := supervision.Operation(typed.Get("operation"))
	if !slices.Contains(t.Operations, op) {
		return errMalformedForm
	}
	f, err := v.newForm(t, op)
	if err != nil {
		return err
	}
	found, err := f.fill(v, typed)
	if err != nil {
		return err
	}
	confirm := typed.Get("confirm")
	typed.Del("confirm")
	switch confirm {
	case "draft":
		if err = v.db.keep(ctx, v.who.ID, f.subject(), typed.Encode()); err == nil {
			v.w.WriteHeader(http.StatusNoContent)
		}
		return err
	case "discard":
		if err := v.db.keep(ctx, v.who.ID, f.subject(), ""); err != nil {
			return err
		}
		return v.redirect(f.Path)
	case "no":
		return v.again(f, t, http.StatusOK, "")
	}
	faults = append(faults, found...)
	action, found, err := f.action(v.l)
	if err != nil {
		return err
	}
	faults = append(faults, found...)
	options := []service.DoOption{service.WithKey(f.Key), service.IfVersion(f.Version)}
	confirmed := confirm == "yes" && len(faults) == 0
	if !confirmed {
		options = append(options, service.DryRun())
	}
	result, err := v.svc.Do(ctx, v.order.ID, v.actor(), action, options...)
	if confirmed && err == nil {
		if err := errors.Join(v.db.unstage(ctx, f.staged(v), f.Inputs), v.offerCanned(f, true),
			v.db.keep(ctx, v.who.ID, f.subject(), "")); err != nil {
			return err
		}
		return v.say(address(v.order.ID), string(op))
	}
	if err := v.db.keep(ctx, v.who.ID, f.subject(), typed.Encode()); err != nil {
		return err
	}
	faults = append(faults, faultsOf(err)...)
	var refusal *supervision.Refusal
	switch {
	case len(faults) > 0:
		f.Other = v.l.blame(f.Inputs, faults)
		return v.again(f, t, http.StatusUnprocessableEntity, "")
	case err == nil:
		return v.confirm(f, t, result.Order)
	case errors.As(err, &refusal):
		f.Refused = &refusal.Decision
		if refusal.Reason == supervision.ReasonRole {
			return v.again(f, t, http.StatusForbidden, "refused")
		}
		return v.again(f, t, http.StatusConflict, "refused")
	case errors.Is(err, service.ErrConflict):
		return v.again(f, t, http.StatusConflict, "conflict")
	case errors.Is(err, service.ErrKeyReused):
		f.Key = rand.Text()
		return v.again(f, t, http.StatusConflict, "sent")
	case errors.Is(err, service.ErrUnknownOutcome):
		return v.again(f, t, http.StatusServiceUnavailable, "unknown")
	}
	return err
}

// receive reads the posted form of a task. What it uploads is kept only where
// the operation is the visitor's to perform now: nobody else fills up an order.
func (v *visit) receive(t task) (typed url.Values, faults []supervision.Fault, err error) {
	typed, err = v.readPost(func(typed url.Values, input, name string, r io.Reader) error {
		s := staged{v.order.ID, v.who.ID, typed.Get("key"), supervision.Operation(typed.Get("operation"))}
		if !slices.Contains(t.Operations, s.operation) || s.form == "" {
			return errMalformedForm
		}
		if !v.permit(s.operation).Allowed {
			return nil
		}
		f, err := v.db.stage(v.r.Context(), s, name, r)
		var known fileError
		switch {
		case errors.As(err, &known):
			faults = append(faults, supervision.Fault{Field: input, Code: "file", Message: known.Error()})
			err = nil
		case err == nil:
			typed.Add(input, f.Ref())
		}
		return err
	})
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) && typed.Get("operation") != "" {
		faults = append(faults, supervision.Fault{Field: "attachments", Code: "file", Message: errTooMuch.Error()})
		err = nil
	}
	return typed, faults, err
}

// upload keeps one file for a form that is still being filled in, and answers
// with what the form shows of it.
func (v *visit) upload() error {
	t, err := v.task()
	if err != nil {
		return err
	}
	typed, faults, err := v.receive(t)
	if err != nil {
		return err
	}
	in := input{Name: typed.Get("input")}
	for _, ref := range typed[in.Name] {
		if f, ok := parseRef(ref); ok {
			in.Files = append(in.Files, f)
		}
	}
	status := http.StatusOK
	if len(faults) > 0 {
		in.Fault, status = v.l.advice(faults[0]), http.StatusUnprocessableEntity
	} else if len(in.Files) == 0 {
		in.Fault, status = v.l.t("This is not yours to do now."), http.StatusConflict
	}
	return v.render(status, "uploaded", in)
}

// faultsOf returns what an error says about the input; nil where it is about
// something else.
func faultsOf(err error) []supervision.Fault {
	var invalid *supervision.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Faults
	}
	return nil
}

// again shows the form as it was filled in, beside the order as it is now.
func (v *visit) again(f *form, t task, status int, notice string) (err error) {
	if v.order, err = v.svc.Order(v.r.Context(), v.order.ID, v.actor()); err != nil {
		return err
	}
	seen := v.order.Version
	if status == http.StatusConflict {
		seen, f.Version = f.Version, v.order.Version
	}
	page, err := v.taskPage(t, seen)
	if err != nil {
		return err
	}
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
	layout
	Order summary
	Form  *form
	After summary // the order as it would be
	Ends  []offer // what the visitor can do now and could not do any more
	Comes []supervision.Deadline
}

// confirm asks before anything happens, and says what ends. With a script the
// same page is shown as a dialog.
func (v *visit) confirm(f *form, t task, after supervision.Order) error {
	page := confirmPage{layout: v.layout(f.Title), Order: v.summary(v.order), Form: f, After: v.summary(after)}
	page.Comes, _ = v.deadlines(after)
	for _, o := range page.Order.Allowed() {
		same := func(other offer) bool { return other.Slug == o.Slug }
		if o.Slug != t.Slug && !slices.ContainsFunc(page.After.Allowed(), same) {
			page.Ends = append(page.Ends, o)
		}
	}
	return v.render(http.StatusOK, "confirm.html", page)
}
