package pgxstore

import (
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

// Store is a [sqlstore.Store] on a pool of pgx. Make one with [New].
type Store struct {
	*sqlstore.Store
	db *sql.DB
}

// New makes a store on a pool, which stays the host's. What [sqlstore.New] says
// holds: call Migrate or Validate before using it; a faulty argument is an
// error that wraps [sqlstore.ErrOption].
func New(pool *pgxpool.Pool, options ...sqlstore.Option) (*Store, error) {
	if pool == nil {
		return nil, fmt.Errorf("%w: pass a pool", sqlstore.ErrOption)
	}
	db := stdlib.OpenDBFromPool(pool)
	store, err := sqlstore.New(db, sqlstore.Postgres, options...)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return &Store{store, db}, nil
}

// Close lets go of the pool, and leaves it open. The store is of no use
// afterwards.
func (s *Store) Close() error { return s.db.Close() }

// Join makes a store that works inside the host's transaction, on the tables of
// this store, so that the host's rows and an order's operation are committed or
// vanish together. Use it through service.Service.WithStore. What
// [sqlstore.Store.Join] says of errors holds. The transaction may be a
// savepoint: what pgx.Tx.Begin returns inside another one.
func (s *Store) Join(tx pgx.Tx) (*sqlstore.Store, error) {
	if tx == nil {
		return nil, fmt.Errorf("%w: pass a transaction", sqlstore.ErrOption)
	}
	return s.JoinTx(transaction{tx})
}
