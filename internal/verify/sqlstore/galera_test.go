package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision/service"
)

// nodes connects to one node of a cluster after the other, so that whatever a
// store does goes through all of them.
type nodes struct {
	list []driver.Connector
	next atomic.Uint64
}

func (n *nodes) Connect(ctx context.Context) (driver.Conn, error) {
	return n.list[n.next.Add(1)%uint64(len(n.list))].Connect(ctx)
}

func (n *nodes) Driver() driver.Driver { return n.list[0].Driver() }

// galera opens the Galera cluster that the environment names. Each statement
// waits for what other nodes have committed before.
func galera(t *testing.T) *sql.DB {
	addresses := os.Getenv("SERVICEFLOW_GALERA")
	if addresses == "" {
		t.Skip("skipped: source .ci/galera to set SERVICEFLOW_GALERA")
	}
	n := &nodes{}
	for dsn := range strings.SplitSeq(addresses, ",") {
		config, err := mysql.ParseDSN(dsn + "?wsrep_sync_wait=15&interpolateParams=true")
		require.NoError(t, err)
		connector, err := mysql.NewConnector(config)
		require.NoError(t, err)
		n.list = append(n.list, connector)
	}
	db := sql.OpenDB(n)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(12)
	db.SetMaxIdleConns(12)
	return db
}

// The contract holds through three nodes that are written at once, exclusive
// claims included: row locks do not travel between them.
func TestGalera(t *testing.T) {
	db := galera(t)
	d := database{name: "Galera", dialect: sqlstore.MySQL}
	store, prefix := d.migrated(t, db)
	t.Run("contract", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) service.Store {
			t.Cleanup(func() { empty(t, db, prefix) })
			return store
		})
	})
	t.Run("claims", func(t *testing.T) { claimsShareNoOrder(t, store) })
}
