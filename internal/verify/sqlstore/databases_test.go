package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	_ "github.com/koogallery/serviceflow/internal/verify/galera"
	"github.com/koogallery/serviceflow/store/sqlstore"
)

// database is one kind of database that the tests run on.
type database struct {
	name    string
	dialect sqlstore.Dialect
	driver  string
	// dsn returns where the database is; each SQLite test has a file of its
	// own.
	dsn func(t testing.TB) string
}

const (
	galeraName = "Galera"
	tidbName   = "TiDB"
)

var databases = []database{
	{"SQLite", sqlstore.SQLite, "sqlite", sqliteFile},
	{"PostgreSQL", sqlstore.Postgres, "pgx", func(t testing.TB) string {
		return server(t, "pgx", "SERVICEFLOW_POSTGRES", "postgres://postgres@127.0.0.1:5432/test")
	}},
	{"MariaDB", sqlstore.MySQL, "mysql", func(t testing.TB) string {
		return server(t, "mysql", "SERVICEFLOW_MYSQL", "root@tcp(127.0.0.1:3306)/test")
	}},
	{galeraName, sqlstore.MySQL, "galera", started("SERVICEFLOW_GALERA", ".ci/galera")},
	{tidbName, sqlstore.MySQL, "mysql", started("SERVICEFLOW_TIDB", ".ci/tidb")},
}

// started returns where a server is that only a script of its own starts.
func started(variable, script string) func(testing.TB) string {
	return func(t testing.TB) string {
		dsn := os.Getenv(variable)
		if dsn == "" {
			t.Skipf("skipped: source %s to set %s", script, variable)
		}
		return dsn
	}
}

func sqliteFile(t testing.TB) string { return sqliteDSN(filepath.Join(t.TempDir(), "orders.db")) }

func sqliteDSN(file string) string {
	return "file:" + file + "?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)"
}

// server returns where a server is: as the environment says, or at its usual
// place on this machine.
func server(t testing.TB, driver, variable, local string) string {
	dsn := os.Getenv(variable)
	if dsn != "" {
		return dsn
	}
	db, err := sql.Open(driver, local)
	require.NoError(t, err)
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		if os.Getenv("SERVICEFLOW_REQUIRE_SERVERS") == "1" {
			t.Fatalf("set %s, or start a server at its usual place: %v", variable, err)
		}
		t.Skipf("skipped: there is no server: set %s, or start one at its usual place: %v", variable, err)
	}
	return local
}

// each runs a test on every database.
func each(t *testing.T, run func(t *testing.T, d database)) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			d.dsn(t) // skips where there is no server
			run(t, d)
		})
	}
}

// open opens the database for the length of a test.
func (d database) open(t testing.TB) *sql.DB { return d.openAt(t, d.dsn(t)) }

func (d database) openAt(t testing.TB, dsn string) *sql.DB {
	db, err := sql.Open(d.driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	return db
}

var prefixes atomic.Int64

// newPrefix names tables that no other test and no other run uses, and drops
// them after the test.
func newPrefix(t testing.TB, d database, db *sql.DB) string {
	prefix := fmt.Sprintf("t%d_%d_", os.Getpid(), prefixes.Add(1))
	t.Cleanup(func() {
		for _, table := range append(tables, "schema") {
			_, _ = db.Exec("DROP TABLE IF EXISTS " + prefix + table)
		}
	})
	return prefix
}

var tables = []string{"orders", "records", "outbox", "templates"}

func empty(t testing.TB, db *sql.DB, prefix string) {
	for _, table := range tables {
		_, err := db.Exec("DELETE FROM " + prefix + table)
		require.NoError(t, err)
	}
}

// migrated returns a store on empty tables of its own, and their prefix.
func (d database) migrated(t testing.TB, db *sql.DB) (*sqlstore.Store, string) {
	prefix := newPrefix(t, d, db)
	store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(context.Background()))
	return store, prefix
}

// store returns a store on an empty database.
func (d database) store(t testing.TB) *sqlstore.Store {
	store, _ := d.migrated(t, d.open(t))
	return store
}
