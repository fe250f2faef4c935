package sqlstore_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// commits is what a client sends to make an operation last: the one statement of
// PostgreSQL and MariaDB, with the word that the order's document has
// afterwards, or COMMIT.
func commits(t *testing.T, d database, db *sql.DB) []byte {
	if d.dialect == sqlstore.Postgres || isMariaDB(t, db) {
		return []byte("awaiting_confirmation")
	}
	return []byte("COMMIT")
}

// Whether the connection is lost before the commit arrived or after it was
// done: the host learns that the outcome is unknown, and the command repeated
// with its key is applied once.
func TestConnectionLostAroundTheCommit(t *testing.T) {
	for _, d := range databases[1:] {
		for _, when := range []string{"before", "after"} {
			t.Run(d.name+" "+when, func(t *testing.T) {
				p, dsn := through(t, d)
				db := d.openAt(t, dsn)
				store, _ := d.migrated(t, db)
				b := newBench(t, store)
				b.opened(t, "first")
				b.do(t, "first", buyer, submit) // by then it is known whether the server takes blocks
				b.opened(t, "o")
				send := func() error {
					_, err := b.Do(t.Context(), "o", buyer, submit,
						service.WithKey("k"))
					return err
				}
				armed, commit := false, commits(t, d, db)
				request := func(data []byte) bool {
					armed = armed || bytes.Contains(data, commit)
					return armed && when == "before"
				}
				answer := func([]byte) bool { return armed && when == "after" }
				p.lose(request, answer)
				require.ErrorIs(t, send(), service.ErrUnknownOutcome)
				p.lose(nil, nil)

				applied := map[string]int64{"before": 1, "after": 2}[when]
				require.Eventually(t, func() bool { return whole(t, store, "o").Version == applied }, 10*time.Second,
					10*time.Millisecond)
				require.NoError(t, send())
				require.NoError(t, send())
				require.EqualValues(t, 2, whole(t, store, "o").Version)
			})
		}
	}
}

// A connection that is lost before anything lasts has changed nothing, and the
// error does not call the outcome unknown.
func TestConnectionLostBeforeAnythingLasts(t *testing.T) {
	for _, d := range databases[1:] {
		t.Run(d.name, func(t *testing.T) {
			p, dsn := through(t, d)
			_, prefix := d.migrated(t, d.open(t))
			store, err := sqlstore.New(d.openAt(t, dsn), d.dialect, sqlstore.WithPrefix(prefix))
			require.NoError(t, err)
			b := newBench(t, store)
			b.opened(t, "o")
			p.lose(func([]byte) bool { return true }, nil)
			_, err = b.Do(t.Context(), "o", buyer, submit)
			require.Error(t, err)
			require.NotErrorIs(t, err, service.ErrUnknownOutcome)
			require.NoError(t, p.Close()) // and now it cannot even be connected to
			_, err = b.Open(t.Context(), opening("another"))
			require.Error(t, err)
			require.NotErrorIs(t, err, service.ErrUnknownOutcome)
		})
	}
}

// A canceled context at every call: nothing has changed, and the error is the
// context's.
func TestCanceledContextAtEveryStatement(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db, recorder := d.recorded(t, d.dsn(t))
		store, _ := d.migrated(t, db)
		b := newBench(t, store)
		for at := 1; ; at++ {
			id := fmt.Sprintf("o-%d", at)
			b.opened(t, id)
			ctx, cancel := context.WithCancel(t.Context())
			recorder.before(at, func() error { cancel(); return nil })
			_, err := b.Do(ctx, id, buyer, submit, service.WithKey("k"))
			canceled := recorder.before(0, nil)
			cancel()
			if !canceled { // the operation had fewer statements
				require.NoError(t, err)
				break
			}
			version := whole(t, store, id).Version
			switch {
			case err == nil:
				require.EqualValues(t, 2, version)
			default:
				require.ErrorIs(t, err, context.Canceled)
				if version == 2 {
					require.ErrorIs(t, err, service.ErrUnknownOutcome)
				}
			}
			b.do(t, id, buyer, submit, service.WithKey("k"))
			require.EqualValues(t, 2, whole(t, store, id).Version)
		}
	})
}

// What the database has refused is known not to have happened.
func TestRefusedByTheDatabaseIsNoUnknownOutcome(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		store := d.store(t)
		b := newBench(t, store)
		b.opened(t, "o")
		b.do(t, "o", buyer, submit, service.WithKey("k"))
		order := whole(t, store, "o")
		next, records, err := order.Apply(buyer, supervision.Remind{}, start)
		require.NoError(t, err)
		records[0].Key = "k" // taken
		err = store.Save(t.Context(), service.Change{Order: next, Before: order.Version, Records: records})
		require.Error(t, err)
		require.NotErrorIs(t, err, service.ErrUnknownOutcome)
		require.NotErrorIs(t, err, service.ErrConflict)
		require.Equal(t, order, whole(t, store, "o"))
	})
}
