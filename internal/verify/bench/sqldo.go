package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/koogallery/serviceflow/supervision/service"
)

var sqlContests = func() (list []contest) {
	for _, d := range []database{sqlite, postgres, mariadb} {
		for _, n := range []int{1, 16} {
			list = append(list, contest{
				name:    fmt.Sprintf("do/%s/%d", d.name, n),
				what:    fmt.Sprintf("`Service.Do` on %s, %d client(s)", d.name, n),
				against: "hand-written SQL with the same reads, writes and documents, no rules", bound: faster(0.95),
				wall:    true,
				prepare: func(bool) (match, error) { return doMatch(d, n, (*hand).do) },
			})
		}
	}
	for _, d := range []database{sqlite, postgres, mariadb} {
		list = append(list, contest{
			name: "indexes/" + d.name, what: "`Service.Do` on " + d.name + ", 1 client",
			against: "the same without the ten indexes that are only searched by", bound: within(1.5), wall: true,
			prepare: func(bool) (match, error) { return indexMatch(d) },
		})
	}
	for i, factor := range []float64{1.8, 1.6} {
		n := []int{1, 16}[i]
		list = append(list, contest{
			name: fmt.Sprintf("usual/postgres/%d", n), what: fmt.Sprintf("`Service.Do` on postgres, %d client(s)", n),
			against: "the usual transaction: begin, select for update, update, insert, insert, commit; no rules",
			bound:   faster(factor), wall: true,
			prepare: func(bool) (match, error) { return doMatch(postgres, n, (*hand).usual) },
		})
	}
	return list
}()

// ordersEach is how many orders each client delivers and rejects in turn.
const ordersEach = 32

// courts are orders of one side that clients work on, each on its own.
type courts struct {
	clients int
	next    []int // how often each client has acted: the orders keep their statuses from one measurement to the next
	do      func(id string, m move) error
}

func (c *courts) side(b *bench) error {
	var left atomic.Int64
	left.Store(int64(b.N))
	var failed atomic.Pointer[failure]
	var clients sync.WaitGroup
	for client := range c.clients {
		clients.Go(func() {
			for left.Add(-1) >= 0 && failed.Load() == nil {
				n := c.next[client]
				m := flow[3+n/ordersEach%2] // deliver, and reject on the next round
				if err := c.do(orderIDs[client*ordersEach+n%ordersEach], m); err != nil {
					failed.Store(&failure{err})
				}
				c.next[client]++
			}
		})
	}
	clients.Wait()
	if f := failed.Load(); f != nil {
		return f.err
	}
	return nil
}

type failure struct{ err error }

func doMatch(d database, clients int, byHand func(*hand, context.Context, string, move) error) (match, error) {
	ctx := context.Background()
	g, err := d.open()
	if err != nil {
		return match{}, err
	}
	h, err := g.byHand()
	if err == nil {
		err = g.begin(ctx, clients*ordersEach)
	}
	if err != nil {
		g.close()
		return match{}, err
	}
	service, err := service.New(g.ours.store)
	if err != nil {
		g.close()
		return match{}, err
	}
	ours := &courts{clients, make([]int, clients), through(service)}
	peer := &courts{clients, make([]int, clients), func(id string, m move) error { return byHand(h, ctx, id, m) }}
	return match{ours.side, peer.side, g.close}, nil
}

// through acts on orders by the library.
func through(svc *service.Service) func(id string, m move) error {
	return func(id string, m move) error {
		_, err := svc.Do(context.Background(), id, m.by, m.action)
		return err
	}
}

// listed are the indexes that lists are searched by, and nothing else needs.
var listed = []string{"status", "buyer_status", "seller_status", "waiting", "accepted", "closed", "handling",
	"buyer_appeal", "seller_appeal", "proposal"}

// indexMatch sets the library beside itself on tables without those indexes.
func indexMatch(d database) (match, error) {
	g, err := d.open()
	if err != nil {
		return match{}, err
	}
	var drops []string
	for _, name := range listed {
		drop := "DROP INDEX " + g.peer.prefix + "orders_" + name
		if d.name == "mariadb" { // whose indexes are each table's own
			drop = "DROP INDEX orders_" + name + " ON " + g.peer.prefix + "orders"
		}
		drops = append(drops, drop)
	}
	if err = g.run(drops...); err == nil {
		err = g.begin(context.Background(), ordersEach)
	}
	var sides [2]side
	for i, t := range []tables{g.ours, g.peer} {
		svc, faulty := service.New(t.store)
		err = errors.Join(err, faulty)
		sides[i] = (&courts{1, make([]int, 1), through(svc)}).side
	}
	if err != nil {
		g.close()
		return match{}, err
	}
	return match{sides[0], sides[1], g.close}, nil
}

// begin stores n orders that await their delivery, for both sides.
func (g *ground) begin(ctx context.Context, n int) error {
	for i := range n {
		order, records, err := play(i, 2)
		for _, t := range []tables{g.ours, g.peer} {
			if err == nil {
				err = t.store.Create(ctx, service.Change{Order: order, Records: records, Relay: true})
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
