package supervision_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// monday is when the examples begin.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// delivering is an order whose seller has accepted the request, as the examples
// need one.
func delivering(policy supervision.Policy) (supervision.Order, []supervision.Record) {
	order, first, err := supervision.Open(supervision.Opening{ID: "o-1", Product: "crm", Buyer: "ben", Seller: "sue",
		Policy: policy}, monday)
	records := []supervision.Record{first}
	for _, step := range []struct {
		actor  supervision.Actor
		action supervision.Action
	}{
		{supervision.Buyer("ben"), supervision.SubmitRequest{Text: "Two hundred users, please."}},
		{supervision.Seller("sue"), supervision.AcceptRequest{}},
	} {
		if err != nil {
			panic(err) // an example has no test to fail
		}
		var added []supervision.Record
		order, added, err = order.Apply(step.actor, step.action, monday)
		records = append(records, added...)
	}
	return order, records
}

// A rule is tested without a service, a store or a clock: the core takes the
// instant as an argument.
func ExampleOrder_Apply() {
	order, _ := delivering(supervision.Guide())
	five := monday.AddDate(0, 0, 5)
	appealing := supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "No news for five days.",
		Demand: "Deliver."}

	_, _, err := order.Apply(supervision.Buyer("ben"), appealing, five)
	var refusal *supervision.Refusal
	if errors.As(err, &refusal) {
		fmt.Println("after 5 days:", refusal.Rule, refusal.Reason, "from", refusal.From.Format(time.RFC3339Nano))
	}
	frozen, records, err := order.Apply(supervision.Buyer("ben"), appealing, five.Add(supervision.Tick))
	fmt.Println("a tick later:", frozen.Status, len(records), err)
	// Output:
	// after 5 days: R09 not_silent_long_enough from 2026-03-07T09:00:00.000001Z
	// a tick later: frozen 1 <nil>
}

// An order that runs in another system goes on where it stands: here the seller
// has been silent for four days.
func ExampleAdopt() {
	snapshot := supervision.Adoption{
		ID: "o-1", Product: "crm", Buyer: "ben", Seller: "sue", OpenedAt: monday.AddDate(0, 0, -20),
		Status: supervision.AwaitingDelivery, TurnSince: monday.AddDate(0, 0, -4), RequestRejections: 2,
		Request: &supervision.Request{Text: "Two hundred users, please.", SubmittedAt: monday.AddDate(0, 0, -5)},
		History: []supervision.Quote{{What: "STATE 3 -> 4", Who: "sue"}},
	}
	order, first, err := supervision.Adopt(snapshot, monday, nil)
	fmt.Println(order.Status, first.Operation, err)
	for _, d := range order.Deadlines(monday)[:1] {
		fmt.Println(d.Kind, d.Ground, d.At.Format(time.RFC3339Nano))
	}

	snapshot.Buyer, snapshot.Request = "", nil
	_, _, err = supervision.Adopt(snapshot, monday, nil)
	var invalid *supervision.InvalidError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Faults {
			fmt.Println(f.Field, f.Code)
		}
	}
	// Output:
	// awaiting_delivery adopt <nil>
	// appeal_opens seller_silent 2026-03-03T09:00:00.000001Z
	// buyer required
	// request_rejections out_of_range
}

// A policy is the guide's with other numbers.
func ExamplePolicy() {
	policy := supervision.Guide()
	policy.Name = "hardware"
	policy.AutoAccept = 10 * supervision.Day
	policy.Appeal.Silence = 2 * supervision.Day
	if err := policy.Validate(); err != nil {
		fmt.Println(err)
	}
	order, _ := delivering(policy)
	order, _, _ = order.Apply(supervision.Seller("sue"), supervision.Deliver{Result: "Installed."}, monday)

	settled, records := order.Settle(monday.AddDate(0, 0, 11))
	for _, r := range records {
		fmt.Println(r.At.Format(time.DateTime), r.Operation, r.From, "to", r.To)
	}
	fmt.Println(settled.OrderStatus())

	policy.CompletionDelay = 0
	fmt.Println(policy.Validate())
	// Output:
	// 2026-03-12 09:00:00 auto_accept awaiting_acceptance to accepted
	// 2026-03-12 12:00:00 complete accepted to completed
	// completed
	// supervision: invalid policy: completion_delay: give a duration from 1µs to 876000h0m0s
}

// A portal shows what a party can do, and why not and from when where it
// cannot.
func ExampleOrder_Operations() {
	order, _ := delivering(supervision.Guide())
	permissions, err := order.Operations(supervision.Buyer("ben"), monday.Add(time.Hour))
	if err != nil {
		fmt.Println(err)
	}
	for _, p := range permissions {
		switch {
		case p.Allowed:
			fmt.Println(p.Operation, "yes")
		case !p.From.IsZero():
			fmt.Println(p.Operation, "from", p.From.Format(time.RFC3339Nano), "to", p.Until.Format(time.DateOnly))
		case p.Reason != supervision.ReasonRole:
			fmt.Println(p.Operation, "no:", supervision.ReasonText(p.Reason))
		}
	}
	// Output:
	// submit_request no: the flow does not stand where this can be done
	// accept_product no: the flow does not stand where this can be done
	// reject_product no: the flow does not stand where this can be done
	// remind yes
	// raise_appeal from 2026-03-07T09:00:00.000001Z to 2027-02-15
	// propose_refund no: the parties cannot negotiate a refund of this order
	// withdraw_refund no: the parties cannot negotiate a refund of this order
}

// A countdown is the difference between a deadline and now.
func ExampleOrder_Deadlines() {
	order, _ := delivering(supervision.Guide())
	order, _, _ = order.Apply(supervision.Seller("sue"), supervision.Deliver{Result: "All users can log in."}, monday)
	order, _, _ = order.Apply(supervision.Buyer("ben"), supervision.AcceptProduct{}, monday)
	now := monday.Add(2*time.Hour + 59*time.Minute)
	for _, d := range order.Deadlines(now) {
		fmt.Println(d.Kind, "in", d.At.Sub(now))
	}
	// Output:
	// completion in 1m0s
}

// A stepper shows the steps of the flow.
func ExampleOrder_Steps() {
	order, _ := delivering(supervision.Guide())
	for _, step := range order.Steps(monday) {
		fmt.Println(step.State, step.Status)
	}
	// Output:
	// done awaiting_request
	// done awaiting_confirmation
	// current awaiting_delivery
	// waiting awaiting_acceptance
	// waiting accepted
	// waiting completed
}

// Replaying an order's records yields the order, as far as one likes.
func ExampleReplay() {
	order, records := delivering(supervision.Guide())
	for n := range records {
		then, err := supervision.Replay(records[:n+1])
		fmt.Println(then.Version, then.Status, err)
	}
	now, _ := supervision.Replay(records)
	fmt.Println(now.Version == order.Version, now.UpdatedAt.Equal(order.UpdatedAt))

	_, err := supervision.Replay(records[1:])
	fmt.Println(errors.Is(err, supervision.ErrMalformed))
	// Output:
	// 1 awaiting_request <nil>
	// 2 awaiting_confirmation <nil>
	// 3 awaiting_delivery <nil>
	// true true
	// true
}

// A page draws any operation from its inputs, with one widget for each kind of
// field, and knows no operation. A test over FieldKinds finds a widget that is
// missing.
func ExampleOrder_Inputs() {
	widgets := map[supervision.FieldKind]string{"text": "textarea", "id": "input", "number": "number",
		"instant": "datetime", "yes_no": "checkbox", "files": "upload", "money": "amount", "form": "template",
		"ground": "select", "outcome": "select", "status": "select"}
	for _, kind := range supervision.FieldKinds() {
		if widgets[kind] == "" {
			fmt.Println("no widget for", kind)
		}
	}
	order, _ := delivering(supervision.Guide())
	inputs, err := order.Inputs(supervision.Seller("sue"), supervision.OpDeliver, monday)
	for _, in := range inputs {
		fmt.Println(in.Key, widgets[in.Kind], in.Required)
	}
	fmt.Println(err)
	// Output:
	// no widget for policy
	// no widget for quotes
	// no widget for answer
	// result textarea true
	// attachments upload false
	// enabled_at datetime false
	// <nil>
}

// An action is data: it can be sent, queued, and read again with its operation.
func ExampleMarshalAction() {
	queued, err := supervision.MarshalAction(supervision.RejectRequest{Reason: "No region named."})
	fmt.Println(string(queued), err)
	action, err := supervision.UnmarshalAction(queued)
	fmt.Println(action.Operation(), err)
	_, err = supervision.UnmarshalAction([]byte(`{"format":1,"operation":"dance","action":{}}`))
	fmt.Println(errors.Is(err, supervision.ErrUnknown))
	// Output:
	// {"format":1,"operation":"reject_request","action":{"reason":"No region named."}} <nil>
	// reject_request <nil>
	// true
}

// Each refusal names its rule, which can be read with its source.
func ExampleRule() {
	order, _ := delivering(supervision.Guide())
	d, err := order.Permit(supervision.Seller("sue"), supervision.OpRemind, monday)
	fmt.Println(d.Rule, d.Reason, err)
	fmt.Println(d.Rule.Source(), "-", d.Rule.Why())
	sentence, _, _ := strings.Cut(d.Rule.Text(), ".")
	fmt.Println(sentence)
	// Output:
	// R20 another_role <nil>
	// Guide, Ours - The guide gives no interval; without one a reminder could be sent every second.
	// The buyer can remind the seller while it is the seller's turn, not more often than the policy allows
}
