package sqlstore_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// reopened opens a SQLite file again, with more settings.
func reopened(t *testing.T, file, settings string) *sqlstore.Store {
	db := databases[0].openAt(t, sqliteDSN(file)+settings)
	store, err := sqlstore.New(db, sqlstore.SQLite)
	require.NoError(t, err)
	return store
}

func TestSQLiteReadOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "orders.db")
	store := reopened(t, file, "")
	require.NoError(t, store.Migrate(t.Context()))
	newBench(t, store).opened(t, "o")

	b := newBench(t, reopened(t, file, "&mode=ro"))
	_, err := b.Do(t.Context(), "o", buyer, submit)
	require.Error(t, err)
	require.NotErrorIs(t, err, service.ErrUnknownOutcome)
	order, err := b.Order(t.Context(), "o", buyer)
	require.NoError(t, err, "reading goes on")
	require.EqualValues(t, 1, order.Version)
	require.EqualValues(t, 1, whole(t, store, "o").Version)
}

// On a full disk a save fails whole, says so, and goes through once there is
// room again.
func TestSQLiteFull(t *testing.T) {
	file := filepath.Join(t.TempDir(), "orders.db")
	store := reopened(t, file, "")
	require.NoError(t, store.Migrate(t.Context()))
	newBench(t, store).opened(t, "o")
	var pages int
	require.NoError(t, databases[0].openAt(t, sqliteDSN(file)).QueryRow("PRAGMA page_count").Scan(&pages))

	full := newBench(t, reopened(t, file, fmt.Sprintf("&_pragma=max_page_count(%d)", pages+8)),
		service.WithPolicy(supervision.License()))
	report := supervision.ReportProgress{Text: strings.Repeat("Still at it. ", 200)}
	full.opened(t, "license")
	var version int64 = 1
	var err error
	for err == nil {
		var result service.Result
		if result,
			err = full.Do(t.Context(), "license", seller, report, service.WithKey(fmt.Sprint(version))); err == nil {
			version = result.Order.Version
		}
		require.Less(t, version, int64(1000), "the file never became full")
	}
	require.NotErrorIs(t, err, service.ErrUnknownOutcome)
	require.Equal(t, version, whole(t, store, "license").Version)

	newBench(t, store).do(t, "license", seller, report, service.WithKey(fmt.Sprint(version)))
	require.Equal(t, version+1, whole(t, store, "license").Version)
}

// One connection is enough: nothing waits for a second one while it holds the
// first.
func TestOneConnection(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		db.SetMaxOpenConns(1)
		store, _ := d.migrated(t, db)
		b := newBench(t, store)
		b.accepted(t, "o")
		b.clock.Add(supervision.Day)
		n, err := b.Settle(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.NotZero(t, relayed(t, b))
	})
}

// A writer that finds the database busy waits for its turn, even where the host
// has not asked SQLite to.
func TestSQLiteBusyIsTriedAgain(t *testing.T) {
	file := "file:" + filepath.Join(t.TempDir(), "orders.db") + "?_pragma=journal_mode(WAL)"
	db := databases[0].openAt(t, file)
	store, err := sqlstore.New(db, sqlstore.SQLite)
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	b := newBench(t, store)
	b.opened(t, "o")
	other, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer other.Close()
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	_, err = b.Do(t.Context(), "o", buyer, submit)
	require.Error(t, err, "but not for ever")
	require.NotErrorIs(t, err, service.ErrUnknownOutcome)
	done := make(chan error)
	go func() {
		_, err := b.Do(t.Context(), "o", buyer, submit)
		done <- err
	}()
	_, err = other.ExecContext(t.Context(), "COMMIT")
	require.NoError(t, err)
	require.NoError(t, <-done)
}
