package storetest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// noticingAsked breaks Noticing by what is asked.
func noticingAsked(change func(at *time.Time, after *supervision.Position, limit *int)) func(*broken) {
	return func(b *broken) {
		b.noticing = func(ctx context.Context, at time.Time, after supervision.Position,
			limit int) ([]service.Noticing, error) {
			change(&at, &after, &limit)
			return b.Store.Noticing(ctx, at, after, limit)
		}
	}
}

// noticingFound breaks Noticing by what it finds.
func noticingFound(change func(b *broken, list []service.Noticing) []service.Noticing) func(*broken) {
	return func(b *broken) {
		b.noticing = func(ctx context.Context, at time.Time, after supervision.Position,
			limit int) ([]service.Noticing, error) {
			list, err := b.Store.Noticing(ctx, at, after, limit)
			return change(b, list), err
		}
	}
}

// noticingGiven breaks Notice by what it is told.
func noticingGiven(change func(n *service.Noticed)) func(*broken) {
	return func(b *broken) {
		b.notice = func(ctx context.Context, list ...service.Noticed) error {
			list = slices.Clone(list)
			for i := range list {
				change(&list[i])
			}
			return b.Store.Notice(ctx, list...)
		}
	}
}

func faultsOfNoticing() []fault {
	const sorts = "Notices/sorts by the instant and then by the bytes of the id, behind a position, at most limit"
	return []fault{
		{"notices a tick late", []string{"Notices/finds an order from the instant of its next notice"},
			noticingAsked(func(at *time.Time, _ *supervision.Position, _ *int) { *at = at.Add(-tick) })},
		{"notices a tick early", []string{"Notices/finds an order from the instant of its next notice",
			"Notices/an order that is saved is due when it says"},
			noticingAsked(func(at *time.Time, _ *supervision.Position, _ *int) { *at = at.Add(tick) })},
		{"a second page of notices that are not due", []string{sorts},
			noticingAsked(func(at *time.Time, after *supervision.Position, _ *int) {
				if *after != (supervision.Position{}) {
					*at = at.Add(1000 * day)
				}
			})},
		{"notices that are given once", []string{"Notices/sets which are given anew each time"}, func(b *broken) {
			given := make(map[string][]time.Time)
			noticingGiven(func(n *service.Noticed) {
				if given[n.Order] == nil {
					given[n.Order] = n.Given
				}
				n.Given = given[n.Order]
			})(b)
		}},
		{"notices that stay given", []string{"Notices/sets which are given anew each time"}, func(b *broken) {
			given := make(map[string][]time.Time)
			noticingGiven(func(n *service.Noticed) {
				if n.Given == nil {
					n.Given = given[n.Order]
				}
				given[n.Order] = n.Given
			})(b)
		}},
		{"notices without limit", []string{sorts},
			noticingAsked(func(_ *time.Time, _ *supervision.Position, limit *int) { *limit = 1000 })},
		{"notices always from the first", []string{sorts},
			noticingAsked(func(_ *time.Time, after *supervision.Position, _ *int) { *after = supervision.Position{} })},
		{"notices by id", []string{sorts}, noticingFound(func(_ *broken, list []service.Noticing) []service.Noticing {
			slices.SortStableFunc(list, func(a, b service.Noticing) int { return cmp.Compare(a.ID, b.ID) })
			return list
		})},
		{"nothing said to be given", []string{"Notices/saving leaves alone which notices have been given",
			"Notices/gives notices to the outbox and goes on to the next"},
			noticingFound(func(_ *broken, list []service.Noticing) []service.Noticing {
				for i := range list {
					list[i].Given = nil
				}
				return list
			})},
		{"notices that are forgotten", []string{"Notices/gives notices to the outbox and goes on to the next",
			"Notices/notices go before the records of their order, with the order",
			"Notices/fresh notices wait from the instant at which they were due"},
			noticingGiven(func(n *service.Noticed) { n.Due = nil })},
		{"orders noticed for ever", []string{"Notices/an order without a next notice is not found again"},
			noticingGiven(func(n *service.Noticed) {
				if n.Next.IsZero() {
					n.Next = n.At
				}
			})},
		{"whatever version noticed", []string{"Notices/an order that has another version or instant is left as it is"},
			func(b *broken) {
				b.notice = func(ctx context.Context, list ...service.Noticed) error {
					list = slices.Clone(list)
					for i := range list {
						if order, _, err := b.Store.Load(ctx, list[i].Order, ""); err == nil {
							list[i].Version = order.Version
						}
					}
					return b.Store.Notice(ctx, list...)
				}
			}},
		{"what is not due taken for given", []string{"Notices/an order without a next notice is left as it is"},
			func(b *broken) {
				b.notice = func(ctx context.Context, list ...service.Noticed) error {
					return b.Store.Notice(ctx, slices.DeleteFunc(slices.Clone(list), func(n service.Noticed) bool {
						return n.At.IsZero()
					})...)
				}
			}},
		{"a notice that makes a version", []string{"Notices/the version stays"}, func(b *broken) {
			b.notice = func(ctx context.Context, list ...service.Noticed) error {
				err := b.Store.Notice(ctx, list...)
				for _, n := range list {
					order, _, loadErr := b.Store.Load(ctx, n.Order, "")
					if loadErr == nil {
						change := service.Change{Order: order, Before: order.Version}
						change.Order.Version++
						change.Records = []supervision.Record{{Order: n.Order, Seq: order.Version + 1,
							At:    order.UpdatedAt,
							Actor: supervision.System(), Operation: supervision.OpComplete,
							From: order.Status, To: order.Status,
							Action: supervision.Complete{}}}
						_ = b.Store.Save(ctx, change)
					}
				}
				return err
			}
		}},
	}
}
