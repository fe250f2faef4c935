package pgxstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/pgxstore"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// wired returns a host whose network may fail.
func wired(t *testing.T) (host, *wire) {
	_, prefix := migrated(t, open(t, nil))
	w := &wire{}
	pool := open(t, w.through)
	store, err := pgxstore.New(pool, sqlstore.WithPrefix(prefix))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return host{Env: supervisiontest.On(store), t: t, pool: pool, store: store}, w
}

// document is in what a submitted request saves, and in nothing that comes
// before.
const document = "awaiting_confirmation"

// An operation is two round trips, and a joined one as well.
func TestDo_IsTwoRoundTrips(t *testing.T) {
	h, w := wired(t)
	for _, id := range []string{"warm-up", "counted"} { // pgx prepares what it sends first
		h.opened(h.Service, id)
		w.roundTrips()
		h.submitted(h.Service, id)
	}
	require.Equal(t, 2, w.roundTrips())

	h.opened(h.Service, "joined")
	_, joined := h.begin("")
	w.roundTrips()
	h.submitted(h.Service.WithStore(joined), "joined")
	require.Equal(t, 2, w.roundTrips())
}

// Whether the connection is lost before the server has the save or after it was
// made: the host learns that the outcome is unknown, and the command repeated
// with its key is applied once.
func TestConnectionLostAroundTheSave(t *testing.T) {
	for name, c := range map[string]struct {
		fate    fate
		applied int64
	}{"before": {lost, 1}, "after": {unheard, 2}} {
		t.Run(name, func(t *testing.T) {
			h, w := wired(t)
			h.opened(h.Service, "o")
			w.next(document, c.fate)
			_, err := h.Service.Do(t.Context(), "o", buyer, submit, service.WithKey("k"))
			require.ErrorIs(t, err, service.ErrUnknownOutcome)
			require.Equal(t, c.applied, h.version("o"))
			for range 2 {
				h.submitted(h.Service, "o", service.WithKey("k"))
				require.EqualValues(t, 2, h.version("o"))
			}
		})
	}
}

// A connection that is lost before anything lasts has changed nothing, and the
// error does not call the outcome unknown.
func TestConnectionLostBeforeAnythingLasts(t *testing.T) {
	h, w := wired(t)
	h.opened(h.Service, "o")
	w.next("", lost)
	_, err := h.Service.Do(t.Context(), "o", buyer, submit)
	require.Error(t, err)
	require.NotErrorIs(t, err, service.ErrUnknownOutcome)
	require.EqualValues(t, 1, h.version("o"))

	w.down = true
	h.pool.Reset() // the connections that are open
	err = h.store.Create(t.Context())
	require.NoError(t, err, "nothing is sent")
	_, err = h.Service.Open(t.Context(), supervision.Opening{ID: "p", Product: "p", Buyer: "b", Seller: "s"})
	require.ErrorIs(t, err, errDown)
	require.NotErrorIs(t, err, service.ErrUnknownOutcome)
}

// A context that ends while the answer is on its way leaves an outcome that is
// unknown, of one statement and of a transaction alike.
func TestCanceledAfterTheCommit(t *testing.T) {
	for name, c := range map[string]struct {
		sent string
		do   func(host, context.Context) error
		done func(host)
	}{
		"statement": {document, func(h host, ctx context.Context) error {
			_, err := h.Service.Do(ctx, "o", buyer, submit)
			return err
		}, func(h host) { require.EqualValues(h.t, 2, h.version("o")) }},
		"transaction": {"commit", func(h host, ctx context.Context) error {
			return h.Service.SetAside(ctx, supervision.RecordID{Order: "o", Seq: 1})
		}, func(h host) {
			aside, err := h.Service.Aside(h.t.Context(), supervision.RecordID{}, 0)
			require.NoError(h.t, err)
			require.Len(h.t, aside, 1)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h, w := wired(t)
			h.opened(h.Service, "o")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w.cancel = cancel
			w.next(c.sent, late)
			err := c.do(h, ctx)
			require.ErrorIs(t, err, service.ErrUnknownOutcome)
			require.ErrorIs(t, err, context.Canceled)
			c.done(h)
		})
	}
}

// A context that has ended before a statement, whichever it is: nothing of it
// has happened, and the error is the context's.
func TestCanceledBeforeEveryStatement(t *testing.T) {
	sent := &statements{}
	pool := open(t, func(c *pgxpool.Config) { c.ConnConfig.Tracer = sent })
	store, _ := migrated(t, pool)
	h := host{Env: supervisiontest.On(store), t: t, pool: pool, store: store}
	commands := map[string]func(context.Context, *service.Service, string) error{
		"do": func(ctx context.Context, s *service.Service, id string) error {
			_, err := s.Do(ctx, id, buyer, submit)
			return err
		},
		"set aside": func(ctx context.Context, s *service.Service, id string) error {
			return s.SetAside(ctx, supervision.RecordID{Order: id, Seq: 1})
		},
	}
	for name, command := range commands {
		for _, joined := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " joined ", joined), func(t *testing.T) {
				for at := 1; ; at++ {
					id := fmt.Sprint(name, at, joined)
					h.opened(h.Service, id)
					s := h.Service
					if joined {
						_, store := h.begin("")
						s = s.WithStore(store)
					}
					ctx, cancel := context.WithCancel(t.Context())
					sent.around(at, false, cancel)
					err := command(ctx, s, id)
					canceled := sent.around(0, false, nil)
					cancel()
					if !canceled { // it had fewer statements
						require.NoError(t, err)
						return
					}
					require.ErrorIs(t, err, context.Canceled)
					require.NotErrorIs(t, err, service.ErrUnknownOutcome)
					require.EqualValues(t, 1, h.version(id))
					aside, err := h.Service.Aside(t.Context(), supervision.RecordID{Order: id}, 1)
					require.NoError(t, err)
					require.False(t, len(aside) > 0 && aside[0].Order == id)
				}
			})
		}
	}
}

// A context that ends between two statements of a transaction: nothing of it
// has happened. After the last one, the commit, all of it has.
func TestCanceledBetweenTheStatementsOfATransaction(t *testing.T) {
	sent := &statements{}
	pool := open(t, func(c *pgxpool.Config) { c.ConnConfig.Tracer = sent })
	store, _ := migrated(t, pool)
	h := host{Env: supervisiontest.On(store), t: t, pool: pool, store: store}
	for at := 1; ; at++ {
		id := fmt.Sprint("o-", at)
		h.opened(h.Service, id)
		h.submitted(h.Service, id) // so that a later record waits too
		ctx, cancel := context.WithCancel(t.Context())
		sent.around(at, true, cancel)
		err := h.Service.SetAside(ctx, supervision.RecordID{Order: id, Seq: 1})
		canceled := sent.around(0, false, nil)
		cancel()
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			require.NotErrorIs(t, err, service.ErrUnknownOutcome)
		}
		aside, failed := h.Service.Aside(t.Context(), supervision.RecordID{Order: id}, 1)
		require.NoError(t, failed)
		require.Equal(t, err == nil, len(aside) == 1 && aside[0].Order == id)
		if !canceled { // it had fewer statements
			require.Equal(t, 6, at, "begin, update, select, update, commit")
			return
		}
	}
}

// What the database has refused is known not to have happened.
func TestRefusedByTheDatabaseIsNoUnknownOutcome(t *testing.T) {
	h := newHost(t)
	h.opened(h.Service, "o")
	h.submitted(h.Service, "o", service.WithKey("k"))
	order, _, err := h.store.Load(t.Context(), "o", "")
	require.NoError(t, err)
	next, records, err := order.Apply(buyer, supervision.Remind{}, h.Clock.Now())
	require.NoError(t, err)
	records[0].Key = "k" // taken
	err = h.store.Save(t.Context(), service.Change{Order: next, Before: order.Version, Records: records})
	require.Error(t, err)
	require.NotErrorIs(t, err, service.ErrUnknownOutcome)
	require.NotErrorIs(t, err, service.ErrConflict)
	require.EqualValues(t, 2, h.version("o"))
}
