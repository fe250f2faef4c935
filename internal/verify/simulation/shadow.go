package simulation

import (
	"slices"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
)

// shadow is one order as it must be stored: its state after each record, and
// the records.
type shadow struct {
	id string
	// snapshot is what it was adopted from; nil where it was opened.
	snapshot *model.Order
	states   []model.Order
	records  []supervision.Record
	// written are the records before their texts were erased (R35); nil where
	// they were not.
	written []supervision.Record
	// handed is the version that an archive's sink has; 0 for none.
	handed int
	// relayed is the newest record that was handed over, acked says which have
	// left the outbox, places where the others stand in it.
	relayed int
	acked   []bool
	places  []place
	// notices are those that were given, by the instant at which they were due.
	notices map[int64]*notice
}

// notice is one that was given to the outbox (R33): where it stands there, and
// whether it has been handed over and has left it.
type notice struct {
	place
	handed, acked bool
	// stood is the version of the order at the last claim, if the notice lapses
	// under it by nothing but a command; otherwise 0.
	stood int
}

// noticed is when the first notice that waits in the outbox was due, the last
// one first; 0 where none waits.
func (s *shadow) noticed() (first int64) {
	for due, n := range s.notices {
		if !n.acked {
			first = max(first, due)
		}
	}
	return first
}

// place is until when a record is claimed, and when it is to be tried again.
type place struct{ until, next int64 }

func (s *shadow) version() int { return len(s.states) }

func (s *shadow) last() *model.Order { return &s.states[len(s.states)-1] }

// openedBy reports whether an opening is the one that the order began with.
func (s *shadow) openedBy(o *supervision.Opening) bool {
	first := &s.states[0]
	if s.snapshot != nil {
		return false
	}
	bought := bridge.Micros(o.BoughtAt)
	if bought == 0 {
		bought = first.Opened
	}
	return first.Product == o.Product && first.Buyer == o.Buyer && first.Seller == o.Seller && first.Bought == bought
}

// keyed returns the record with an owned key; nil without one.
func (s *shadow) keyed(key string, version int) *supervision.Record {
	for i := range s.records[:version] {
		if key != "" && owned(s.records[i].Actor, s.records[i].Key) == key {
			return &s.records[i]
		}
	}
	return nil
}

// shadow finds an order; nil where none is stored.
func (o *oracle) shadow(id string) *shadow {
	for _, s := range o.orders {
		if s.id == id {
			return s
		}
	}
	return nil
}

// erase takes the texts from the records.
func (s *shadow) erase() error {
	s.written = slices.Clone(s.records)
	for i := range s.records {
		erased, err := s.records[i].Erase()
		if err != nil {
			return err
		}
		s.records[i] = erased
	}
	return nil
}

// diff tells what an order differs in from the state of a version; of one that
// was erased since, its texts may be erased.
func (s *shadow) diff(version int, order *supervision.Order) string {
	state := s.states[version-1]
	diff := bridge.DiffOrder(&state, order)
	if diff != "" && s.written != nil {
		state = state.Wordless()
		diff = bridge.DiffOrder(&state, order)
	}
	return diff
}

// was returns the record of a number as it was before an erasure, which is what
// a call that has read it before still has.
func (s *shadow) was(seq int) supervision.Record {
	if seq <= len(s.written) {
		return s.written[seq-1]
	}
	return s.records[seq-1]
}

func (s *shadow) add(state model.Order, record supervision.Record) {
	s.states, s.records = append(s.states, state), append(s.records, record.Clone())
	s.acked, s.places = append(s.acked, false), append(s.places, place{})
}
