package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Store is a [service.Store] in memory. Make one with [New]. Its errors
// are those of the contract and no others.
type Store struct {
	mu        sync.Mutex
	orders    map[string]*stored
	parties   map[string]map[string]bool // the orders that are or were a party's
	outbox    map[supervision.RecordID]*waiting
	templates map[supervision.TemplateID]service.PublishedTemplate
}

var _ service.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{
		orders:    make(map[string]*stored),
		parties:   make(map[string]map[string]bool),
		outbox:    make(map[supervision.RecordID]*waiting),
		templates: make(map[supervision.TemplateID]service.PublishedTemplate),
	}
}

// stored is one order as the store keeps it. What it refers to is the store's
// own, copied on its way in and out. It never changes: another takes its place.
type stored struct {
	order   supervision.Order
	listing supervision.Listing
	// noticeAt is when the next notice is due, given which have been.
	noticeAt time.Time
	given    []time.Time
	records  []supervision.Record // oldest first
}

// get returns an order; one that is not there has the version 0.
func (s *Store) get(id string) stored {
	if o := s.orders[id]; o != nil {
		return *o
	}
	return stored{}
}

// locked calls answer with the mutex held, unless the context has ended.
func locked[T any](ctx context.Context, s *Store, answer func() T) (found T, err error) {
	if err := ctx.Err(); err != nil {
		return found, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return answer(), nil
}

// Create implements [service.Orders].
func (s *Store) Create(ctx context.Context, changes ...service.Change) error {
	taken, err := s.save(ctx, true, changes)
	if taken != nil {
		return &service.ExistsError{Orders: taken}
	}
	return err
}

// Save implements [service.Orders].
func (s *Store) Save(ctx context.Context, changes ...service.Change) error {
	return conflict(s.save(ctx, false, changes))
}

// Erase implements [service.Retention].
func (s *Store) Erase(ctx context.Context, change service.Change, erased []supervision.Record) error {
	return conflict(s.save(ctx, false, []service.Change{change}, erased...))
}

// conflict names the orders of which a change comes too late.
func conflict(orders []string, err error) error {
	if orders != nil {
		return &service.ConflictError{Orders: orders}
	}
	return err
}

// save makes orders what their changes say, new ones or those that still have
// the version Before, with erased records in the place of their own. It returns
// the ids of the others.
func (s *Store) save(ctx context.Context, fresh bool, changes []service.Change,
	erased ...supervision.Record) ([]string, error) {
	for _, change := range changes {
		if err := change.Validate(); err != nil {
			return nil, fmt.Errorf("memory: %w", err)
		}
	}
	return locked(ctx, s, func() (others []string) {
		for _, change := range changes {
			o := s.get(change.Order.ID)
			if v := o.order.Version; fresh != (v == 0) || !fresh && v != change.Before {
				others = append(others, change.Order.ID)
				continue
			}
			o.order = change.Order.Clone()
			o.listing = o.order.Listing()
			o.noticeAt = o.listing.NoticeAt
			o.records = slices.Clone(o.records)
			for _, record := range change.Records {
				o.records = append(o.records, record.Clone())
				if change.Relay {
					s.wait(record.ID(), record.At)
				}
			}
			for _, record := range erased {
				o.records[record.Seq-1] = record.Clone()
			}
			s.put(&o)
		}
		return others
	})
}

// put stores an order and lists it under its parties.
func (s *Store) put(o *stored) {
	s.orders[o.order.ID] = o
	for _, party := range []string{o.order.Buyer, o.order.Seller} {
		if s.parties[party] == nil {
			s.parties[party] = make(map[string]bool)
		}
		s.parties[party][o.order.ID] = true
	}
}

// Load implements [service.Orders].
func (s *Store) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	o, err := locked(ctx, s, func() stored { return s.get(id) })
	if err == nil && o.order.Version == 0 {
		err = fmt.Errorf("memory: order %q: %w", id, supervision.ErrNotFound)
	}
	for _, record := range o.records {
		if key != "" && record.OwnedKey() == key {
			record = record.Clone()
			return o.order.Clone(), &record, nil
		}
	}
	return o.order.Clone(), nil, err
}

// Records implements [service.Orders].
func (s *Store) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	return locked(ctx, s, func() (list []service.FoundRecord) {
		for _, record := range s.get(id).records {
			if record.Seq > after && len(list) < limit {
				list = append(list, service.FoundRecord{RecordID: record.ID(), Record: record.Clone()})
			}
		}
		return list
	})
}

// Remove implements [service.Retention].
func (s *Store) Remove(ctx context.Context, id string, version int64) (bool, error) {
	return locked(ctx, s, func() bool {
		if v := s.get(id).order.Version; v == 0 || v != version {
			return false
		}
		for waiting := range s.outbox {
			if waiting.Order == id {
				return false
			}
		}
		delete(s.orders, id)
		for _, own := range s.parties {
			delete(own, id)
		}
		return true
	})
}
