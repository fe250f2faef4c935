package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/looplab/fsm"
)

var applyContests = []contest{
	{
		name: "apply/idiom", what: "an allowed action through `Order.Apply`, over a whole flow",
		against: "`fsm.NewFSM` with callbacks for each action, the same bookkeeping", bound: faster(6),
		prepare: func(bool) (match, error) { return alike(applyFlow, idiomFlow) },
	},
	{
		name: "apply/event", what: "the same", against: "nothing but the events, on a pooled looplab machine",
		bound:   within(2.5),
		prepare: func(bool) (match, error) { return alike(applyFlow, eventFlow) },
	},
}

// alike is a match of sides that need nothing.
func alike(ours, peer side) (match, error) { return match{ours, peer, func() {}}, nil }

// applyFlow lets an order go through the flow again and again.
func applyFlow(b *bench) error {
	opened, _, err := play(0, 0)
	if err != nil {
		return err
	}
	order := opened
	for i := range b.N {
		step := i % len(flow)
		if step == 0 {
			order = opened
		}
		if order, _,
			err = order.Apply(flow[step].by, flow[step].action, bought.Add(time.Duration(step)*time.Hour)); err != nil {
			return err
		}
	}
	return nil
}

func idiomFlow(b *bench) error {
	opened := plainOpen(opening(1), bought)
	order := opened
	for i := range b.N {
		step := i % len(flow)
		if step == 0 {
			order = opened
		}
		d := newIdiom(order)
		if err := d.do(flow[step].by, flow[step].action, bought.Add(time.Duration(step)*time.Hour)); err != nil {
			return err
		}
		order = d.order
	}
	return nil
}

func eventFlow(b *bench) error {
	machines := sync.Pool{New: func() any { return fsm.NewFSM("", fsmEvents, nil) }}
	for i := range b.N {
		step := i % len(flow)
		f := machines.Get().(*fsm.FSM)
		f.SetState(flowFrom[step])
		if err := f.Event(context.Background(), flowEvents[step]); !moved(err) {
			return err
		}
		machines.Put(f)
	}
	return nil
}

// moved tells success: looplab answers an event that leads to where it started
// with an error of its own.
func moved(err error) bool {
	var stays fsm.NoTransitionError
	return err == nil || errors.As(err, &stays) && stays.Err == nil
}
