package memory

import (
	"context"
	"fmt"
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
	parties   map[string]map[string]*stored                          // the orders that are or were a party's
	outbox    map[string][]*waiting                                  // by order and in its sequence, none empty
	templates map[supervision.TemplateID][]service.PublishedTemplate // by version 0, oldest first
}

var _ service.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{
		orders:    make(map[string]*stored),
		parties:   make(map[string]map[string]*stored),
		outbox:    make(map[string][]*waiting),
		templates: make(map[supervision.TemplateID][]service.PublishedTemplate),
	}
}

// stored is one order as the store keeps it. Values are copied on their way in
// and out, so nobody else holds what it refers to.
type stored struct {
	order   supervision.Order
	listing supervision.Listing
	// noticeAt is when the next notice is due, given which have been.
	noticeAt time.Time
	given    []time.Time
	records  []supervision.Record // oldest first
}

// enter locks the store, unless the context has ended or a change could not be
// read again.
func (s *Store) enter(ctx context.Context, changes ...service.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, change := range changes {
		if err := change.Validate(); err != nil {
			return fmt.Errorf("memory: %w", err)
		}
	}
	s.mu.Lock()
	return nil
}

// Create implements [service.Orders].
func (s *Store) Create(ctx context.Context, changes ...service.Change) error {
	if err := s.enter(ctx, changes...); err != nil {
		return err
	}
	defer s.mu.Unlock()
	var taken []string
	for _, change := range changes {
		id := change.Order.ID
		if s.orders[id] != nil {
			taken = append(taken, id)
			continue
		}
		s.orders[id] = &stored{}
		s.store(change)
	}
	if taken != nil {
		return &service.ExistsError{Orders: taken}
	}
	return nil
}

// Load implements [service.Orders].
func (s *Store) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	if err := s.enter(ctx); err != nil {
		return supervision.Order{}, nil, err
	}
	defer s.mu.Unlock()
	o := s.orders[id]
	if o == nil {
		return supervision.Order{}, nil, fmt.Errorf("memory: order %q: %w", id, supervision.ErrNotFound)
	}
	for _, record := range o.records {
		if key != "" && record.OwnedKey() == key {
			record = record.Clone()
			return o.order.Clone(), &record, nil
		}
	}
	return o.order.Clone(), nil, nil
}

// Save implements [service.Orders].
func (s *Store) Save(ctx context.Context, changes ...service.Change) error {
	if err := s.enter(ctx, changes...); err != nil {
		return err
	}
	defer s.mu.Unlock()
	var conflicts []string
	for _, change := range changes {
		id := change.Order.ID
		if o := s.orders[id]; o == nil || o.order.Version != change.Before {
			conflicts = append(conflicts, id)
			continue
		}
		s.store(change)
	}
	if conflicts != nil {
		return &service.ConflictError{Orders: conflicts}
	}
	return nil
}

// store makes an order what a change says.
func (s *Store) store(change service.Change) {
	o := s.orders[change.Order.ID]
	o.order = change.Order.Clone()
	o.listing = o.order.Listing()
	o.noticeAt = o.listing.NoticeAt
	for _, party := range []string{o.order.Buyer, o.order.Seller} {
		if s.parties[party] == nil {
			s.parties[party] = make(map[string]*stored)
		}
		s.parties[party][o.order.ID] = o
	}
	for _, record := range change.Records {
		record = record.Clone()
		o.records = append(o.records, record)
		if change.Relay {
			w := &waiting{service.Waiting{RecordID: record.ID()}, record, record.At}
			s.outbox[record.Order] = append(s.outbox[record.Order], w)
		}
	}
}

// Records implements [service.Orders].
func (s *Store) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var records []service.FoundRecord
	if o := s.orders[id]; o != nil {
		for _, record := range o.records {
			if record.Seq > after && len(records) < limit {
				records = append(records, service.FoundRecord{RecordID: record.ID(), Record: record.Clone()})
			}
		}
	}
	return records, nil
}
