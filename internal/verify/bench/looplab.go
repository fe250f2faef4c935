package main

import (
	"context"
	"fmt"
	"time"

	"github.com/looplab/fsm"

	"github.com/koogallery/serviceflow/supervision"
)

// fsmEvents is the flow's table as a host that uses looplab/fsm by itself would
// write it, read off the library's.
var fsmEvents = func() (events fsm.Events) {
	rulings := map[supervision.Status]string{supervision.Accepted: "rule_accept", supervision.Canceled: "rule_cancel"}
	at := make(map[string]int)
	for _, t := range supervision.Flow() {
		name := string(t.Operation)
		if t.Operation == supervision.OpDecideAppeal {
			if name = rulings[t.To]; name == "" {
				name = "resume_at_" + string(t.To)
			}
		}
		place, known := at[name+">"+string(t.To)]
		if !known {
			place = len(events)
			at[name+">"+string(t.To)] = place
			events = append(events, fsm.EventDesc{Name: name, Dst: string(t.To)})
		}
		events[place].Src = append(events[place].Src, string(t.From))
	}
	return events
}()

// flowFrom and flowEvents are the statuses and the events of the flow in
// looplab's terms.
var flowFrom, flowEvents = func() (from, events []string) {
	order, _, err := play(0, 0)
	for i, m := range flow {
		if err != nil {
			panic(err) // a fault in the flow above, which every run would meet
		}
		from, events = append(from, string(order.Status)), append(events, string(m.action.Operation()))
		order, _, err = play(0, i+1)
	}
	return from, events
}()

// idiom is an order with a machine, as looplab's own example of a struct with
// callbacks has it: the machine is made for the status that was stored, and the
// callbacks do the bookkeeping.
type idiom struct {
	order   plainOrder
	record  plainRecord
	machine *fsm.FSM
}

func newIdiom(o plainOrder) *idiom {
	d := &idiom{order: o}
	d.machine = fsm.NewFSM(o.Status, fsmEvents, fsm.Callbacks{
		"before_event": d.begin,
		"enter_state":  d.enter,
		"after_event":  d.end,
	})
	return d
}

func (d *idiom) do(actor supervision.Actor, action supervision.Action, at time.Time) error {
	d.record = plainRecord{Order: d.order.ID, Seq: d.order.Version + 1, At: at, Actor: actor, Action: action}
	if err := d.machine.Event(context.Background(), string(action.Operation())); !moved(err) {
		return err
	}
	return nil
}

func (d *idiom) begin(_ context.Context, e *fsm.Event) {
	if !d.order.party(d.record.Actor) {
		e.Cancel(fmt.Errorf("order %q is not %v's", d.order.ID, d.record.Actor))
	}
	d.record.Operation, d.record.From, d.record.To = e.Event, e.Src, e.Dst
}

func (d *idiom) enter(_ context.Context, e *fsm.Event) { d.order.Status = e.Dst }

func (d *idiom) end(context.Context, *fsm.Event) { d.order.advance(&d.record) }
