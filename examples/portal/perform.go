package main

import (
	"context"
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
	order, t, err := v.theTask()
	if err != nil {
		return err
	}
	typed, faults, err := v.receive(order, t)
	if err != nil {
		return err
	}
	op := supervision.Operation(typed.Get("operation"))
	if !slices.Contains(t.operations, op) {
		return errMalformedForm
	}
	f, err := v.newForm(order, t, op)
	if err != nil {
		return err
	}
	found, err := f.fill(v, typed)
	if err != nil {
		return err
	}
	faults = append(faults, found...)
	confirm := typed.Get("confirm")
	typed.Del("confirm")
	switch confirm {
	case "draft":
		err := v.db.keepUnsent(ctx, v.who.ID, f.subject(), typed)
		if err == nil {
			v.w.WriteHeader(http.StatusNoContent)
		}
		return err
	case "discard":
		if err := v.db.forgetUnsent(ctx, v.who.ID, f.subject()); err != nil {
			return err
		}
		http.Redirect(v.w, v.r, f.Path, http.StatusSeeOther)
		return nil
	case "no":
		return v.again(f, t, http.StatusOK, "")
	}
	action, found := f.action()
	faults = append(faults, found...)
	confirmed := confirm == "yes" && len(faults) == 0
	result, err := v.send(ctx, f, action, confirmed)
	faults = append(faults, faultsOf(err)...)
	if confirmed && err == nil {
		if err := errors.Join(v.db.unstage(ctx, f.staged(v.who), f.files()),
			v.db.forgetUnsent(ctx, v.who.ID, f.subject())); err != nil {
			return err
		}
		v.say(address(order.ID), string(op))
		http.Redirect(v.w, v.r, address(order.ID), http.StatusSeeOther)
		return nil
	}
	if err := v.db.keepUnsent(ctx, v.who.ID, f.subject(), typed); err != nil {
		return err
	}
	switch {
	case len(faults) > 0:
		f.blame(v.l, faults)
		return v.again(f, t, http.StatusUnprocessableEntity, "")
	case err != nil:
		return v.explain(f, t, err)
	}
	return v.confirm(f, t, order, result.Order)
}

// receive reads the posted form of a task. What it uploads is kept only where
// the operation is the visitor's to perform now: nobody else fills up an order.
func (v *visit) receive(order supervision.Order, t task) (typed url.Values, faults []supervision.Fault, err error) {
	typed, err = v.readPost(func(typed url.Values, input, name string, r io.Reader) error {
		s := staged{order.ID, v.who.ID, typed.Get("key"), supervision.Operation(typed.Get("operation"))}
		if !slices.Contains(t.operations, s.operation) || s.form == "" {
			return errMalformedForm
		}
		permit, err := order.Permit(v.actor(), s.operation, v.svc.Now())
		if err != nil || !permit.Allowed {
			return err
		}
		f, err := v.db.stage(v.r.Context(), s, name, r)
		if fault := fileFault(input, err); fault != nil {
			faults = append(faults, *fault)
			return nil
		}
		if err == nil {
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
	order, t, err := v.theTask()
	if err != nil {
		return err
	}
	typed, faults, err := v.receive(order, t)
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
	return v.renderPart(status, "task", "uploaded", in)
}

func (v *visit) send(ctx context.Context, f *form, action supervision.Action, confirmed bool) (service.Result, error) {
	options := []service.DoOption{service.WithKey(f.Key), service.IfVersion(f.Version)}
	if !confirmed {
		options = append(options, service.DryRun())
	}
	return v.svc.Do(ctx, f.order.ID, v.actor(), action, options...)
}

// explain says why a sound form has not been taken.
func (v *visit) explain(f *form, t task, err error) error {
	var refusal *supervision.Refusal
	switch {
	case errors.As(err, &refusal):
		status := http.StatusConflict
		if refusal.Reason == supervision.ReasonRole {
			status = http.StatusForbidden
		}
		f.Refused = &refusal.Decision
		return v.again(f, t, status, "refused")
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

// again shows the form as it was filled in, beside the order as it is now.
func (v *visit) again(f *form, t task, status int, notice string) error {
	order, err := v.svc.Order(v.r.Context(), f.order.ID, v.actor())
	if err != nil {
		return err
	}
	page, err := v.taskPage(order, t)
	if err != nil {
		return err
	}
	page.Notice, page.Refused = notice, f.Refused
	if status == http.StatusConflict {
		if page.News, err = v.news(order, f.Version); err != nil {
			return err
		}
		f.Version = order.Version
	}
	i := slices.IndexFunc(page.Forms, func(other *form) bool { return other.Operation == f.Operation })
	if i < 0 {
		page.Forms, f.Closed = append(page.Forms, f), true
	} else {
		page.Forms[i] = f
	}
	return v.render(status, "task", page)
}

type confirmPage struct {
	layout
	Order summary
	Task  task
	Form  *form
	After summary // the order as it would be
	Ends  []offer // what the visitor can do now and could not do any more
	Comes []deadline
}

// confirm asks before anything happens, and says what ends. With a script the
// same page is shown as a dialog.
func (v *visit) confirm(f *form, t task, order, after supervision.Order) error {
	page := confirmPage{layout: v.layout(f.Title), Task: t, Form: f}
	var err error
	if page.Order, err = v.summary(order); err != nil {
		return err
	}
	if page.After, err = v.summary(after); err != nil {
		return err
	}
	for _, o := range page.Order.Allowed() {
		same := func(other offer) bool { return other.Slug == o.Slug }
		if o.Slug != t.Slug && !slices.ContainsFunc(page.After.Allowed(), same) {
			page.Ends = append(page.Ends, o)
		}
	}
	for _, d := range v.deadlines(after) {
		if len(page.Comes) < foreseen && d.Kind != supervision.DeadlineReminder {
			page.Comes = append(page.Comes, d)
		}
	}
	return v.render(http.StatusOK, "confirm", page)
}
