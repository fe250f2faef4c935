package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// script is a database that gives each query the next of its answers.
type script []*answer

// answer is the rows of one column, and how they end.
type answer struct {
	rows []string
	err  error
}

func (s *script) Connect(context.Context) (driver.Conn, error) { return s, nil }
func (s *script) Driver() driver.Driver                        { return nil }
func (s *script) Close() error                                 { return nil }
func (s *script) Prepare(string) (driver.Stmt, error)          { return nil, errors.ErrUnsupported }
func (s *script) Begin() (driver.Tx, error)                    { return nil, errors.ErrUnsupported }

func (s *script) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	next := (*s)[0]
	*s = (*s)[1:]
	return next, nil
}

func (*answer) Columns() []string { return []string{"id"} }
func (*answer) Close() error      { return nil }

func (a *answer) Next(values []driver.Value) error {
	if len(a.rows) > 0 {
		values[0], a.rows = a.rows[0], a.rows[1:]
		return nil
	}
	if a.err != nil {
		return a.err
	}
	return io.EOF
}

// What an attempt has written before it was rolled back is not written: another
// has taken the order by the time it is tried again.
func TestARetryForgetsWhatWasRolledBack(t *testing.T) {
	db := sql.OpenDB(&script{{[]string{"o-1"}, stateError("40001")}, {}})
	t.Cleanup(func() { _ = db.Close() })
	store, err := New(db, Postgres)
	require.NoError(t, err)
	order, record, err := supervision.Open(supervision.Opening{ID: "o-1", Product: "p", Buyer: "b", Seller: "s"},
		time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	err = store.Create(t.Context(), service.Change{Order: order, Records: []supervision.Record{record}})
	var exists *service.ExistsError
	require.ErrorAs(t, err, &exists)
	require.Equal(t, []string{"o-1"}, exists.Orders)
}
