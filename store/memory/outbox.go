package memory

import (
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// waiting is a record in the outbox.
type waiting struct {
	record  supervision.Record
	claimed time.Time // until when; zero before the first claim
}

func (w waiting) position() supervision.Position {
	return supervision.Position{At: w.record.At, ID: w.record.Order}
}

// Claim implements [service.Outbox].
func (s *Store) Claim(
	ctx context.Context, at time.Time, lease time.Duration, limit int,
) ([]supervision.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var free [][]waiting
	for _, queue := range s.outbox {
		if !slices.ContainsFunc(queue, func(w waiting) bool { return w.claimed.After(at) }) {
			free = append(free, queue)
		}
	}
	slices.SortFunc(free, func(a, b []waiting) int { return a[0].position().Compare(b[0].position()) })
	var records []supervision.Record
	for _, queue := range free {
		first := atMost(limit-len(records), queue)
		for i := range first {
			first[i].claimed = at.Add(lease)
			records = append(records, first[i].record.Clone())
		}
	}
	return records, nil
}

// Acknowledge implements [service.Outbox].
func (s *Store) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		queue := slices.DeleteFunc(s.outbox[id.Order], func(w waiting) bool { return w.record.Seq == id.Seq })
		if s.outbox[id.Order] = queue; len(queue) == 0 {
			delete(s.outbox, id.Order)
		}
	}
	return nil
}
