package simulation

import (
	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/supervision"
)

// shadow is one order as it must be stored: its state after each record, and
// the records.
type shadow struct {
	id      string
	states  []model.Order
	records []supervision.Record
	// relayed is the newest record that was handed over, acked says which have
	// left the outbox, places where the others stand in it.
	relayed int
	acked   []bool
	places  []place
}

// place is until when a record is claimed, and when it is to be tried again.
type place struct{ until, next int64 }

func (s *shadow) version() int { return len(s.states) }

func (s *shadow) last() *model.Order { return &s.states[len(s.states)-1] }

// keyed returns the record with an owned key; nil without one.
func (s *shadow) keyed(key string, version int) *supervision.Record {
	for i := range s.records[:version] {
		if key != "" && s.records[i].OwnedKey() == key {
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

func (s *shadow) add(state model.Order, record supervision.Record) {
	s.states, s.records = append(s.states, state), append(s.records, record.Clone())
	s.acked, s.places = append(s.acked, false), append(s.places, place{})
}
