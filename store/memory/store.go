package memory

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// Store is a [supervision.Store] in memory. Make one with [New]. Its errors are those of the contract and no others.
type Store struct {
	seed   maphash.Seed
	shards [shardCount]shard

	all                       *group
	buyers, sellers, products groups
	due                       dueList
	outbox                    outbox
	templates                 templates
}

var _ supervision.Store = (*Store)(nil)

// New makes an empty store.
func New() *Store {
	s := &Store{seed: maphash.MakeSeed(), all: &group{}}
	for i := range s.shards {
		s.shards[i].rows = make(map[string]*row)
	}
	return s
}

const shardCount = 64

// shard finds a part of the orders by their ids.
type shard struct {
	mu   sync.RWMutex
	rows map[string]*row
}

func (s *Store) shard(id string) *shard { return &s.shards[maphash.String(s.seed, id)%shardCount] }

// row returns an order's row; nil for an unknown id.
func (s *Store) row(id string) *row {
	shard := s.shard(id)
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	return shard.rows[id]
}

// Create implements [supervision.Orders].
func (s *Store) Create(ctx context.Context, change supervision.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	next := stored(change.Order)
	listing := next.Listing()
	r := &row{place: listing.Position()}
	r.mu.Lock() // whoever finds the row now waits until it is listed
	defer r.mu.Unlock()
	if !s.claimID(next.ID, r) {
		return fmt.Errorf("memory: order %q: %w", next.ID, supervision.ErrExists)
	}
	r.seats = s.seats(r, listing)
	s.advance(r, next, change)
	return nil
}

// claimID gives an id to a new row; false where it is taken.
func (s *Store) claimID(id string, r *row) bool {
	shard := s.shard(id)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if _, taken := shard.rows[id]; taken {
		return false
	}
	shard.rows[id] = r
	return true
}

// Load implements [supervision.Orders].
func (s *Store) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	if err := ctx.Err(); err != nil {
		return supervision.Order{}, nil, err
	}
	r := s.row(id)
	if r == nil {
		return supervision.Order{}, nil, fmt.Errorf("memory: order %q: %w", id, supervision.ErrNotFound)
	}
	order, record := r.load(key)
	return order, record, nil
}

// Save implements [supervision.Orders].
func (s *Store) Save(ctx context.Context, changes ...supervision.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var conflicts []string
	for _, change := range changes {
		if !s.save(change) {
			conflicts = append(conflicts, change.Order.ID)
		}
	}
	if conflicts != nil {
		return &supervision.ConflictError{Orders: conflicts}
	}
	return nil
}

func (s *Store) save(change supervision.Change) bool {
	r := s.row(change.Order.ID)
	if r == nil {
		return false
	}
	next := stored(change.Order)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.order.Version != change.Before {
		return false
	}
	s.advance(r, next, change)
	return true
}

// stored is an order as the store keeps it.
func stored(o supervision.Order) *supervision.Order {
	o = o.Clone()
	o.Template = nil // no part of what is stored
	return &o
}

// advance makes a row what a change says and lists it accordingly. The row is locked, so nobody sees half of it.
func (s *Store) advance(r *row, next *supervision.Order, change supervision.Change) {
	var before supervision.Listing
	known := r.order != nil
	if known {
		before = r.order.Listing()
	}
	now := next.Listing()
	added := r.advance(next, change.Records)
	for i := range r.seats {
		switch seat := &r.seats[i]; {
		case !known:
			seat.group.add(seat, now.Status)
		case now.Status != before.Status:
			seat.group.move(seat, before.Status, now.Status)
		}
	}
	s.due.move(r, before, now)
	if change.Relay {
		s.outbox.add(added)
	}
}

// Records implements [supervision.Orders].
func (s *Store) Records(ctx context.Context, id string, after int64, limit int) ([]supervision.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := s.row(id)
	if r == nil {
		return nil, nil
	}
	return r.since(after, limit), nil
}
