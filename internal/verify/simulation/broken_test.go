package simulation_test

import (
	"context"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/simulation"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// TestBrokenStoresAreSeen: a simulation that nothing fails simulates nothing.
// Each planted bug has to show within so many seeds.
func TestBrokenStoresAreSeen(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: one goroutine runs at a time here, and the race detector makes it slow")
	}
	const most = 20_000
	for name, breakIt := range broken {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(most) {
				if r := simulation.Run(seed, *steps, breakIt(&simulation.Plain{}), nil); r.Violation != "" {
					t.Logf("seed %d, step %d: %s", r.Seed, r.At, r.Violation)
					return
				}
			}
			t.Errorf("not seen in %d seeds", most)
		})
	}
}

// bug is a store with one method replaced.
type bug struct {
	service.Store
	save   func(context.Context, ...service.Change) error
	load   func(context.Context, string, string) (supervision.Order, *supervision.Record, error)
	due    func(context.Context, time.Time, supervision.Position, int) ([]service.Found, error)
	claim  func(context.Context, time.Time, time.Duration, int) ([]service.Claimed, error)
	acks   func(context.Context, ...supervision.RecordID) error
	search func(context.Context, supervision.Filter) ([]service.Found, error)
	latest func(context.Context, string, string) ([]service.PublishedTemplate, error)
	remove func(context.Context, string, int64) (bool, error)
}

func (b *bug) Remove(ctx context.Context, id string, version int64) (bool, error) {
	if b.remove != nil {
		return b.remove(ctx, id, version)
	}
	return b.Store.Remove(ctx, id, version)
}

func (b *bug) Save(ctx context.Context, changes ...service.Change) error {
	if b.save != nil {
		return b.save(ctx, changes...)
	}
	return b.Store.Save(ctx, changes...)
}

func (b *bug) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	if b.load != nil {
		return b.load(ctx, id, key)
	}
	return b.Store.Load(ctx, id, key)
}

func (b *bug) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
	error) {
	if b.due != nil {
		return b.due(ctx, at, after, limit)
	}
	return b.Store.Due(ctx, at, after, limit)
}

func (b *bug) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	if b.claim != nil {
		return b.claim(ctx, at, lease, limit)
	}
	return b.Store.Claim(ctx, at, lease, limit)
}

func (b *bug) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	if b.acks != nil {
		return b.acks(ctx, ids...)
	}
	return b.Store.Acknowledge(ctx, ids...)
}

func (b *bug) Search(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
	if b.search != nil {
		return b.search(ctx, filter)
	}
	return b.Store.Search(ctx, filter)
}

func (b *bug) LatestTemplates(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
	if b.latest != nil {
		return b.latest(ctx, seller, product)
	}
	return b.Store.LatestTemplates(ctx, seller, product)
}

var broken = map[string]func(service.Store) service.Store{
	"a lost update is not told": func(s service.Store) service.Store {
		return &bug{Store: s, save: func(ctx context.Context, changes ...service.Change) error {
			_ = s.Save(ctx, changes...)
			return nil
		}}
	},
	"a conflict undoes the whole batch but names one": func(s service.Store) service.Store {
		return &bug{Store: s, save: func(ctx context.Context, changes ...service.Change) error {
			for _, c := range changes {
				if o, _, err := s.Load(ctx, c.Order.ID, ""); err == nil && o.Version != c.Before {
					return &service.ConflictError{Orders: []string{c.Order.ID}}
				}
			}
			return s.Save(ctx, changes...)
		}}
	},
	"what time does is not relayed": func(s service.Store) service.Store {
		return &bug{Store: s, save: func(ctx context.Context, changes ...service.Change) error {
			for i := range changes {
				changes[i].Relay = changes[i].Records[0].Actor.Role != supervision.RoleSystem
			}
			return s.Save(ctx, changes...)
		}}
	},
	"keys are forgotten": func(s service.Store) service.Store {
		return &bug{Store: s,
			load: func(ctx context.Context, id, _ string) (supervision.Order, *supervision.Record, error) {
				return s.Load(ctx, id, "")
			}}
	},
	"loads are a version late": func(s service.Store) service.Store {
		held := map[string]supervision.Order{}
		return &bug{Store: s,
			load: func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
				order, record, err := s.Load(ctx, id, key)
				old, ok := held[id]
				held[id] = order
				if ok {
					order = old
				}
				return order, record, err
			}}
	},
	"what is due now is not listed": func(s service.Store) service.Store {
		return &bug{Store: s, due: func(ctx context.Context, at time.Time, after supervision.Position,
			limit int) ([]service.Found, error) {
			return s.Due(ctx, at.Add(-supervision.Tick), after, limit)
		}}
	},
	"the cursor of due orders skips those of the same instant": func(s service.Store) service.Store {
		return &bug{Store: s, due: func(ctx context.Context, at time.Time, after supervision.Position,
			limit int) ([]service.Found, error) {
			if after.ID != "" {
				after.ID = "\U0010ffff"
			}
			return s.Due(ctx, at, after, limit)
		}}
	},
	"claims are not exclusive": func(s service.Store) service.Store {
		return &bug{Store: s,
			claim: func(ctx context.Context, at time.Time, _ time.Duration, limit int) ([]service.Claimed, error) {
				return s.Claim(ctx, at, 0, limit)
			}}
	},
	"an acknowledgement takes the next record with it": func(s service.Store) service.Store {
		return &bug{Store: s, acks: func(ctx context.Context, ids ...supervision.RecordID) error {
			last := ids[len(ids)-1]
			last.Seq++
			return s.Acknowledge(ctx, append(ids, last)...)
		}}
	},
	"an acknowledgement is lost": func(s service.Store) service.Store {
		return &bug{Store: s, acks: func(ctx context.Context, ids ...supervision.RecordID) error {
			return s.Acknowledge(ctx, ids[:len(ids)-1]...)
		}}
	},
	"a withdrawn template is still there": func(s service.Store) service.Store {
		return &bug{Store: s,
			latest: func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
				latest, err := s.LatestTemplates(ctx, seller, product)
				for i, t := range latest {
					if t.Withdrawn() {
						t.Version--
						latest[i], err = s.Template(ctx, t.TemplateID)
					}
				}
				return latest, err
			}}
	},
	"an order is removed over what waits to be relayed": func(s service.Store) service.Store {
		return &bug{Store: s, remove: func(ctx context.Context, id string, version int64) (bool, error) {
			for seq := range version {
				_ = s.Acknowledge(ctx, supervision.RecordID{Order: id, Seq: seq + 1})
			}
			return s.Remove(ctx, id, version)
		}}
	},
	"an order is said to be removed": func(s service.Store) service.Store {
		return &bug{Store: s, remove: func(context.Context, string, int64) (bool, error) { return true, nil }}
	},
	"a search goes by the stored status": func(s service.Store) service.Store {
		return &bug{Store: s,
			search: func(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
				filter.At = time.Unix(0, 0)
				return s.Search(ctx, filter)
			}}
	},
}
