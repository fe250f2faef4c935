package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// task is a page on which somebody acts on an order; its label stands in the
// Operation column. One without a label is named as its operation is.
type task struct {
	Slug, Label string
	Operations  []supervision.Operation
	About       string // the card of the order that one has to read before deciding
}

// tasks lists the tasks, what moves an order on first. Every operation of the
// library is in one of them: in a decision between several, or by itself.
func tasks() (list []task) {
	for _, op := range append([]supervision.Operation{supervision.OpDeliver}, supervision.Operations()...) {
		holds := func(t task) bool { return slices.Contains(t.Operations, op) }
		if slices.ContainsFunc(list, holds) {
			continue
		}
		t := task{Slug: string(op), Operations: []supervision.Operation{op}}
		if i := slices.IndexFunc(forms.Decisions, holds); i >= 0 {
			t = forms.Decisions[i]
		}
		list = append(list, t)
	}
	return list
}

var tasksBySlug = byID(tasks(), func(t task) string { return t.Slug })

func (l *tongue) task(t task) string {
	return cmp.Or(l.t(t.Label), l.Operation(t.Operations[0]))
}

// offer is a task as one person finds it now: with the decision that allows it,
// or says why not and from when.
type offer struct {
	Task task
	supervision.Decision
}

// never are the reasons for which a task is not the actor's at all.
var never = []supervision.Reason{supervision.ReasonRole, supervision.ReasonNotDue, supervision.ReasonNotNegotiable}

type offers []offer

func (list offers) Allowed() offers {
	return slices.DeleteFunc(slices.Clone(list), func(o offer) bool { return !o.Allowed })
}

// Closed are those that are not allowed, together by their reason.
func (list offers) Closed() (groups []offers) {
	for _, o := range list {
		same := func(g offers) bool { return g[0].Reason == o.Reason && g[0].From.Equal(o.From) }
		if i := slices.IndexFunc(groups, same); !o.Allowed && i >= 0 {
			groups[i] = append(groups[i], o)
		} else if !o.Allowed {
			groups = append(groups, offers{o})
		}
	}
	return groups
}

// offersOf lists the tasks of the actor's role, as the library answers for
// their operations (R23).
func offersOf(o supervision.Order, actor supervision.Actor, at time.Time) (list offers) {
	permissions, _ := o.Operations(actor, at) // of an order that is not the actor's they allow nothing
	for _, t := range tasks() {
		mine := slices.DeleteFunc(slices.Clone(permissions[:]), func(d supervision.Decision) bool {
			return !slices.Contains(t.Operations, d.Operation) || slices.Contains(never, d.Reason)
		})
		if len(mine) > 0 {
			allowed := slices.IndexFunc(mine, func(d supervision.Decision) bool { return d.Allowed })
			list = append(list, offer{t, mine[max(0, allowed)]})
		}
	}
	return list
}

// permit asks whether the visitor may do something to the order now.
func (v *visit) permit(op supervision.Operation) supervision.Decision {
	d, _ := v.order.Permit(v.actor(), op, v.Now) // an error allows nothing
	return d
}

type taskPage struct {
	*visit
	Order   standing
	Forms   []*form
	Closed  []supervision.Decision // the task's operations that are not allowed
	Grounds []appeal.Verdict
	About   []card
	News    []recordView // what happened to the order since the visitor saw it
	Records []recordView // beside a ruling, all that led to it
	Notice  string       // why nothing has been sent; see pages/task.html
	Refused *supervision.Decision
}

func (v *visit) showTask() error {
	return v.render(http.StatusOK, "task.html", v.taskPage(v.order.Version))
}

// taskPage has a fresh form for each of the task's operations that is allowed
// now, and what is new since a version.
func (v *visit) taskPage(seen int64) taskPage {
	v.follow()
	records, about := v.records(v.Task.About)
	page := taskPage{visit: v, Order: v.standing(records), About: about}
	for _, r := range slices.Backward(records) {
		if r.Seq > seen {
			page.News = append(page.News, r)
		}
		if v.Task.About == "appeal" && r.Card == "" {
			page.Records = append(page.Records, r)
		}
	}
	if slices.Contains(v.Task.Operations, supervision.OpRaiseAppeal) {
		page.Grounds, _ = v.order.Verdicts(v.actor(), page.Now)
	}
	for _, op := range v.Task.Operations {
		if d := v.permit(op); !d.Allowed {
			page.Closed = append(page.Closed, d)
			continue
		}
		f := v.newForm(op)
		f.restore(v, records)
		page.Forms = append(page.Forms, f)
	}
	return page
}

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
	action, err := f.action()
	if v.err != nil || action == nil {
		return cmp.Or(v.err, malformed(err))
	}
	faults = append(faults, v.L.Explain(err).Faults...)
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
		page.Forms, f.Closed = append(page.Forms, f), notice != "unknown" // which is sent again
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
