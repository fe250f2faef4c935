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
	return locked(ctx, s, func() (list []service.Noticing) {
		for _, found := range s.within(time.Time{}, at.Add(1), after, limit, func(o *stored) []time.Time {
			return []time.Time{o.noticeAt}
		}) {
			list = append(list, service.Noticing{Found: found, Given: slices.Clone(s.orders[found.ID].given)})
		}
		return list
	})
}

// Notice implements [service.Notices].
func (s *Store) Notice(ctx context.Context, list ...service.Noticed) error {
	return conflict(locked(ctx, s, func() (conflicts []string) {
		for _, n := range list {
			o := s.get(n.Order)
			if n.At.IsZero() || o.order.Version != n.Version || !o.noticeAt.Equal(n.At) {
				conflicts = append(conflicts, n.Order)
				continue
			}
			o.noticeAt, o.given = n.Next.UTC(), slices.Clone(n.Given)
			s.orders[n.Order] = &o
			for _, due := range n.Due {
				s.wait(supervision.NoticeID(n.Order, due), due)
			}
		}
		return conflicts
	}))
}
