package service

import (
	"context"
	"reflect"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// rebuild returns an order as a claimed record left it; zero where a record
// before it is missing or cannot be read. It goes on from the order of the
// record that was rebuilt last, so that a relay that is late replays a long
// history once, and not once for each of its records.
func (s *Service) rebuild(ctx context.Context, c *Claimed) (supervision.Order, error) {
	from := s.rebuilt.get(c)
	to, err := s.follow(ctx, from, c)
	if err == nil && to.order.Version != c.Seq && from.order.Version > 0 {
		to, err = s.follow(ctx, rebuilt{}, c)
	}
	if err != nil || to.order.Version != c.Seq || to.order.Validate() != nil {
		return supervision.Order{}, err
	}
	s.rebuilt.put(to)
	return to.order.Clone(), nil // the receiver's to change
}

// follow replays the records from one on to the claimed one, as far as they
// follow. The claimed record is read again with the others: all of them may
// have been erased since (R35), and an order is erased whole.
func (s *Service) follow(ctx context.Context, from rebuilt, c *Claimed) (to rebuilt, err error) {
	to = from
	for after := max(0, from.order.Version-1); after < c.Seq; {
		found, err := s.store.Records(ctx, c.RecordID.Order, after, int(min(supervision.MaxPage, c.Seq-after)))
		if err != nil {
			return rebuilt{}, err
		}
		for _, one := range found {
			switch {
			case one.Err != nil:
				return rebuilt{}, nil
			case one.Seq == from.order.Version: // where this is another one, so are those before it
				if !reflect.DeepEqual(one.Record, from.last) {
					return rebuilt{}, nil
				}
				continue
			}
			if to.order, err = to.order.Follow(one.Record); err != nil {
				return rebuilt{}, nil
			}
			to.last = one.Record
		}
		if len(found) == 0 {
			return rebuilt{}, nil
		}
		after = found[len(found)-1].Seq
	}
	return to, nil
}

// rebuilt is an order as its last record so far left it.
type rebuilt struct {
	order supervision.Order
	last  supervision.Record
}

// rebuiltOrders remembers the orders of long histories that were rebuilt last.
// It is emptied when it is full.
type rebuiltOrders struct {
	mu   sync.Mutex
	held map[string]rebuilt
}

const (
	// longHistory is from how many records on replaying is worth remembering.
	longHistory = 100
	// mostRebuilt bounds what is remembered; an order can be 2 MB.
	mostRebuilt = 64
)

// get returns where to go on from; zero for the beginning.
func (r *rebuiltOrders) get(c *Claimed) rebuilt {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !c.Order.ErasedAt.IsZero() { // what is held has the texts
		return rebuilt{}
	}
	return r.held[c.RecordID.Order]
}

func (r *rebuiltOrders) put(to rebuilt) {
	if to.order.Version < longHistory {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held == nil || len(r.held) >= mostRebuilt {
		r.held = make(map[string]rebuilt)
	}
	r.held[to.order.ID] = to
}
