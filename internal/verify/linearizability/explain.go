package linearizability

import (
	"errors"
	"fmt"

	"github.com/anishathalye/porcupine"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// state is one order with all that was done to it; nil before it is opened. It
// never changes.
type state struct {
	order model.Order
	last  *entry
	// print is the same for the same records.
	print uint64
}

// entry is a record in the order's history, the newest first.
type entry struct {
	record model.Record
	key    string
	before *entry
}

func (s *state) add(order model.Order, records []model.Record, key string) *state {
	next := &state{order: order, last: s.last, print: s.print}
	for i, r := range records {
		e := &entry{record: r, before: next.last}
		if i == len(records)-1 {
			e.key = key
		}
		next.last = e
		for _, c := range fmt.Sprintf("%+v %s", r, e.key) {
			next.print = (next.print ^ uint64(c)) * 0x100000001b3
		}
	}
	return next
}

// keyed finds the record to which an actor gave a key (R28).
func (s *state) keyed(in input) *entry {
	for e := s.last; e != nil && in.key != ""; e = e.before {
		if e.key == in.key && e.record.Role == in.command.Role && e.record.Actor == in.command.Actor {
			return e
		}
	}
	return nil
}

// explanation is the model as porcupine wants it.
func explanation(policy *model.Policy) porcupine.Model {
	m := porcupine.NondeterministicModel{
		Partition: byOrder,
		Init:      func() []any { return []any{(*state)(nil)} },
		Step: func(s, in, out any) []any {
			i, o := in.(input), out.(output)
			before := s.(*state)
			after := before.step(policy, i, o)
			if o.unknown && (len(after) == 0 || after[0] != before) {
				after = append(after, before)
			}
			list := make([]any, len(after))
			for n := range after {
				list[n] = after[n]
			}
			return list
		},
		Equal: func(a, b any) bool {
			x, y := a.(*state), b.(*state)
			return x == y || x != nil && y != nil && x.print == y.print && x.order.Version == y.order.Version
		},
		DescribeOperation: func(in, out any) string {
			i, o := in.(input), out.(output)
			return fmt.Sprintf("%s %s %s by %s key %q -> %s v%d, unknown %t, %v", i.kind, i.order, i.command.Op,
				i.command.Actor, i.key,
				o.order.Status, o.order.Version, o.unknown, o.err)
		},
		DescribeState: func(s any) string {
			if s := s.(*state); s != nil {
				return fmt.Sprintf("%s v%d", s.order.Status, s.order.Version)
			}
			return "nothing"
		},
	}
	return m.ToModel()
}

// step returns the states that an operation with this answer can lead to; none
// where the answer cannot be explained.
func (s *state) step(policy *model.Policy, in input, out output) []*state {
	switch in.kind {
	case "open":
		return s.open(policy, in, out)
	case "read":
		return s.when(s.shows(in, out))
	case "records":
		return s.when(s.recorded(out.records))
	case "settle":
		return s.settle(in)
	}
	return s.do(in, out)
}

func (s *state) when(holds bool) []*state {
	if holds {
		return []*state{s}
	}
	return nil
}

func (s *state) open(policy *model.Policy, in input, out output) []*state {
	if s != nil {
		return s.when(out.unknown || s.shows(in, out))
	}
	order, record := model.Open(in.order, "p", "b", "s", policy, 0, 0, 0, 0, 0, in.at)
	next := (&state{}).add(order, []model.Record{record}, "")
	if out.unknown || out.err == nil && bridge.DiffOrder(&order, &out.order) == "" {
		return []*state{next}
	}
	return nil
}

// shows: the order as it is at that instant.
func (s *state) shows(in input, out output) bool {
	if s == nil {
		return errors.Is(out.err, supervision.ErrNotFound)
	}
	now, _ := s.order.Settle(in.at)
	now = now.SeenBy(in.command.Role)
	return out.err == nil && bridge.DiffOrder(&now, &out.order) == ""
}

// settle is a worker's, which stores what time has made.
func (s *state) settle(in input) []*state {
	if s == nil {
		return nil
	}
	order, records := s.order.Settle(in.at)
	if len(records) == 0 {
		return nil
	}
	return []*state{s.add(order, records, "")}
}

func (s *state) do(in input, out output) []*state {
	switch {
	case s == nil:
		return s.when(out.unknown || errors.Is(out.err, supervision.ErrNotFound))
	case s.keyed(in) != nil:
		same := s.keyed(in).record.Command == in.command
		return s.when(out.unknown || same && s.shows(in, out) || !same && errors.Is(out.err, service.ErrKeyReused))
	}
	if seen, _ := s.order.Settle(in.at); in.expects != 0 && in.expects != seen.Version {
		return s.when(out.unknown || errors.Is(out.err, service.ErrStale))
	}
	next, answer := s.order.Do(in.command, in.at)
	seen := next.SeenBy(in.command.Role)
	switch {
	case answer.Kind != "done":
		return s.when(out.unknown || bridge.DiffAnswer(nil, &answer, nil, nil, out.err) == "")
	case out.unknown || out.err == nil && bridge.DiffOrder(&seen, &out.order) == "":
		return []*state{s.add(next, answer.Records, in.key)}
	}
	return nil
}

// recorded: the records are those of this history.
func (s *state) recorded(records []supervision.Record) bool {
	if s == nil {
		return len(records) == 0
	}
	e := s.last
	for i := len(records) - 1; i >= 0; i-- {
		if e == nil || e.key != records[i].Key || bridge.DiffRecord(&e.record, &records[i]) != "" {
			return false
		}
		e = e.before
	}
	return e == nil
}
