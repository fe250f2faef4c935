package memory

import (
	"sort"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// row holds one order with its records. Whoever has got the order or a record may read it without the lock: neither ever changes.
type row struct {
	mu      sync.RWMutex
	place   supervision.Position // where groups list it: by its opening
	seats   [4]seat              // in the groups that list it
	order   *supervision.Order
	records []*supervision.Record
	keys    map[string]int // the place in records, by idempotency key
}

// advance sets the order, adds the records and returns them as stored. The row is locked.
func (r *row) advance(next *supervision.Order, records []supervision.Record) []*supervision.Record {
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
	r.order = next
	return r.records[first:]
}

func (r *row) now() *supervision.Order {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.order
}

func (r *row) load(key string) (supervision.Order, *supervision.Record) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if i, known := r.keys[key]; known {
		record := r.records[i].Clone()
		return r.order.Clone(), &record
	}
	return r.order.Clone(), nil
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
