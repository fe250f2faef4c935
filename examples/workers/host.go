package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// place is where the database is.
type place struct{ driver, dsn string }

// prefix keeps the example's tables apart from any others.
const prefix = "example_workers_"

// host is what each of the processes has.
type host struct {
	db      *sql.DB
	store   *sqlstore.Store
	service *service.Service
}

func openHost(ctx context.Context, at place) (*host, error) {
	db, err := sql.Open(at.driver, at.dsn)
	if err != nil {
		return nil, err
	}
	dialect := sqlstore.SQLite
	if at.driver == "pgx" {
		dialect = sqlstore.Postgres
	}
	store, err := sqlstore.New(db, dialect, sqlstore.WithPrefix(prefix))
	if err != nil {
		return nil, err
	}
	policy := supervision.License() // which needs no request,
	policy.Name, policy.CompletionDelay = "hurried", time.Second
	service, err := service.New(store, service.WithPolicy(policy),
		service.WithBatch(5), service.WithInterval(20*time.Millisecond), service.WithLease(2*time.Second))
	return &host{db, store, service},
		errors.Join(err, store.Migrate(ctx)) // any number of processes may migrate at once
}

const orders = 40

// accept opens orders that are delivered and accepted: after a second time
// completes them.
func (h *host) accept(ctx context.Context) error {
	run := time.Now().UnixNano() // a database that is used again has the orders of earlier runs
	for i := range orders {
		id := fmt.Sprintf("%d-%d", run, i)
		_, err := h.service.Open(ctx, supervision.Opening{ID: id, Product: "license", Buyer: "bea", Seller: "acme"})
		if err != nil {
			return err
		}
		if _, err := h.service.Do(ctx, id, supervision.Seller("acme"),
			supervision.Deliver{Result: "Here is your key."}); err != nil {
			return err
		}
		if _, err := h.service.Do(ctx, id, supervision.Buyer("bea"), supervision.AcceptProduct{}); err != nil {
			return err
		}
	}
	return nil
}
