package service

import (
	"context"
	"iter"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// RecordsBetween returns the records of all orders that happened from one
// instant on and before another, oldest first, such as a day's for an audit. It
// is the host's, who sees every order whole (R22). What time has made due but
// no worker has stored is not among them: see [Service.Settle].
//
// It does not follow what happens: a record may be stored after its instant has
// been read past, by a transaction that was open, by a worker that is late or by
// an adoption. [Service.Relay] misses none.
//
// A record that cannot be read comes as an [*UnreadableError], and the next
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
				if !yield(placed.Record, placed.Err) {
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
