// Package sqlstore keeps orders in SQLite, PostgreSQL, MySQL or MariaDB,
// through database/sql. It imports no driver: the host imports the one it uses.
// modernc.org/sqlite, github.com/jackc/pgx/v5/stdlib and
// github.com/go-sql-driver/mysql are those it is tested with.
//
//	db, err := sql.Open("pgx", "postgres://…")
//	store, err := sqlstore.New(db, sqlstore.Postgres)
//	err = store.Migrate(ctx)
//	svc, err := service.New(store)
//
// # In the host's transaction
//
// [Store.Join] makes a store for one transaction of the host's, so that the
// host's rows and an order's operation are committed or vanish together:
//
//	tx, err := db.BeginTx(ctx, nil)
//	joined, err := store.Join(tx)
//	key := service.WithKey(requestID)
//	result, err := svc.WithStore(joined).Do(ctx, id, actor, action, key)
//	if !result.Repeated {
//		_, err = tx.ExecContext(ctx, "INSERT …") // the host's row
//	}
//	err = tx.Commit()
//
// Do goes first, and the host writes only where its result is not Repeated: a
// command that repeats its key is no error.
//
// # What is stored
//
// An order is one row: the columns that it is searched by, its version, and the
// order itself as a JSON document with a format version. Its records are rows
// that are only ever added; the outbox refers to those that wait to be relayed.
// Saving compares and swaps the version, so any number of hosts may share a
// database without a leader or a lock of their own. [Store.Migrate] makes the
// tables, from the files that [Schema] returns.
//
// # Settings of the drivers
//
// SQLite: journal_mode(WAL) and a busy_timeout, as in
// "file:orders.db?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)". Where
// the host joins transactions that read before they write, _txlock=immediate as
// well.
//
// PostgreSQL: none. Statements are sent as they are, for the driver to prepare
// and keep.
//
// MySQL and MariaDB: interpolateParams=true spares a round trip for each
// statement that is not kept prepared, which is all of them in a joined store.
//
// # Errors
//
// What a driver's error means is read from methods and fields that drivers
// offer without being imported, never from its text. An error that tells
// nothing is taken for the worst: when a commit was on its way, for
// [service.ErrUnknownOutcome].
package sqlstore
