// Package memory keeps orders in maps under one mutex: the contract of
// [service.Store] written down. It is for tests and demonstrations; what
// it holds ends with the process.
//
//	service, err := service.New(memory.New())
//
// It decides nothing: [supervision.Filter.Matches] says what a search finds,
// and [supervision.Order.Listing] when an order is due. A search that names a
// buyer or a seller looks at that party's orders only; any other search, and
// Due, looks at all.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
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
	orders    map[string]stored
	parties   map[string]map[string]bool // the orders that are or were a party's
	outbox    map[supervision.RecordID]*service.Waiting
	templates map[supervision.TemplateID]service.PublishedTemplate
}

var _ service.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{orders: map[string]stored{}, parties: map[string]map[string]bool{},
		outbox:    map[supervision.RecordID]*service.Waiting{},
		templates: map[supervision.TemplateID]service.PublishedTemplate{}}
}

// stored is one order as the store keeps it; one that is not there has the
// version 0. What it refers to is the store's own, copied on its way in and
// out.
type stored struct {
	order   supervision.Order
	records []supervision.Record // oldest first
	listing supervision.Listing  // but for its NoticeAt
	// noticeAt is when the next notice is due, given which have been.
	noticeAt time.Time
	given    []time.Time
}

func (o stored) due() []time.Time { return []time.Time{o.listing.Due} }

func (o stored) notice() []time.Time { return []time.Time{o.noticeAt} }

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
	for _, r := range erased {
		if err := r.Validate(); err != nil {
			return nil, fmt.Errorf("memory: %w", err)
		}
	}
	return locked(ctx, s, func() (others []string) {
		for _, change := range changes {
			o := s.orders[change.Order.ID]
			if v := o.order.Version; fresh != (v == 0) || v != change.Before {
				others = append(others, change.Order.ID)
				continue
			}
			o.order, o.listing = change.Order.Clone(), change.Order.Listing()
			o.noticeAt, o.listing.NoticeAt = o.listing.NoticeAt, time.Time{}
			for _, record := range change.Records {
				o.records = append(o.records, record.Clone())
				if change.Relay {
					s.outbox[record.ID()] = &service.Waiting{RecordID: record.ID()}
				}
			}
			for _, record := range erased {
				o.records[record.Seq-1] = record.Clone()
			}
			s.orders[o.order.ID] = o
			for _, party := range []string{o.order.Buyer, o.order.Seller} {
				if s.parties[party] == nil {
					s.parties[party] = make(map[string]bool)
				}
				s.parties[party][o.order.ID] = true
			}
		}
		return others
	})
}

// Load implements [service.Orders].
func (s *Store) Load(ctx context.Context, id, key string) (order supervision.Order, by *supervision.Record, err error) {
	by, err = locked(ctx, s, func() *supervision.Record {
		o := s.orders[id]
		order = o.order.Clone()
		for _, record := range o.records {
			if key != "" && record.OwnedKey() == key {
				record = record.Clone()
				return &record
			}
		}
		return nil
	})
	if err == nil && order.Version == 0 {
		err = fmt.Errorf("memory: order %q: %w", id, supervision.ErrNotFound)
	}
	return order, by, err
}

// page sorts the places of a list and returns the first of them, each once,
// that come after a place (zero: from the first), at most limit. Nothing in
// memory is ever unreadable.
func page[P comparable](places []P, after P, limit int, compare func(a, b P) int) []P {
	places = slices.DeleteFunc(places, func(p P) bool { return after != *new(P) && compare(p, after) <= 0 })
	slices.SortFunc(places, compare)
	places = slices.Compact(places)
	return places[:min(len(places), max(limit, 0))]
}

// Search implements [service.Orders].
func (s *Store) Search(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
	return locked(ctx, s, func() []service.Found { return s.found(s.matching(f, f.After, f.Limit), f.Whole) })
}

// Count implements [service.Orders].
func (s *Store) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	return locked(ctx, s, func() (counts []int) {
		for _, f := range filters {
			counts = append(counts, len(s.matching(f, supervision.Position{}, limit)))
		}
		return counts
	})
}

// matching returns the places of a page of the orders that match.
func (s *Store) matching(f supervision.Filter, after supervision.Position, limit int) (places []supervision.Position) {
	ids := maps.Keys(s.orders)
	for _, parties := range [][]string{f.Buyers, f.Sellers} {
		if len(parties) == 1 {
			ids = maps.Keys(s.parties[parties[0]])
		}
	}
	for id := range ids {
		if l := s.orders[id].listing; f.Matches(l) {
			places = append(places, l.Position(f.Sort))
		}
	}
	return page(places, after, limit, f.Sort.Compare)
}

// found returns the orders of a page, whole or their listings.
func (s *Store) found(places []supervision.Position, whole bool) (list []service.Found) {
	for _, place := range places {
		found := service.Found{Position: place, Listing: s.orders[place.ID].listing}
		if whole {
			found.Listing, found.Order = supervision.Listing{}, s.orders[place.ID].order.Clone()
		}
		list = append(list, found)
	}
	return list
}

// within returns a page of the orders that have instants of a span.
func (s *Store) within(from, before time.Time, after supervision.Position, limit int,
	instants func(stored) []time.Time) []service.Found {
	var places []supervision.Position
	for id, o := range s.orders {
		for _, at := range instants(o) {
			if !at.IsZero() && !at.Before(from) && at.Before(before) {
				places = append(places, supervision.Position{At: at, ID: id})
			}
		}
	}
	return s.found(page(places, after, limit, supervision.Position.Compare), true)
}

// Due implements [service.Orders].
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	return locked(ctx, s, func() []service.Found { return s.within(time.Time{}, at.Add(1), after, limit, stored.due) })
}

// Upcoming implements [service.Orders].
func (s *Store) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	return locked(ctx, s, func() []service.Found {
		return s.within(from, before, after, limit, func(o stored) (at []time.Time) {
			for _, kind := range kinds {
				at = append(at, o.listing.Brings(kind)...)
			}
			return at
		})
	})
}

// Noticing implements [service.Notices].
func (s *Store) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) ([]service.Noticing, error) {
	return locked(ctx, s, func() (list []service.Noticing) {
		for _, found := range s.within(time.Time{}, at.Add(1), after, limit, stored.notice) {
			list = append(list, service.Noticing{Found: found, Given: slices.Clone(s.orders[found.ID].given)})
		}
		return list
	})
}

// Records implements [service.Orders].
func (s *Store) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	return locked(ctx, s, func() (list []service.FoundRecord) {
		for _, record := range s.orders[id].records {
			if record.Seq > after && len(list) < limit {
				list = append(list, service.FoundRecord{RecordID: record.ID(), Record: record.Clone()})
			}
		}
		return list
	})
}

// Between implements [service.Retention].
func (s *Store) Between(ctx context.Context, from, before time.Time, after service.RecordPlace,
	limit int) ([]service.PlacedRecord, error) {
	return locked(ctx, s, func() (list []service.PlacedRecord) {
		var places []service.RecordPlace
		for _, o := range s.orders {
			for _, r := range o.records {
				if !r.At.Before(from) && r.At.Before(before) {
					places = append(places, service.RecordPlace{At: r.At, RecordID: r.ID()})
				}
			}
		}
		for _, place := range page(places, after, limit, service.RecordPlace.Compare) {
			list = append(list, service.PlacedRecord{RecordPlace: place, Record: s.record(place.RecordID)})
		}
		return list
	})
}

func (s *Store) record(id supervision.RecordID) supervision.Record {
	return s.orders[id.Order].records[id.Seq-1].Clone()
}

// Remove implements [service.Retention].
func (s *Store) Remove(ctx context.Context, id string, version int64) (bool, error) {
	return locked(ctx, s, func() bool {
		if v := s.orders[id].order.Version; v == 0 || v != version {
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

// PutTemplate implements [service.Templates].
func (s *Store) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	if err := t.Validate(); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	follows, err := locked(ctx, s, func() bool {
		if t.Version != s.latest(t.TemplateID)+1 {
			return false
		}
		t.Template, t.PublishedAt = t.Template.Clone(), t.PublishedAt.UTC()
		s.templates[t.TemplateID] = t
		return true
	})
	if err == nil && !follows {
		err = fmt.Errorf("memory: %v does not follow the latest: %w", t.TemplateID, service.ErrConflict)
	}
	return err
}

// latest returns the latest version of a template; 0 where there is none.
func (s *Store) latest(id supervision.TemplateID) int {
	for id.Version = 1; s.templates[id].Version != 0; id.Version++ {
	}
	return id.Version - 1
}

// Template implements [service.Templates].
func (s *Store) Template(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
	t, err := locked(ctx, s, func() service.PublishedTemplate { return s.templates[id] })
	if err == nil && t.Version == 0 {
		err = fmt.Errorf("memory: %v: %w", id, supervision.ErrNotFound)
	}
	t.Template = t.Template.Clone()
	return t, err
}

// LatestTemplates implements [service.Templates].
func (s *Store) LatestTemplates(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
	return locked(ctx, s, func() (list []service.PublishedTemplate) {
		for id, t := range s.templates {
			if id.Seller == seller && id.Product == product && id.Version == s.latest(id) {
				t.Template = t.Template.Clone()
				list = append(list, t)
			}
		}
		slices.SortFunc(list, func(a, b service.PublishedTemplate) int { return cmp.Compare(a.Operation, b.Operation) })
		return list
	})
}
