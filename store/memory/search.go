package memory

import (
	"context"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// batchSize is how many entries of a list are read under one lock.
const batchSize = 128

// top is behind every position.
var top = supervision.Position{At: time.Unix(1<<50, 0)}

// Search implements [supervision.Orders].
func (s *Store) Search(ctx context.Context, filter supervision.Filter) ([]supervision.Order, error) {
	found, _, err := s.search(ctx, filter)
	return found, err
}

// search also tells how many orders it looked at.
func (s *Store) search(ctx context.Context, f supervision.Filter) (found []supervision.Order, visited int, err error) {
	statuses := storedAs(f)
	group, start := s.shortest(f, statuses), start(f)
	if group == nil || f.Limit <= 0 {
		return nil, 0, ctx.Err()
	}
	batch := make([]entry[*seat], 0, batchSize)
	for {
		if err := ctx.Err(); err != nil {
			return nil, visited, err
		}
		batch = group.below(start, statuses, batch[:0])
		for _, e := range batch {
			if e.at.At.Before(f.BoughtFrom) {
				return found, visited, nil
			}
			visited++
			if order := e.value.row.now(); f.Matches(order.Listing()) {
				found = append(found, order.Clone())
			}
			if len(found) == f.Limit {
				return found, visited, nil
			}
		}
		if len(batch) < batchSize {
			return found, visited, nil
		}
		start = batch[len(batch)-1].at
	}
}

// shortest returns the group that can hold the result and has the fewest orders of the statuses; nil where there is nothing to find.
func (s *Store) shortest(f supervision.Filter, statuses []supervision.Status) *group {
	list := []*group{s.all}
	if f.Order != "" {
		r := s.row(f.Order)
		if r == nil {
			return nil
		}
		list = append(list, r.alone())
	}
	for _, named := range []struct {
		groups *groups
		id     string
	}{{&s.buyers, f.Buyer}, {&s.sellers, f.Seller}, {&s.products, f.Product}} {
		if named.id == "" {
			continue
		}
		group := named.groups.get(named.id)
		if group == nil {
			return nil
		}
		list = append(list, group)
	}
	best, least := s.all, -1
	for _, group := range list {
		if size := group.size(statuses); least < 0 || size < least {
			best, least = group, size
		}
	}
	return best
}

// alone returns a group of just this order.
func (r *row) alone() *group {
	var g group
	g.add(&seat{group: &g, row: r}, r.now().Status)
	return &g
}

// start returns the position below which the result lies.
func start(f supervision.Filter) supervision.Position {
	p := top
	if f.After != (supervision.Position{}) {
		p = f.After
	}
	bounds := []time.Time{f.BoughtBefore}
	if f.SilentFor > 0 { // no turn began before the opening
		bounds = append(bounds, f.At.Add(-f.SilentFor))
	}
	for _, bound := range bounds {
		if limit := (supervision.Position{At: bound}); !bound.IsZero() && limit.Compare(p) < 0 {
			p = limit
		}
	}
	return p
}

// storedAs lists the statuses with which the orders that a filter asks for may be stored.
func storedAs(f supervision.Filter) []supervision.Status {
	asked := supervision.Filter{Criteria: supervision.Criteria{OrderStatus: f.OrderStatus, Status: f.Status, Turn: f.Turn}}
	var list []supervision.Status
	for _, stored := range supervision.Statuses() {
		for shown := stored; shown != 0; shown = timeLeads[shown] {
			if asked.Matches(supervision.Listing{Status: shown}) &&
				(f.SilentFor == 0 || shown.Waiting()) && (f.Appeal == "" || shown == supervision.Frozen) {
				list = append(list, stored)
				break
			}
		}
	}
	return list
}

// timeLeads tells where time alone leads from a status.
var timeLeads = func() map[supervision.Status]supervision.Status {
	leads := make(map[supervision.Status]supervision.Status)
	for _, t := range supervision.Flow() {
		if t.Timer != 0 {
			leads[t.From] = t.To
		}
	}
	return leads
}()
