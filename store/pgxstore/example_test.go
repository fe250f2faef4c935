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

// The host's rows and an operation are committed together, or neither is. A
// conflict is the host's: it begins anew.
func ExampleStore_Join() {
	ctx := context.Background()
	accept := func(pool *pgxpool.Pool, store *pgxstore.Store, svc *service.Service, order string,
		buyer supervision.Actor) error {
		for {
			err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				if _, err := tx.Exec(ctx, "UPDATE invoices SET payable = true WHERE id = $1", order); err != nil {
					return err
				}
				joined, err := store.Join(tx)
				if err != nil {
					return err
				}
				_, err = svc.WithStore(joined).Do(ctx, order, buyer, supervision.AcceptProduct{})
				return err
			})
			if !errors.Is(err, service.ErrConflict) {
				return err
			}
		}
	}
	_ = accept
}
