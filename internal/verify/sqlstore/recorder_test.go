package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

// recorder is a driver around another that writes down what is sent.
type recorder struct {
	under   driver.Driver
	dialect sqlstore.Dialect
	dsn     string
	mu      sync.Mutex
	log     []sent
	// received counts the bytes of texts in the rows that came back.
	received int
	// count counts down to the statement before which hook is called, and which
	// fails with its error.
	count int
	hook  func() error
}

// sent is one statement, with its arguments.
type sent struct {
	text string
	args []any
}

// recorded opens the database through a recorder.
func (d database) recorded(t testing.TB, dsn string) (*sql.DB, *recorder) {
	plain, err := sql.Open(d.driver, dsn)
	require.NoError(t, err)
	defer plain.Close()
	r := &recorder{under: plain.Driver(), dialect: d.dialect, dsn: dsn}
	db := sql.OpenDB(r)
	t.Cleanup(func() { _ = db.Close() })
	return db, r
}

// Connect implements driver.Connector.
func (r *recorder) Connect(context.Context) (driver.Conn, error) {
	conn, err := r.under.Open(r.dsn)
	return recordedConn{conn, r}, err
}

// Driver implements driver.Connector.
func (r *recorder) Driver() driver.Driver { return r.under }

// takes reports whether the driver sends a statement with these arguments as it
// is, instead of preparing it first.
func (r *recorder) takes(args []driver.NamedValue) bool {
	return r.dialect != sqlstore.MySQL || len(args) == 0 || strings.Contains(r.dsn, "interpolateParams=true")
}

func (r *recorder) write(text string, args []driver.NamedValue) (err error) {
	s := sent{text: text}
	for _, arg := range args {
		s.args = append(s.args, arg.Value)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, s)
	if r.count--; r.count == 0 && r.hook != nil {
		err = r.hook()
		r.hook = nil
	}
	return err
}

// before has a function called before the nth statement from now, and tells
// whether the one set before has been called.
func (r *recorder) before(n int, hook func() error) (called bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	called = r.hook == nil
	r.count, r.hook = n, hook
	return called
}

// sent returns what has been sent since the last call.
func (r *recorder) sent() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	log := r.log
	r.log = nil
	return log
}

type recordedConn struct {
	driver.Conn
	r *recorder
}

func (c recordedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !c.r.takes(args) {
		return nil, driver.ErrSkip
	}
	if err := c.r.write(query, args); err != nil {
		return nil, err
	}
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c recordedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !c.r.takes(args) {
		return nil, driver.ErrSkip
	}
	if err := c.r.write(query, args); err != nil {
		return nil, err
	}
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	return c.r.counted(rows), err
}

// receivedRows are rows whose texts are counted.
type receivedRows struct {
	driver.Rows
	r *recorder
}

func (r *recorder) counted(rows driver.Rows) driver.Rows {
	if rows == nil {
		return nil
	}
	return receivedRows{rows, r}
}

func (rows receivedRows) Next(values []driver.Value) error {
	err := rows.Rows.Next(values)
	rows.r.mu.Lock()
	defer rows.r.mu.Unlock()
	for _, value := range values {
		switch value := value.(type) {
		case string:
			rows.r.received += len(value)
		case []byte:
			rows.r.received += len(value)
		}
	}
	return err
}

func (c recordedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.r.write("PREPARE", nil); err != nil {
		return nil, err
	}
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	return recordedStmt{stmt, query, c}, err
}

func (c recordedConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if options.Isolation != 0 {
		if err := c.r.write("ISOLATION", nil); err != nil { // a statement of its own in MySQL
			return nil, err
		}
	}
	if err := c.r.write("BEGIN", nil); err != nil {
		return nil, err
	}
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, options)
	return recordedTx{tx, c.r}, err
}

func (c recordedConn) CheckNamedValue(value *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(value)
	}
	return driver.ErrSkip
}

type recordedStmt struct {
	driver.Stmt
	text string
	conn recordedConn
}

func (s recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.conn.r.write(s.text, args); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.conn.r.write(s.text, args); err != nil {
		return nil, err
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	return s.conn.r.counted(rows), err
}

func (s recordedStmt) CheckNamedValue(value *driver.NamedValue) error {
	if checker, ok := s.Stmt.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(value)
	}
	return s.conn.CheckNamedValue(value)
}

type recordedTx struct {
	driver.Tx
	r *recorder
}

func (tx recordedTx) Commit() error {
	if err := tx.r.write("COMMIT", nil); err != nil {
		_ = tx.Tx.Rollback()
		return err
	}
	return tx.Tx.Commit()
}

func (tx recordedTx) Rollback() error {
	_ = tx.r.write("ROLLBACK", nil) // whatever becomes of it, the connection is used no more
	return tx.Tx.Rollback()
}
