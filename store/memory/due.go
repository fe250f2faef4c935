package memory

import (
	"context"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// dueList lists the orders that time will move on, soonest first. The zero value is empty.
type dueList struct {
	mu   sync.RWMutex
	list sorted[*row]
}

// move lists a row by the instant at which it is due now instead of the one before; a zero instant is none.
func (d *dueList) move(r *row, before, now supervision.Listing) {
	if now.Due.Equal(before.Due) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !before.Due.IsZero() {
		d.list.remove(supervision.Position{At: before.Due, ID: now.ID})
	}
	if !now.Due.IsZero() {
		d.list.put(supervision.Position{At: now.Due, ID: now.ID}, r)
	}
}

// behind returns rows that are due by an instant, beginning behind a position, at most limit.
func (d *dueList) behind(after supervision.Position, at time.Time, limit int) []entry[*row] {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var batch []entry[*row]
	for position, r := range d.list.above(after) {
		if position.At.After(at) || len(batch) >= limit {
			break
		}
		batch = append(batch, entry[*row]{position, r})
	}
	return batch
}

// Due implements [supervision.Orders]. No order in memory is ever unreadable.
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]supervision.DueOrder, error) {
	var found []supervision.DueOrder
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		wanted := limit - len(found)
		batch := s.due.behind(after, at, wanted)
		for _, e := range batch {
			after = e.at
			if order := e.value.now(); order.NextDue().Equal(e.at.At) { // else it has moved on meanwhile
				found = append(found, supervision.DueOrder{ID: e.at.ID, Due: e.at.At, Order: order.Clone()})
			}
		}
		if len(found) >= limit || len(batch) < wanted {
			return found, nil
		}
	}
}
