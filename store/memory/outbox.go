package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// waiting is a record in the outbox, or a notice.
type waiting struct {
	service.Waiting
	record supervision.Record
	since  time.Time
}

// compare puts fresh records first: they have no Next.
func (w *waiting) compare(v *waiting) int {
	return cmp.Or(w.Next.Compare(v.Next), w.since.Compare(v.since), w.Compare(v.RecordID))
}

// Claim implements [service.Outbox]. No record in memory is ever unreadable.
func (s *Store) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var free []*waiting
	for _, queue := range s.outbox {
		first := slices.IndexFunc(queue, func(w *waiting) bool { return !w.Aside })
		if first >= 0 && !queue[first].ClaimedUntil.After(at) && !queue[first].Next.After(at) {
			free = append(free, queue[first])
		}
	}
	slices.SortFunc(free, (*waiting).compare)
	var claimed []service.Claimed
	for _, w := range atMost(limit, free) {
		w.ClaimedUntil = at.Add(lease)
		claimed = append(claimed, service.Claimed{
			Waiting: w.Waiting, Record: w.record.Clone(), Order: s.orders[w.Order].order.Clone(),
		})
	}
	return claimed, nil
}

// Acknowledge implements [service.Outbox].
func (s *Store) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, id := range ids {
		queue := slices.DeleteFunc(s.outbox[id.Order], func(w *waiting) bool { return w.Seq == id.Seq })
		if s.outbox[id.Order] = queue; len(queue) == 0 {
			delete(s.outbox, id.Order)
		}
	}
	return nil
}

// Return implements [service.Outbox].
func (s *Store) Return(ctx context.Context, places ...service.Waiting) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, place := range places {
		queue := s.outbox[place.Order]
		at := slices.IndexFunc(queue, func(w *waiting) bool { return w.Seq == place.Seq })
		if at < 0 || !place.ClaimedUntil.IsZero() && !place.ClaimedUntil.Equal(queue[at].ClaimedUntil) {
			continue
		}
		place.ClaimedUntil = time.Time{}
		queue[at].Waiting = place
		for _, later := range queue[at+1:] {
			if !later.Aside {
				later.Next = place.Next
			}
		}
	}
	return nil
}

// Backlog implements [service.Outbox].
func (s *Store) Backlog(ctx context.Context, limit int) (b service.Backlog, err error) {
	if err := s.enter(ctx); err != nil {
		return b, err
	}
	defer s.mu.Unlock()
	for _, queue := range s.outbox {
		for _, w := range queue {
			lane := &b.Fresh
			switch {
			case w.Aside:
				lane = &b.Aside
			case !w.Next.IsZero():
				lane = &b.Failing
			case b.Since.IsZero() || w.record.At.Before(b.Since):
				b.Since = w.record.At
			}
			*lane = min(*lane+1, limit)
		}
	}
	return b, nil
}

// Aside implements [service.Outbox].
func (s *Store) Aside(ctx context.Context, after supervision.RecordID, limit int) ([]service.Waiting, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var aside []service.Waiting
	for _, queue := range s.outbox {
		for _, w := range queue {
			if w.Aside && w.Compare(after) > 0 {
				aside = append(aside, w.Waiting)
			}
		}
	}
	slices.SortFunc(aside, func(a, b service.Waiting) int { return a.Compare(b.RecordID) })
	return atMost(limit, aside), nil
}
