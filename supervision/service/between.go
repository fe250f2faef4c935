package service

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
)

// RecordsBetween returns the records of all orders that happened from one
// instant on and before another, oldest first, such as a day's for an audit. It
// is the host's, who sees every order whole (R22). What time has made due but
// no worker has stored is not among them: see [Service.Settle].
//
// A record that cannot be read comes as an error that names it, and the next
// ones follow. Any other error is the last: [*InvalidError] for a bound that is
// out of range, and the store's own.
func (s *Service) RecordsBetween(ctx context.Context, from, before time.Time) iter.Seq2[supervision.Record, error] {
	return func(yield func(supervision.Record, error) bool) {
		var f faults
		from, before := f.Instant("from", from), f.Instant("before", before)
		if err := f.err(); err != nil {
			yield(supervision.Record{}, err)
			return
		}
		var after RecordPlace
		for {
			page, err := s.store.Between(ctx, from, before, after, s.batch)
			if err != nil {
				yield(supervision.Record{}, err)
				return
			}
			for _, placed := range page {
				if !yield(placed.Record, placed.named()) {
					return
				}
			}
			if len(page) < s.batch {
				return
			}
			after = page[len(page)-1].RecordPlace
		}
	}
}

// named returns the record's error with its name; nil where it could be read.
func (r PlacedRecord) named() error {
	if r.Err == nil {
		return nil
	}
	return fmt.Errorf("service: record %d of order %q: %w", r.Seq, fault.Clip(r.Order), r.Err)
}
