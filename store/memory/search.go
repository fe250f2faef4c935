package memory

import (
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Search implements [service.Orders].
func (s *Store) Search(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
	return s.list(ctx, page{partyOf(f), f.After, f.Limit, f.Sort.Compare},
		func(l supervision.Listing) (at []time.Time) {
			if f.Matches(l) {
				at = append(at, l.Position(f.Sort).At)
			}
			return at
		})
}

// partyOf returns the party whose orders a filter asks for; empty for all.
func partyOf(f supervision.Filter) string {
	for _, ids := range [][]string{f.Buyers, f.Sellers} {
		if len(ids) == 1 {
			return ids[0]
		}
	}
	return ""
}

// Count implements [service.Orders].
func (s *Store) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	counts := make([]int, len(filters))
	for i, f := range filters {
		f.After, f.Limit = supervision.Position{}, limit
		found, err := s.Search(ctx, f)
		if err != nil {
			return nil, err
		}
		counts[i] = len(found)
	}
	return counts, ctx.Err()
}

// Due implements [service.Orders].
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	return s.list(ctx, page{"", after, limit, supervision.Position.Compare}, func(l supervision.Listing) []time.Time {
		return within(time.Time{}, at.Add(1), l.Due)
	})
}

// Upcoming implements [service.Orders].
func (s *Store) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	return s.list(ctx, page{"", after, limit, supervision.Position.Compare},
		func(l supervision.Listing) (at []time.Time) {
			for _, kind := range kinds {
				at = append(at, within(from, before, l.Brings(kind)...)...)
			}
			return at
		})
}

// within returns the instants of a span that are set.
func within(from, before time.Time, instants ...time.Time) []time.Time {
	return slices.DeleteFunc(instants, func(at time.Time) bool {
		return at.IsZero() || at.Before(from) || !at.Before(before)
	})
}

// page is what a page of a list is asked for; an empty party stands for all.
type page struct {
	party   string
	after   supervision.Position
	limit   int
	compare func(a, b supervision.Position) int
}

// list returns copies of the orders of a page, each once at each instant that
// places it. No order in memory is ever unreadable.
func (s *Store) list(ctx context.Context, p page,
	places func(supervision.Listing) []time.Time) (found []service.Found, err error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	orders := s.orders
	if p.party != "" {
		orders = s.parties[p.party]
	}
	for id, o := range orders {
		for _, at := range places(o.listing) {
			place := supervision.Position{At: at, ID: id}
			if p.after == (supervision.Position{}) || p.compare(place, p.after) > 0 {
				found = append(found, service.Found{Position: place, Order: o.order})
			}
		}
	}
	slices.SortFunc(found, func(a, b service.Found) int { return p.compare(a.Position, b.Position) })
	found = slices.CompactFunc(found, func(a, b service.Found) bool { return a.Position == b.Position })
	found = atMost(p.limit, found)
	for i := range found {
		found[i].Order = found[i].Order.Clone()
	}
	return found, nil
}

// atMost returns the first of a list.
func atMost[T any](limit int, list []T) []T { return list[:min(len(list), max(limit, 0))] }
