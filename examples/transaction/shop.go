package main

import (
	"context"
	"database/sql"
	"errors"

	_ "modernc.org/sqlite"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// shop is a host with tables of its own beside those of the supervision.
type shop struct {
	db      *sql.DB
	store   *sqlstore.Store
	service *service.Service
}

func openShop(ctx context.Context, file string) (*shop, error) {
	// A transaction of the host's that reads before it writes has to be
	// immediate in SQLite.
	db, err := sql.Open("sqlite",
		"file:"+file+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.New(db, sqlstore.SQLite)
	if err != nil {
		return nil, err
	}
	service, err := service.New(store)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx,
		`CREATE TABLE purchases (id TEXT PRIMARY KEY, buyer TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE TABLE refunds (purchase TEXT NOT NULL, cents INTEGER NOT NULL)`)
	return &shop{db, store, service}, errors.Join(err, store.Migrate(ctx))
}

// work is done in a transaction, through a service that has joined it.
type work func(*sql.Tx, *service.Service) error

// attempts is how often a transaction is begun that others keep conflicting
// with.
const attempts = 5

// transact runs work in one transaction, and in another one after a conflict: a
// joined service leaves that to the host.
func (s *shop) transact(ctx context.Context, work work) (err error) {
	for range attempts {
		if err = s.try(ctx, work); !errors.Is(err, service.ErrConflict) {
			break
		}
	}
	return err
}

func (s *shop) try(ctx context.Context, work work) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit
	joined, err := s.store.Join(tx)
	if err != nil {
		return err
	}
	if err := work(tx, s.service.WithStore(joined)); err != nil {
		return err
	}
	return tx.Commit()
}

var errDeclined = errors.New("the card was declined")

// buy writes the purchase, opens its order and charges the card; it is all or
// nothing.
func (s *shop) buy(ctx context.Context, id, buyer string, cents int, charge func() error) error {
	return s.transact(ctx, func(tx *sql.Tx, service *service.Service) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO purchases (id, buyer, cents) VALUES (?, ?, ?)`, id, buyer,
			cents); err != nil {
			return err
		}
		if _, err := service.Open(ctx,
			supervision.Opening{ID: id, Product: "migration", Buyer: buyer, Seller: "acme"}); err != nil {
			return err
		}
		return charge()
	})
}

// cancel rules that an order is canceled, and refunds it, once for each key:
// the operation goes first, and a repetition writes nothing beside it (R28).
func (s *shop) cancel(ctx context.Context, id, manager, decision, key string) error {
	return s.transact(ctx, func(tx *sql.Tx, joined *service.Service) error {
		ruling := supervision.DecideAppeal{Outcome: "cancel", Decision: decision, Upheld: true}
		result, err := joined.Do(ctx, id, supervision.Manager(manager), ruling, service.WithKey(key))
		if err != nil || result.Repeated {
			return err
		}
		_, err = tx.ExecContext(ctx,
			`INSERT INTO refunds (purchase, cents) SELECT id, cents FROM purchases WHERE id = ?`, id)
		return err
	})
}

// count returns how many rows a table has.
func (s *shop) count(ctx context.Context, table string) (n int, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&n)
	return n, err
}
