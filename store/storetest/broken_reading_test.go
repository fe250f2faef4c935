package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// dueAsking breaks Due by what is asked.
func dueAsking(change func(at *time.Time, after *supervision.Position, limit *int)) func(*broken) {
	return func(b *broken) {
		b.due = func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
			error) {
			change(&at, &after, &limit)
			return b.Store.Due(ctx, at, after, limit)
		}
	}
}

// recordsAsking breaks Records by what is asked.
func recordsAsking(change func(after *int64, limit *int)) func(*broken) {
	return func(b *broken) {
		b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
			change(&after, &limit)
			return b.Store.Records(ctx, id, after, limit)
		}
	}
}

func faultsOfReading() []fault {
	return []fault{
		{"a zero order for an unknown id", []string{"Load/returns ErrNotFound for an unknown id"}, func(b *broken) {
			b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
				order, record, err := b.Store.Load(ctx, id, key)
				if errors.Is(err, supervision.ErrNotFound) {
					err = nil
				}
				return order, record, err
			}
		}},
		{"keys ignored", []string{"Load/returns the record with the key"}, func(b *broken) {
			b.load = func(ctx context.Context, id, _ string) (supervision.Order, *supervision.Record, error) {
				return b.Store.Load(ctx, id, "")
			}
		}},
		{"keys shared by all orders", []string{
			"Load/returns no record for a key that only another order has",
			"Load/keeps the same key on several orders apart",
		}, func(b *broken) {
			b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
				order, record, err := b.Store.Load(ctx, id, key)
				for _, other := range []string{"another", "a"} {
					if _, found, _ := b.Store.Load(ctx, other, key); found != nil {
						record = found
					}
				}
				return order, record, err
			}
		}},
		{"keys shared by all actors", []string{"Load/keeps the same key of several actors apart"}, func(b *broken) {
			b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
				order, _, err := b.Store.Load(ctx, id, "")
				records, _ := b.Store.Records(ctx, id, 0, 10)
				for i := range records {
					if r := records[i].Record; r.Key != "" && strings.HasSuffix(key, r.Key) {
						return order, &r, err
					}
				}
				return order, nil, err
			}
		}},
		{"keys that are the person's", []string{"Load/finds a key whichever person acts for its owner"},
			func(b *broken) {
				b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
					order, record, err := b.Store.Load(ctx, id, key)
					if record != nil && record.Actor.User != "" {
						record = nil
					}
					return order, record, err
				}
			}},
		{"any key finds the newest record", []string{"Load/returns no record for a key that the order does not have"},
			func(b *broken) {
				b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
					order, record, err := b.Store.Load(ctx, id, "")
					if records, _ := b.Store.Records(ctx, id, order.Version-1, 1); key != "" && len(records) > 0 {
						record = &records[0].Record
					}
					return order, record, err
				}
			}},
		{"an empty key that finds a record without one", []string{"Load/returns no record where no key is asked for"},
			func(b *broken) {
				b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
					order, record, err := b.Store.Load(ctx, id, key)
					if records, _ := b.Store.Records(ctx, id, 0, 1); key == "" && len(records) > 0 {
						record = &records[0].Record
					}
					return order, record, err
				}
			}},
		{"orders settled by the store", []string{"Load/returns the order as stored, whatever time has made due since"},
			func(b *broken) {
				b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
					order, record, err := b.Store.Load(ctx, id, key)
					order, _ = order.Settle(order.NextDue())
					return order, record, err
				}
			}},

		{"newest records first", []string{"Records/returns an order's records, oldest first"}, func(b *broken) {
			b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
				records, err := b.Store.Records(ctx, id, after, limit)
				slices.Reverse(records)
				return records, err
			}
		}},
		{"records by their instants", []string{"Records/goes by the sequence where an order's clock was turned back"},
			func(b *broken) {
				b.records = func(ctx context.Context, id string, after int64,
					limit int) ([]service.FoundRecord, error) {
					records, err := b.Store.Records(ctx, id, after, limit)
					slices.SortStableFunc(records, func(a, b service.FoundRecord) int {
						return a.Record.At.Compare(b.Record.At)
					})
					return records, err
				}
			}},
		{"records that begin with after", []string{"Records/returns those above after, at most limit"},
			recordsAsking(func(after *int64, _ *int) { *after-- })},
		{"all records behind the last number there is", []string{"Records/returns those above after, at most limit"},
			recordsAsking(func(after *int64, _ *int) {
				if *after == math.MaxInt64 {
					*after = 0
				}
			})},
		{"records sorted by the digits of their numbers", []string{"Records/returns an order's records, oldest first"},
			func(b *broken) {
				b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord,
					error) {
					records, err := b.Store.Records(ctx, id, after, limit)
					slices.SortFunc(records, func(a, b service.FoundRecord) int {
						return strings.Compare(fmt.Sprint(a.Seq), fmt.Sprint(b.Seq))
					})
					return records, err
				}
			}},
		{"records under another's number", []string{"Records/returns an order's records, oldest first"},
			func(b *broken) {
				b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord,
					error) {
					records, err := b.Store.Records(ctx, id, after, limit)
					for i := range records {
						records[i].Seq++
					}
					return records, err
				}
			}},
		{"as many records as there are", []string{"Records/returns those above after, at most limit"},
			recordsAsking(func(_ *int64, limit *int) { *limit = 1000 })},
		{"an error for the records of an unknown order", []string{"Records/returns none of an unknown order"},
			func(b *broken) {
				b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord,
					error) {
					if _, _, err := b.Store.Load(ctx, id, ""); err != nil {
						return nil, err
					}
					return b.Store.Records(ctx, id, after, limit)
				}
			}},

		{"a due order where there is none", []string{"Due/returns nothing from an empty store"}, func(b *broken) {
			b.due = func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
				error) {
				list, err := b.Store.Due(ctx, at, after, limit)
				return append(list, service.Found{}), err
			}
		}},
		{"due orders that stay due", []string{"Due/forgets an order that is no longer due"}, func(b *broken) {
			var due []service.Found
			b.due = func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
				error) {
				list, err := b.Store.Due(ctx, at, after, limit)
				due = append(due, list...)
				return due, err
			}
		}},
		{"due only after the instant", []string{"Due/returns an order from the instant at which it is due"},
			dueAsking(func(at *time.Time, _ *supervision.Position, _ *int) { *at = at.Add(-tick) })},
		{"due a tick early", []string{"Due/returns an order from the instant at which it is due"},
			dueAsking(func(at *time.Time, _ *supervision.Position, _ *int) { *at = at.Add(tick) })},
		{"due orders at another instant", []string{"Due/returns an order from the instant at which it is due"},
			func(b *broken) {
				b.due = func(ctx context.Context, at time.Time, after supervision.Position,
					limit int) ([]service.Found, error) {
					list, err := b.Store.Due(ctx, at, after, limit)
					for i := range list {
						list[i].Position.At = list[i].Position.At.Add(tick)
					}
					return list, err
				}
			}},
		{"all that will be due, once something is", []string{"Due/returns those of a crowd that are due, in order"},
			func(b *broken) {
				b.due = func(ctx context.Context, at time.Time, after supervision.Position,
					limit int) ([]service.Found, error) {
					list, err := b.Store.Due(ctx, at, after, limit)
					if len(list) > 0 {
						list, err = b.Store.Due(ctx, at.Add(1000*day), after, limit)
					}
					return list, err
				}
			}},
		{"due orders from the first, behind a place without an id", []string{"Due/begins behind a position, at most limit"},
			dueAsking(func(_ *time.Time, after *supervision.Position, _ *int) {
				if after.ID == "" {
					*after = supervision.Position{}
				}
			})},
		{"due orders from the first, behind a place where none is", []string{"Due/begins behind a position, at most limit"},
			func(b *broken) {
				b.due = func(ctx context.Context, at time.Time, after supervision.Position,
					limit int) ([]service.Found, error) {
					if _, _, err := b.Store.Load(ctx, after.ID, ""); err != nil && after.ID != "" {
						after = supervision.Position{}
					}
					return b.Store.Due(ctx, at, after, limit)
				}
			}},
		{"due orders by offset", []string{"Due/goes on page by page while orders are settled"}, func(b *broken) {
			read := 0
			b.due = func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
				error) {
				if after == (supervision.Position{}) {
					read = 0
				}
				list, err := b.Store.Due(ctx, at, supervision.Position{}, read+limit)
				list = list[min(read, len(list)):]
				read += limit
				return list, err
			}
		}},
		{"due orders from the first, always", []string{"Due/begins behind a position, at most limit",
			"Due/goes on page by page while orders are settled"},
			dueAsking(func(_ *time.Time, after *supervision.Position, _ *int) { *after = supervision.Position{} })},
		{"due orders that skip equal instants",
			[]string{"Due/sorts by the bytes of the id where due at the same instant"},
			dueAsking(func(_ *time.Time, after *supervision.Position, _ *int) { after.ID = "\U0010ffff" })},
		{"a second page of orders that are not due", []string{"Due/begins behind a position, at most limit"},
			dueAsking(func(at *time.Time, after *supervision.Position, _ *int) {
				if *after != (supervision.Position{}) {
					*at = at.Add(1000 * day)
				}
			})},
		{"all due orders at once", []string{"Due/begins behind a position, at most limit"},
			dueAsking(func(_ *time.Time, _ *supervision.Position, limit *int) { *limit = 1000 })},
		{"due orders by id alone", []string{"Due/returns those of a crowd that are due, in order"}, func(b *broken) {
			b.due = func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
				error) {
				list, err := b.Store.Due(ctx, at, after, limit)
				slices.SortFunc(list, func(a, b service.Found) int { return strings.Compare(a.ID, b.ID) })
				return list, err
			}
		}},
	}
}
