package pgxstore_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/pgxstore"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision/service"
)

// The contract holds in every way in which pgx can send a statement.
func TestStore(t *testing.T) {
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
		pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			if testing.Short() && mode != pgx.QueryExecModeCacheStatement {
				t.Skip("skipped: -short runs the default mode only")
			}
			t.Parallel()
			keepsTheContract(t, open(t, func(c *pgxpool.Config) { c.ConnConfig.DefaultQueryExecMode = mode }))
		})
	}
}

func keepsTheContract(t *testing.T, pool *pgxpool.Pool) {
	store, prefix := migrated(t, pool)
	storetest.Run(t, func(t *testing.T) service.Store {
		t.Cleanup(func() {
			for _, table := range tables {
				_, err := pool.Exec(context.Background(), "DELETE FROM "+prefix+table)
				require.NoError(t, err)
			}
		})
		return store
	})
}

func TestNew_RefusesFaultyArguments(t *testing.T) {
	_, err := pgxstore.New(nil)
	require.ErrorIs(t, err, sqlstore.ErrOption)
	_, err = pgxstore.New(open(t, nil), sqlstore.WithPrefix("No Prefix"))
	require.ErrorIs(t, err, sqlstore.ErrOption)
}

// Closing a store leaves the host its pool.
func TestStore_CloseLeavesThePoolOpen(t *testing.T) {
	pool := open(t, nil)
	store, err := pgxstore.New(pool)
	require.NoError(t, err)
	require.NoError(t, store.Close())
	require.Error(t, store.Validate(t.Context()))
	require.NoError(t, pool.Ping(t.Context()))
	require.Zero(t, pool.Stat().AcquiredConns())
}
