package memory

import (
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// group lists orders that have something in common, such as their buyer: by stored status, and by their opening. An order's opening never
// changes and its status does so under the lock, so every batch read under the lock holds each order once.
type group struct {
	mu       sync.RWMutex
	byStatus []sorted[*row] // indexed by status, as far as the group has orders of it
}

// move lists a row under the status it has now instead of the one before; a zero status is none.
func (g *group) move(r *row, before supervision.Status, now supervision.Listing) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.byStatus) <= int(now.Status) {
		g.byStatus = append(g.byStatus, sorted[*row]{})
	}
	g.byStatus[before].remove(now.Position())
	g.byStatus[now.Status].put(now.Position(), r)
}

// size counts the orders that have one of the statuses.
func (g *group) size(statuses []supervision.Status) (n int) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, status := range statuses {
		if int(status) < len(g.byStatus) {
			n += g.byStatus[status].size
		}
	}
	return n
}

// below fills batch up to its capacity with orders of the statuses that were opened before a position, newest first.
func (g *group) below(p supervision.Position, statuses []supervision.Status, batch []entry[*row]) []entry[*row] {
	g.mu.RLock()
	defer g.mu.RUnlock()
	cursors := make([]cursor[*row], 0, len(statuses))
	for _, status := range statuses {
		if int(status) < len(g.byStatus) {
			cursors = append(cursors, g.byStatus[status].below(p))
		}
	}
	for len(batch) < cap(batch) {
		newest := -1
		for i := range cursors {
			if e := cursors[i].peek(); e != nil && (newest < 0 || e.at.Compare(cursors[newest].peek().at) > 0) {
				newest = i
			}
		}
		if newest < 0 {
			break
		}
		batch = append(batch, *cursors[newest].peek())
		cursors[newest].step()
	}
	return batch
}

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

// groups returns the groups that a new order belongs to.
func (s *Store) groups(l supervision.Listing) [4]*group {
	return [4]*group{s.all, s.buyers.need(l.Buyer), s.sellers.need(l.Seller), s.products.need(l.Product)}
}
