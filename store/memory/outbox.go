package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// waiting is a record in the outbox, or a notice.
type waiting struct {
	service.Waiting
	since time.Time
}

// compare puts fresh records first: they have no Next.
func (w *waiting) compare(v *waiting) int {
	return cmp.Or(w.Next.Compare(v.Next), w.since.Compare(v.since), w.Compare(v.RecordID))
}

func (s *Store) wait(id supervision.RecordID, since time.Time) {
	s.outbox[id] = &waiting{service.Waiting{RecordID: id}, since}
}

// Claim implements [service.Outbox]. No record in memory is ever unreadable.
func (s *Store) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	return locked(ctx, s, func() (claimed []service.Claimed) {
		heads := make(map[string]*waiting) // the first that waits of each order
		for _, w := range s.outbox {
			if head := heads[w.Order]; !w.Aside && (head == nil || w.Seq < head.Seq) {
				heads[w.Order] = w
			}
		}
		free := slices.DeleteFunc(slices.Collect(maps.Values(heads)), func(w *waiting) bool {
			return w.ClaimedUntil.After(at) || w.Next.After(at)
		})
		for _, w := range first(limit, free, (*waiting).compare) {
			w.ClaimedUntil = at.Add(lease)
			o := s.orders[w.Order]
			c := service.Claimed{Waiting: w.Waiting, Order: o.order.Clone()}
			if w.Seq > 0 { // else a notice
				c.Record = o.records[w.Seq-1].Clone()
			}
			claimed = append(claimed, c)
		}
		return claimed
	})
}

// Acknowledge implements [service.Outbox].
func (s *Store) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	_, err := locked(ctx, s, func() any {
		for _, id := range ids {
			delete(s.outbox, id)
		}
		return nil
	})
	return err
}

// Return implements [service.Outbox].
func (s *Store) Return(ctx context.Context, places ...service.Waiting) error {
	_, err := locked(ctx, s, func() any {
		for _, place := range places {
			w := s.outbox[place.RecordID]
			if w == nil || !place.ClaimedUntil.IsZero() && !place.ClaimedUntil.Equal(w.ClaimedUntil) {
				continue
			}
			place.ClaimedUntil = time.Time{}
			w.Waiting = place
			for _, later := range s.outbox {
				if later.Order == w.Order && later.Seq > w.Seq && !later.Aside {
					later.Next = w.Next
				}
			}
		}
		return nil
	})
	return err
}

// Backlog implements [service.Outbox].
func (s *Store) Backlog(ctx context.Context, limit int) (service.Backlog, error) {
	return locked(ctx, s, func() (b service.Backlog) {
		for _, w := range s.outbox {
			lane := &b.Fresh
			switch {
			case w.Aside:
				lane = &b.Aside
			case !w.Next.IsZero():
				lane = &b.Failing
			case b.Since.IsZero() || w.since.Before(b.Since):
				b.Since = w.since
			}
			*lane = min(*lane+1, limit)
		}
		return b
	})
}

// Aside implements [service.Outbox].
func (s *Store) Aside(ctx context.Context, after supervision.RecordID, limit int) ([]service.Waiting, error) {
	return locked(ctx, s, func() (list []service.Waiting) {
		for _, w := range s.outbox {
			if w.Aside && w.Compare(after) > 0 {
				list = append(list, w.Waiting)
			}
		}
		return first(limit, list, func(a, b service.Waiting) int { return a.Compare(b.RecordID) })
	})
}
