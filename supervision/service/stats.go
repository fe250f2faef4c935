package service

import (
	"context"
	"errors"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Stats are what a dashboard or a health check needs to know of a store. Zero
// instants say that there is nothing of the kind.
type Stats struct {
	// At is the instant they were taken at.
	At time.Time `json:"at"`
	// OldestWaiting is the instant of the oldest among Waiting: it stays where
	// it is when nobody relays, but is zero when all that wait have failed.
	OldestWaiting time.Time `json:"oldest_waiting,omitzero"`
	// Waiting, Failing and Aside count the records and notices in the outbox,
	// claimed or not. A failed attempt moves a record from Waiting to Failing,
	// and with it every later one of its order, though nobody has tried those;
	// one that is stored afterwards is Waiting until the order's next failed
	// attempt. Aside are those that nobody relays until [Service.Retry].
	Waiting Count `json:"waiting"`
	Failing Count `json:"failing"`
	Aside   Count `json:"aside"`
	// OldestDue is since when the order is due that has been due longest: it
	// stays where it is when no worker settles. Nothing is wrong then that a
	// reader sees (R02), only what is stored and relayed is late. Orders that
	// cannot be read stay due whatever a worker does, and do not count: it is
	// zero where Unreadable has the whole of a batch.
	OldestDue time.Time `json:"oldest_due,omitzero"`
	// Overdue are the appeals whose ruling is late (R19).
	Overdue Count `json:"overdue"`
	// Unreadable are the orders that cannot be read among the first that are
	// due, as many as [WithBatch] says. Only reading an order shows whether it
	// can be read: [Service.SearchWhole], page by page, names every one that
	// cannot, for the price of reading all.
	Unreadable []*UnreadableError `json:"unreadable,omitempty"`
}

// Stats takes the store's statistics, in three round trips whose answers are
// bounded. It is the host's. Errors are the store's own.
func (s *Service) Stats(ctx context.Context) (Stats, error) {
	stats := Stats{At: s.Now()}
	backlog, err := s.store.Backlog(ctx, countTo)
	if err != nil {
		return Stats{}, err
	}
	stats.OldestWaiting = backlog.Since
	stats.Waiting, stats.Failing = counted(backlog.Fresh), counted(backlog.Failing)
	stats.Aside = counted(backlog.Aside)

	due, err := s.store.Due(ctx, stats.At, supervision.Position{}, s.batch)
	if err != nil {
		return Stats{}, err
	}
	for _, found := range due {
		var unreadable *UnreadableError
		if errors.As(found.Err, &unreadable) {
			stats.Unreadable = append(stats.Unreadable, unreadable)
		} else if stats.OldestDue.IsZero() {
			stats.OldestDue = found.At
		}
	}

	overdue := supervision.Filter{At: stats.At}
	overdue.Appeal = supervision.AppealOverdue
	counts, err := s.store.Count(ctx, countTo, overdue)
	if err != nil {
		return Stats{}, err
	}
	stats.Overdue = counted(counts[0])
	return stats, nil
}
