package pgxstore_test

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// Behind a proxy that gives each transaction another connection, and knows
// nothing of prepared statements, the contract holds in the modes that keep
// none.
func TestPgBouncer(t *testing.T) {
	proxy := os.Getenv("SERVICEFLOW_PGBOUNCER")
	if proxy == "" {
		t.Skip("skipped: source .ci/pgbouncer to set SERVICEFLOW_PGBOUNCER")
	}
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			pool := openAt(t, proxy, func(c *pgxpool.Config) { c.ConnConfig.DefaultQueryExecMode = mode })
			keepsTheContract(t, pool)

			store, _ := migrated(t, pool)
			h := host{Env: supervisiontest.On(store), t: t, pool: pool, store: store}
			tx, joined := h.begin("")
			h.opened(h.Service.WithStore(joined), "o")
			h.submitted(h.Service.WithStore(joined), "o")
			require.NoError(t, tx.Commit(t.Context()))
			require.EqualValues(t, 2, h.version("o"))
		})
	}
}
