package storetest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// claiming breaks Claim by what is asked.
func claiming(change func(at *time.Time, lease *time.Duration, limit *int)) func(*broken) {
	return func(b *broken) {
		b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record,
			error) {
			change(&at, &lease, &limit)
			return b.Store.Claim(ctx, at, lease, limit)
		}
	}
}

// acknowledging breaks Acknowledge by what it is told.
func acknowledging(change func(ids []supervision.RecordID) []supervision.RecordID) func(*broken) {
	return func(b *broken) {
		b.acknowledge = func(ctx context.Context, ids ...supervision.RecordID) error {
			return b.Store.Acknowledge(ctx, change(ids)...)
		}
	}
}

func faultsOfRelaying() []fault {
	return []fault{
		{"no lease at all", []string{"Claim/nobody else claims them until the lease has ended",
			"Relay/two who claim at the same time never share an order"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease = 0 })},
		{"a lease a tick too short", []string{"Claim/nobody else claims them until the lease has ended"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease -= tick })},
		{"a lease a tick too long",
			[]string{"Claim/what is not acknowledged is claimed again when the lease has ended"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease += tick })},
		{"a lease that never ends", []string{"Claim/after the lease an order begins with its first record again"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease = 100000 * hour })},
		{"one lease for all", []string{"Claim/each claim has a lease of its own"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease = hour })},
		{"claims without limit", []string{"Claim/at most limit, without a gap"},
			claiming(func(_ *time.Time, _ *time.Duration, limit *int) { *limit = 1000 })},
		{"claims of records instead of orders", []string{
			"Claim/the rest of an order waits while a part is claimed",
			"Claim/what is added to an order waits while a part is claimed",
			"Relay/two who claim at the same time never share an order",
		}, claimRecords},
		{"claims in the order of ids", []string{"Claim/orders that wait longest first",
			"Claim/an order waits from its first record that is not relayed"}, func(b *broken) {
			b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record,
				error) {
				records, err := b.Store.Claim(ctx, at, lease, 1000)
				slices.SortStableFunc(records, func(a, b supervision.Record) int {
					return supervision.Position{ID: a.Order}.Compare(supervision.Position{ID: b.Order})
				})
				return records[:min(limit, len(records))], err
			}
		}},
		{"one claim at a time", []string{"Claim/an order that is stuck does not hold up the others"}, func(b *broken) {
			var busy time.Time
			b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record,
				error) {
				if at.Before(busy) {
					return nil, nil
				}
				busy = at.Add(lease)
				return b.Store.Claim(ctx, at, lease, limit)
			}
		}},
		{"claims that begin with the newest record", []string{"Claim/returns what waits, as it was stored"},
			func(b *broken) {
				b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record,
					error) {
					records, err := b.Store.Claim(ctx, at, lease, limit)
					slices.Reverse(records)
					return records, err
				}
			}},

		{"acknowledgements of whole orders", []string{"Acknowledge/removes nothing else"},
			acknowledging(func(ids []supervision.RecordID) (all []supervision.RecordID) {
				for _, id := range ids {
					for seq := range int64(100) {
						all = append(all, supervision.RecordID{Order: id.Order, Seq: seq})
					}
				}
				return all
			})},
		{"acknowledgements up to a record", []string{"Acknowledge/removes nothing else"},
			acknowledging(func(ids []supervision.RecordID) (all []supervision.RecordID) {
				for _, id := range ids {
					for seq := range id.Seq + 1 {
						all = append(all, supervision.RecordID{Order: id.Order, Seq: seq})
					}
				}
				return all
			})},
		{"acknowledgements of one record only",
			[]string{"Acknowledge/removes claimed records", "Acknowledge/removes hundreds of records in one call"},
			acknowledging(func(ids []supervision.RecordID) []supervision.RecordID { return ids[:min(1, len(ids))] })},
		{"acknowledgements of nothing", []string{
			"Acknowledge/removes records that nobody has claimed", "Acknowledge/removes records whose lease has ended",
			"Relay/every record is relayed, in sequence, while orders move on",
		},
			acknowledging(func([]supervision.RecordID) []supervision.RecordID { return nil })},
		{"acknowledged records removed for good", []string{"Acknowledge/removes from the outbox only"},
			func(b *broken) {
				var gone []supervision.RecordID
				b.acknowledge = func(ctx context.Context, ids ...supervision.RecordID) error {
					gone = append(gone, ids...)
					return b.Store.Acknowledge(ctx, ids...)
				}
				b.records = func(ctx context.Context, id string, after int64, limit int) ([]supervision.Record, error) {
					records, err := b.Store.Records(ctx, id, after, limit)
					return slices.DeleteFunc(records,
						func(r supervision.Record) bool { return slices.Contains(gone, r.ID()) }), err
				}
			}},
		{"an error for what is not there to acknowledge", []string{"Acknowledge/ignores records that are not there"},
			func(b *broken) {
				b.acknowledge = func(ctx context.Context, ids ...supervision.RecordID) error {
					for _, id := range ids {
						if records, _ := b.Store.Records(ctx, id.Order, id.Seq-1, 1); len(records) == 0 {
							return supervision.ErrNotFound
						}
					}
					return b.Store.Acknowledge(ctx, ids...)
				}
			}},
	}
}

// claimRecords leases each record by itself, so that two relays can have
// records of the same order.
func claimRecords(b *broken) {
	var mu sync.Mutex
	until := make(map[supervision.RecordID]time.Time)
	b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record, error) {
		mu.Lock()
		defer mu.Unlock()
		waiting, err := b.Store.Claim(ctx, at, 0, 1000)
		free := slices.DeleteFunc(waiting, func(r supervision.Record) bool { return until[r.ID()].After(at) })
		free = free[:min(limit, len(free))]
		for _, r := range free {
			until[r.ID()] = at.Add(lease)
		}
		return free, err
	}
}
