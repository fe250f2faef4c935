package service

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
)

// Coming is one thing that time alone will bring to an order, unless somebody
// acts before.
type Coming struct {
	supervision.Deadline
	// Order is the order as it is now, whole.
	Order supervision.Order
}

// Upcoming goes through what time will bring to all orders from one instant on
// and before another, soonest first: of some kinds, or of every kind but
// reminders. Of appeals that open it has the first for each party, and none for
// a party that may appeal already. What the past has brought is not upcoming.
// It is the host's, for notices and dashboards: it sees every order whole
// (R22).
//
// An order that cannot be read is met as an [*UnreadableError], once, and hides
// no other. Any other error ends the sequence: [*InvalidError] for a faulty
// instant or kind, and the store's own.
func (s *Service) Upcoming(ctx context.Context, from, before time.Time,
	kinds ...supervision.DeadlineKind) iter.Seq2[Coming, error] {
	return func(yield func(Coming, error) bool) {
		at := s.Now()
		var f faults
		from, before := f.Instant("from", from), f.Instant("before", before)
		kinds := f.kinds(kinds) // its own: the sequence may be gone through again
		if err := f.err(); err != nil {
			yield(Coming{}, err)
			return
		}
		if !from.After(at) {
			from = at.Add(supervision.Tick)
		}
		unreadable := make(map[string]bool)
		for after, more := (supervision.Position{}), true; more; {
			page, err := s.store.Upcoming(ctx, kinds, from, before, after, s.batch)
			if err != nil {
				yield(Coming{}, err)
				return
			}
			for _, found := range page {
				var broken *UnreadableError
				if errors.As(found.Err, &broken) {
					if !unreadable[found.ID] && !yield(Coming{}, broken) {
						return
					}
					unreadable[found.ID] = true
					continue
				}
				for _, coming := range comingAt(found, kinds, at) {
					if !yield(coming, nil) {
						return
					}
				}
			}
			if more = len(page) == s.batch; more {
				after = page[len(page)-1].Position
			}
		}
	}
}

// kinds checks kinds of deadlines; none stands for all that orders are listed
// by.
func (f *faults) kinds(kinds []supervision.DeadlineKind) []supervision.DeadlineKind {
	listed := supervision.DeadlineKinds()
	listed = slices.DeleteFunc(listed, func(k supervision.DeadlineKind) bool {
		return k == supervision.DeadlineReminder || k == supervision.DeadlineOpenFor
	})
	for _, kind := range kinds {
		if !slices.Contains(listed, kind) {
			f.Add("kinds", fault.Unknown, "use one of "+fault.Words(listed))
			return nil
		}
	}
	if len(kinds) == 0 {
		return listed
	}
	return kinds
}

// comingAt lists what the instant at which an order was found will bring to it.
func comingAt(found Found, kinds []supervision.DeadlineKind, now time.Time) (list []Coming) {
	order, _ := found.Order.Settle(now)
	opened := make(map[appeal.Party]bool)
	for _, d := range order.Deadlines(now) {
		if d.Kind == supervision.DeadlineAppealOpens {
			if opened[d.Party] || open(&order, d.Party, now) {
				continue
			}
			opened[d.Party] = true
		}
		if d.At.Equal(found.At) && slices.Contains(kinds, d.Kind) {
			list = append(list, Coming{d, order})
		}
	}
	return list
}

// open reports whether a party may appeal.
func open(o *supervision.Order, party appeal.Party, at time.Time) bool {
	actor := supervision.Buyer(o.Buyer)
	if party == appeal.Seller {
		actor = supervision.Seller(o.Seller)
	}
	d, _ := o.Permit(actor, supervision.OpRaiseAppeal, at) // an error allows nothing
	return d.Allowed
}
