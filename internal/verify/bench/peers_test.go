package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// The peers have to do what the library does, or it would be compared with
// something else.

func TestIdiomGoesTheSameWay(t *testing.T) {
	order, _, err := play(0, 0)
	require.NoError(t, err)
	plain := plainOpen(opening(0), bought)
	for i, m := range flow {
		at := bought.Add(time.Duration(i+1) * time.Hour)
		next, records, err := order.Apply(m.by, m.action, at)
		require.NoError(t, err)
		d := newIdiom(plain)
		require.NoError(t, d.do(m.by, m.action, at))
		require.Equal(t, records[0].ID(), supervision.RecordID{Order: d.record.Order, Seq: d.record.Seq})
		require.Equal(t, []string{string(records[0].From), string(records[0].To)}, []string{d.record.From, d.record.To})
		order, plain = next, d.order
		same(t, order, plain)
	}
}

func same(t *testing.T, o supervision.Order, p plainOrder) {
	t.Helper()
	require.Equal(t, plainOrder{
		ID: o.ID, Product: o.Product, Buyer: o.Buyer, Seller: o.Seller, Status: string(o.Status), Version: o.Version,
		OpenedAt: o.OpenedAt, UpdatedAt: o.UpdatedAt, TurnSince: o.TurnSince, ScheduledEnd: p.ScheduledEnd,
		AcceptedAt:        o.AcceptedAt,
		Reminder:          o.Reminder,
		Rejection:         o.Rejection,
		RequestRejections: o.RequestRejections, ProductRejections: o.ProductRejections, Request: o.Request,
		Delivery: o.Delivery,
	}, p)
}

func TestGuardsPermitWhatOperationsAllows(t *testing.T) {
	orders, err := questions()
	require.NoError(t, err)
	for _, after := range []time.Duration{time.Hour, 4 * supervision.Day, 6 * supervision.Day, 352 * supervision.Day,
		370 * supervision.Day} {
		for _, o := range orders {
			if o.Status == supervision.Accepted {
				continue // whose completion a machine without timers does not know
			}
			for _, actor := range askers {
				at := o.UpdatedAt.Add(after)
				machine := newStateless(storedStatus, nil)
				permitted, err := machine.PermittedTriggersCtx(context.WithValue(context.Background(), orderKey{}, &o),
					&o, actor, at)
				require.NoError(t, err)
				var triggers []supervision.Operation
				for _, trigger := range permitted {
					triggers = append(triggers, trigger.(supervision.Operation))
				}
				slices.Sort(triggers)
				answers, err := o.Operations(actor, at)
				require.NoError(t, err)
				var allowed []supervision.Operation
				for _, p := range answers {
					if p.Allowed {
						allowed = append(allowed, p.Operation)
					}
				}
				require.ElementsMatch(t, allowed, triggers, "%v of an order at %v, %v after", actor, o.Status, after)
			}
		}
	}
}

// whole is everything that a side's tables hold of an order.
type whole struct {
	order   supervision.Order
	records []supervision.Record
	waiting int
}

func (g *ground) whole(t *testing.T, side tables, id string) (w whole) {
	t.Helper()
	ctx := context.Background()
	var err error
	w.order, _, err = side.store.Load(ctx, id, "")
	require.NoError(t, err)
	found, err := side.store.Records(ctx, id, 0, supervision.MaxPage)
	require.NoError(t, err)
	for _, f := range found {
		w.records = append(w.records, f.Record)
	}
	require.NoError(t, g.QueryRow("SELECT count(*) FROM "+side.prefix+"outbox").Scan(&w.waiting))
	return w
}

// timeless leaves out when the two sides acted, and which salt they took, which
// is not the same.
func (w whole) timeless() whole {
	for _, at := range []*time.Time{&w.order.UpdatedAt, &w.order.TurnSince, &w.order.Delivery.DeliveredAt,
		&w.order.Rejection.At} {
		*at = time.Time{}
	}
	for i := range w.records {
		if w.records[i].At = (time.Time{}); w.records[i].Salt != "" {
			w.records[i].Salt = "salt"
		}
	}
	return w
}

func eachDatabase(t *testing.T, run func(t *testing.T, d database)) {
	for _, d := range []database{sqlite, postgres, mariadb} {
		t.Run(d.name, func(t *testing.T) {
			g, err := d.open()
			if errors.Is(err, errAbsent) {
				t.Skip(err)
			}
			require.NoError(t, err)
			g.close()
			run(t, d)
		})
	}
}

func TestHandWrittenSQLGoesTheSameWay(t *testing.T) {
	eachDatabase(t, func(t *testing.T, d database) {
		ways := []func(*hand, context.Context, string, move) error{(*hand).do}
		if d.name == "postgres" {
			ways = append(ways, (*hand).usual)
		}
		for _, byHand := range ways {
			g, err := d.open()
			require.NoError(t, err)
			defer g.close()
			h, err := g.byHand()
			require.NoError(t, err)
			require.NoError(t, g.begin(t.Context(), 1))
			service, err := service.New(g.ours.store)
			require.NoError(t, err)
			for _, m := range flow[3:5] {
				_, err := service.Do(t.Context(), orderIDs[0], m.by, m.action)
				require.NoError(t, err)
				require.NoError(t, byHand(h, t.Context(), orderIDs[0], m))
				require.Equal(t, g.whole(t, g.ours, orderIDs[0]).timeless(), g.whole(t, g.peer, orderIDs[0]).timeless())
			}
		}
	})
}

func TestHandWrittenSettlingGoesTheSameWay(t *testing.T) {
	const n = 5
	for _, d := range []database{sqlite, postgres} {
		for name, byHand := range map[string]func(*backlog, context.Context, int) error{"set": (*backlog).settleSet,
			"each": (*backlog).settleEach} {
			t.Run(d.name+" "+name, func(t *testing.T) {
				l, svc, err := d.backlog(n)
				if errors.Is(err, errAbsent) {
					t.Skip(err)
				}
				require.NoError(t, err)
				defer l.close()
				require.NoError(t, l.refill(l.ours, n))
				require.NoError(t, l.refill(l.peer, n))
				settled, err := svc.Settle(t.Context())
				require.NoError(t, err)
				require.Equal(t, n, settled)
				require.NoError(t, byHand(l, t.Context(), n))
				for i := range n {
					ours, peer := l.whole(t, l.ours, orderIDs[i+1]), l.whole(t, l.peer, orderIDs[i+1])
					require.Equal(t, ours, peer)
					require.Equal(t, supervision.Completed, ours.order.Status)
				}
				relayed,
					err := svc.Relay(t.Context(), func(context.Context, service.Event) error { return nil })
				require.NoError(t, err)
				require.Equal(t, n, relayed)
				require.NoError(t, l.relay(t.Context(), n))
				require.Zero(t, l.whole(t, l.ours, orderIDs[1]).waiting)
				require.Zero(t, l.whole(t, l.peer, orderIDs[1]).waiting)
			})
		}
	}
}

// TestStoredBytes holds what one order takes (docs/evidence/performance.md).
func TestStoredBytes(t *testing.T) {
	for _, moves := range [][]move{flow, disputed} {
		stored, typed, err := storedBytes(moves)
		require.NoError(t, err)
		t.Logf("%d bytes stored, %d typed", stored, typed)
		require.LessOrEqual(t, stored, storedMost*typed)
	}
}
