package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

var adoptContests = func() (list []contest) {
	for _, d := range []database{postgres, sqlite} {
		for _, c := range []struct{ name, what string }{
			{"adopt/" + d.name,
				"`Service.Adopt` of 100,000 orders in delivery on " + d.name + ", two writers, for each order"},
			{"adopt/" + d.name + "/ceiling",
				"the rows of these orders, copied by one statement a table: what this machine has to give"},
		} {
			list = append(list, contest{
				name: c.name, what: c.what, against: "`Service.Open`, one order at a time, 1,000 of them",
				bound: faster(10), wall: true, rounds: 3, iterations: [2]int{100_000, 1000},
				prepare: func(bool) (match, error) { return adoptMatch(d, c.name == "adopt/"+d.name) },
			})
		}
	}
	return list
}()

// writers is how many batches the library stores at once, where it stores many:
// as many as there are processors here, which the database has its part of.
const writers = 2

// adoptMatch adopts orders, or copies the rows of orders that are adopted
// before.
func adoptMatch(d database, adopts bool) (match, error) {
	g, err := d.open()
	if err != nil {
		return match{}, err
	}
	mock := clock.NewMock()
	mock.Set(bought.AddDate(0, 0, 30))
	adopting, err1 := service.New(g.ours.store, service.WithClock(mock), service.WithWriters(writers))
	opening, err2 := service.New(g.peer.store, service.WithClock(mock))
	ctx := context.Background()
	ours := func(b *bench) error { return g.adopt(ctx, b, adopting) }
	if !adopts {
		ours = func(b *bench) error {
			b.StopTimer()
			if err := g.adopt(ctx, b, adopting); err != nil {
				return err
			}
			return g.copyTo(b, g.peer)
		}
	}
	return match{
		ours: ours,
		peer: func(b *bench) error {
			if err := g.empty(g.peer); err != nil {
				return err
			}
			b.start()
			for i := range b.N {
				if _, err := opening.Open(ctx, opened(i)); err != nil {
					return err
				}
			}
			return nil
		},
		close: g.close,
	}, errors.Join(err1, err2)
}

func (g *ground) adopt(ctx context.Context, b *bench, adopting *service.Service) error {
	list := make([]supervision.Adoption, b.N)
	for i := range list {
		list[i] = snapshot(i)
	}
	if err := g.empty(g.ours); err != nil {
		return err
	}
	b.start()
	results, err := adopting.Adopt(ctx, list...)
	for _, r := range results {
		err = errors.Join(err, r.Err)
	}
	return err
}

// copyTo copies every row of ours.
func (g *ground) copyTo(b *bench, t tables) error {
	if err := g.empty(t); err != nil {
		return err
	}
	tx, err := g.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	b.start()
	b.StartTimer()
	for _, table := range []string{"orders", "records", "outbox"} {
		insert := "INSERT INTO " + t.prefix + table + " SELECT * FROM " + g.ours.prefix + table
		if _, err := tx.Exec(insert); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// opened is an order that begins, snapshot one that another system has led to
// the seller's turn.
func opened(i int) supervision.Opening {
	return supervision.Opening{ID: fmt.Sprintf("CS-%07d", i), Product: "crm", Buyer: buyer.ID, Seller: seller.ID}
}

func snapshot(i int) supervision.Adoption {
	request := flow[0].action.(supervision.SubmitRequest)
	at := func(d int) time.Time { return bought.AddDate(0, 0, d) }
	return supervision.Adoption{
		ID: opened(i).ID, Product: "crm", Buyer: buyer.ID, Seller: seller.ID, OpenedAt: bought,
		Status: supervision.AwaitingDelivery, TurnSince: at(3), RequestRejections: 1,
		Request: &supervision.Request{Text: request.Text, Attachments: request.Attachments, SubmittedAt: at(2)},
		History: []supervision.Quote{
			{At: at(1), Who: buyer.ID, What: "REQUESTED"},
			{At: at(1), Who: seller.ID, What: "REJECTED", Text: "Which region?"},
			{At: at(2), Who: buyer.ID, What: "REQUESTED"},
			{At: at(3), Who: seller.ID, What: "CONFIRMED"},
		},
	}
}

// empty empties a side's tables.
func (g *ground) empty(t tables) error {
	var statements []string
	for _, table := range []string{"orders", "records", "outbox"} {
		if g.name == "postgres" {
			statements = append(statements, "TRUNCATE "+t.prefix+table)
		} else {
			statements = append(statements, "DELETE FROM "+t.prefix+table)
		}
	}
	if g.name == "postgres" {
		statements = append(statements, "CHECKPOINT")
	} else {
		statements = append(statements, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return g.run(statements...)
}
