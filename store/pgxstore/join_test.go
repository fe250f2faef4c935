package pgxstore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/pgxstore"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

var (
	buyer  = supervision.Buyer("buyer")
	seller = supervision.Seller("seller")
	submit = supervisiontest.SubmitRequest
)

// host is a host with a table of its own on the database of the orders.
type host struct {
	*supervisiontest.Env
	t     *testing.T
	pool  *pgxpool.Pool
	store *pgxstore.Store
	table string
}

func newHost(t *testing.T) host {
	pool := open(t, nil)
	store, prefix := migrated(t, pool)
	h := host{supervisiontest.On(store), t, pool, store, prefix + "invoices"}
	_, err := pool.Exec(t.Context(), "CREATE TABLE "+h.table+" (id text PRIMARY KEY)")
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = pool.Exec(context.Background(), "DROP TABLE "+h.table) })
	return h
}

func (h host) opened(s *service.Service, id string) {
	h.t.Helper()
	_, err := s.Open(h.t.Context(), supervision.Opening{ID: id, Product: "p", Buyer: buyer.ID, Seller: seller.ID})
	require.NoError(h.t, err)
}

func (h host) submitted(s *service.Service, id string, options ...service.DoOption) {
	h.t.Helper()
	_, err := s.Do(h.t.Context(), id, buyer, submit, options...)
	require.NoError(h.t, err)
}

// begin begins a transaction of the host's and joins it.
func (h host) begin(level pgx.TxIsoLevel) (pgx.Tx, *sqlstore.Store) {
	tx, err := h.pool.BeginTx(h.t.Context(), pgx.TxOptions{IsoLevel: level})
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	joined, err := h.store.Join(tx)
	require.NoError(h.t, err)
	return tx, joined
}

// transact writes an invoice and does the work in one transaction, as a host
// does.
func (h host) transact(invoice string, work func(*service.Service, *sqlstore.Store) error) error {
	ctx := h.t.Context()
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO "+h.table+" (id) VALUES ($1)", invoice)
		require.NoError(h.t, err)
		joined, err := h.store.Join(tx)
		require.NoError(h.t, err)
		return work(h.Service.WithStore(joined), joined)
	})
}

func (h host) invoices() (n int) {
	require.NoError(h.t, h.pool.QueryRow(h.t.Context(), "SELECT count(*) FROM "+h.table).Scan(&n))
	return n
}

func (h host) version(id string) int64 {
	h.t.Helper()
	order, _, err := h.store.Load(h.t.Context(), id, "")
	require.NoError(h.t, err)
	return order.Version
}

func TestJoin_CommitsAndVanishesWithTheHostsRows(t *testing.T) {
	h := newHost(t)
	changedMind := errors.New("the host changed its mind")
	work := func(s *service.Service) {
		h.opened(s, "o")
		h.submitted(s, "o", service.WithKey("k"))
	}
	require.ErrorIs(t, h.transact("vanishes", func(s *service.Service, _ *sqlstore.Store) error {
		work(s)
		return changedMind
	}), changedMind)
	_, _, err := h.store.Load(t.Context(), "o", "")
	require.ErrorIs(t, err, supervision.ErrNotFound)
	require.Zero(t, h.invoices())

	require.NoError(t, h.transact("stays", func(s *service.Service, _ *sqlstore.Store) error {
		work(s)
		return nil
	}))
	require.EqualValues(t, 2, h.version("o"))
	require.Equal(t, 1, h.invoices())
}

// Whatever reads and writes works inside the transaction, lists and the outbox
// included.
func TestJoin_HasTheWholeStore(t *testing.T) {
	h := newHost(t)
	var relayed []int64
	require.NoError(t, h.transact("all", func(s *service.Service, joined *sqlstore.Store) error {
		ctx := t.Context()
		require.NoError(t, joined.Validate(ctx))
		h.opened(s, "o")
		h.submitted(s, "o")
		page, err := s.Search(ctx, buyer, supervision.Query{})
		require.NoError(t, err)
		require.Len(t, page.Orders, 1)
		records, err := s.Records(ctx, "o", buyer, 0, 0)
		require.NoError(t, err)
		require.Len(t, records, 2)
		for range 2 {
			_, err = s.Relay(ctx, func(_ context.Context, e service.Event) error {
				relayed = append(relayed, e.Record.Seq)
				return nil
			})
			require.NoError(t, err)
		}
		return nil
	}))
	require.Equal(t, []int64{1, 2}, relayed)
	claimed, err := h.store.Claim(t.Context(), h.Clock.Now(), 1, 1)
	require.NoError(t, err)
	require.Empty(t, claimed)
}

func TestJoin_TransactionStaysUsable(t *testing.T) {
	h := newHost(t)
	h.opened(h.Service, "o")
	order, _, err := h.store.Load(t.Context(), "o", "")
	require.NoError(t, err)
	next, records, err := order.Apply(buyer, submit, h.Clock.Now())
	require.NoError(t, err)
	h.submitted(h.Service, "o")
	lost := service.Change{Order: next, Before: order.Version, Records: records}
	for name, c := range map[string]struct {
		work func(*service.Service, *sqlstore.Store) error
		want error
	}{
		"refused": {func(s *service.Service, _ *sqlstore.Store) error {
			_, err := s.Do(t.Context(), "o", buyer, supervision.AcceptProduct{})
			return err
		}, supervision.ErrRefused},
		"not found": {func(s *service.Service, _ *sqlstore.Store) error {
			_, err := s.Do(t.Context(), "nobody's", buyer, submit)
			return err
		}, supervision.ErrNotFound},
		"exists": {func(s *service.Service, _ *sqlstore.Store) error {
			_, err := s.Open(t.Context(),
				supervision.Opening{ID: "o", Product: "another", Buyer: buyer.ID, Seller: seller.ID})
			return err
		}, service.ErrExists},
		"conflict": {func(_ *service.Service, joined *sqlstore.Store) error {
			return joined.Save(t.Context(), lost)
		}, service.ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			before := h.invoices()
			require.NoError(t, h.transact(name, func(s *service.Service, joined *sqlstore.Store) error {
				require.ErrorIs(t, c.work(s, joined), c.want)
				h.opened(s, "after "+name)
				return nil
			}))
			require.Equal(t, before+1, h.invoices())
			require.EqualValues(t, 1, h.version("after "+name))
		})
	}
}

// What the database refuses leaves nothing, and a savepoint keeps it from the
// rest of the host's transaction.
func TestJoin_SavepointHoldsAFailure(t *testing.T) {
	h := newHost(t)
	h.opened(h.Service, "o")
	h.submitted(h.Service, "o", service.WithKey("k"))
	order, _, err := h.store.Load(t.Context(), "o", "")
	require.NoError(t, err)
	next, records, err := order.Apply(buyer, supervision.Remind{}, h.Clock.Now())
	require.NoError(t, err)
	records[0].Key = "k" // taken: the record cannot be stored
	refused := service.Change{Order: next, Before: order.Version, Records: records}

	err = h.transact("vanishes", func(_ *service.Service, joined *sqlstore.Store) error {
		err := joined.Save(t.Context(), refused)
		require.NotErrorIs(t, err, service.ErrConflict)
		require.NotErrorIs(t, err, service.ErrUnknownOutcome)
		return err
	})
	require.Error(t, err)
	require.Zero(t, h.invoices())

	tx, joined := h.begin("")
	h.opened(h.Service.WithStore(joined), "stays")
	err = pgx.BeginFunc(t.Context(), tx, func(savepoint pgx.Tx) error {
		joined, err := h.store.Join(savepoint)
		require.NoError(t, err)
		return joined.Save(t.Context(), refused)
	})
	require.Error(t, err)
	require.NoError(t, tx.Commit(t.Context()))
	require.EqualValues(t, 1, h.version("stays"))
	require.EqualValues(t, 2, h.version("o"))
}

// A host's transaction that the database gave up is a conflict: the host begins
// it anew.
func TestJoin_SerializationFailureIsAConflict(t *testing.T) {
	for _, level := range []pgx.TxIsoLevel{pgx.RepeatableRead, pgx.Serializable} {
		t.Run(string(level), func(t *testing.T) {
			h := newHost(t)
			h.opened(h.Service, "o")
			_, joined := h.begin(level)
			_, _, err := joined.Load(t.Context(), "o", "")
			require.NoError(t, err)
			h.submitted(h.Service, "o")
			_, err = h.Service.WithStore(joined).Do(t.Context(), "o", buyer, submit)
			require.ErrorIs(t, err, service.ErrConflict)
		})
	}
}

// Of two hosts' transactions that wait for each other the database gives one
// up, and that is a conflict as well.
func TestJoin_DeadlockIsAConflict(t *testing.T) {
	h := newHost(t)
	h.opened(h.Service, "a")
	h.opened(h.Service, "b")
	tx1, store1 := h.begin("")
	tx2, store2 := h.begin("")
	first, second := h.Service.WithStore(store1), h.Service.WithStore(store2)
	h.submitted(first, "a")
	h.submitted(second, "b")
	waiting := make(chan error)
	go func() {
		_, err := first.Do(context.Background(), "b", buyer, submit)
		_ = tx1.Rollback(context.Background())
		waiting <- err
	}()
	_, err2 := second.Do(t.Context(), "a", buyer, submit)
	_ = tx2.Rollback(t.Context())
	err1 := <-waiting
	require.True(t, err1 != nil || err2 != nil, "they waited for each other")
	for _, err := range []error{err1, err2} {
		if err != nil {
			require.ErrorIs(t, err, service.ErrConflict)
		}
	}
}

// A joined store has the tables of the store that joins, and never begins or
// commits.
func TestJoin_KeepsToTheHostsTransaction(t *testing.T) {
	sent := &statements{}
	pool := open(t, func(c *pgxpool.Config) { c.ConnConfig.Tracer = sent })
	store, _ := migrated(t, pool)
	h := host{Env: supervisiontest.On(store), t: t, pool: pool, store: store}
	h.opened(h.Service, "o")
	_, joined := h.begin("")
	sent.words()
	h.submitted(h.Service.WithStore(joined), "o")
	require.Equal(t, []string{"SELECT", "WITH"}, sent.words())
	require.ErrorIs(t, joined.Migrate(t.Context()), sqlstore.ErrOption)
	_, err := store.Join(nil)
	require.ErrorIs(t, err, sqlstore.ErrOption)
}
