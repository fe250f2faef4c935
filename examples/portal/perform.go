package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// perform takes a filled-in form. It is tried without effect first and asked
// about, then sent. Whatever stands in the way is said on the same page, with
// everything that was typed.
func (v *visit) perform() error {
	order, t, err := v.theTask()
	if err != nil {
		return err
	}
	if err := v.readForm(uploadForm); err != nil {
		return err
	}
	op := supervision.Operation(v.r.PostFormValue("operation"))
	if !slices.Contains(t.operations, op) {
		return errMalformedForm
	}
	f, err := v.newForm(order, t, op)
	if err != nil {
		return err
	}
	faults, err := f.read(v)
	if err != nil {
		return err
	}
	action, found := f.action()
	faults = append(faults, found...)
	confirmed := v.r.PostFormValue("confirm") == "yes" && len(faults) == 0
	err = v.send(v.r.Context(), f, action, confirmed)
	faults = append(faults, faultsOf(err)...)
	switch {
	case len(faults) > 0:
		f.blame(faults)
		return v.again(f, t, http.StatusUnprocessableEntity, "")
	case err != nil:
		return v.explain(f, t, err)
	case !confirmed:
		return v.confirm(f, t, order)
	}
	http.Redirect(v.w, v.r, address(order.ID)+"?"+query("done", string(op)), http.StatusSeeOther)
	return nil
}

func (v *visit) send(ctx context.Context, f *form, action supervision.Action, confirmed bool) error {
	options := []service.DoOption{service.WithKey(f.Key), service.IfVersion(f.Version)}
	if !confirmed {
		options = append(options, service.DryRun())
	}
	_, err := v.svc.Do(ctx, f.order.ID, v.actor(), action, options...)
	return err
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
		return v.again(f, t, status, "Nothing has been sent: "+supervision.ReasonText(refusal.Reason)+".")
	case errors.Is(err, service.ErrConflict):
		return v.again(f, t, http.StatusConflict,
			"The order changed while you were writing. Nothing has been sent and nothing you wrote is lost: look at what is new, then send again.")
	case errors.Is(err, service.ErrKeyReused):
		f.Key = rand.Text()
		return v.again(f, t, http.StatusConflict,
			"This form has been sent before, with other words. What was sent then stands; send this one only if you mean it too.")
	case errors.Is(err, service.ErrUnknownOutcome):
		return v.again(f, t, http.StatusServiceUnavailable,
			"It is not known whether this has been saved. Send it again: it will be done once only.")
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
	page.Notice = notice
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
}

// confirm asks before anything happens. With a script the same page is shown as
// a dialog.
func (v *visit) confirm(f *form, t task, order supervision.Order) error {
	page := confirmPage{layout: v.layout(f.Title), Task: t, Form: f}
	var err error
	if page.Order, err = v.summary(order); err != nil {
		return err
	}
	return v.render(http.StatusOK, "confirm", page)
}
