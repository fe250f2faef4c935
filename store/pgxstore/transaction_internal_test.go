package pgxstore

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

// endless is a transaction with a result that never ends.
type endless struct {
	pgx.Tx
	rows *endlessRows
}

func (e endless) Query(context.Context, string, ...any) (pgx.Rows, error) { return e.rows, nil }

type endlessRows struct {
	pgx.Rows
	closed bool
}

func (*endlessRows) Next() bool { return true }
func (*endlessRows) Err() error { return nil }
func (r *endlessRows) Close()   { r.closed = true }

// A row that cannot be read ends the query, and the connection is free again.
func TestQuery_EndsWithTheFirstError(t *testing.T) {
	tx := endless{rows: &endlessRows{}}
	unreadable := errors.New("unreadable")
	err := transaction{tx}.Query(t.Context(), func(sqlstore.Row) error { return unreadable }, "SELECT 1")
	require.ErrorIs(t, err, unreadable)
	require.True(t, tx.rows.closed)
}
