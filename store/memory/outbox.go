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

// since returns from when a record waits, or a notice.
func (s *Store) since(id supervision.RecordID) time.Time {
	if due, notice := id.Notice(); notice {
		return due
	}
	return s.orders[id.Order].records[id.Seq-1].At
}

// compare puts fresh records first: they have no Next.
func (s *Store) compare(w, v *service.Waiting) int {
	return cmp.Or(w.Next.Compare(v.Next), s.since(w.RecordID).Compare(s.since(v.RecordID)), w.Compare(v.RecordID))
}

// Claim implements [service.Outbox].
func (s *Store) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	return locked(ctx, s, func() (claimed []service.Claimed) {
		heads := make(map[string]*service.Waiting) // the first that waits of each order
		for _, w := range s.outbox {
			if head := heads[w.Order]; !w.Aside && (head == nil || w.Seq < head.Seq) {
				heads[w.Order] = w
			}
		}
		free := slices.DeleteFunc(slices.Collect(maps.Values(heads)), func(w *service.Waiting) bool {
			return w.ClaimedUntil.After(at) || w.Next.After(at)
		})
		for _, w := range page(free, nil, limit, s.compare) {
			w.ClaimedUntil = at.Add(lease).UTC()
			c := service.Claimed{Waiting: *w, Order: s.orders[w.Order].order.Clone()}
			if w.Seq > 0 { // else a notice
				c.Record = s.record(w.RecordID)
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
			place.Next, place.ClaimedUntil = place.Next.UTC(), time.Time{}
			*w = place
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
		for id, w := range s.outbox {
			lane := &b.Fresh
			switch since := s.since(id); {
			case w.Aside:
				lane = &b.Aside
			case !w.Next.IsZero():
				lane = &b.Failing
			case b.Since.IsZero() || since.Before(b.Since):
				b.Since = since
			}
			*lane = min(*lane+1, limit)
		}
		return b
	})
}

// Delayed implements [service.Outbox].
func (s *Store) Delayed(ctx context.Context, aside bool, after supervision.RecordID,
	limit int) ([]service.Waiting, error) {
	return locked(ctx, s, func() (list []service.Waiting) {
		var ids []supervision.RecordID
		for id, w := range s.outbox {
			if w.Aside == aside && (aside || !w.Next.IsZero()) {
				ids = append(ids, id)
			}
		}
		for _, id := range page(ids, after, limit, supervision.RecordID.Compare) {
			list = append(list, *s.outbox[id])
		}
		return list
	})
}

// Notice implements [service.Notices].
func (s *Store) Notice(ctx context.Context, list ...service.Noticed) error {
	return conflict(locked(ctx, s, func() (conflicts []string) {
		for _, n := range list {
			o := s.orders[n.Order]
			if n.At.IsZero() || o.order.Version != n.Version || !o.noticeAt.Equal(n.At) {
				conflicts = append(conflicts, n.Order)
				continue
			}
			o.noticeAt, o.given = n.Next.UTC(), slices.Clone(n.Given)
			for i, at := range o.given {
				o.given[i] = at.UTC()
			}
			s.orders[n.Order] = o
			for _, due := range n.Due {
				id := supervision.NoticeID(n.Order, due)
				s.outbox[id] = &service.Waiting{RecordID: id}
			}
		}
		return conflicts
	}))
}
