package memory

import (
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// groups finds the orders that have the same id of one kind. The zero value is empty.
type groups struct {
	mu   sync.RWMutex
	byID map[string]*group
}

// get returns a group; nil where there is none.
func (g *groups) get(id string) *group {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.byID[id]
}

// need returns a group, a new one where there is none.
func (g *groups) need(id string) *group {
	if group := g.get(id); group != nil {
		return group
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byID == nil {
		g.byID = make(map[string]*group)
	}
	if g.byID[id] == nil {
		g.byID[id] = &group{}
	}
	return g.byID[id]
}

// seats returns the seats of a new order in the groups that it belongs to.
func (s *Store) seats(r *row, l supervision.Listing) (seats [4]seat) {
	for i, g := range []*group{s.all, s.buyers.need(l.Buyer), s.sellers.need(l.Seller), s.products.need(l.Product)} {
		seats[i] = seat{group: g, row: r}
	}
	return seats
}
