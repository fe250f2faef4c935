package linearizability_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	_ "github.com/koogallery/serviceflow/internal/verify/galera"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision/service"
)

// database is one kind of database, and where it is: as the environment says,
// or at its usual place on this machine if it has one.
type database struct {
	name            string
	dialect         sqlstore.Dialect
	driver          string
	variable, usual string
}

var databases = []database{
	{"SQLite", sqlstore.SQLite, "sqlite", "", ""},
	{"PostgreSQL", sqlstore.Postgres, "pgx", "SERVICEFLOW_POSTGRES", "postgres://postgres@127.0.0.1:5432/test"},
	{"MariaDB", sqlstore.MySQL, "mysql", "SERVICEFLOW_MYSQL", "root@tcp(127.0.0.1:3306)/test"},
	{"Galera", sqlstore.MySQL, "galera", "SERVICEFLOW_GALERA", ""},
	{"TiDB", sqlstore.MySQL, "mysql", "SERVICEFLOW_TIDB", ""},
}

// open makes a store with tables of its own, which are dropped after the test.
func (d database) open(t *testing.T) service.Store {
	db, err := sql.Open(d.driver, d.dsn(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(12)
	db.SetMaxIdleConns(12)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		if os.Getenv(d.variable) != "" || os.Getenv("SERVICEFLOW_REQUIRE_SERVERS") == "1" {
			t.Fatalf("%s does not answer: set %s, or start it at its usual place: %v", d.name, d.variable, err)
		}
		t.Skipf("skipped: %s does not answer: set %s, or start it at its usual place: %v", d.name, d.variable, err)
	}
	prefix := fmt.Sprintf("lin%d_", os.Getpid())
	store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix))
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, table := range []string{"orders", "records", "outbox", "templates", "schema"} {
			_, _ = db.Exec("DROP TABLE IF EXISTS " + prefix + table)
		}
	})
	require.NoError(t, store.Migrate(context.Background()))
	return store
}

func (d database) dsn(t *testing.T) string {
	if d.variable == "" {
		return "file:" + filepath.Join(t.TempDir(), "orders.db") +
			"?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)"
	}
	dsn := cmp.Or(os.Getenv(d.variable), d.usual)
	if dsn == "" {
		t.Skipf("skipped: source a script of .ci to set %s", d.variable)
	}
	return dsn
}
