package audit

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Forms finds the version of a template that an operation on an order fills in
// (R04), see [supervision.Order.Form]; nil where it is not at hand.
type Forms func(o supervision.Order, op supervision.Operation) *template.Form

// find asks the first of the forms, if there is one.
func find(forms []Forms, o supervision.Order, op supervision.Operation) []*template.Form {
	if len(forms) == 0 || forms[0] == nil || o.Form(op).Version == 0 {
		return nil
	}
	return []*template.Form{forms[0](o, op)}
}

// begin makes an order again from its first record: it is opened or adopted
// anew (R01, R29). Any other first record is taken as Replay takes it, and so
// is an adoption that lacks nothing but a form, which is unchecked then.
func begin(r supervision.Record, forms []Forms) (o supervision.Order, want supervision.Record, unchecked bool,
	err error) {
	switch a := r.Action.(type) {
	case supervision.Opening:
		o, want, err = supervision.Open(a, r.At)
		return o, want, false, err
	case supervision.Adoption:
		o, want, err = supervision.Adopt(a, a.AdoptedAt, pinned(forms, a))
		if unchecked = lacksForm(err); !unchecked {
			return o, want, false, err
		}
	}
	o, err = supervision.Order{}.Follow(r)
	return o, r, unchecked, err
}

// pinned finds the forms that an adopted order is pinned to.
func pinned(forms []Forms, a supervision.Adoption) map[supervision.Operation]*template.Form {
	o := supervision.Order{Product: a.Product, Seller: a.Seller, RequestTemplateVersion: a.RequestTemplateVersion,
		DeliveryTemplateVersion: a.DeliveryTemplateVersion}
	found := make(map[supervision.Operation]*template.Form)
	for _, op := range []supervision.Operation{supervision.OpSubmitRequest, supervision.OpDeliver} {
		if form := find(forms, o, op); form != nil {
			found[op] = form[0]
		}
	}
	return found
}

// command is what somebody wants done.
type command struct {
	actor  supervision.Actor
	action supervision.Action
	at     time.Time
}

// perform is Apply with a form where there is one. Unchecked says that all is
// well but for a form that is not at hand; its values are taken as they are.
func (c command) perform(o supervision.Order, forms []Forms) (
	next supervision.Order, records []supervision.Record, unchecked bool, err error,
) {
	next, records, err = o.Apply(c.actor, c.action, c.at, find(forms, o, c.action.Operation())...)
	if !lacksForm(err) {
		return next, records, false, err
	}
	next, record, err := c.force(o) // time has moved nothing where a form is filled in
	return next, []supervision.Record{record}, true, err
}

// lacksForm reports whether an input is refused for nothing but its form.
func lacksForm(err error) bool {
	var invalid *supervision.InvalidError
	return errors.As(err, &invalid) && !slices.ContainsFunc(invalid.Faults, func(f supervision.Fault) bool {
		return f.Code != fault.TemplateMissing
	})
}

// force takes a command as done that the flow has a way for, whatever the other
// rules say.
func (c command) force(o supervision.Order) (next supervision.Order, r supervision.Record, err error) {
	r = supervision.Record{
		Order: o.ID, Seq: o.Version + 1, At: later(c.at.UTC().Truncate(supervision.Tick), o.UpdatedAt),
		Actor: c.actor, Operation: c.action.Operation(), From: o.Status, Action: c.action,
	}
	for _, r.To = range supervision.Statuses() {
		if next, err = o.Follow(r); err == nil {
			return next, r, nil
		}
	}
	return supervision.Order{}, supervision.Record{}, err
}

// byTime returns the record that time makes up to an instant, if there is one.
func byTime(o supervision.Order, at time.Time) (supervision.Record, bool) {
	_, due := o.Settle(at)
	if len(due) == 0 {
		return supervision.Record{}, false
	}
	return due[0], true
}

// parties are the actors whose order it is.
func parties(o supervision.Order) [2]supervision.Actor {
	return [2]supervision.Actor{supervision.Buyer(o.Buyer), supervision.Seller(o.Seller)}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// compare visits the members in which two JSON documents differ. An array is
// one member; one that is absent is empty.
func compare(path string, a, b json.RawMessage, visit func(path string, a, b json.RawMessage)) {
	if string(a) == string(b) {
		return
	}
	left, right := members(a), members(b)
	names := slices.AppendSeq(slices.Collect(maps.Keys(left)), maps.Keys(right))
	if len(names) == 0 {
		visit(path, a, b)
	}
	if path != "" {
		path += "."
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		compare(path+name, left[name], right[name], visit)
	}
}

func members(data json.RawMessage) (object map[string]json.RawMessage) {
	_ = json.Unmarshal(data, &object) // fails for what is no object, and has no members
	return object
}
