package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// began is when every order opens.
var began = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// actors are those who have a part in every order.
var actors = map[supervision.Role]supervision.Actor{
	supervision.RoleBuyer:   supervision.Buyer("buyer"),
	supervision.RoleSeller:  supervision.Seller("seller"),
	supervision.RoleManager: supervision.Manager("manager"),
	supervision.RoleSystem:  supervision.System(),
}

// strangers have no part in any, or must not take it (R13, R22).
var strangers = []supervision.Actor{
	supervision.Buyer("seller"), supervision.Seller("stranger"), supervision.Manager("seller"),
}

// actions are what a walk does, and what is asked about besides each operation
// as such: by operation, with all that it may need.
var actions = map[supervision.Operation][]supervision.Action{
	supervision.OpSubmitRequest:  {supervision.SubmitRequest{Text: "Deploy it."}},
	supervision.OpAcceptRequest:  {supervision.AcceptRequest{}},
	supervision.OpRejectRequest:  {supervision.RejectRequest{Reason: "Where?"}},
	supervision.OpReportProgress: {supervision.ReportProgress{Text: "Half of it."}},
	supervision.OpDeliver:        {supervision.Deliver{Result: "Done."}},
	supervision.OpAcceptProduct:  {supervision.AcceptProduct{}},
	supervision.OpRejectProduct:  {supervision.RejectProduct{Reason: "It fails."}},
	supervision.OpRemind:         {supervision.Remind{}},
	supervision.OpRaiseAppeal:    appeals(),
	supervision.OpIntervene:      {supervision.Intervene{Reason: "Fraud."}},
	supervision.OpAddNote:        {supervision.AddNote{Text: "Called both."}},
	supervision.OpDecideAppeal:   rulings(),
	supervision.OpProposeRefund:  {supervision.ProposeRefund{Amount: half}},
	supervision.OpWithdrawRefund: {supervision.WithdrawRefund{}},
	supervision.OpAgreeRefund:    {supervision.AgreeRefund{Amount: half}, supervision.AgreeRefund{Amount: paid}},
	supervision.OpDeclineRefund:  {supervision.DeclineRefund{Reason: "No."}},
	supervision.OpAmend: {
		supervision.Amend{ScheduledEnd: began.AddDate(2, 0, 0), Reason: "Agreed."},
		supervision.Amend{Buyer: "manager", Reason: "Mine."},
	},
	supervision.OpReportReceipt: {supervision.ReportReceipt{}},
	supervision.OpErase:         {supervision.Erase{Reason: "Request 17"}},
}

var (
	paid = supervision.Money{Amount: 100_00, Currency: "CNY"}
	half = supervision.Money{Amount: 50_00, Currency: "CNY"}
)

func appeals() (list []supervision.Action) {
	for _, ground := range appeal.AllGrounds.List() {
		list = append(list, supervision.RaiseAppeal{Ground: ground, Reason: "Nothing happens.", Demand: "Go on.",
			Attachments: []supervision.Attachment{{Name: "proof.pdf", Ref: "1"}}})
	}
	return list
}

func rulings() (list []supervision.Action) {
	for _, outcome := range appeal.Outcomes() {
		list = append(list, supervision.DecideAppeal{Outcome: outcome, Decision: "So be it."})
	}
	for _, s := range supervision.Statuses() {
		if s.Waiting() {
			list = append(list, supervision.DecideAppeal{Outcome: appeal.Resume, ResumeAt: s, Decision: "Go on there."})
		}
	}
	return list
}

// policies are the presets, and variants with what no preset has switched on.
func policies() []supervision.Policy {
	untouched, accepts, cancels := supervision.Rules2025(), supervision.Guide(), supervision.Guide()
	untouched.Name, untouched.AutoAccept = "untouched", 7*supervision.Day
	accepts.Name, accepts.AtScheduledEnd, accepts.NegotiatedRefund = "accepts at the end", supervision.EndAccept, true
	cancels.Name, cancels.AtScheduledEnd = "cancels at the end", supervision.EndCancel
	cancels.ReminderInterval = 0
	return append(presets(), untouched, accepts, cancels)
}

// situation is what tells two orders apart for the rules, instants aside.
type situation struct {
	policy             string
	status, frozenFrom supervision.Status
	requests, products int
	requested, noted   bool
	delivered          bool
	reminded, spent    bool
	proposed, received bool
	erased             bool
	ground             appeal.Ground
}

func situationOf(o supervision.Order) situation {
	s := situation{
		policy: o.Policy.Name, status: o.Status, frozenFrom: o.FrozenFrom, requests: o.RequestRejections,
		products: o.ProductRejections, requested: o.Request != nil, delivered: o.Delivery != nil,
		reminded: !o.Reminder.At.IsZero(), spent: !o.SilenceSpent.IsZero(),
		proposed: o.Proposal != supervision.Proposal{}, received: !o.ReceivedAt.IsZero(), erased: !o.ErasedAt.IsZero(),
	}
	if o.Appeal.Pending() {
		s.ground, s.noted = o.Appeal.Ground, len(o.Appeal.Notes) > 0
	}
	return s
}

// walked returns an order for each of many situations, found by walking at
// random through the rules. The same library finds the same orders.
func walked() (orders []supervision.Order, err error) {
	seen := make(map[situation]bool)
	for i, policy := range policies() {
		random := rand.New(rand.NewPCG(35, uint64(i)))
		for found := 0; found < ordersPerPolicy; {
			id := fmt.Sprintf("o-%d", len(orders)+1)
			order, _,
				err := supervision.Open(supervision.Opening{ID: id, Product: "p", Buyer: "buyer", Seller: "seller",
				Paid: paid, Policy: policy}, began)
			if err != nil {
				return nil, err
			}
			order = wander(order, random, seen)
			if !seen[situationOf(order)] {
				seen[situationOf(order)] = true
				orders = append(orders, order)
				found++
			}
		}
	}
	full, err := noted(fmt.Sprintf("o-%d", len(orders)+1))
	return append(orders, full), err
}

// noted is an order with as many notes as an appeal can hold, which no walk is
// long enough for.
func noted(id string) (o supervision.Order, err error) {
	manager := actors[supervision.RoleManager]
	o, _, err = supervision.Open(supervision.Opening{ID: id, Product: "p", Buyer: "buyer", Seller: "seller"}, began)
	if err == nil {
		o, _, err = o.Apply(manager, supervision.Intervene{Reason: "Fraud."}, began)
	}
	for i := 0; i < supervision.MaxNotes && err == nil; i++ {
		o, _, err = o.Apply(manager, supervision.AddNote{Text: "…"}, began)
	}
	return o, err
}

// wander takes an order some way on, to where nobody has been if it comes by.
func wander(o supervision.Order, random *rand.Rand, seen map[situation]bool) supervision.Order {
	for steps := 1 + random.IntN(25); steps > 0 && (steps > 1 || seen[situationOf(o)]); steps-- {
		at := o.UpdatedAt.Add(waits[random.IntN(len(waits))])
		open := allowed(o, at, random)
		if len(open) == 0 {
			continue
		}
		c := open[random.IntN(len(open))]
		if next, _, err := o.Apply(c.actor, c.action, at); err == nil {
			o = next
		}
	}
	return o
}

type move struct {
	actor  supervision.Actor
	action supervision.Action
}

// allowed gives of each operation that is allowed an action, drawn at random.
func allowed(o supervision.Order, at time.Time, random *rand.Rand) (list []move) {
	for _, op := range supervision.Operations() {
		for _, role := range op.By() {
			if d, err := o.Permit(actors[role], op, at); err == nil && d.Allowed {
				list = append(list, move{actors[role], actions[op][random.IntN(len(actions[op]))]})
			}
		}
	}
	return list
}

var waits = []time.Duration{0, supervision.Tick, time.Hour, 25 * time.Hour, 6 * supervision.Day, 11 * supervision.Day,
	100 * supervision.Day}

const ordersPerPolicy = 24
