package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Store is a [service.Store] in memory. Make one with [New]. Its errors
// are those of the contract and no others.
type Store struct {
	mu        sync.Mutex
	orders    orders
	parties   map[supervision.Actor]orders // the orders of each buyer and seller
	outbox    map[string][]waiting         // by order, oldest first, none empty
	templates map[product][]service.RequestTemplate
}

var _ service.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{
		orders:    make(orders),
		parties:   make(map[supervision.Actor]orders),
		outbox:    make(map[string][]waiting),
		templates: make(map[product][]service.RequestTemplate),
	}
}

// orders finds orders by ID.
type orders map[string]*stored

// stored is one order as the store keeps it. Values are copied on their way in
// and out, so nobody else holds what it refers to.
type stored struct {
	order   supervision.Order
	listing supervision.Listing
	records []supervision.Record // oldest first
}

// Create implements [service.Orders].
func (s *Store) Create(ctx context.Context, change service.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := change.Order.ID
	if s.orders[id] != nil {
		return fmt.Errorf("memory: order %q: %w", id, service.ErrExists)
	}
	s.orders[id] = &stored{}
	s.store(change)
	return nil
}

// Load implements [service.Orders].
func (s *Store) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	if err := ctx.Err(); err != nil {
		return supervision.Order{}, nil, err
	}
	s.mu.Lock()
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
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
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
	s.unlist(o)
	o.order = change.Order.Clone()
	o.listing = o.order.Listing()
	s.list(o)
	for _, record := range change.Records {
		record = record.Clone()
		o.records = append(o.records, record)
		if change.Relay {
			s.outbox[record.Order] = append(s.outbox[record.Order], waiting{record: record})
		}
	}
}

func parties(l supervision.Listing) [2]supervision.Actor {
	return [2]supervision.Actor{supervision.Buyer(l.Buyer), supervision.Seller(l.Seller)}
}

func (s *Store) list(o *stored) {
	for _, party := range parties(o.listing) {
		if s.parties[party] == nil {
			s.parties[party] = make(orders)
		}
		s.parties[party][o.listing.ID] = o
	}
}

// unlist takes an order from its parties, since a change may name others.
func (s *Store) unlist(o *stored) {
	for _, party := range parties(o.listing) {
		delete(s.parties[party], o.listing.ID)
	}
}

// Records implements [service.Orders].
func (s *Store) Records(ctx context.Context, id string, after int64, limit int) ([]supervision.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var records []supervision.Record
	if o := s.orders[id]; o != nil {
		for _, record := range o.records {
			if record.Seq > after && len(records) < limit {
				records = append(records, record.Clone())
			}
		}
	}
	return records, nil
}
