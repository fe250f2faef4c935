package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

// database is a kind of database. Its commits are durable: the servers as they
// are installed, SQLite with its default of a full sync.
type database struct {
	name    string
	dialect sqlstore.Dialect
	driver  string
	// dsn is where it is unless a variable of the environment says otherwise;
	// SQLite has a file for each contest.
	dsn, variable string
}

var (
	sqlite   = database{name: "sqlite", dialect: sqlstore.SQLite, driver: "sqlite"}
	postgres = database{"postgres", sqlstore.Postgres, "pgx", "postgres://postgres@127.0.0.1:5432/test",
		"SERVICEFLOW_POSTGRES"}
	mariadb = database{"mariadb", sqlstore.MySQL, "mysql", "root@tcp(127.0.0.1:3306)/test", "SERVICEFLOW_MYSQL"}
)

// ground is a database with tables for each side, which both have made by the
// library, so that they have the same indexes.
type ground struct {
	database
	*sql.DB
	ours, peer tables
	remove     []func()
}

// grounds counts them, so that each has tables of its own.
var grounds int

// tables are one side's.
type tables struct {
	prefix string
	store  *sqlstore.Store
}

// address is where a server is.
func (d database) address() string { return cmp.Or(os.Getenv(d.variable), d.dsn) }

func (d database) open() (*ground, error) {
	g := &ground{database: d}
	atExit = append(atExit, g.close)
	dsn := d.address()
	if d.driver == "sqlite" {
		dir, err := os.MkdirTemp("", "serviceflow-bench")
		if err != nil {
			return nil, err
		}
		g.remove = append(g.remove, func() { os.RemoveAll(dir) })
		dsn = "file:" + filepath.Join(dir, "orders.db") +
			"?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_txlock=immediate"
	}
	db, err := sql.Open(d.driver, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	g.DB = db
	g.remove = append(g.remove, func() { db.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		g.close()
		return nil, fmt.Errorf("%w: no server of %s: %w", errAbsent, d.name, err)
	}
	grounds++
	for side, t := range map[string]*tables{"ours": &g.ours, "peer": &g.peer} {
		if *t, err = g.tables(ctx, fmt.Sprintf("bench%d_%d_%s_", os.Getpid(), grounds, side)); err != nil {
			g.close()
			return nil, err
		}
	}
	return g, nil
}

func (g *ground) tables(ctx context.Context, prefix string) (tables, error) {
	store, err := sqlstore.New(g.DB, g.dialect, sqlstore.WithPrefix(prefix))
	if err != nil {
		return tables{}, err
	}
	g.remove = append(g.remove, func() {
		for _, table := range []string{"orders", "records", "outbox", "templates", "schema"} {
			_, _ = g.Exec("DROP TABLE IF EXISTS " + prefix + table)
		}
	})
	return tables{prefix, store}, store.Migrate(ctx)
}

// close drops the tables and closes the database.
func (g *ground) close() {
	for ; len(g.remove) > 0; g.remove = g.remove[:len(g.remove)-1] {
		g.remove[len(g.remove)-1]()
	}
}

// run executes statements that a contest prepares itself with.
func (g *ground) run(statements ...string) error {
	var errs []error
	for _, s := range statements {
		if _, err := g.Exec(s); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s, err))
		}
	}
	return errors.Join(errs...)
}
