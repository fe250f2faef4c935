package main

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/koogallery/serviceflow/store/pgxstore"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Both sides send the same statements in as many round trips, as tests hold, so
// what differs is the processor time of the host.
var pgxContests = []contest{
	{
		name: "pgx/pool", what: "`Service.Do` on pgxstore",
		against: "the same on sqlstore, with pgx's driver for database/sql", bound: faster(0.85),
		prepare: func(bool) (match, error) { return pgxMatch(false) },
	},
	{
		name: "pgx/tx", what: "the same inside a `pgx.Tx`", against: "the same inside a `sql.Tx`", bound: faster(0.9),
		prepare: func(bool) (match, error) { return pgxMatch(true) },
	},
}

func pgxMatch(joined bool) (match, error) {
	ctx := context.Background()
	g, err := postgres.open()
	if err != nil {
		return match{}, err
	}
	ours, peer, err := g.hosts(ctx)
	if err == nil {
		err = g.begin(ctx, ordersEach)
	}
	if err != nil {
		g.close()
		return match{}, err
	}
	side := func(h pgxHost) side {
		do := h.do
		if joined {
			do = h.joined
		}
		return (&courts{1, make([]int, 1), func(id string, m move) error { return do(ctx, id, m) }}).side
	}
	return match{side(ours), side(peer), g.close}, nil
}

// pgxHost is a host that works on orders, by themselves and in its own
// transaction.
type pgxHost struct {
	do, joined func(context.Context, string, move) error
}

// hosts returns a host on a pool of pgx, and one on database/sql.
func (g *ground) hosts(ctx context.Context) (ours, peer pgxHost, err error) {
	config, err := pgxpool.ParseConfig(g.address())
	if err != nil {
		return ours, peer, err
	}
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return ours, peer, err
	}
	g.remove = append(g.remove, pool.Close)
	store, err := pgxstore.New(pool, sqlstore.WithPrefix(g.ours.prefix))
	if err != nil {
		return ours, peer, err
	}
	g.remove = append(g.remove, func() { _ = store.Close() })
	pooled, err := service.New(store)
	if err != nil {
		return ours, peer, err
	}
	standard, err := service.New(g.peer.store)
	ours = pgxHost{on(pooled), func(ctx context.Context, id string, m move) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			joined, err := store.Join(tx)
			if err != nil {
				return err
			}
			return on(pooled.WithStore(joined))(ctx, id, m)
		})
	}}
	peer = pgxHost{on(standard), func(ctx context.Context, id string, m move) error {
		tx, err := g.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		joined, err := g.peer.store.Join(tx)
		if err != nil {
			return err
		}
		if err := on(standard.WithStore(joined))(ctx, id, m); err != nil {
			return err
		}
		return tx.Commit()
	}}
	return ours, peer, err
}

func on(s *service.Service) func(context.Context, string, move) error {
	return func(ctx context.Context, id string, m move) error {
		_, err := s.Do(ctx, id, m.by, m.action)
		return err
	}
}
