package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	_ "modernc.org/sqlite"             // registers "sqlite"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision/service"
)

// database is one database with the library's tables and, beside them, the
// portal's: sessions, files and the demonstration clock.
type database struct {
	*sql.DB
	store   service.Store
	where   string
	channel string // on which processes tell each other; empty where there is one
}

// schema is read by SQLite and PostgreSQL alike, but for the name of the type
// of bytes. Instants are Unix microseconds.
const schema = `
CREATE TABLE IF NOT EXISTS portal_session (token TEXT PRIMARY KEY, account TEXT NOT NULL, expires BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS portal_upload (
	order_id TEXT NOT NULL, account TEXT NOT NULL, operation TEXT NOT NULL, form TEXT NOT NULL, digest TEXT NOT NULL,
	name TEXT NOT NULL, size BIGINT NOT NULL, content BYTES NOT NULL, kept INTEGER NOT NULL, at BIGINT NOT NULL,
	PRIMARY KEY (order_id, digest, account, form, name));
CREATE TABLE IF NOT EXISTS portal_kept (
	account TEXT NOT NULL, subject TEXT NOT NULL, content TEXT NOT NULL, at BIGINT NOT NULL,
	PRIMARY KEY (account, subject));
CREATE TABLE IF NOT EXISTS portal_notice (
	account TEXT NOT NULL, order_id TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, unread INTEGER NOT NULL,
	mailed INTEGER NOT NULL, PRIMARY KEY (account, order_id, seq));
CREATE TABLE IF NOT EXISTS portal_clock (one INTEGER PRIMARY KEY, ahead BIGINT NOT NULL);
INSERT INTO portal_clock (one, ahead) VALUES (1, 0) ON CONFLICT DO NOTHING;`

// sqliteSource has SQLite wait for other writers, and begin every transaction
// as one that will write.
func sqliteSource(file string) string {
	path := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(file))
	return "file:" + path +
		"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(normal)"
}

func openDatabase(ctx context.Context, s settings) (*database, error) {
	d := &database{where: s.file}
	dialect, driver, source, bytes := sqlstore.SQLite, "sqlite", sqliteSource(s.file), "BLOB"
	if s.postgres != "" {
		dialect, driver, source, bytes, d.where = sqlstore.Postgres, "pgx", s.postgres, "BYTEA", "PostgreSQL"
	} else if err := os.MkdirAll(filepath.Dir(s.file), 0o700); err != nil {
		return nil, err
	}
	var err error
	if d.DB, err = sql.Open(driver, source); err != nil {
		return nil, err
	}
	store, err := sqlstore.New(d.DB, dialect)
	if err == nil {
		d.store, err = store, store.Migrate(ctx)
	}
	if err == nil {
		err = d.exec(ctx, strings.ReplaceAll(schema, "BYTES", bytes))
	}
	if err == nil && s.postgres != "" {
		_, err = d.get(ctx, []any{&d.channel}, `SELECT 'portal_' || current_schema()`)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the tables in %s: %w", d.where, err), d.Close())
	}
	return d, nil
}

func (db *database) exec(ctx context.Context, statement string, args ...any) error {
	_, err := db.ExecContext(ctx, statement, args...)
	return err
}

// get reads one row of a query; false where there is none.
func (db *database) get(ctx context.Context, columns []any, query string, args ...any) (bool, error) {
	err := db.QueryRowContext(ctx, query, args...).Scan(columns...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// list reads the rows of a query; columns says where those of one go.
func list[T any](ctx context.Context, db *database, columns func(*T) []any, query string, args ...any) (all []T,
	err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var row T
		if err := rows.Scan(columns(&row)...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// ordersLike returns the ids of the orders that an account sees (R22) and that
// have a part in them, and the part itself. The library documents the columns.
func (db *database) ordersLike(ctx context.Context, a account, part string) ([]string, error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(part)) + "%"
	found, err := list(ctx, db, func(id *string) []any { return []any{id} }, `SELECT id FROM serviceflow_orders
		WHERE lower(id) LIKE $1 ESCAPE '\' AND ($2 IN ('manager', 'system') OR buyer = $3 OR seller = $3)
		ORDER BY bought_at DESC LIMIT 100`, pattern, a.Role, a.ID)
	return append(found, part), err
}

// keptFor is how long a form that was not sent is kept.
const keptFor = 30 * 24 * time.Hour

// kept returns what was kept for an account on a subject, and when; "" for
// nothing. Addresses are the subjects of what was typed and not sent.
func (db *database) kept(ctx context.Context, account, subject string) (content string, at time.Time, err error) {
	var micros int64
	found, err := db.get(ctx, []any{&content, &micros},
		`SELECT content, at FROM portal_kept WHERE account = $1 AND subject = $2`, account, subject)
	if found {
		at = time.UnixMicro(micros)
	}
	return content, at, err
}

// keep keeps content in place of what was kept before; nothing forgets that.
func (db *database) keep(ctx context.Context, account, subject, content string) error {
	if content == "" {
		return db.exec(ctx, `DELETE FROM portal_kept WHERE account = $1 AND subject = $2`, account, subject)
	}
	return db.exec(ctx, `INSERT INTO portal_kept (account, subject, content, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, subject) DO UPDATE SET content = excluded.content, at = excluded.at`,
		account, subject, content, time.Now().UnixMicro())
}

// readClock puts the clock as far ahead as it has ever been, so that no order
// has a future.
func (db *database) readClock(ctx context.Context, c *demoClock) error {
	var ahead int64
	_, err := db.get(ctx, []any{&ahead}, `SELECT ahead FROM portal_clock WHERE one = 1`)
	if err == nil {
		c.ahead.Store(int64(time.Duration(ahead) * time.Microsecond))
	}
	return err
}

// forward moves the clock of every process, this one's at once.
func (db *database) forward(ctx context.Context, d time.Duration, c *demoClock) error {
	if err := db.exec(ctx, `UPDATE portal_clock SET ahead = ahead + $1 WHERE one = 1`, d.Microseconds()); err != nil {
		return err
	}
	return db.readClock(ctx, c)
}
