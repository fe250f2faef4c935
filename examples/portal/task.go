package main

import (
	"cmp"
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
