package pgxstore_test

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/koogallery/serviceflow/store/pgxstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// A host on pgx. The pool is its own; the store shares it.
func Example() {
	ctx := context.Background()
	serve := func(pool *pgxpool.Pool, publish service.Publish) error {
		store, err := pgxstore.New(pool)
		if err != nil {
			return err
		}
		defer store.Close()
		if err := store.Migrate(ctx); err != nil {
			return err
		}
		svc, err := service.New(store)
		if err != nil {
			return err
		}
		return svc.Run(ctx, publish)
	}
	_ = serve
}

// The host's rows and an operation are committed together, or neither is. The
// operation goes first, so that a repetition writes nothing else. A conflict is
// the host's: it begins anew, a few times.
func ExampleStore_Join() {
	ctx := context.Background()
	accept := func(pool *pgxpool.Pool, store *pgxstore.Store, svc *service.Service, order string,
		buyer supervision.Actor, key string) (err error) {
		for range 5 {
			err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				joined, err := store.Join(tx)
				if err != nil {
					return err
				}
				in, accept := svc.WithStore(joined), supervision.AcceptProduct{}
				result, err := in.Do(ctx, order, buyer, accept, service.WithKey(key))
				if err != nil || result.Repeated {
					return err
				}
				_, err = tx.Exec(ctx, "INSERT INTO invoices (order_id) VALUES ($1)", order)
				return err
			})
			if !errors.Is(err, service.ErrConflict) {
				return err
			}
		}
		return err
	}
	_ = accept
}
