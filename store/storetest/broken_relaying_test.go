package storetest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// claiming breaks Claim by what is asked.
func claiming(change func(at *time.Time, lease *time.Duration, limit *int)) func(*broken) {
	return func(b *broken) {
		b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
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
		{"no lease at all", []string{"Claim/nobody else claims it until the lease has ended",
			"Relay/two who claim at the same time never share an order"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease = 0 })},
		{"a lease a tick too short", []string{"Claim/nobody else claims it until the lease has ended"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease -= tick })},
		{"a lease a tick too long",
			[]string{"Claim/what is not acknowledged is claimed again when the lease has ended"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease += tick })},
		{"a lease that never ends",
			[]string{"Claim/what is not acknowledged is claimed again when the lease has ended"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease = 100000 * hour })},
		{"claims under another's number", []string{"Claim/returns the first record of each order, as it was stored"},
			func(b *broken) {
				b.claim = func(ctx context.Context, at time.Time, lease time.Duration,
					limit int) ([]service.Claimed, error) {
					claimed, err := b.Store.Claim(ctx, at, lease, limit)
					for i := range claimed {
						claimed[i].RecordID.Seq++
					}
					return claimed, err
				}
			}},
		{"an order that nobody gets", []string{"Relay/two who claim at the same time never share an order"},
			func(b *broken) {
				b.claim = func(ctx context.Context, at time.Time, lease time.Duration,
					limit int) ([]service.Claimed, error) {
					claimed, err := b.Store.Claim(ctx, at, lease, limit)
					return slices.DeleteFunc(claimed, func(c service.Claimed) bool {
						return c.RecordID.Order == "order-07"
					}), err
				}
			}},
		{"one lease for all", []string{"Claim/each claim has a lease of its own"},
			claiming(func(_ *time.Time, lease *time.Duration, _ *int) { *lease = hour })},
		{"claims without limit", []string{"Claim/at most limit"},
			claiming(func(_ *time.Time, _ *time.Duration, limit *int) { *limit = 1000 })},
		{"claims of records instead of orders", []string{
			"Claim/what is added to an order waits while the first is claimed",
			"Relay/two who claim at the same time never share an order",
		}, claimRecords},
		{"claims of an order's earliest record", []string{
			"Claim/goes by the sequence where an order's clock was turned back",
		}, func(b *broken) {
			b.claim = func(ctx context.Context, at time.Time, lease time.Duration,
				limit int) ([]service.Claimed, error) {
				claimed, err := b.Store.Claim(ctx, at, lease, limit)
				for i, c := range claimed {
					later, _ := b.Store.Records(ctx, c.RecordID.Order, c.Seq, 100)
					for _, l := range later {
						if l.Record.At.Before(claimed[i].Record.At) {
							claimed[i].RecordID, claimed[i].Record = l.RecordID, l.Record
						}
					}
				}
				return claimed, err
			}
		}},
		{"claims in the order of ids", []string{"Claim/those that wait longest first",
			"Claim/those that wait longest first, of what came in one call",
			"Claim/an order waits from its first record that is not relayed"}, func(b *broken) {
			b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed,
				error) {
				records, err := b.Store.Claim(ctx, at, lease, 1000)
				slices.SortStableFunc(records, func(a, b service.Claimed) int {
					return strings.Compare(a.RecordID.Order, b.RecordID.Order)
				})
				return records[:min(limit, len(records))], err
			}
		}},
		{"one claim at a time", []string{"Claim/an order that is stuck does not hold up the others"}, func(b *broken) {
			var busy time.Time
			b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed,
				error) {
				if at.Before(busy) {
					return nil, nil
				}
				busy = at.Add(lease)
				return b.Store.Claim(ctx, at, lease, limit)
			}
		}},
		{"claims that begin with the newest record",
			[]string{"Claim/returns the first record of each order, as it was stored"},
			func(b *broken) {
				b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed,
					error) {
					records, err := b.Store.Claim(ctx, at, lease, limit)
					slices.Reverse(records)
					return records, err
				}
			}},

		{"claims without their orders",
			[]string{"Claim/returns the order as it is stored now, and the place of the record"}, func(b *broken) {
				b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed,
					error) {
					claimed, err := b.Store.Claim(ctx, at, lease, limit)
					for i := range claimed {
						claimed[i].Order = supervision.Order{}
					}
					return claimed, err
				}
			}},
		{"claims by age alone", []string{"Claim/those that are to be tried again come last, the earliest first"},
			func(b *broken) {
				b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed,
					error) {
					claimed, err := b.Store.Claim(ctx, at, lease, limit)
					slices.SortFunc(claimed, func(a, b service.Claimed) int { return a.Record.At.Compare(b.Record.At) })
					return claimed, err
				}
			}},
		{"leases of orders instead of records",
			[]string{"Claim/the next of an order is claimed as soon as the first is acknowledged"}, func(b *broken) {
				until := make(map[string]time.Time)
				b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed,
					error) {
					claimed, err := b.Store.Claim(ctx, at, lease, limit)
					claimed = slices.DeleteFunc(claimed,
						func(c service.Claimed) bool { return until[c.RecordID.Order].After(at) })
					for _, c := range claimed {
						until[c.RecordID.Order] = at.Add(lease)
					}
					return claimed, err
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
		{"acknowledgements of a hundred records at most",
			[]string{"Acknowledge/removes hundreds of records in one call"},
			acknowledging(func(ids []supervision.RecordID) []supervision.RecordID { return ids[:min(100, len(ids))] })},
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
				b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord,
					error) {
					records, err := b.Store.Records(ctx, id, after, limit)
					return slices.DeleteFunc(records,
						func(r service.FoundRecord) bool { return slices.Contains(gone, r.RecordID) }), err
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

// returning breaks Return by what it is told, or by what it does besides.
func returning(change func(b *broken, w *service.Waiting) bool) func(*broken) {
	return func(b *broken) {
		b.return_ = func(ctx context.Context, places ...service.Waiting) error {
			for _, w := range places {
				if change(b, &w) {
					if err := b.Store.Return(ctx, w); err != nil {
						return err
					}
				}
			}
			return ctx.Err()
		}
	}
}

// beside returns the record a number of places away as well.
func beside(seqs int64, as func(w service.Waiting) service.Waiting) func(*broken) {
	return func(b *broken) {
		b.return_ = func(ctx context.Context, places ...service.Waiting) error {
			err := b.Store.Return(ctx, places...)
			for _, w := range places {
				w = as(w)
				w.Seq += seqs
				_ = b.Store.Return(ctx, w)
			}
			return err
		}
	}
}

// tellingBacklog breaks Backlog by what it tells.
func tellingBacklog(change func(b *service.Backlog)) func(*broken) {
	return func(b *broken) {
		b.backlog = func(ctx context.Context, limit int) (service.Backlog, error) {
			told, err := b.Store.Backlog(ctx, limit)
			change(&told)
			return told, err
		}
	}
}

// delaying breaks Delayed by what it says of each record that fails.
func delaying(change func(w *service.Waiting)) func(*broken) {
	return func(b *broken) {
		b.delayed = func(ctx context.Context, aside bool, after supervision.RecordID,
			limit int) ([]service.Waiting, error) {
			list, err := b.Store.Delayed(ctx, aside, after, limit)
			for i := range list {
				if !aside {
					change(&list[i])
				}
			}
			return list, err
		}
	}
}

func faultsOfReturning() []fault {
	const lanes = "Backlog/counts what fails, and what is set aside"
	return []fault{
		{"a backlog that nobody has", []string{"Backlog/has nothing without a record that waits"},
			tellingBacklog(func(b *service.Backlog) { b.Fresh++ })},
		{"a backlog without its age",
			[]string{"Backlog/counts what is fresh, claimed or not, and has its oldest instant"},
			tellingBacklog(func(b *service.Backlog) { b.Since = time.Time{} })},
		{"failures counted as fresh", []string{lanes},
			tellingBacklog(func(b *service.Backlog) { b.Fresh, b.Failing = b.Fresh+b.Failing, 0 })},
		{"a backlog that forgets what is set aside", []string{lanes},
			tellingBacklog(func(b *service.Backlog) { b.Aside = 0 })},
		{"a backlog without a limit", []string{"Backlog/counts up to the limit"}, func(b *broken) {
			b.backlog = func(ctx context.Context, _ int) (service.Backlog, error) { return b.Store.Backlog(ctx, 1000) }
		}},
		{"claims that last however they end", []string{"Return/ends a claim before the lease does"},
			returning(func(*broken, *service.Waiting) bool { return false })},
		{"a return to the end of the line", []string{"Return/gives a record that has not failed its place back"},
			returning(func(_ *broken, w *service.Waiting) bool { w.Next = day0; return true })},
		{"attempts that nobody counts", []string{"Return/keeps attempts and next attempt"},
			returning(func(_ *broken, w *service.Waiting) bool { w.Attempts = 0; return true })},
		{"next attempts at once",
			[]string{"Claim/nothing is tried again before its Next", "Claim/an empty result with much that waits"},
			returning(func(_ *broken, w *service.Waiting) bool { w.Next = time.Time{}; return true })},
		{"failures for good", []string{"Return/makes a record fresh again",
			"Delayed/what was set aside can be put back",
			"Return/returns a record whatever its claim where none is named"},
			returning(func(_ *broken, w *service.Waiting) bool { return w.Attempts > 0 })},
		{"fresh places for what waits behind a failure",
			[]string{"Return/takes the later records of a failing order along"},
			beside(1, func(w service.Waiting) service.Waiting { return service.Waiting{RecordID: w.RecordID} })},
		{"a return that frees what comes later", []string{"Return/ends no claim of a later record"},
			beside(1, func(w service.Waiting) service.Waiting { return service.Waiting{RecordID: w.RecordID} })},
		{"an order that waits for what is set aside",
			[]string{"Return/frees the later records of an order whose failing one is set aside"},
			beside(1, func(w service.Waiting) service.Waiting {
				return service.Waiting{RecordID: w.RecordID, Next: day0.Add(day)}
			})},
		{"a failure that holds up what comes before it",
			[]string{"Return/takes no earlier and no other order's records along"},
			beside(-1, func(w service.Waiting) service.Waiting { return w })},
		{"returns by whoever comes", []string{"Return/leaves records under another claim alone"},
			returning(func(_ *broken, w *service.Waiting) bool { w.ClaimedUntil = time.Time{}; return true })},
		{"attempts of whoever comes", []string{"Return/leaves records under another claim alone"}, func(b *broken) {
			attempts := 0
			b.return_ = func(ctx context.Context, places ...service.Waiting) error {
				attempts = places[0].Attempts
				return b.Store.Return(ctx, places...)
			}
			b.claim = func(ctx context.Context, at time.Time, lease time.Duration,
				limit int) ([]service.Claimed, error) {
				claimed, err := b.Store.Claim(ctx, at, lease, limit)
				for i := range claimed {
					claimed[i].Attempts = attempts
				}
				return claimed, err
			}
		}},
		{"an error for what is not there to return", []string{"Return/ignores records that do not wait"},
			func(b *broken) {
				b.return_ = func(ctx context.Context, places ...service.Waiting) error {
					for _, w := range places {
						if records, _ := b.Store.Records(ctx, w.Order, w.Seq-1, 1); len(records) == 0 {
							return supervision.ErrNotFound
						}
					}
					return b.Store.Return(ctx, places...)
				}
			}},
		{"nothing ever set aside", []string{"Delayed/nobody claims what is set aside"},
			returning(func(_ *broken, w *service.Waiting) bool { w.Aside = false; return true })},
		{"whole orders set aside", []string{"Delayed/the later records of its order go on"},
			returning(func(_ *broken, w *service.Waiting) bool {
				if w.Aside {
					w.Aside, w.Next = false, day0.Add(1000*day)
				}
				return true
			})},
		{"a failure that takes along what is set aside",
			[]string{"Delayed/what was set aside stays aside when an earlier one fails"},
			beside(1, func(w service.Waiting) service.Waiting { return w })},
		{"all that is set aside on one page", []string{"Delayed/lists what is set aside, page by page"},
			func(b *broken) {
				b.delayed = func(ctx context.Context, aside bool, after supervision.RecordID,
					limit int) ([]service.Waiting, error) {
					if aside {
						after, limit = supervision.RecordID{}, 1000
					}
					return b.Store.Delayed(ctx, aside, after, limit)
				}
			}},
		{"all that fails on one page", []string{"Delayed/lists what waits for another attempt, page by page"},
			func(b *broken) {
				b.delayed = func(ctx context.Context, aside bool, after supervision.RecordID,
					limit int) ([]service.Waiting, error) {
					if !aside {
						after, limit = supervision.RecordID{}, 1000
					}
					return b.Store.Delayed(ctx, aside, after, limit)
				}
			}},
		{"failures that nobody has tried", []string{"Delayed/tells attempts, the next one and the claim"},
			delaying(func(w *service.Waiting) { w.Attempts = 0 })},
		{"failures that nobody will try", []string{"Delayed/tells attempts, the next one and the claim"},
			delaying(func(w *service.Waiting) { w.Next = time.Time{} })},
		{"failures that nobody tries", []string{"Delayed/tells attempts, the next one and the claim"},
			delaying(func(w *service.Waiting) { w.ClaimedUntil = time.Time{} })},
		{"failures that are called set aside", []string{"Delayed/tells attempts, the next one and the claim"},
			delaying(func(w *service.Waiting) { w.Aside = !w.Aside })},
		{"acknowledgements that leave what is set aside",
			[]string{"Acknowledge/removes records that have failed, and those that are set aside"}, func(b *broken) {
				b.acknowledge = func(ctx context.Context, ids ...supervision.RecordID) error {
					aside, _ := b.Store.Delayed(ctx, true, supervision.RecordID{}, 1000)
					return b.Store.Acknowledge(ctx, slices.DeleteFunc(ids, func(id supervision.RecordID) bool {
						return slices.ContainsFunc(aside,
							func(w service.Waiting) bool { return w.RecordID == id })
					})...)
				}
			}},
	}
}

// claimRecords leases each record by itself, so that two relays can have
// records of the same order.
func claimRecords(b *broken) {
	var mu sync.Mutex
	until := make(map[supervision.RecordID]time.Time)
	waiting := make(map[supervision.RecordID]service.Claimed)
	b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
		mu.Lock()
		defer mu.Unlock()
		for { // takes everything out of the outbox, and claims it by itself
			claimed, err := b.Store.Claim(ctx, at, lease, 1000)
			if err != nil {
				return nil, err
			}
			if len(claimed) == 0 {
				break
			}
			for _, c := range claimed {
				waiting[c.RecordID] = c
				_ = b.Store.Acknowledge(ctx, c.RecordID)
			}
		}
		var free []service.Claimed
		for id, c := range waiting {
			if !until[id].After(at) && len(free) < limit {
				until[id] = at.Add(lease)
				free = append(free, c)
			}
		}
		return free, nil
	}
	b.acknowledge = func(_ context.Context, ids ...supervision.RecordID) error {
		mu.Lock()
		defer mu.Unlock()
		for _, id := range ids {
			delete(waiting, id)
		}
		return nil
	}
}
