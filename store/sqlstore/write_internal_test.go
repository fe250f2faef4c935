package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	mu     sync.Mutex
	says   func(word string) error
	told   []string
	ids    []string // the rows of every query, their columns separated by commas
	lock   string   // what it says to GET_LOCK, "1" where nothing is said here
	missed bool     // no row is what a write is for
	direct int      // statements that were sent without being prepared
	named  []string // the orders o-1 and o-2, as statements had them
	// endless are the words that came with a context that never ends.
	endless []string
}

// hears notes a word whose context never ends.
func (s *scripted) hears(ctx context.Context, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Done() == nil {
		s.endless = append(s.endless, strings.Fields(text)[0])
	}
}

func (s *scripted) tell(word string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
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

func (s *scripted) Connect(ctx context.Context) (driver.Conn, error) {
	s.hears(ctx, "CONNECT")
	return s, s.tell("CONNECT")
}

func (s *scripted) Driver() driver.Driver     { return nil }
func (s *scripted) Close() error              { return nil }
func (s *scripted) Begin() (driver.Tx, error) { return nil, errors.ErrUnsupported }
func (s *scripted) Commit() error             { return s.tell("COMMIT") }
func (s *scripted) Rollback() error           { return s.tell("ROLLBACK") }

func (s *scripted) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	s.hears(ctx, "BEGIN")
	return s, s.tell(strings.TrimSuffix("BEGIN "+sql.IsolationLevel(options.Isolation).String(), " Default"))
}

func (s *scripted) Prepare(string) (driver.Stmt, error) { return nil, errors.ErrUnsupported }

func (s *scripted) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	s.hears(ctx, "PREPARE")
	return scriptedStmt{s, text}, s.tell("PREPARE")
}

func (s *scripted) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.hears(ctx, text)
	s.direct++
	return s.exec(text, args)
}

func (s *scripted) QueryContext(ctx context.Context, text string, _ []driver.NamedValue) (driver.Rows, error) {
	s.hears(ctx, text)
	s.direct++
	return s.query(text)
}

func (s *scripted) exec(text string, args []driver.NamedValue) (driver.Result, error) {
	if strings.HasPrefix(text, "BEGIN NOT ATOMIC") {
		text = "BLOCK"
	}
	for _, arg := range args {
		if id, ok := arg.Value.(string); ok && strings.HasPrefix(id, "o-") {
			s.named = append(s.named, id)
		}
	}
	affected := driver.RowsAffected(1)
	if s.missed {
		affected = 0
	}
	return affected, s.tell(strings.Fields(text)[0])
}

func (s *scripted) query(text string) (driver.Rows, error) {
	if strings.Contains(text, "GET_LOCK") {
		return &scriptedRows{s, []string{cmp.Or(s.lock, "1")}}, s.tell("LOCK")
	}
	return &scriptedRows{s, s.ids}, s.tell(strings.Fields(text)[0])
}

type scriptedStmt struct {
	*scripted
	text string
}

func (s scriptedStmt) NumInput() int                              { return -1 }
func (s scriptedStmt) Exec([]driver.Value) (driver.Result, error) { return nil, errors.ErrUnsupported }
func (s scriptedStmt) Query([]driver.Value) (driver.Rows, error)  { return nil, errors.ErrUnsupported }

func (s scriptedStmt) Close() error { return s.tell("CLOSE") }

func (s scriptedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.hears(ctx, s.text)
	return s.exec(s.text, args)
}

func (s scriptedStmt) QueryContext(ctx context.Context, _ []driver.NamedValue) (driver.Rows, error) {
	s.hears(ctx, s.text)
	return s.query(s.text)
}

type scriptedRows struct {
	*scripted
	ids []string
}

func (r *scriptedRows) Columns() []string { return strings.Split(append(r.ids, "id")[0], ",") }

func (r *scriptedRows) Next(values []driver.Value) error {
	if len(r.ids) == 0 {
		return cmp.Or(r.tell("END"), io.EOF)
	}
	for i, value := range strings.Split(r.ids[0], ",") {
		if values[i] = value; value == "NULL" {
			values[i] = nil
		}
	}
	r.ids = r.ids[1:]
	return nil
}

// opened is the change that opens an order.
func opened(t *testing.T, id string) service.Change {
	order, record, err := supervision.Open(supervision.Opening{ID: id, Product: "p", Buyer: "b", Seller: "s"}, monday)
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
	save := func(ctx context.Context, s *Store) error { return s.Save(ctx, opened(t, "o-1")) }
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
		"SQLite: not prepared":       {SQLite, save, "PREPARE", lost, 1, false},
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
				store, pool := db.open(t, c.dialect)
				db.fails(c.word, c.err)
				err := c.write(t.Context(), store)
				require.ErrorIs(t, err, c.err)
				require.Regexp(t, "^sqlstore: ", err)
				require.Zero(t, pool.Stats().InUse, "no connection is kept")
				require.Equal(t, c.unknown, errors.Is(err, service.ErrUnknownOutcome), err)
				require.Equal(t, c.times, db.times(c.word), db.told)
				db.fails("", nil)
				require.NoError(t, c.write(t.Context(), store), "and later it works")
			})
		})
	}
}

// What fails is told as that, whatever it had found out before: nobody takes a
// lost connection for an order that others have changed.
func TestAFailedWriteIsNoConflict(t *testing.T) {
	lost := errors.New("unexpected EOF")
	for name, write := range map[string]func(*Store) error{
		"create":  func(s *Store) error { return s.Create(t.Context(), opened(t, "o-1")) },
		"save":    func(s *Store) error { return s.Save(t.Context(), opened(t, "o-1")) },
		"notice":  func(s *Store) error { return s.Notice(t.Context(), service.Noticed{Order: "o-1", At: monday}) },
		"erase":   func(s *Store) error { return s.Erase(t.Context(), opened(t, "o-1"), nil) },
		"publish": func(s *Store) error { return s.PutTemplate(t.Context(), withdrawal) },
		"remove": func(s *Store) error {
			removed, err := s.Remove(t.Context(), "o-1", 1)
			require.False(t, removed)
			return err
		},
	} {
		for _, dialect := range []Dialect{SQLite, Postgres, MySQL} {
			for _, missed := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " ", dialect, " ", missed), func(t *testing.T) {
					db := scripted{missed: missed}
					store, _ := db.open(t, dialect)
					db.says = func(word string) error {
						alone := dialect == Postgres && (word == "WITH" || name == "publish") // and so commits by itself
						if word == "COMMIT" || word == "BLOCK" || alone {
							return lost
						}
						return nil
					}
					err := write(store)
					require.ErrorIs(t, err, lost)
					require.NotErrorIs(t, err, service.ErrConflict)
					require.NotErrorIs(t, err, service.ErrExists)
				})
			}
		}
	}
}

// Whoever publishes a version at the same time as another, and later, has a
// conflict.
func TestAVersionThatIsTakenMeanwhile(t *testing.T) {
	var db scripted
	store, _ := db.open(t, MySQL)
	db.missed = true
	db.fails("INSERT", &numberError{1062})
	require.ErrorIs(t, store.PutTemplate(t.Context(), withdrawal), service.ErrConflict)
}

// withdrawal is the least that can be published.
var withdrawal = service.PublishedTemplate{PublishedAt: monday, TemplateID: supervision.TemplateID{
	Seller: "s", Product: "p", Operation: supervision.OpSubmitRequest, Version: 2,
}}

// The context of a call goes along wherever it may have to wait: to connect, to
// prepare, to begin, and to run what it began with.
func TestTheContextGoesAlong(t *testing.T) {
	id := supervision.RecordID{Order: "o-1", Seq: 1}
	for name, call := range map[string]func(*Store) error{
		"create": func(s *Store) error { return s.Create(t.Context(), opened(t, "o-1")) },
		"save":   func(s *Store) error { return s.Save(t.Context(), opened(t, "o-1")) },
		"load":   func(s *Store) error { _, _, err := s.Load(t.Context(), "o-1", ""); return err },
		"search": func(s *Store) error {
			_, err := s.Search(t.Context(), supervision.Filter{At: monday})
			return err
		},
		"acknowledge": func(s *Store) error { return s.Acknowledge(t.Context(), id) },
		"return":      func(s *Store) error { return s.Return(t.Context(), service.Waiting{RecordID: id}) },
		"claim":       func(s *Store) error { _, err := s.Claim(t.Context(), monday, time.Hour, 1); return err },
		"notice":      func(s *Store) error { return s.Notice(t.Context(), service.Noticed{Order: "o-1", At: monday}) },
		"publish":     func(s *Store) error { return s.PutTemplate(t.Context(), withdrawal) },
		"migrate":     func(s *Store) error { return s.Migrate(t.Context()) },
	} {
		for _, dialect := range []Dialect{SQLite, Postgres, MySQL} {
			t.Run(name+" "+dialect.String(), func(t *testing.T) {
				var db scripted
				store, _ := db.open(t, dialect)
				_ = call(store) // whatever comes of it
				require.NotEmpty(t, db.told)
				if dialect == SQLite && (name == "create" || name == "save") { // whose first write alone has to wait
					db.endless = slices.DeleteFunc(db.endless, func(word string) bool { return word == "INSERT" })
					require.Equal(t, 1, db.times("BEGIN"))
				}
				require.Empty(t, db.endless)
			})
		}
	}
}

// Whoever waits for a connection may give up, and nothing was sent.
func TestWaitingForAConnectionEndsWithTheContext(t *testing.T) {
	for _, dialect := range []Dialect{SQLite, Postgres, MySQL} {
		t.Run(dialect.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db := scripted{ids: []string{"o-1"}} // which PostgreSQL has saved
				store, pool := db.open(t, dialect)
				pool.SetMaxOpenConns(1)
				require.NoError(t, store.Save(t.Context(), opened(t, "o-1")), "everything is prepared")
				taken, err := pool.Conn(t.Context())
				require.NoError(t, err)
				defer taken.Close()
				db.told = nil
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				err = store.Save(ctx, opened(t, "o-1"))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.NotErrorIs(t, err, service.ErrUnknownOutcome)
				require.Empty(t, db.told)
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
		"slow attempts":  {5 * time.Second, 10*time.Second + time.Millisecond, 2},
		"a slower one":   {5*time.Second + 1, 5*time.Second + 1, 1},
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

// Whoever gives up before the commit knows that nothing has happened.
func TestACancelBeforeTheCommitIsNoUnknownOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the driver's rollback comes when it comes
		ctx, cancel := context.WithCancel(t.Context())
		db := scripted{says: func(word string) error {
			if word == "DELETE" {
				cancel()
			}
			return nil
		}}
		store, _ := db.open(t, SQLite)
		err := store.Acknowledge(ctx, supervision.RecordID{Order: "o-1", Seq: 1})
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, service.ErrUnknownOutcome)
		require.Zero(t, db.times("COMMIT"))
	})
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
	require.NoError(t, joined.Acknowledge(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1}))
	require.Equal(t, []string{"SAVEPOINT", "DELETE", "RELEASE"}, db.told[len(db.told)-3:])
	for failure, conflict := range map[error]bool{codeError(5): true, codeError(10): false} {
		db.fails("SAVEPOINT", failure)
		err = joined.Acknowledge(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1})
		require.ErrorIs(t, err, failure)
		require.Equal(t, []string{"SAVEPOINT"}, db.told)
		db.fails("DELETE", failure)
		err = joined.Acknowledge(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1})
		require.ErrorIs(t, err, failure)
		require.Regexp(t, "^sqlstore: ", err)
		require.Equal(t, conflict, errors.Is(err, service.ErrConflict))
		require.NotErrorIs(t, err, service.ErrUnknownOutcome)
		require.Equal(t, []string{"SAVEPOINT", "DELETE", "ROLLBACK"}, db.told)
	}
	ctx, cancel := context.WithCancel(t.Context())
	db.told, db.says = nil, func(word string) error {
		if word != "DELETE" {
			return nil
		}
		cancel()
		return ctx.Err()
	}
	require.ErrorIs(t, joined.Acknowledge(ctx, supervision.RecordID{Order: "o-1", Seq: 1}), context.Canceled)
	require.Equal(t, "ROLLBACK", db.told[len(db.told)-1], "what a canceled write has done is undone as well")
}

// foreign is a transaction of another driver.
type foreign struct{ told []string }

func (f *foreign) Exec(_ context.Context, text string, _ ...any) (int64, error) {
	f.told = append(f.told, strings.Fields(text)[0])
	return 1, nil
}

func (f *foreign) Query(_ context.Context, _ func(Row) error, text string, _ ...any) error {
	f.told = append(f.told, strings.Fields(text)[0])
	return nil
}

// In a transaction of another driver's everything runs there.
func TestATransactionOfAnotherDriver(t *testing.T) {
	var db scripted
	store, _ := db.open(t, Postgres)
	var tx foreign
	joined, err := store.JoinTx(&tx)
	require.NoError(t, err)
	require.NoError(t, joined.Acknowledge(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1}))
	_, _, err = joined.Load(t.Context(), "o-1", "")
	require.ErrorIs(t, err, supervision.ErrNotFound)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err = joined.Acknowledge(ended, supervision.RecordID{Order: "o-1", Seq: 1})
	require.ErrorIs(t, err, context.Canceled)
	require.Regexp(t, "^sqlstore: ", err)
	require.Equal(t, []string{"DELETE", "SELECT"}, tx.told)
	require.Empty(t, db.told)
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
		db.savesWithoutBlock(t, store)
	}
}

func (s *scripted) savesWithoutBlock(t *testing.T, store *Store) {
	s.told = nil
	require.NoError(t, store.Save(t.Context(), opened(t, "o-1")))
	require.NotContains(t, s.told, "BLOCK")
	require.Equal(t, []string{"UPDATE", "INSERT", "INSERT", "COMMIT"}, s.told[slices.Index(s.told, "UPDATE"):])
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
	store.dialect, store.engine = MySQL, newMySQL(store.naming)
	db.savesWithoutBlock(t, store) // which would have to be prepared
}

// What is sent again and again is prepared once, in a transaction as well.
func TestWhatIsSentAgainIsPrepared(t *testing.T) {
	var db scripted
	store, _ := db.open(t, SQLite)
	change, other := opened(t, "o-1"), opened(t, "o-2")
	for name, call := range map[string]func() error{
		"create": func() error { return store.Create(t.Context(), change, other) },
		"save":   func() error { return store.Save(t.Context(), change, other) },
		"erase":  func() error { return store.Erase(t.Context(), change, change.Records) },
		"remove": func() error { _, err := store.Remove(t.Context(), "o-1", 1); return err },
		"notice": func() error {
			return store.Notice(t.Context(), service.Noticed{Order: "o-1", Version: 1, At: monday,
				Due: []time.Time{monday}, Given: []time.Time{monday}})
		},
		"due": func() error {
			_, err := store.Due(t.Context(), monday, supervision.Position{}, 1)
			return err
		},
	} {
		require.NoError(t, call(), name)
		prepared := db.times("PREPARE")
		require.NoError(t, call(), name)
		require.Equal(t, prepared, db.times("PREPARE"), name)
		require.Zero(t, db.direct, name)
	}
}

// PostgreSQL's drivers prepare by themselves, and its proxies dislike it.
func TestNothingIsPreparedForPostgres(t *testing.T) {
	var db scripted
	store, _ := db.open(t, Postgres)
	require.NoError(t, store.Acknowledge(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1}))
	_, err := store.Due(t.Context(), monday, supervision.Position{}, 1)
	require.NoError(t, err)
	require.Zero(t, db.times("PREPARE"))
}

// A block that has changed nothing is a conflict, and one for which there is no
// connection was never sent.
func TestABlockThatChangesNothing(t *testing.T) {
	db := scripted{missed: true}
	store, pool := db.open(t, MySQL)
	var conflict *service.ConflictError
	require.ErrorAs(t, store.Save(t.Context(), opened(t, "o-1")), &conflict)
	require.Equal(t, []string{"o-1"}, conflict.Orders)
	pool.SetMaxIdleConns(-1)
	lost := errors.New("unexpected EOF")
	db.fails("CONNECT", lost)
	err := store.Save(t.Context(), opened(t, "o-1"))
	require.ErrorIs(t, err, lost)
	require.NotErrorIs(t, err, service.ErrUnknownOutcome)
	require.Equal(t, []string{"CONNECT"}, db.told)
}

// Of two that prepare the same statement at once the second lets go of its own.
func TestAStatementIsKeptOnce(t *testing.T) {
	var db scripted
	store, pool := db.open(t, SQLite)
	for range 2 {
		stmt, err := pool.Prepare("SELECT 1")
		require.NoError(t, err)
		store.prepared.keep("SELECT 1", stmt)
	}
	require.Equal(t, 1, db.times("CLOSE"))
	_, err := store.prepared.get("SELECT 1").Exec()
	require.NoError(t, err, "the first is kept")
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

// Who creates many orders learns anew what is taken where another takes an id
// meanwhile, and gives up when that does not end.
func TestIDsThatAreTakenMeanwhile(t *testing.T) {
	for fails, want := range map[int]error{1: service.ErrExists, 2: service.ErrConflict} {
		db := scripted{ids: []string{"o-1,1"}}
		store, _ := db.open(t, MySQL)
		db.says = func(word string) error {
			if word == "INSERT" && fails > 0 {
				fails--
				return &numberError{1062}
			}
			return nil
		}
		err := store.Create(t.Context(), opened(t, "o-1"), opened(t, "o-2"))
		require.ErrorIs(t, err, want)
		var exists *service.ExistsError
		if errors.As(err, &exists) {
			require.Equal(t, []string{"o-1"}, exists.Orders)
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
		"SQLite, locked":     {SQLite, []string{"BEGIN"}, []string{"END", "BEGIN"}, "BEGIN"},
		"SQLite, no commit":  {SQLite, []string{"BEGIN", "CREATE"}, []string{"COMMIT", "ROLLBACK"}, "COMMIT"},
		"PostgreSQL":         {Postgres, []string{"BEGIN", "SELECT", "CREATE"}, []string{"INSERT", "COMMIT"}, ""},
		"PostgreSQL, locked": {Postgres, []string{"BEGIN", "SELECT"}, []string{"SELECT", "ROLLBACK"}, "SELECT"},
		"MySQL":              {MySQL, []string{"LOCK", "END", "CREATE"}, []string{"INSERT", "DO"}, ""},
		"MySQL, failing":     {MySQL, []string{"LOCK", "END", "CREATE"}, []string{"CREATE", "DO"}, "CREATE"},
		"MySQL, locked":      {MySQL, []string{"LOCK", "DO"}, []string{"LOCK", "DO"}, "LOCK"},
	} {
		t.Run(name, func(t *testing.T) {
			var db scripted
			store, _ := db.open(t, c.dialect)
			db.says = func(told string) error { // after the question for the version
				if told == c.fails && db.times("END") > 0 {
					return denied
				}
				return nil
			}
			err := store.Migrate(t.Context())
			if c.fails == "" {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, denied)
			}
			require.Equal(t, []string{"CONNECT", "SELECT", "END"}, db.told[:3])
			require.Equal(t, c.first, db.told[3:3+len(c.first)])
			require.Equal(t, c.last, db.told[len(db.told)-len(c.last):])
		})
	}
}

// Whatever fails first ends a migration with its error, and whoever calls it off
// leaves no transaction and no lock behind.
func TestAMigrationEndsWithWhatFails(t *testing.T) {
	ends := map[Dialect]string{SQLite: "ROLLBACK", Postgres: "ROLLBACK", MySQL: "DO"}
	for dialect, end := range ends {
		fails, done := 1, false
		for ; !done; fails++ {
			told := 0
			ctx, cancel := context.WithCancel(t.Context())
			db := scripted{says: func(string) error {
				if told++; told == fails {
					cancel()
					return codeError(10)
				}
				return nil
			}}
			store, pool := db.open(t, dialect)
			err := store.Migrate(ctx)
			cancel()
			require.Zero(t, pool.Stats().InUse, "no connection is kept")
			if done = told < fails; done {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, codeError(10), db.told)
			require.ErrorIs(t, err, context.Canceled)
			require.Regexp(t, "^sqlstore: ", err)
			if fails > 4 { // connect, ask for the version in two messages, begin
				require.Equal(t, end, db.told[fails], "%v", db.told)
				require.Len(t, db.told, fails+1)
			}
		}
		require.Greater(t, fails, 10, dialect)
	}
}

// What a database has not seen is run, each statement of each file, and nothing
// else is: nothing at all where there is nothing to do, so that nobody needs the
// right to change tables.
func TestAMigrationRunsWhatIsNew(t *testing.T) {
	asked := []string{"CONNECT", "SELECT", "END"}
	for version, want := range map[string][]string{
		"0,0": {"BEGIN", "CREATE", "SELECT", "END", "ONE", "TWO", "THREE", "COMMIT"},
		"1,1": {"BEGIN", "CREATE", "SELECT", "END", "THREE", "COMMIT"},
		"2,1": nil, "2,2": nil, "3,1": nil, "3,2": nil,
	} {
		db := scripted{ids: []string{version}}
		store, _ := db.open(t, SQLite)
		require.NoError(t, store.migrate(t.Context(), []string{"ONE;\nTWO;\n", "THREE;\n"}))
		require.Equal(t, append(asked, want...), db.told, version)
	}
}

// Tables that somebody migrates further in the meantime are left as they are.
func TestAMigrationMeetsANewerOne(t *testing.T) {
	for newer, fails := range map[string]bool{"3,2": false, "3,3": true} {
		db := scripted{ids: []string{"1,1"}}
		db.says = func(told string) error {
			if told == "CREATE" {
				db.ids = []string{newer}
			}
			return nil
		}
		store, _ := db.open(t, SQLite)
		err := store.migrate(t.Context(), []string{"ONE;\n", "TWO;\n"})
		require.Equal(t, fails, errors.Is(err, ErrSchema), "%s: %v", newer, err)
		require.Equal(t, !fails, err == nil, newer)
		require.NotContains(t, db.told, "TWO")
	}
}

// MySQL tells in a row that a lock was not had, or NULL where it cannot tell: a
// migration without its lock changes nothing.
func TestAMigrationWithoutItsLockChangesNothing(t *testing.T) {
	for _, had := range []string{"0", "NULL"} {
		db := scripted{lock: had}
		store, pool := db.open(t, MySQL)
		require.ErrorIs(t, store.Migrate(t.Context()), errLocked, had)
		require.Equal(t, []string{"CONNECT", "SELECT", "END", "LOCK", "END"}, db.told, had)
		require.Zero(t, pool.Stats().InUse, "no connection is kept")
	}
}

// A lock that TiDB did not get is asked for again, and not for ever.
func TestAMigrationAsksAgainForItsLock(t *testing.T) {
	for fails, works := range map[int]bool{1: true, attempts: true, attempts + 1: false} {
		synctest.Test(t, func(t *testing.T) { // no attempt waits
			left := fails
			db := scripted{says: func(word string) error {
				if word == "LOCK" && left > 0 {
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

// A call about nothing sends nothing, and looks at its context all the same.
func TestACallAboutNothingSendsNothing(t *testing.T) {
	nobody := supervision.Filter{At: monday, Limit: 1, Criteria: supervision.Criteria{Status: "none"}}
	for name, call := range map[string]func(context.Context, *Store) error{
		"create":      func(ctx context.Context, s *Store) error { return s.Create(ctx) },
		"save":        func(ctx context.Context, s *Store) error { return s.Save(ctx) },
		"acknowledge": func(ctx context.Context, s *Store) error { return s.Acknowledge(ctx) },
		"return":      func(ctx context.Context, s *Store) error { return s.Return(ctx) },
		"notice":      func(ctx context.Context, s *Store) error { return s.Notice(ctx) },
		"search":      func(ctx context.Context, s *Store) error { _, err := s.Search(ctx, nobody); return err },
		"count":       func(ctx context.Context, s *Store) error { _, err := s.Count(ctx, 1, nobody); return err },
		"upcoming": func(ctx context.Context, s *Store) error {
			_, err := s.Upcoming(ctx, nil, monday, monday.Add(1), supervision.Position{}, 1)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var db scripted
			store, _ := db.open(t, SQLite)
			require.NoError(t, call(t.Context(), store))
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, call(ended, store), context.Canceled)
			require.Empty(t, db.told)
		})
	}
}

// Rows are written in the order of their ids, so that no two calls wait for each
// other; what the caller passes stays as it is.
func TestRowsAreWrittenInOneOrder(t *testing.T) {
	first, second := supervision.RecordID{Order: "o-1", Seq: 1}, supervision.RecordID{Order: "o-2", Seq: 1}
	ids := []supervision.RecordID{second, first}
	places := []service.Waiting{{RecordID: second}, {RecordID: first}}
	noticed := []service.Noticed{{Order: "o-2", At: monday}, {Order: "o-1", At: monday}}
	changes := []service.Change{opened(t, "o-2"), opened(t, "o-1")}
	for name, write := range map[string]func(*Store) error{
		"create":      func(s *Store) error { return s.Create(t.Context(), changes...) },
		"save":        func(s *Store) error { return s.Save(t.Context(), changes...) },
		"acknowledge": func(s *Store) error { return s.Acknowledge(t.Context(), ids...) },
		"return":      func(s *Store) error { return s.Return(t.Context(), places...) },
		"notice":      func(s *Store) error { return s.Notice(t.Context(), noticed...) },
		"mark":        func(s *Store) error { return s.mark(t.Context(), 0, 0, 0, ids) },
	} {
		t.Run(name, func(t *testing.T) {
			var db scripted
			store, _ := db.open(t, SQLite)
			require.NoError(t, write(store))
			require.Equal(t, []string{"o-1", "o-2"}, slices.Compact(db.named))
			require.Equal(t, second, ids[0])
			require.Equal(t, second, places[0].RecordID)
			require.Equal(t, "o-2", noticed[0].Order)
			require.Equal(t, "o-2", changes[0].Order.ID)
		})
	}
}

// A row that does not have what was asked for is an error, and no empty answer.
func TestARowThatCannotBeReadIsAnError(t *testing.T) {
	filter, none := supervision.Filter{At: monday, Limit: 1}, supervision.Position{}
	whole := filter
	whole.Whole = true
	for name, read := range map[string]func(context.Context, *Store) error{
		"load":      func(ctx context.Context, s *Store) error { _, _, err := s.Load(ctx, "o-1", "k"); return err },
		"records":   func(ctx context.Context, s *Store) error { _, err := s.Records(ctx, "o-1", 0, 1); return err },
		"due":       func(ctx context.Context, s *Store) error { _, err := s.Due(ctx, monday, none, 1); return err },
		"noticing":  func(ctx context.Context, s *Store) error { _, err := s.Noticing(ctx, monday, none, 1); return err },
		"search":    func(ctx context.Context, s *Store) error { _, err := s.Search(ctx, filter); return err },
		"whole":     func(ctx context.Context, s *Store) error { _, err := s.Search(ctx, whole); return err },
		"count":     func(ctx context.Context, s *Store) error { _, err := s.Count(ctx, 1, filter); return err },
		"claim":     func(ctx context.Context, s *Store) error { _, err := s.Claim(ctx, monday, 1, 1); return err },
		"return":    func(ctx context.Context, s *Store) error { return s.Return(ctx, service.Waiting{}) },
		"backlog":   func(ctx context.Context, s *Store) error { _, err := s.Backlog(ctx, 1); return err },
		"templates": func(ctx context.Context, s *Store) error { _, err := s.LatestTemplates(ctx, "s", "p"); return err },
		"template": func(ctx context.Context, s *Store) error {
			_, err := s.Template(ctx, supervision.TemplateID{})
			return err
		},
		"claimed": func(ctx context.Context, s *Store) error {
			_, err := s.claimed(ctx, 1, monday, []supervision.RecordID{{Order: "o-1", Seq: 1}})
			return err
		},
		"delayed": func(ctx context.Context, s *Store) error {
			_, err := s.Delayed(ctx, true, supervision.RecordID{}, 1)
			return err
		},
		"between": func(ctx context.Context, s *Store) error {
			_, err := s.Between(ctx, monday, monday.Add(1), service.RecordPlace{}, 1)
			return err
		},
		"validate": func(ctx context.Context, s *Store) error { return s.Validate(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			db := scripted{ids: []string{"o-1"}}
			store, pool := db.open(t, SQLite)
			err := read(t.Context(), store)
			require.ErrorContains(t, err, "sql: ")
			require.Regexp(t, "^sqlstore: ", err)
			require.Zero(t, pool.Stats().InUse, "no connection is kept")
		})
	}
}

// What waits behind a record goes with it, unless the record is not the caller's
// any more.
func TestWhatWaitsBehindARecordGoesWithIt(t *testing.T) {
	db := scripted{missed: true}
	store, _ := db.open(t, SQLite)
	require.NoError(t, store.Return(t.Context(), service.Waiting{}))
	require.NotContains(t, db.told, "SELECT", "nothing behind it is looked for")

	db.missed, db.ids, db.told = false, []string{"2"}, nil
	db.says = func(string) error {
		if db.told[len(db.told)-1] == "UPDATE" && slices.Index(db.told, "UPDATE") < len(db.told)-1 {
			return codeError(10)
		}
		return nil
	}
	require.ErrorIs(t, store.Return(t.Context(), service.Waiting{}), codeError(10))
}

// Where the database does not tell its time nothing is written.
func TestAClockThatCannotBeAsked(t *testing.T) {
	var db scripted
	store, _ := db.open(t, SQLite)
	store.clockLimit = time.Hour
	db.fails("SELECT", codeError(10))
	for _, write := range []func() error{
		func() error { return store.Create(t.Context(), opened(t, "o-1")) },
		func() error { return store.Save(t.Context(), opened(t, "o-1")) },
		func() error { return store.Erase(t.Context(), opened(t, "o-1"), nil) },
	} {
		require.ErrorIs(t, write(), codeError(10))
	}
	require.Zero(t, db.times("BEGIN"))
}

// A record may be as far ahead of the database's clock as the limit says, and
// not a microsecond more.
func TestHowFarAheadAClockMayBe(t *testing.T) {
	for ahead, want := range map[time.Duration]error{
		time.Hour: nil, time.Hour + time.Microsecond: service.ErrClock, -time.Hour: nil,
	} {
		db := scripted{ids: []string{strconv.FormatInt(monday.Add(-ahead).UnixMicro(), 10)}}
		store, _ := db.open(t, SQLite)
		store.clockLimit = time.Hour
		require.ErrorIs(t, store.Create(t.Context(), opened(t, "o-1")), want, "%s ahead", ahead)
	}
}

// An order that is there at the second attempt was never missing.
func TestARetryForgetsWhatItMissed(t *testing.T) {
	for name, write := range map[string]func(*Store) error{
		"save":   func(s *Store) error { return s.Save(t.Context(), opened(t, "o-1")) },
		"notice": func(s *Store) error { return s.Notice(t.Context(), service.Noticed{Order: "o-1", At: monday}) },
		"erase":  func(s *Store) error { return s.Erase(t.Context(), opened(t, "o-1"), nil) },
	} {
		db := scripted{missed: true}
		store, _ := db.open(t, SQLite)
		db.says = func(word string) error {
			if word != "COMMIT" || !db.missed {
				return nil
			}
			db.missed = false
			return codeError(5)
		}
		require.NoError(t, write(store), name)
		require.Equal(t, 2, db.times("BEGIN"), name)
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
	require.ErrorAs(t, store.Create(t.Context(), opened(t, "o-1")), &exists)
	require.Equal(t, []string{"o-1"}, exists.Orders)
}
