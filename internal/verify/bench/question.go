package main

import (
	"context"
	"slices"
	"time"

	"github.com/qmuntal/stateless"

	"github.com/koogallery/serviceflow/supervision"
)

var questionContests = []contest{
	{
		name: "operations/stateless", what: "`Order.Operations`: every operation with reason and instant",
		against: "qmuntal/stateless, one machine for all orders, asked which triggers its guards permit",
		bound:   faster(1),
		prepare: func(bool) (match, error) { return alike(askOperations, askStateless) },
	},
	{
		name: "operations/stateless-each", what: "the same",
		against: "the same, a machine for each order as its README makes it", bound: faster(1),
		prepare: func(bool) (match, error) { return alike(askOperations, askStatelessEach) },
	},
	{
		name: "permit/stateless", what: "`Order.Permit`: one operation", against: "qmuntal/stateless, `CanFire`",
		bound:   faster(1),
		prepare: func(bool) (match, error) { return alike(askPermit, askCanFire) },
	},
}

// questions are orders at every status of the flow, and who asks about them.
func questions() (orders []supervision.Order, err error) {
	for moves := range len(flow) + 1 {
		order, _, err := play(0, moves)
		if err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	return orders, nil
}

var (
	askers  = []supervision.Actor{buyer, seller}
	askedAt = bought.Add(7 * 24 * time.Hour)
)

// ask puts a question about one order after the other, from one party after the
// other.
func ask(b *bench, question func(o *supervision.Order, a supervision.Actor) error) error {
	orders, err := questions()
	if err != nil {
		return err
	}
	b.start()
	for i := range b.N {
		if err := question(&orders[i%len(orders)], askers[i%2]); err != nil {
			return err
		}
	}
	return nil
}

func askOperations(b *bench) error {
	return ask(b, func(o *supervision.Order, a supervision.Actor) error {
		_, err := o.Operations(a, askedAt)
		return err
	})
}

func askPermit(b *bench) error {
	return ask(b, func(o *supervision.Order, a supervision.Actor) error {
		_, err := o.Permit(a, supervision.OpRaiseAppeal, askedAt)
		return err
	})
}

func askStateless(b *bench) error {
	machine := newStateless(storedStatus, func(context.Context, stateless.State) error { return nil })
	return ask(b, func(o *supervision.Order, a supervision.Actor) error {
		_, err := machine.PermittedTriggersCtx(context.WithValue(context.Background(), orderKey{}, o), o, a, askedAt)
		return err
	})
}

func askStatelessEach(b *bench) error {
	return ask(b, func(o *supervision.Order, a supervision.Actor) error {
		status := o.Status
		machine := newStateless(
			func(context.Context) (stateless.State, error) { return status, nil },
			func(_ context.Context, s stateless.State) error { status = s.(supervision.Status); return nil },
		)
		_, err := machine.PermittedTriggers(o, a, askedAt)
		return err
	})
}

func askCanFire(b *bench) error {
	machine := newStateless(storedStatus, func(context.Context, stateless.State) error { return nil })
	return ask(b, func(o *supervision.Order, a supervision.Actor) error {
		_, err := machine.CanFireCtx(context.WithValue(context.Background(), orderKey{}, o), supervision.OpRaiseAppeal,
			o, a, askedAt)
		return err
	})
}

type orderKey struct{}

func storedStatus(ctx context.Context) (stateless.State, error) {
	return ctx.Value(orderKey{}).(*supervision.Order).Status, nil
}

// newStateless makes the flow's machine with guards for what the rules ask.
// Guards get the order, the actor and the instant.
func newStateless(get func(context.Context) (stateless.State, error),
	set func(context.Context, stateless.State) error) *stateless.StateMachine {
	m := stateless.NewStateMachineWithExternalStorage(get, set, stateless.FiringImmediate)
	done := make(map[[2]any]bool)
	for _, t := range supervision.Flow() {
		if done[[2]any{t.From, t.Operation}] {
			continue // a ruling's destinations, of which the action chooses
		}
		done[[2]any{t.From, t.Operation}] = true
		guard := func(_ context.Context, args ...any) bool {
			o, a, at := args[0].(*supervision.Order), args[1].(supervision.Actor), args[2].(time.Time)
			return mayFire(t, o, a, at)
		}
		if t.From == t.To {
			m.Configure(t.From).PermitReentry(t.Operation, guard)
		} else {
			m.Configure(t.From).Permit(t.Operation, t.To, guard)
		}
	}
	return m
}

// mayFire is what a host would ask in a guard: whose operation it is, how long
// ago the last reminder was, whether an appeal has a ground, what is proposed.
func mayFire(t supervision.Transition, o *supervision.Order, a supervision.Actor, at time.Time) bool {
	if !mayAct(t, o, a) {
		return false
	}
	switch t.Operation {
	case supervision.OpRemind:
		return at.Sub(o.Reminder.At) >= o.Policy.ReminderInterval
	case supervision.OpProposeRefund:
		return o.Policy.NegotiatedRefund && o.Proposal == supervision.Proposal{}
	case supervision.OpWithdrawRefund, supervision.OpAgreeRefund, supervision.OpDeclineRefund:
		return o.Policy.NegotiatedRefund && o.Proposal != supervision.Proposal{}
	case supervision.OpRaiseAppeal:
		p := o.Policy.Appeal
		if !at.Before(o.ScheduledEnd.Add(-p.Blackout)) && at.Before(o.ScheduledEnd) {
			return false
		}
		silent := o.Status.Turn() != a.Role && at.Sub(o.TurnSince) > p.Silence
		return silent || o.RequestRejections >= p.Rejections || o.ProductRejections >= p.Rejections
	}
	return true
}

func mayAct(t supervision.Transition, o *supervision.Order, a supervision.Actor) bool {
	switch a.Role {
	case supervision.RoleBuyer:
		return a.ID == o.Buyer && slices.Contains(t.By, supervision.RoleBuyer)
	case supervision.RoleSeller:
		return a.ID == o.Seller && slices.Contains(t.By, supervision.RoleSeller)
	}
	return slices.Contains(t.By, a.Role)
}
