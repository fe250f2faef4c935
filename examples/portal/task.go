package main

import (
	"net/http"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// task is a page on which somebody acts on an order; its label stands in the
// Operation column.
type task struct {
	Slug, Label string
	operations  []supervision.Operation
}

var tasks = []task{
	{"request", "Submit Request", []supervision.Operation{supervision.OpSubmitRequest}},
	{"confirmation", "Confirm Request",
		[]supervision.Operation{supervision.OpAcceptRequest, supervision.OpRejectRequest}},
	{"delivery", "Provide Service", []supervision.Operation{supervision.OpDeliver}},
	{"acceptance", "Confirm Acceptance",
		[]supervision.Operation{supervision.OpAcceptProduct, supervision.OpRejectProduct}},
	{"progress", "Report Progress", []supervision.Operation{supervision.OpReportProgress}},
	{"reminder", "Remind Seller", []supervision.Operation{supervision.OpRemind}},
	{"appeal", "Initiate Appeal", []supervision.Operation{supervision.OpRaiseAppeal}},
	{"ruling", "Handle Appeal", []supervision.Operation{supervision.OpDecideAppeal, supervision.OpAddNote}},
	{"intervention", "Intervene", []supervision.Operation{supervision.OpIntervene}},
	{"refund", "Negotiate Refund", []supervision.Operation{supervision.OpProposeRefund, supervision.OpWithdrawRefund,
		supervision.OpAgreeRefund, supervision.OpDeclineRefund}},
	{"amendment", "Amend Order", []supervision.Operation{supervision.OpAmend}},
}

// offer is a task as one person finds it now. Where it is not allowed, Why says
// why not and from when.
type offer struct {
	task
	Allowed bool
	Why     supervision.Decision
}

// offers lists the tasks of the actor's role, as the library answers for their
// operations (R23).
func offers(o supervision.Order, actor supervision.Actor, at time.Time) ([]offer, error) {
	permissions, err := o.Operations(actor, at)
	if err != nil {
		return nil, err
	}
	var list []offer
	for _, t := range tasks {
		var mine []supervision.Decision
		for _, p := range permissions {
			if slices.Contains(t.operations, p.Operation) && p.Reason != supervision.ReasonRole &&
				(t.Slug != "refund" || o.Policy.NegotiatedRefund) {
				mine = append(mine, p)
			}
		}
		if len(mine) > 0 {
			allowed := slices.ContainsFunc(mine, func(p supervision.Decision) bool { return p.Allowed })
			list = append(list, offer{t, allowed, mine[0]})
		}
	}
	return list, nil
}

// summary is an order as the list and the head of every page about it show it.
type summary struct {
	supervision.Order
	Now    time.Time
	Offers []offer
	Role   supervision.Role // the visitor's
}

func (v *visit) summary(o supervision.Order) (summary, error) {
	now := v.svc.Now()
	list, err := offers(o, v.actor(), now)
	return summary{o, now, list, v.who.Role}, err
}

// Allowed lists what the actor can do now.
func (s summary) Allowed() (list []offer) {
	for _, o := range s.Offers {
		if o.Allowed {
			list = append(list, o)
		}
	}
	return list
}

// closed is why some tasks are not allowed.
type closed struct {
	Offers []offer
	Why    supervision.Decision
}

// Closed lists what is not allowed, with one entry for each reason.
func (s summary) Closed() (list []closed) {
	for _, o := range s.Offers {
		same := func(c closed) bool { return c.Why.Reason == o.Why.Reason && c.Why.From.Equal(o.Why.From) }
		if o.Allowed {
			continue
		} else if i := slices.IndexFunc(list, same); i >= 0 {
			list[i].Offers = append(list[i].Offers, o)
		} else {
			list = append(list, closed{[]offer{o}, o.Why})
		}
	}
	return list
}

// Overdue tells whether the ruling on a pending appeal is late (R19).
func (s summary) Overdue() bool { return s.Appeal.Overdue(s.Now) }

// Pending returns the appeal that waits for its ruling; nil for none.
func (s summary) Pending() *appeal.Appeal {
	if s.Appeal.Pending() {
		return s.Appeal
	}
	return nil
}

type taskPage struct {
	layout
	Order   standing
	Task    task
	Forms   []*form
	Closed  []supervision.Decision // the task's operations that are not allowed
	Grounds []appeal.Verdict
	News    []recordView // what happened to the order since the visitor saw it
	Records []recordView // beside a decision, all that led to it
	Notice  string       // why nothing has been sent; see pages/task.html
	Refused *supervision.Decision
	Facts   []fact // what the task is about: the request, the delivery, the appeal
}

// theTask finds the order and the task that the address names.
func (v *visit) theTask() (supervision.Order, task, error) {
	order, err := v.svc.Order(v.r.Context(), v.r.PathValue("id"), v.actor())
	if err != nil {
		return supervision.Order{}, task{}, err
	}
	for _, t := range tasks {
		if t.Slug == v.r.PathValue("task") {
			return order, t, nil
		}
	}
	return supervision.Order{}, task{}, v.notFound()
}

func (v *visit) showTask() error {
	order, t, err := v.theTask()
	if err != nil {
		return err
	}
	page, err := v.taskPage(order, t)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "task", page)
}

// taskPage has a fresh form for each of the task's operations that is allowed
// now.
func (v *visit) taskPage(order supervision.Order, t task) (taskPage, error) {
	page := taskPage{layout: v.layout(t.Label), Task: t}
	s, err := v.summary(order)
	if err != nil {
		return page, err
	}
	records, err := v.news(order, order.Version-recordsShown)
	if err != nil {
		return page, err
	}
	if t.Slug == "ruling" {
		page.Records = slices.Clone(records)
		records = slices.DeleteFunc(records, func(r recordView) bool { return elsewhere(order, r.Record) == "appeal" })
	}
	page.Order = v.standing(s, records)
	page.Live = livePath(order)
	if page.Grounds, err = order.Verdicts(v.actor(), page.Now); err != nil {
		return page, err
	}
	for _, op := range t.operations {
		p, err := order.Permit(v.actor(), op, page.Now)
		if err != nil {
			return page, err
		}
		if !p.Allowed {
			page.Closed = append(page.Closed, p)
			continue
		}
		f, err := v.newForm(order, t, op)
		if err == nil {
			err = f.restore(v)
		}
		if err != nil {
			return page, err
		}
		page.Forms = append(page.Forms, f)
	}
	page.Facts, err = v.subject(order, t)
	return page, err
}

// subject is what somebody has to read before deciding.
func (v *visit) subject(order supervision.Order, t task) ([]fact, error) {
	switch t.Slug {
	case "confirmation", "delivery":
		return v.requestFacts(order)
	case "acceptance":
		return v.l.deliveryFacts(order), nil
	case "ruling":
		return v.l.appealFacts(order.Appeal), nil
	}
	return nil, nil
}
