package main

import (
	"cmp"
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
	action, found, err := f.action()
	if err = cmp.Or(v.err, err); err != nil {
		return err
	}
	faults = append(faults, found...)
	confirmed := confirm == "yes" && len(faults) == 0
	result, err := v.try(v.order.ID, action, confirmed, service.WithKey(f.Key), service.IfVersion(f.Version))
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
		return v.confirm(f, result)
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

// try finds out what would come of an action and, once it is confirmed, does it.
func (v *visit) try(order string, a supervision.Action, confirmed bool, options ...service.DoOption) (service.Result,
	error) {
	if !confirmed {
		options = append(options, service.DryRun())
	}
	return v.svc.Do(v.ctx(), order, v.actor(), a, options...)
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
		f, refused, err := v.db.stage(v.ctx(), s, name, r)
		if refused != "" {
			faults = append(faults, supervision.Fault{Field: input, Code: refused})
		} else if err == nil {
			typed.Add(input, f.Ref())
		}
		return err
	})
	if errors.As(err, new(*http.MaxBytesError)) && typed.Get("operation") != "" {
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
	Facts []fact  // what would be recorded
	Ends  offers  // what the visitor can do now and could not do any more
	Comes []supervision.Deadline
}

// confirm asks before anything happens, and says what ends. With a script the
// same page is shown as a dialog.
func (v *visit) confirm(f *form, would service.Result) error {
	page := confirmPage{visit: v, Order: v.summary(v.order), Form: f, After: v.summary(would.Order)}
	for _, r := range would.Records {
		page.Facts = v.L.view(r, f.Template).Facts // the last is the operation's own
	}
	page.Comes, _ = v.deadlines(would.Order)
	page.Ends = slices.DeleteFunc(page.Order.Offers.Allowed(), func(o offer) bool {
		stays := func(other offer) bool { return other.Task.Slug == o.Task.Slug }
		return o.Task.Slug == v.Task.Slug || slices.ContainsFunc(page.After.Offers.Allowed(), stays)
	})
	return v.render(http.StatusOK, "confirm.html", page)
}
