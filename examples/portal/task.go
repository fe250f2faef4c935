package main

import (
	"net/http"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
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

func (l *tongue) task(t task) string {
	if t.Label == "" {
		return l.Operation(t.Operations[0])
	}
	return l.t(t.Label)
}

// offer is a task as one person finds it now. Where it is not allowed, Why says
// why not and from when.
type offer struct {
	Task    task
	Allowed bool
	Why     supervision.Decision
}

// never are the reasons for which a task is not the actor's at all.
var never = []supervision.Reason{supervision.ReasonRole, supervision.ReasonNotDue, supervision.ReasonNotNegotiable}

// offers lists the tasks of the actor's role, as the library answers for their
// operations (R23).
func offers(o supervision.Order, actor supervision.Actor, at time.Time) (list []offer) {
	permissions, _ := o.Operations(actor, at) // of an order that is not the actor's they allow nothing
	for _, t := range tasks() {
		var mine []supervision.Decision
		for _, d := range permissions {
			if slices.Contains(t.Operations, d.Operation) && !slices.Contains(never, d.Reason) {
				mine = append(mine, d)
			}
		}
		if len(mine) > 0 {
			allowed := slices.ContainsFunc(mine, func(d supervision.Decision) bool { return d.Allowed })
			list = append(list, offer{t, allowed, mine[0]})
		}
	}
	return list
}

// summary is an order as the list and the head of every page about it show it.
type summary struct {
	supervision.Order
	Now    time.Time
	Offers []offer
	Role   supervision.Role // the visitor's
}

func (v *visit) summary(o supervision.Order) summary {
	return summary{o, v.Now, offers(o, v.actor(), v.Now), v.Who.Role}
}

func (s summary) Allowed() []offer { return allowed(s.Offers) }

func allowed(list []offer) []offer {
	return slices.DeleteFunc(slices.Clone(list), func(o offer) bool { return !o.Allowed })
}

type closed struct {
	Offers []offer
	Why    supervision.Decision
}

// Closed lists what is not allowed, with one entry for each reason.
func (s summary) Closed() (list []closed) {
	for _, o := range s.Offers {
		same := func(c closed) bool { return c.Why.Reason == o.Why.Reason && c.Why.From.Equal(o.Why.From) }
		if i := slices.IndexFunc(list, same); !o.Allowed && i >= 0 {
			list[i].Offers = append(list[i].Offers, o)
		} else if !o.Allowed {
			list = append(list, closed{[]offer{o}, o.Why})
		}
	}
	return list
}

// Overdue tells whether the ruling on a pending appeal is late (R19).
func (s summary) Overdue() bool { return s.Appeal.Overdue(s.Now) }

// Assignee is the operations manager whose case a pending appeal is: who took
// the order in hand, or wrote first.
func (s summary) Assignee() string {
	if a := s.Pending(); a != nil && a.Manager == "" && len(a.Notes) > 0 {
		return a.Notes[0].By
	} else if a != nil {
		return a.Manager
	}
	return ""
}

// Pending returns the appeal that waits for its ruling; nil for none.
func (s summary) Pending() *appeal.Appeal {
	if s.Appeal.Pending() {
		return s.Appeal
	}
	return nil
}

// permit asks whether the visitor may do something to the order now.
func (v *visit) permit(op supervision.Operation) supervision.Decision {
	d, _ := v.order.Permit(v.actor(), op, v.Now) // an error allows nothing
	return d
}

type taskPage struct {
	*visit
	Task    task
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

func (v *visit) task() (task, error) {
	list := tasks()
	i := slices.IndexFunc(list, func(t task) bool { return t.Slug == v.r.PathValue("task") })
	if i < 0 {
		return task{}, v.notFound()
	}
	return list[i], nil
}

func (v *visit) showTask() error {
	t, err := v.task()
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "task.html", v.taskPage(t, v.order.Version))
}

// taskPage has a fresh form for each of the task's operations that is allowed
// now, and what is new since a version.
func (v *visit) taskPage(t task, seen int64) taskPage {
	page := taskPage{visit: v, Task: t}
	v.follow()
	records := v.records()
	for i := range records {
		if records[i].Card != t.About {
			records[i].Card = "" // it is not on this page
		}
	}
	page.Order = v.standing(records)
	for _, c := range cards(records) {
		if c.Name == t.About {
			page.About = append(page.About, c)
		}
	}
	for _, r := range slices.Backward(records) {
		if r.Seq > seen {
			page.News = append(page.News, r)
		}
		if t.About == "appeal" && r.Card == "" {
			page.Records = append(page.Records, r)
		}
	}
	if slices.Contains(t.Operations, supervision.OpRaiseAppeal) {
		page.Grounds, _ = v.order.Verdicts(v.actor(), page.Now)
	}
	for _, op := range t.Operations {
		if d := v.permit(op); !d.Allowed {
			page.Closed = append(page.Closed, d)
			continue
		}
		f := v.newForm(t, op)
		f.restore(v, records)
		page.Forms = append(page.Forms, f)
	}
	return page
}
