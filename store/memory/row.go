package memory

import (
	"sort"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// row holds one order with its records. Whoever holds a state or a record may read it without the lock: neither ever changes.
type row struct {
	mu      sync.RWMutex
	place   supervision.Position // where groups list it: by its opening
	seats   [4]seat              // in the groups that list it
	state   *state
	records []*supervision.Record
	keys    map[string]int // the place in records, by idempotency key
}

// state is an order as an operation made it.
type state struct {
	order   supervision.Order
	listing supervision.Listing
}

func newState(o supervision.Order) *state {
	o = o.Clone()
	o.Template = nil // no part of what is stored
	return &state{o, o.Listing()}
}

// advance sets the state, adds the records and returns them as stored. The row is locked.
func (r *row) advance(next *state, records []supervision.Record) []*supervision.Record {
	first := len(r.records)
	for _, record := range records {
		if record.Key != "" {
			if r.keys == nil {
				r.keys = make(map[string]int)
			}
			r.keys[record.Key] = len(r.records)
		}
		record = record.Clone()
		r.records = append(r.records, &record)
	}
	r.state = next
	return r.records[first:]
}

func (r *row) now() *state {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.state
}

func (r *row) load(key string) (supervision.Order, *supervision.Record) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if i, known := r.keys[key]; known {
		record := r.records[i].Clone()
		return r.state.order.Clone(), &record
	}
	return r.state.order.Clone(), nil
}

// since returns the records with a sequence number above after, at most limit.
func (r *row) since(after int64, limit int) []supervision.Record {
	r.mu.RLock()
	records := r.records
	r.mu.RUnlock()
	first := sort.Search(len(records), func(i int) bool { return records[i].Seq > after })
	records = records[first:]
	return cloneRecords(records[:min(len(records), max(limit, 0))])
}

func cloneRecords(records []*supervision.Record) []supervision.Record {
	list := make([]supervision.Record, len(records))
	for i, r := range records {
		list[i] = r.Clone()
	}
	return list
}
