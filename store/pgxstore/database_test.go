package pgxstore_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/pgxstore"
	"github.com/koogallery/serviceflow/store/sqlstore"
)

// dsn returns where the server is: as the environment says, or at its usual
// place on this machine.
func dsn(t testing.TB) string {
	if dsn := os.Getenv("SERVICEFLOW_POSTGRES"); dsn != "" {
		return dsn
	}
	const local = "postgres://postgres@127.0.0.1:5432/test"
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	pool, err := pgxpool.New(ctx, local)
	require.NoError(t, err)
	defer pool.Close()
	if err := pool.Ping(ctx); err != nil {
		if os.Getenv("SERVICEFLOW_REQUIRE_SERVERS") == "1" {
			t.Fatalf("set SERVICEFLOW_POSTGRES, or start a server at its usual place: %v", err)
		}
		t.Skipf("skipped: there is no server: set SERVICEFLOW_POSTGRES, or start one at its usual place: %v", err)
	}
	return local
}

// open returns a pool for the length of a test; configure may change how it
// connects.
func open(t testing.TB, configure func(*pgxpool.Config)) *pgxpool.Pool {
	return openAt(t, dsn(t), func(c *pgxpool.Config) {
		c.ConnConfig.RuntimeParams["synchronous_commit"] = "off" // nothing here is about disks
		if configure != nil {
			configure(c)
		}
	})
}

func openAt(t testing.TB, dsn string, configure func(*pgxpool.Config)) *pgxpool.Pool {
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.MaxConns = 16
	configure(config)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

var prefixes atomic.Int64

// migrated returns a store on tables of its own, and their prefix. They are
// dropped after the test.
func migrated(t testing.TB, pool *pgxpool.Pool) (*pgxstore.Store, string) {
	prefix := fmt.Sprintf("p%d_%d_", os.Getpid(), prefixes.Add(1))
	store, err := pgxstore.New(pool, sqlstore.WithPrefix(prefix))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	t.Cleanup(func() {
		for _, table := range append(tables, "schema") {
			_, err := pool.Exec(context.Background(), "DROP TABLE IF EXISTS "+prefix+table)
			require.NoError(t, err)
		}
		require.NoError(t, store.Close())
	})
	return store, prefix
}

var tables = []string{"orders", "records", "outbox", "templates"}
