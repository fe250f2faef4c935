// Package pgxstore keeps orders in PostgreSQL through pgx: on a
// [pgxpool.Pool], and inside a [pgx.Tx] of the host's. It sends the statements
// of package sqlstore to the tables of package sqlstore, and keeps what that
// promises.
//
//	pool, err := pgxpool.New(ctx, "postgres://…")
//	store, err := pgxstore.New(pool)
//	err = store.Migrate(ctx)
//	svc, err := service.New(store)
//
// # In the host's transaction
//
// [Store.Join] makes a store for one transaction, so that the host's rows and
// an order's operation are committed or vanish together:
//
//	tx, err := pool.Begin(ctx)
//	joined, err := store.Join(tx)
//	key := service.WithKey(requestID)
//	result, err := svc.WithStore(joined).Do(ctx, id, actor, action, key)
//	if !result.Repeated {
//		_, err = tx.Exec(ctx, "INSERT …") // the host's row
//	}
//	err = tx.Commit(ctx)
//
// Do goes first, and the host writes only where its result is not Repeated: a
// command that repeats its key is no error.
//
// # Ways to send a statement
//
// All of pgx's query exec modes work. The default prepares statements and keeps
// them on each connection. Behind a proxy that shares connections between
// transactions and does not know of that, such as PgBouncer before 1.21, have
// the pool's connection string say default_query_exec_mode=exec.
package pgxstore
