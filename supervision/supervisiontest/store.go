package supervisiontest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Store is another store that breaks when it is told to. Failures cost no time.
// It is safe for concurrent use if the other is.
type Store struct {
	inner service.Store

	mu       sync.Mutex
	failures []*armed
	calls    []Method
	hook     func(Method)
	hooked   bool
}

var _ service.Store = (*Store)(nil)

// Break makes a store breakable. It stays whole until [Store.FailOn].
func Break(store service.Store) *Store { return &Store{inner: store} }

// FailOn arranges a failure. Failures add up until [Store.Repair]; where two
// fail the same call, the one arranged first does.
func (s *Store) FailOn(f Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f.arm())
}

// Repair takes back every failure and hook, and forgets the calls.
func (s *Store) Repair() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures, s.calls, s.hook = nil, nil, nil
}

// Calls lists the methods called since the beginning or the last
// [Store.Repair], failed calls included.
func (s *Store) Calls() []Method {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// OnCall has a hook called before every call, to let somebody else act in
// between or to cancel a context. Calls of the store that are made while the
// hook runs, by whomever, do not call it again.
func (s *Store) OnCall(hook func(Method)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// enter runs the hook and returns the failure that this call meets, or nil.
func (s *Store) enter(m Method) *armed {
	s.mu.Lock()
	defer s.mu.Unlock()
	if hook := s.hook; hook != nil && !s.hooked {
		s.hooked = true
		s.mu.Unlock()
		hook(m)
		s.mu.Lock()
		s.hooked = false
	}
	s.calls = append(s.calls, m)
	var met *armed
	for _, f := range s.failures {
		if f.meets(m) && met == nil {
			met = f
		}
	}
	return met
}

// call makes a call of the inner store, unless it fails first.
func call[T any](s *Store, m Method, do func() (T, error)) (T, error) {
	var lost T
	failure := s.enter(m)
	switch {
	case failure == nil:
		return do()
	case failure.Applied:
		if _, err := do(); err != nil {
			return lost, err
		}
	}
	return lost, failure.err()
}

type nothing struct{}

type loaded struct {
	order  supervision.Order
	record *supervision.Record
}

// Create implements service.Store.
func (s *Store) Create(ctx context.Context, changes ...service.Change) error {
	_, err := call(s, Create, func() (nothing, error) { return nothing{}, s.inner.Create(ctx, changes...) })
	return err
}

// Load implements service.Store.
func (s *Store) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	l, err := call(s, Load, func() (loaded, error) {
		order, record, err := s.inner.Load(ctx, id, key)
		return loaded{order, record}, err
	})
	return l.order, l.record, err
}

// Save implements service.Store.
func (s *Store) Save(ctx context.Context, changes ...service.Change) error {
	_, err := call(s, Save, func() (nothing, error) { return nothing{}, s.inner.Save(ctx, changes...) })
	return err
}

// Search implements service.Store.
func (s *Store) Search(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
	return call(s, Search, func() ([]service.Found, error) { return s.inner.Search(ctx, filter) })
}

// Count implements service.Store.
func (s *Store) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	return call(s, Count, func() ([]int, error) { return s.inner.Count(ctx, limit, filters...) })
}

// Records implements service.Store.
func (s *Store) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	return call(s, Records, func() ([]service.FoundRecord, error) { return s.inner.Records(ctx, id, after, limit) })
}

// Due implements service.Store.
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	return call(s, Due, func() ([]service.Found, error) { return s.inner.Due(ctx, at, after, limit) })
}

// Upcoming implements service.Store.
func (s *Store) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	return call(s, Upcoming, func() ([]service.Found, error) {
		return s.inner.Upcoming(ctx, kinds, from, before, after, limit)
	})
}

// Claim implements service.Store.
func (s *Store) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	return call(s, Claim, func() ([]service.Claimed, error) { return s.inner.Claim(ctx, at, lease, limit) })
}

// Acknowledge implements service.Store.
func (s *Store) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	_, err := call(s, Acknowledge, func() (nothing, error) { return nothing{}, s.inner.Acknowledge(ctx, ids...) })
	return err
}

// Return implements service.Store.
func (s *Store) Return(ctx context.Context, places ...service.Waiting) error {
	_, err := call(s, Return, func() (nothing, error) { return nothing{}, s.inner.Return(ctx, places...) })
	return err
}

// Backlog implements service.Store.
func (s *Store) Backlog(ctx context.Context, limit int) (service.Backlog, error) {
	return call(s, Backlog, func() (service.Backlog, error) { return s.inner.Backlog(ctx, limit) })
}

// Delayed implements service.Store.
func (s *Store) Delayed(ctx context.Context, aside bool, after supervision.RecordID,
	limit int) ([]service.Waiting, error) {
	return call(s, Delayed, func() ([]service.Waiting, error) { return s.inner.Delayed(ctx, aside, after, limit) })
}

// Noticing implements service.Store.
func (s *Store) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) ([]service.Noticing, error) {
	return call(s, Noticing, func() ([]service.Noticing, error) { return s.inner.Noticing(ctx, at, after, limit) })
}

// Notice implements service.Store.
func (s *Store) Notice(ctx context.Context, list ...service.Noticed) error {
	_, err := call(s, Notice, func() (nothing, error) { return nothing{}, s.inner.Notice(ctx, list...) })
	return err
}

// PutTemplate implements service.Store.
func (s *Store) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	_, err := call(s, PutTemplate, func() (nothing, error) { return nothing{}, s.inner.PutTemplate(ctx, t) })
	return err
}

// Template implements service.Store.
func (s *Store) Template(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
	return call(s, Template, func() (service.PublishedTemplate, error) { return s.inner.Template(ctx, id) })
}

// LatestTemplates implements service.Store.
func (s *Store) LatestTemplates(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
	return call(s, LatestTemplates, func() ([]service.PublishedTemplate, error) {
		return s.inner.LatestTemplates(ctx, seller, product)
	})
}

// Between implements service.Store.
func (s *Store) Between(ctx context.Context, from, before time.Time, after service.RecordPlace,
	limit int) ([]service.PlacedRecord, error) {
	return call(s, Between, func() ([]service.PlacedRecord, error) {
		return s.inner.Between(ctx, from, before, after, limit)
	})
}

// Erase implements service.Store.
func (s *Store) Erase(ctx context.Context, change service.Change, erased []supervision.Record) error {
	_, err := call(s, Erase, func() (nothing, error) { return nothing{}, s.inner.Erase(ctx, change, erased) })
	return err
}

// Remove implements service.Store.
func (s *Store) Remove(ctx context.Context, id string, version int64) (bool, error) {
	return call(s, Remove, func() (bool, error) { return s.inner.Remove(ctx, id, version) })
}
