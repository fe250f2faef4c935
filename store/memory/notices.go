package memory

import (
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Noticing implements [service.Notices].
func (s *Store) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) ([]service.Noticing, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var list []service.Noticing
	for id, o := range s.orders {
		place := supervision.Position{At: o.noticeAt, ID: id}
		if !place.At.IsZero() && !place.At.After(at) && place.Compare(after) > 0 {
			list = append(list, service.Noticing{Found: service.Found{Position: place, Order: o.order.Clone()},
				Given: slices.Clone(o.given)})
		}
	}
	slices.SortFunc(list, func(a, b service.Noticing) int { return a.Compare(b.Position) })
	return atMost(limit, list), nil
}

// Notice implements [service.Notices].
func (s *Store) Notice(ctx context.Context, list ...service.Noticed) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	var conflicts []string
	for _, n := range list {
		o := s.orders[n.Order]
		if o == nil || o.order.Version != n.Version || !o.noticeAt.Equal(n.At) {
			conflicts = append(conflicts, n.Order)
			continue
		}
		o.noticeAt, o.given = n.Next.UTC(), slices.Clone(n.Given)
		queue := s.outbox[n.Order]
		for _, due := range n.Due {
			queue = append(queue, &waiting{Waiting: service.Waiting{RecordID: supervision.NoticeID(n.Order, due)},
				since: due})
		}
		slices.SortFunc(queue, func(a, b *waiting) int { return a.Compare(b.RecordID) })
		if len(queue) > 0 {
			s.outbox[n.Order] = queue
		}
	}
	if conflicts != nil {
		return &service.ConflictError{Orders: conflicts}
	}
	return nil
}
