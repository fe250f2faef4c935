package memory

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Search implements [service.Orders].
func (s *Store) Search(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
	return locked(ctx, s, func() []service.Found {
		found := s.search(f)
		for i := range found {
			if one := &found[i]; !f.Whole {
				one.Listing, one.Order = s.orders[one.ID].listing, supervision.Order{}
				one.Listing.NoticeAt = time.Time{}
			}
		}
		return found
	})
}

// Count implements [service.Orders].
func (s *Store) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	return locked(ctx, s, func() (counts []int) {
		for _, f := range filters {
			f.After, f.Limit = supervision.Position{}, limit
			counts = append(counts, len(s.search(f)))
		}
		return counts
	})
}

func (s *Store) search(f supervision.Filter) []service.Found {
	ids := maps.Keys(s.orders)
	for _, parties := range [][]string{f.Buyers, f.Sellers} {
		if len(parties) == 1 {
			ids = maps.Keys(s.parties[parties[0]])
		}
	}
	return s.list(ids, f.After, f.Limit, f.Sort.Compare, func(o *stored) []time.Time {
		if !f.Matches(o.listing) {
			return nil
		}
		return []time.Time{o.listing.Position(f.Sort).At}
	})
}

// Due implements [service.Orders].
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	return locked(ctx, s, func() []service.Found {
		return s.within(time.Time{}, at.Add(1), after, limit, func(o *stored) []time.Time {
			return []time.Time{o.listing.Due}
		})
	})
}

// Upcoming implements [service.Orders].
func (s *Store) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	return locked(ctx, s, func() []service.Found {
		return s.within(from, before, after, limit, func(o *stored) (at []time.Time) {
			for _, kind := range kinds {
				at = append(at, o.listing.Brings(kind)...)
			}
			return at
		})
	})
}

// within returns a page of the orders that have instants of a span.
func (s *Store) within(from, before time.Time, after supervision.Position, limit int,
	instants func(*stored) []time.Time) []service.Found {
	return s.list(maps.Keys(s.orders), after, limit, supervision.Position.Compare, func(o *stored) []time.Time {
		return slices.DeleteFunc(instants(o), func(at time.Time) bool {
			return at.IsZero() || at.Before(from) || !at.Before(before)
		})
	})
}

// list returns a page of orders, each once at each instant that places it. No
// order in memory is ever unreadable.
func (s *Store) list(ids iter.Seq[string], after supervision.Position, limit int,
	compare func(a, b supervision.Position) int, instants func(*stored) []time.Time) (found []service.Found) {
	var places []supervision.Position
	for id := range ids {
		for _, at := range instants(s.orders[id]) {
			place := supervision.Position{At: at, ID: id}
			if after == (supervision.Position{}) || compare(place, after) > 0 {
				places = append(places, place)
			}
		}
	}
	slices.SortFunc(places, compare)
	places = slices.Compact(places)
	for _, place := range places[:min(len(places), max(limit, 0))] {
		found = append(found, service.Found{Position: place, Order: s.orders[place.ID].order.Clone()})
	}
	return found
}

// Between implements [service.Retention].
func (s *Store) Between(ctx context.Context, from, before time.Time, after service.RecordPlace,
	limit int) ([]service.PlacedRecord, error) {
	return locked(ctx, s, func() (list []service.PlacedRecord) {
		for _, o := range s.orders {
			for _, r := range o.records {
				place := service.RecordPlace{At: r.At, RecordID: r.ID()}
				if !r.At.Before(from) && r.At.Before(before) && compare(place, after) > 0 {
					list = append(list, service.PlacedRecord{RecordPlace: place, Record: r.Clone()})
				}
			}
		}
		return first(limit, list, func(a, b service.PlacedRecord) int { return compare(a.RecordPlace, b.RecordPlace) })
	})
}

func compare(a, b service.RecordPlace) int {
	return cmp.Or(a.At.Compare(b.At), a.RecordID.Compare(b.RecordID))
}

// first sorts a list and returns the first of it, at most limit.
func first[T any](limit int, list []T, compare func(a, b T) int) []T {
	slices.SortFunc(list, compare)
	return list[:min(len(list), max(limit, 0))]
}
