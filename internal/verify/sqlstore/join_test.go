package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// host is a host with a table of its own on the database of the orders.
type host struct {
	bench
	database
	db            *sql.DB
	store         *sqlstore.Store
	prefix, table string
}

func newHost(t *testing.T, d database) host {
	db := d.open(t)
	store, prefix := d.migrated(t, db)
	table := prefix + "invoices"
	_, err := db.Exec("CREATE TABLE " + table + " (id VARCHAR(20) NOT NULL PRIMARY KEY)")
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = db.Exec("DROP TABLE " + table) })
	return host{newBench(t, store), d, db, store, prefix, table}
}

var errChangedMind = errors.New("the host changed its mind")

// transact writes an invoice and does the work in one transaction, as a host
// does.
func (h host) transact(t *testing.T, invoice string, work func(bench, *sqlstore.Store) error) error {
	tx, err := h.db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	_, err = tx.Exec("INSERT INTO " + h.table + " (id) VALUES ('" + invoice + "')")
	require.NoError(t, err)
	joined, err := h.store.Join(tx)
	require.NoError(t, err)
	if err := work(bench{h.WithStore(joined), h.clock}, joined); err != nil {
		return err
	}
	return tx.Commit()
}

func (h host) invoices(t *testing.T) (n int) {
	require.NoError(t, h.db.QueryRow("SELECT count(*) FROM "+h.table).Scan(&n))
	return n
}

func TestJoinedOperationsCommitAndVanishWithTheHostsRows(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		h := newHost(t, d)
		work := func(b bench, _ *sqlstore.Store) error {
			b.opened(t, "o")
			b.do(t, "o", buyer, submit, service.WithKey("k"))
			return nil
		}
		err := h.transact(t, "vanishes", func(b bench, s *sqlstore.Store) error {
			require.NoError(t, work(b, s))
			return errChangedMind
		})
		require.ErrorIs(t, err, errChangedMind)
		_, _, err = h.store.Load(t.Context(), "o", "")
		require.ErrorIs(t, err, supervision.ErrNotFound)
		require.Zero(t, h.invoices(t))

		require.NoError(t, h.transact(t, "stays", work))
		require.EqualValues(t, 2, whole(t, h.store, "o").Version)
		require.Equal(t, 1, h.invoices(t))
		require.Len(t, drained(t, h.store), 2)
	})
}

func TestJoinedTransactionStaysUsable(t *testing.T) {
	ctx := context.Background()
	stale := func(t *testing.T, h host) []service.Change { // changes that lost against another
		var changes []service.Change
		for _, id := range []string{"lost", "won"} {
			h.opened(t, id)
			order, _, err := h.store.Load(ctx, id, "")
			require.NoError(t, err)
			next, records, err := order.Apply(buyer, submit, start)
			require.NoError(t, err)
			changes = append(changes, service.Change{Order: next, Before: 1, Records: records})
		}
		h.do(t, "lost", buyer, supervision.SubmitRequest{Text: "I was first."})
		return changes
	}
	each(t, func(t *testing.T, d database) {
		h := newHost(t, d)
		h.opened(t, "o")
		lost := stale(t, h)
		for name, c := range map[string]struct {
			work func(b bench, s *sqlstore.Store) error
			want error
		}{
			"refused": {func(b bench, _ *sqlstore.Store) error {
				_, err := b.Do(ctx, "o", buyer, supervision.AcceptProduct{})
				return err
			}, supervision.ErrRefused},
			"invalid": {func(b bench, _ *sqlstore.Store) error {
				_, err := b.Do(ctx, "o", buyer, supervision.SubmitRequest{})
				return err
			}, supervision.ErrInvalid},
			"unknown": {func(b bench, _ *sqlstore.Store) error {
				_, err := b.Do(ctx, "nobody's", buyer, supervision.AcceptProduct{})
				return err
			}, supervision.ErrNotFound},
			"exists": {func(b bench, _ *sqlstore.Store) error {
				_, err := b.Open(ctx, supervision.Opening{ID: "o", Product: "another", Buyer: "b", Seller: "s"})
				return err
			}, service.ErrExists},
			"conflict": {func(_ bench, s *sqlstore.Store) error { return s.Save(ctx, lost...) }, service.ErrConflict},
		} {
			t.Run(name, func(t *testing.T) {
				before := h.invoices(t)
				require.NoError(t, h.transact(t, name, func(b bench, s *sqlstore.Store) error {
					require.ErrorIs(t, c.work(b, s), c.want)
					b.opened(t, "after "+name)
					return nil
				}))
				require.Equal(t, before+1, h.invoices(t))
				whole(t, h.store, "after "+name)
			})
		}
		require.EqualValues(t, 2, whole(t, h.store, "won").Version,
			"a conflict leaves the other orders of the call saved")
	})
}

// A statement that fails in the middle of a save leaves nothing of it, even if
// the host commits all the same.
func TestJoinedSaveIsWholeOrAbsent(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		h := newHost(t, d)
		h.opened(t, "o")
		h.do(t, "o", buyer, submit, service.WithKey("k"))
		order := whole(t, h.store, "o")
		next, records, err := order.Apply(buyer, supervision.Remind{}, start)
		require.NoError(t, err)
		records[0].Key = "k" // taken: the record cannot be stored
		err = h.transact(t, "commits", func(_ bench, s *sqlstore.Store) error {
			require.Error(t, s.Save(t.Context(), service.Change{Order: next, Before: 2, Records: records, Relay: true}))
			return nil
		})
		if d.dialect == sqlstore.Postgres {
			require.Error(t, err, "PostgreSQL commits nothing after a failed statement")
		} else {
			require.NoError(t, err)
		}
		require.Equal(t, order, whole(t, h.store, "o"))
	})
}

// A host's transaction that the database gave up is a conflict: the host begins
// it anew.
func TestJoinedSerializationFailureIsAConflict(t *testing.T) {
	d := databases[1]
	h := newHost(t, d)
	h.opened(t, "o")
	tx, err := h.db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable})
	require.NoError(t, err)
	defer tx.Rollback()
	joined, err := h.store.Join(tx)
	require.NoError(t, err)
	_, _, err = joined.Load(t.Context(), "o", "")
	require.NoError(t, err)
	h.do(t, "o", buyer, supervision.SubmitRequest{Text: "I was first."})
	_, err = h.WithStore(joined).Do(t.Context(), "o", buyer, supervision.SubmitRequest{Text: "I was second."})
	require.ErrorIs(t, err, service.ErrConflict)
}

// A read fails so as well, where two have read what the other has written.
func TestJoinedReadThatCannotBeSerializedIsAConflict(t *testing.T) {
	h := newHost(t, databases[1])
	ctx := t.Context()
	for _, id := range []string{"a", "b", "c"} {
		h.opened(t, id)
	}
	begin := func() (*sql.Tx, *service.Service) {
		tx, err := h.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
		require.NoError(t, err)
		t.Cleanup(func() { _ = tx.Rollback() })
		joined, err := h.store.Join(tx)
		require.NoError(t, err)
		return tx, h.WithStore(joined)
	}
	_, one := begin()
	tx, other := begin()
	for _, read := range []struct {
		in *service.Service
		id string
	}{{one, "a"}, {other, "b"}} {
		_, err := read.in.Order(ctx, read.id, supervision.System())
		require.NoError(t, err)
	}
	_, err := one.Do(ctx, "b", buyer, submit)
	require.NoError(t, err)
	_, err = other.Do(ctx, "a", buyer, submit)
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	_, err = one.Order(ctx, "c", supervision.System())
	require.ErrorIs(t, err, service.ErrConflict)
}

// A host's transaction that has read before decides on what is there now, if its
// isolation lets it.
func TestJoinedReadCommittedSeesWhatIsNew(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		if d.dialect == sqlstore.SQLite {
			t.Skip("skipped: it has one isolation")
		}
		if d.name == galeraName {
			t.Skip("skipped: a node waits for the others before a transaction, and not within")
		}
		h := newHost(t, d)
		h.opened(t, "o")
		tx, err := h.db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelReadCommitted})
		require.NoError(t, err)
		defer tx.Rollback()
		joined, err := h.store.Join(tx)
		require.NoError(t, err)
		_, err = h.WithStore(joined).Order(t.Context(), "o", seller)
		require.NoError(t, err)
		h.do(t, "o", buyer, submit)
		_, err = h.WithStore(joined).Do(t.Context(), "o", seller, supervision.AcceptRequest{}, service.IfVersion(2))
		require.NoError(t, err)
	})
}

// A lock that MySQL waited for in vain is the driver's error, and nothing has
// changed.
func TestALockThatIsNotHad(t *testing.T) {
	d := databases[2]
	h := newHost(t, d)
	h.opened(t, "o")
	tx, err := h.db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	joined, err := h.store.Join(tx)
	require.NoError(t, err)
	_, err = h.WithStore(joined).Do(t.Context(), "o", buyer, submit)
	require.NoError(t, err)
	db := d.openAt(t, d.dsn(t)+"?innodb_lock_wait_timeout=0")
	hasty, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(h.prefix))
	require.NoError(t, err)
	other, err := db.Begin()
	require.NoError(t, err)
	defer other.Rollback()
	second, err := hasty.Join(other)
	require.NoError(t, err)
	for _, store := range []*sqlstore.Store{hasty, second} {
		_, err = h.WithStore(store).Do(t.Context(), "o", buyer, supervision.SubmitRequest{Text: "I was second."})
		var refused *mysql.MySQLError
		require.ErrorAs(t, err, &refused)
		require.EqualValues(t, 1205, refused.Number)
		require.NotErrorIs(t, err, service.ErrUnknownOutcome)
	}
	require.NoError(t, tx.Commit())
	require.EqualValues(t, 2, whole(t, h.store, "o").Version)
}

func TestJoinedStoreNeverBeginsOrCommits(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db, recorder := d.recorded(t, d.dsn(t))
		store, _ := d.migrated(t, db)
		newBench(t, store).opened(t, "o")
		tx, err := db.Begin()
		require.NoError(t, err)
		defer tx.Rollback()
		joined, err := store.Join(tx)
		require.NoError(t, err)
		recorder.sent()
		newBench(t, joined).do(t, "o", buyer, submit)
		sent := words(recorder.sent())
		for _, word := range []string{"BEGIN", "COMMIT"} {
			require.NotContains(t, sent, word)
		}
		if d.dialect == sqlstore.Postgres {
			require.Equal(t, []string{"SELECT", "WITH"}, sent)
		} else { // what it begins inside the transaction it ends there
			require.Contains(t, sent, "SAVEPOINT")
			require.Equal(t, "RELEASE", sent[len(sent)-1])
		}
		require.ErrorIs(t, joined.Migrate(t.Context()), sqlstore.ErrOption)
		require.NoError(t, joined.Validate(t.Context()))
	})
}

// Of two hosts' transactions that wait for each other the database gives one
// up, and that is a conflict as well. SQLite gives up the one that has read
// what the other has overwritten.
func TestJoinedDeadlockIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		if d.name == galeraName {
			t.Skip("skipped: nobody waits for another node; see TestGaleraJoinedCommitMayFail")
		}
		h := newHost(t, d)
		h.opened(t, "a")
		h.opened(t, "b")
		begin := func() (*sql.Tx, bench) {
			tx, err := h.db.Begin()
			require.NoError(t, err)
			t.Cleanup(func() { _ = tx.Rollback() })
			joined, err := h.store.Join(tx)
			require.NoError(t, err)
			_, _, err = joined.Load(t.Context(), "a", "")
			require.NoError(t, err)
			return tx, bench{h.WithStore(joined), h.clock}
		}
		send := func(b bench, id string) error {
			_, err := b.Do(t.Context(), id, buyer, submit)
			return err
		}
		tx1, first := begin()
		tx2, second := begin()
		require.NoError(t, send(first, "a"))
		if d.dialect == sqlstore.SQLite {
			require.NoError(t, tx1.Commit())
			require.ErrorIs(t, send(second, "b"), service.ErrConflict)
			return
		}
		require.NoError(t, send(second, "b"))
		waiting := make(chan error)
		go func() {
			err := send(first, "b")
			_ = tx1.Rollback()
			waiting <- err
		}()
		err2 := send(second, "a")
		_ = tx2.Rollback()
		err1 := <-waiting
		require.True(t, err1 != nil || err2 != nil, "they waited for each other")
		for _, err := range []error{err1, err2} {
			if err != nil {
				require.ErrorIs(t, err, service.ErrConflict)
			}
		}
	})
}

// An equal opening that was made since the host's transaction began is returned
// or is a conflict; it is never one that does not exist.
func TestJoinedEqualOpenings(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		h := newHost(t, d)
		tx, err := h.db.Begin()
		require.NoError(t, err)
		defer tx.Rollback()
		joined, err := h.store.Join(tx)
		require.NoError(t, err)
		_, _, err = joined.Load(t.Context(), "o", "")
		require.ErrorIs(t, err, supervision.ErrNotFound)
		h.opened(t, "o")
		_, err = h.WithStore(joined).Open(t.Context(), opening("o"))
		if err != nil {
			require.ErrorIs(t, err, service.ErrConflict)
		}
		require.NotErrorIs(t, err, supervision.ErrNotFound)
	})
}
