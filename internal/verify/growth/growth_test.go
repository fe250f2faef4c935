package main

import (
	"database/sql"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each order has six records, and so has each copy, which reads back whole.
func TestCopiesReadBack(t *testing.T) {
	dsn := os.Getenv("SERVICEFLOW_POSTGRES")
	if dsn == "" {
		t.Skip("skipped: there is no server: set SERVICEFLOW_POSTGRES")
	}
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	*few = 2_000
	played, err := newSide(t.Context(), db, *few)
	require.NoError(t, err)
	t.Cleanup(played.drop)
	copied, err := newSide(t.Context(), db, 3*(*few-pending)+pending)
	require.NoError(t, err)
	t.Cleanup(copied.drop)
	require.NoError(t, played.play(t.Context()))
	require.NoError(t, copied.copies(t.Context(), played))
	for _, s := range []*side{played, copied} {
		require.NoError(t, s.readBack(t.Context()))
		var orders, records int
		require.NoError(t, db.QueryRow("SELECT count(*) FROM "+s.prefix+"orders").Scan(&orders))
		require.NoError(t, db.QueryRow("SELECT count(*) FROM "+s.prefix+"records").Scan(&records))
		require.Equal(t, s.orders, orders)
		require.Equal(t, 6*s.orders, records)
	}
}
