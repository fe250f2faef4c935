package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// scripted is a database that says of each thing it is told, by its first word,
// whether it fails, and how.
type scripted struct {
	says func(word string) error
	told []string
	ids  []string // the rows of every query
}

func (s *scripted) tell(word string) error {
	s.told = append(s.told, word)
	if s.says == nil {
		return nil
	}
	return s.says(word)
}

// fails has a word fail from now on.
func (s *scripted) fails(word string, err error) {
	s.told, s.says = nil, func(told string) error {
		if told == word {
			return err
		}
		return nil
	}
}

func (s *scripted) times(word string) (n int) {
	for _, told := range s.told {
		if told == word {
			n++
		}
	}
	return n
}

// open makes a store on the database.
func (s *scripted) open(t *testing.T, dialect Dialect) (*Store, *sql.DB) {
	db := sql.OpenDB(s)
	t.Cleanup(func() { _ = db.Close() })
	store, err := New(db, dialect)
	require.NoError(t, err)
	return store, db
}

func (s *scripted) Connect(context.Context) (driver.Conn, error) { return s, s.tell("CONNECT") }
func (s *scripted) Driver() driver.Driver                        { return nil }
func (s *scripted) Close() error                                 { return nil }
func (s *scripted) Begin() (driver.Tx, error)                    { return nil, errors.ErrUnsupported }
func (s *scripted) Commit() error                                { return s.tell("COMMIT") }
func (s *scripted) Rollback() error                              { return s.tell("ROLLBACK") }

func (s *scripted) BeginTx(_ context.Context, options driver.TxOptions) (driver.Tx, error) {
	return s, s.tell(strings.TrimSuffix("BEGIN "+sql.IsolationLevel(options.Isolation).String(), " Default"))
}

func (s *scripted) Prepare(text string) (driver.Stmt, error) {
	return scriptedStmt{s, text}, s.tell("PREPARE")
}

func (s *scripted) ExecContext(_ context.Context, text string, _ []driver.NamedValue) (driver.Result, error) {
	if strings.HasPrefix(text, "BEGIN NOT ATOMIC") {
		text = "BLOCK"
	}
	return driver.RowsAffected(1), s.tell(strings.Fields(text)[0])
}

func (s *scripted) QueryContext(_ context.Context, text string, _ []driver.NamedValue) (driver.Rows, error) {
	return &scriptedRows{s, s.ids}, s.tell(strings.Fields(text)[0])
}

type scriptedStmt struct {
	*scripted
	text string
}

func (s scriptedStmt) NumInput() int                              { return -1 }
func (s scriptedStmt) Exec([]driver.Value) (driver.Result, error) { return nil, errors.ErrUnsupported }
func (s scriptedStmt) Query([]driver.Value) (driver.Rows, error)  { return nil, errors.ErrUnsupported }

func (s scriptedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.scripted.ExecContext(ctx, s.text, args)
}

func (s scriptedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.scripted.QueryContext(ctx, s.text, args)
}

type scriptedRows struct {
	*scripted
	ids []string
}

func (r *scriptedRows) Columns() []string { return []string{"id"} }

func (r *scriptedRows) Next(values []driver.Value) error {
	if len(r.ids) == 0 {
		return cmp.Or(r.tell("END"), io.EOF)
	}
	values[0], r.ids = r.ids[0], r.ids[1:]
	return nil
}

// opened is an order, and the change that opens it.
func opened(t *testing.T, at time.Time) service.Change {
	order, record, err := supervision.Open(supervision.Opening{ID: "o-1", Product: "p", Buyer: "b", Seller: "s"}, at)
	require.NoError(t, err)
	return service.Change{Order: order, Records: []supervision.Record{record}, Relay: true}
}

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// What fails before anything is committed has not happened, and what the
// database asks to be repeated is repeated. Only where the commit itself is lost
// is it unknown whether it has happened.
func TestWhatAFailedWriteHasDone(t *testing.T) {
	lost := errors.New("unexpected EOF")
	acknowledge := func(ctx context.Context, s *Store) error {
		return s.Acknowledge(ctx, supervision.RecordID{Order: "o-1", Seq: 1})
	}
	save := func(ctx context.Context, s *Store) error { return s.Save(ctx, opened(t, monday)) }
	for name, c := range map[string]struct {
		dialect Dialect
		write   func(context.Context, *Store) error
		word    string // that fails
		err     error
		times   int // it is tried
		unknown bool
	}{
		"PostgreSQL: no connection":  {Postgres, acknowledge, "CONNECT", lost, 1, false},
		"PostgreSQL: lost":           {Postgres, acknowledge, "DELETE", lost, 1, true},
		"PostgreSQL: refused":        {Postgres, acknowledge, "DELETE", stateError("23505"), 1, false},
		"PostgreSQL: serialization":  {Postgres, acknowledge, "DELETE", stateError("40001"), attempts + 1, false},
		"SQLite: lost at first":      {SQLite, acknowledge, "BEGIN", lost, 1, false},
		"SQLite: lost in between":    {SQLite, acknowledge, "DELETE", lost, 1, false},
		"SQLite: lost at the commit": {SQLite, acknowledge, "COMMIT", lost, 1, true},
		"SQLite: full":               {SQLite, acknowledge, "COMMIT", codeError(13), 1, false},
		"SQLite: busy":               {SQLite, acknowledge, "DELETE", codeError(5), attempts + 1, false},
		"SQLite: busy at the commit": {SQLite, acknowledge, "COMMIT", codeError(5), attempts + 1, false},
		"MySQL: deadlock":            {MySQL, acknowledge, "DELETE", &numberError{1213}, attempts + 1, false},
		"MySQL: lost at the commit":  {MySQL, acknowledge, "COMMIT", lost, 1, true},
		"TiDB: gave up":              {MySQL, acknowledge, "DELETE", &numberError{1105}, attempts + 1, false},
		"TiDB: gave up committing":   {MySQL, acknowledge, "COMMIT", &numberError{1105}, 1, true},
		"MariaDB: no connection":     {MySQL, save, "CONNECT", lost, 1, false},
		"MariaDB: not prepared":      {MySQL, save, "PREPARE", lost, 1, false},
		"MariaDB: a block is lost":   {MySQL, save, "BLOCK", lost, 1, true},
		"MariaDB: a block's key":     {MySQL, save, "BLOCK", &numberError{1062}, 1, false},
		"MariaDB: a block's lock":    {MySQL, save, "BLOCK", &numberError{1213}, attempts + 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // no attempt waits
				var db scripted
				store, _ := db.open(t, c.dialect)
				db.fails(c.word, c.err)
				err := c.write(t.Context(), store)
				require.ErrorIs(t, err, c.err)
				require.Equal(t, c.unknown, errors.Is(err, service.ErrUnknownOutcome), err)
				require.Equal(t, c.times, db.times(c.word), db.told)
				db.fails("", nil)
				require.NoError(t, c.write(t.Context(), store), "and later it works")
			})
		})
	}
}

// A write is tried again after a while that grows, and not for ever.
func TestHowLongAWriteIsTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		takes, all time.Duration // one attempt, and all of them
		times      int
	}{
		"quick attempts": {0, 255 * time.Millisecond, attempts + 1},
		"slow attempts":  {patience, 2*patience + time.Millisecond, 2},
		"a slower one":   {patience + 1, patience + 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var db scripted
				store, _ := db.open(t, Postgres)
				db.says = func(word string) error {
					if word == "DELETE" {
						time.Sleep(c.takes)
						return stateError("40001")
					}
					return nil
				}
				begun := time.Now()
				require.Error(t, store.Acknowledge(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1}))
				require.Equal(t, c.times, db.times("DELETE"))
				require.Equal(t, c.all, time.Since(begun))
			})
		})
	}
}

// Whoever has given up waiting is not served between two attempts.
func TestACanceledWriteIsNotTriedAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	db := scripted{}
	store, _ := db.open(t, Postgres)
	db.says = func(word string) error {
		if word != "DELETE" {
			return nil
		}
		cancel()
		return stateError("40001")
	}
	err := store.Acknowledge(ctx, supervision.RecordID{Order: "o-1", Seq: 1})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, service.ErrUnknownOutcome)
	require.Equal(t, 1, db.times("DELETE"))
}

// In the host's transaction nothing is repeated: what the database would have
// repeated is a conflict.
func TestAJoinedWriteIsNotRepeated(t *testing.T) {
	var db scripted
	store, pool := db.open(t, SQLite)
	tx, err := pool.Begin()
	require.NoError(t, err)
	joined, err := store.Join(tx)
	require.NoError(t, err)
	for failure, conflict := range map[error]bool{codeError(5): true, codeError(10): false} {
		db.fails("DELETE", failure)
		err = joined.Acknowledge(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1})
		require.ErrorIs(t, err, failure)
		require.Equal(t, conflict, errors.Is(err, service.ErrConflict))
		require.NotErrorIs(t, err, service.ErrUnknownOutcome)
		require.Equal(t, []string{"SAVEPOINT", "DELETE", "ROLLBACK"}, db.told)
	}
}

// A server that refuses a block of statements is not asked again.
func TestAServerWithoutBlocksIsAskedOnce(t *testing.T) {
	var db scripted
	store, _ := db.open(t, MySQL)
	refused := true
	db.says = func(word string) error {
		if word == "PREPARE" && refused {
			refused = false
			return &numberError{1064}
		}
		return nil
	}
	for range 2 {
		db.told = nil
		require.NoError(t, store.Save(t.Context(), opened(t, monday)))
		require.NotContains(t, db.told, "BLOCK")
		require.Equal(t, []string{"UPDATE", "INSERT", "INSERT", "COMMIT"}, db.told[slices.Index(db.told, "UPDATE"):])
	}
}

// Writes to MySQL's outbox lock nothing between its rows.
func TestIsolationOfWritesToTheOutbox(t *testing.T) {
	for dialect, begins := range map[Dialect]string{SQLite: "BEGIN", MySQL: "BEGIN Read Committed"} {
		for _, write := range []func(*Store) error{
			func(s *Store) error { return s.Acknowledge(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1}) },
			func(s *Store) error { return s.Return(t.Context(), service.Waiting{}) },
		} {
			var db scripted
			store, _ := db.open(t, dialect)
			require.NoError(t, write(store))
			require.Contains(t, db.told, begins)
		}
	}
}

// Servers keep so many statements prepared and no more; the others are sent as
// they are.
func TestNotEverythingIsKeptPrepared(t *testing.T) {
	var db scripted
	store, _ := db.open(t, SQLite)
	for limit := range 2 * maxPrepared {
		_, err := store.Count(t.Context(), limit+1, supervision.Filter{At: monday})
		require.NoError(t, err)
	}
	require.Equal(t, 64, db.times("PREPARE"))
	require.Equal(t, 2*maxPrepared, db.times("SELECT"))
}

// What is hardly asked twice is not kept prepared: a filter that names several
// ids.
func TestWhatIsHardlyAskedTwiceIsNotPrepared(t *testing.T) {
	for name, filter := range map[string]func(ids []string) supervision.Filter{
		"orders": func(ids []string) supervision.Filter {
			return supervision.Filter{Criteria: supervision.Criteria{Orders: ids}}
		},
		"products": func(ids []string) supervision.Filter {
			return supervision.Filter{Criteria: supervision.Criteria{Products: ids}}
		},
		"buyers": func(ids []string) supervision.Filter {
			return supervision.Filter{Criteria: supervision.Criteria{Buyers: ids}}
		},
		"sellers": func(ids []string) supervision.Filter {
			return supervision.Filter{Criteria: supervision.Criteria{Sellers: ids}}
		},
	} {
		for prepared, ids := range map[int][]string{1: {"a"}, 0: {"a", "b"}} {
			f := filter(ids)
			f.At, f.Limit = monday, 1
			for _, ask := range []func(*Store) error{
				func(s *Store) error { _, err := s.Search(t.Context(), f); return err },
				func(s *Store) error { _, err := s.Count(t.Context(), 1, f); return err },
			} {
				var db scripted
				store, _ := db.open(t, SQLite)
				require.NoError(t, ask(store), name)
				require.Equal(t, prepared, db.times("PREPARE"), "%s: %v", name, ids)
			}
		}
	}
}

// One migration runs at a time: it waits for the lock, holds it until its end
// and gives it back whatever happens.
func TestAMigrationHoldsItsLock(t *testing.T) {
	denied := &numberError{1142}
	for name, c := range map[string]struct {
		dialect     Dialect
		first, last []string
		fails       string
	}{
		"SQLite":             {SQLite, []string{"BEGIN", "CREATE"}, []string{"INSERT", "COMMIT"}, ""},
		"SQLite, failing":    {SQLite, []string{"BEGIN", "CREATE"}, []string{"CREATE", "ROLLBACK"}, "CREATE"},
		"SQLite, locked":     {SQLite, []string{"CONNECT", "BEGIN"}, []string{"BEGIN"}, "BEGIN"},
		"PostgreSQL":         {Postgres, []string{"BEGIN", "SELECT", "CREATE"}, []string{"INSERT", "COMMIT"}, ""},
		"PostgreSQL, locked": {Postgres, []string{"CONNECT", "BEGIN", "SELECT"}, []string{"SELECT"}, "SELECT"},
		"MySQL":              {MySQL, []string{"DO", "CREATE"}, []string{"INSERT", "DO"}, ""},
		"MySQL, failing":     {MySQL, []string{"DO", "CREATE"}, []string{"CREATE", "DO"}, "CREATE"},
	} {
		t.Run(name, func(t *testing.T) {
			var db scripted
			store, _ := db.open(t, c.dialect)
			db.fails(c.fails, denied)
			err := store.Migrate(t.Context())
			if c.fails == "" {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, denied)
			}
			if db.told[0] == "CONNECT" && c.first[0] != "CONNECT" {
				db.told = db.told[1:]
			}
			require.Equal(t, c.first, db.told[:len(c.first)])
			require.Equal(t, c.last, db.told[len(db.told)-len(c.last):])
		})
	}
}

// A lock that TiDB did not get is asked for again, and not for ever.
func TestAMigrationAsksAgainForItsLock(t *testing.T) {
	for fails, works := range map[int]bool{1: true, attempts: true, attempts + 1: false} {
		synctest.Test(t, func(t *testing.T) { // no attempt waits
			left := fails
			db := scripted{says: func(word string) error {
				if word == "DO" && left > 0 {
					left--
					return &numberError{1105}
				}
				return nil
			}}
			store, _ := db.open(t, MySQL)
			err := store.Migrate(t.Context())
			require.Equal(t, works, err == nil, "%d: %v", fails, err)
		})
	}
}

// What an attempt has written before it was rolled back is not written: another
// has taken the order by the time it is tried again.
func TestARetryForgetsWhatWasRolledBack(t *testing.T) {
	db := scripted{ids: []string{"o-1"}}
	store, _ := db.open(t, Postgres)
	db.says = func(word string) error {
		if word != "END" || db.ids == nil {
			return nil
		}
		db.ids = nil
		return stateError("40001")
	}
	var exists *service.ExistsError
	require.ErrorAs(t, store.Create(t.Context(), opened(t, monday)), &exists)
	require.Equal(t, []string{"o-1"}, exists.Orders)
}
