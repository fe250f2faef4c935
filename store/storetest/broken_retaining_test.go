package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// betweenAsking breaks Between by what is asked.
func betweenAsking(change func(from, before *time.Time, after *service.RecordPlace, limit *int)) func(*broken) {
	return func(b *broken) {
		b.between = func(ctx context.Context, from, before time.Time, after service.RecordPlace,
			limit int) ([]service.PlacedRecord, error) {
			change(&from, &before, &after, &limit)
			return b.Store.Between(ctx, from, before, after, limit)
		}
	}
}

// betweenSorted breaks Between by the order of its answer.
func betweenSorted(compare func(a, b service.PlacedRecord) int) func(*broken) {
	return func(b *broken) {
		b.between = func(ctx context.Context, from, before time.Time, after service.RecordPlace,
			limit int) ([]service.PlacedRecord, error) {
			list, err := b.Store.Between(ctx, from, before, after, limit)
			slices.SortStableFunc(list, compare)
			return list, err
		}
	}
}

// removing breaks Remove by what it does before or instead.
func removing(remove func(b *broken, ctx context.Context, id string, version int64) (bool, error)) func(*broken) {
	return func(b *broken) {
		b.remove = func(ctx context.Context, id string, version int64) (bool, error) {
			return remove(b, ctx, id, version)
		}
	}
}

// erasing breaks Erase by what it does before or instead.
func erasing(erase func(b *broken, ctx context.Context, c service.Change,
	erased []supervision.Record) error) func(*broken) {
	return func(b *broken) {
		b.erase = func(ctx context.Context, c service.Change, erased []supervision.Record) error {
			return erase(b, ctx, c, erased)
		}
	}
}

func faultsOfRetaining() []fault {
	return []fault{
		{"records by order instead of instant", []string{"Between/returns the records of all orders by instant"},
			betweenSorted(func(a, b service.PlacedRecord) int { return cmp.Compare(a.Order, b.Order) })},
		{"records of one instant by length of the id",
			[]string{"Between/sorts what happened at one instant by the bytes of the order and by sequence"},
			betweenSorted(func(a, b service.PlacedRecord) int {
				return cmp.Or(a.At.Compare(b.At), cmp.Compare(len(a.Order), len(b.Order)))
			})},
		{"records of one instant by the digits of their numbers",
			[]string{"Between/sorts what happened at one instant by the bytes of the order and by sequence"},
			betweenSorted(func(a, b service.PlacedRecord) int {
				return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Order, b.Order),
					cmp.Compare(fmt.Sprint(a.Seq), fmt.Sprint(b.Seq)))
			})},
		{"records after the instant only",
			[]string{"Between/returns those from the one instant on and before the other"},
			betweenAsking(func(from, _ *time.Time, _ *service.RecordPlace, _ *int) { *from = from.Add(tick) })},
		{"records up to and with the other instant",
			[]string{"Between/returns those from the one instant on and before the other"},
			betweenAsking(func(_, before *time.Time, _ *service.RecordPlace, _ *int) { *before = before.Add(tick) })},
		{"instants cut to a tick", []string{"Between/returns those from the one instant on and before the other"},
			betweenAsking(func(from, before *time.Time, _ *service.RecordPlace, _ *int) {
				*from, *before = from.Truncate(tick), before.Truncate(tick)
			})},
		{"the first page again and again", []string{"Between/goes on after a place, at most limit"},
			betweenAsking(func(_, _ *time.Time, after *service.RecordPlace, _ *int) {
				*after = service.RecordPlace{}
			})},
		{"what is behind a place before the span", []string{"Between/goes on after a place, at most limit"},
			betweenAsking(func(from, _ *time.Time, after *service.RecordPlace, _ *int) {
				if after.Order != "" {
					*from = after.At
				}
			})},
		{"pages without limit", []string{"Between/goes on after a place, at most limit"},
			betweenAsking(func(_, _ *time.Time, _ *service.RecordPlace, limit *int) { *limit = 1000 })},

		{"an erasure that is only recorded", []string{
			"Erase/stores the change and puts erased records in the others' place",
			"Erase/finds an erased record by its key",
			"Erase/erases what waits to be relayed",
			"Erase/leaves records that are not named",
		}, erasing(func(b *broken, ctx context.Context, c service.Change, _ []supervision.Record) error {
			return b.Store.Save(ctx, c)
		})},
		{"an erasure without its key", []string{"Erase/finds the record of an erasure by its key"},
			erasing(func(b *broken, ctx context.Context, c service.Change, erased []supervision.Record) error {
				c.Records = slices.Clone(c.Records)
				for i := range c.Records {
					c.Records[i].Key = ""
				}
				return b.Store.Erase(ctx, c, erased)
			})},
		{"an erasure that is relayed first", []string{"Erase/its records wait from their instants"},
			erasing(func(b *broken, ctx context.Context, c service.Change, erased []supervision.Record) error {
				err := b.Store.Erase(ctx, c, erased)
				var sooner []service.Waiting
				waiting, _ := b.Store.Claim(ctx, day0, hour, 1)
				for _, w := range waiting {
					sooner = append(sooner, service.Waiting{RecordID: w.RecordID, Next: day0, Attempts: 1})
				}
				return cmp.Or(err, b.Store.Return(ctx, sooner...))
			})},
		{"all records erased", []string{"Erase/leaves records that are not named"},
			erasing(func(b *broken, ctx context.Context, c service.Change, _ []supervision.Record) error {
				var erased []supervision.Record
				found, _ := b.Store.Records(ctx, c.Order.ID, 0, 100)
				for _, f := range found {
					r, _ := f.Record.Erase()
					erased = append(erased, r)
				}
				return b.Store.Erase(ctx, c, erased)
			})},
		{"erasures that are always relayed", []string{"Erase/keeps a silent change out of the outbox"},
			erasing(func(b *broken, ctx context.Context, c service.Change, erased []supervision.Record) error {
				c.Relay = true
				return b.Store.Erase(ctx, c, erased)
			})},
		{"an erasure over whatever others did",
			[]string{"Erase/returns a conflict and changes nothing where the order has moved on"},
			erasing(func(b *broken, ctx context.Context, c service.Change, erased []supervision.Record) error {
				order, _, _ := b.Store.Load(ctx, c.Order.ID, "")
				c.Before = order.Version
				return b.Store.Erase(ctx, c, erased)
			})},
		{"an erasure that makes an order",
			[]string{"Erase/returns a conflict for an order that is not there and makes none"},
			erasing(func(b *broken, ctx context.Context, c service.Change, erased []supervision.Record) error {
				if b.Store.Create(ctx, c) == nil {
					return nil
				}
				return b.Store.Erase(ctx, c, erased)
			})},
		{"an erasure that leaves out what it refuses", []string{"Erase/refuses what could not be read again"},
			erasing(func(b *broken, ctx context.Context, c service.Change, erased []supervision.Record) error {
				err := b.Store.Erase(ctx, c, erased)
				if err != nil {
					_ = b.Store.Erase(ctx, c, nil)
				}
				return err
			})},
		{"an erasure whose records nobody reads", []string{"Erase/refuses what could not be read again"},
			erasing(func(b *broken, ctx context.Context, c service.Change, erased []supervision.Record) error {
				return b.Store.Erase(ctx, c, slices.DeleteFunc(slices.Clone(erased),
					func(r supervision.Record) bool { return r.Validate() != nil }))
			})},

		{"an order that is said to be removed", []string{
			"Remove/removes an order with its records",
			"Remove/reports that it removed nothing the second time",
			"Remove/lets the id be taken again",
			"Remove/loses no record to a save at the same time",
		}, removing(func(_ *broken, _ context.Context, _ string, _ int64) (bool, error) { return true, nil })},
		{"saves that are denied", []string{"Remove/loses no record to a save at the same time"}, func(b *broken) {
			saved, end := context.WithCancel(ctx)
			b.save = func(ctx context.Context, changes ...service.Change) error {
				_ = b.Store.Save(ctx, changes...)
				end()
				return service.ErrConflict
			}
			b.remove = func(ctx context.Context, id string, version int64) (bool, error) {
				<-saved.Done()
				return b.Store.Remove(ctx, id, version)
			}
		}},
		{"a removal that is denied", []string{"Remove/removes an order with its records"},
			removing(func(b *broken, ctx context.Context, id string, version int64) (bool, error) {
				_, err := b.Store.Remove(ctx, id, version)
				return false, err
			})},
		{"orders removed over the outbox", []string{
			"Remove/leaves an order of which a record waits in the outbox",
			"Remove/leaves an order of which a claimed record waits",
		}, removing(func(b *broken, ctx context.Context, id string, version int64) (bool, error) {
			records, _ := b.Store.Records(ctx, id, 0, 100)
			for _, r := range records {
				_ = b.Store.Acknowledge(ctx, r.RecordID)
			}
			return b.Store.Remove(ctx, id, version)
		})},
		{"orders that the outbox keeps for others' records",
			[]string{"Remove/leaves an order of which a record waits in the outbox"},
			removing(func(b *broken, ctx context.Context, id string, version int64) (bool, error) {
				if waits, err := b.Store.Backlog(ctx, 1); err != nil || waits.Fresh > 0 {
					return false, err
				}
				return b.Store.Remove(ctx, id, version)
			})},
		{"whatever version removed", []string{"Remove/leaves an order that has another version"},
			removing(func(b *broken, ctx context.Context, id string, _ int64) (bool, error) {
				order, _, _ := b.Store.Load(ctx, id, "")
				return b.Store.Remove(ctx, id, order.Version)
			})},
		{"an unknown order removed", []string{"Remove/leaves every order where the id is unknown"},
			removing(func(b *broken, ctx context.Context, id string, version int64) (bool, error) {
				removed, err := b.Store.Remove(ctx, id, version)
				return removed || version == 0, err
			})},
		{"any order removed for an unknown id", []string{"Remove/leaves every order where the id is unknown"},
			removing(func(b *broken, ctx context.Context, _ string, version int64) (bool, error) {
				return b.Store.Remove(ctx, "order", version)
			})},
	}
}
