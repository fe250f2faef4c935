package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/koogallery/serviceflow/supervision/service"
)

// statement runs a write that is one statement, and so a transaction by itself.
func (s *Store) statement(ctx context.Context, run func(session) error) error {
	return s.write(ctx, run, func() error {
		conn, err := s.db.Conn(ctx) // a failure to connect is no unknown outcome
		if err != nil {
			return err
		}
		defer conn.Close()
		if err = run(session{on: conn}); err != nil && !answered(err) {
			return unknown(err)
		}
		return err
	})
}

// errNoBlocks says that the server does not take several statements as one.
var errNoBlocks = errors.New("sqlstore: this server takes no blocks of statements")

// takesBlocks reports whether it is worth asking: the server is not known to
// refuse, and the transaction is the store's.
func (s *Store) takesBlocks() bool { return s.joined == nil && !s.prepared.refused.Load() }

// block runs a block of statements, which is a transaction by itself, and
// returns how many rows it has changed.
func (s *Store) block(ctx context.Context, text string, args ...any) (n int64, err error) {
	err = s.write(ctx, nil, func() error {
		if err := s.prepared.add(ctx, text); mysqlNumber(err) != 0 { // it does not parse there
			s.prepared.refused.Store(true)
			return errNoBlocks
		} else if err != nil {
			return err
		}
		stmt := s.prepared.get(text)
		if stmt == nil {
			return errNoBlocks
		}
		conn, err := s.db.Conn(ctx) // a failure to connect is no unknown outcome
		if err != nil {
			return err
		}
		_ = conn.Close() // for the statement to take
		result, err := stmt.ExecContext(ctx, args...)
		if err != nil && !answered(err) {
			return unknown(err)
		} else if err != nil {
			return err
		}
		n, err = result.RowsAffected()
		return err
	})
	return n, err
}

// single runs a write that is one statement, in a transaction where the dialect
// has its writes in one.
func (s *Store) single(ctx context.Context, query string, args ...any) error {
	run := func(in session) error {
		_, err := in.exec(ctx, query, args...)
		return err
	}
	if s.dialect == Postgres {
		return s.statement(ctx, run)
	}
	return s.transaction(ctx, s.claimLevel(), run)
}

// claimLevel is the isolation of writes to the outbox, and of creating many
// orders. MySQL locks what lies between rows unless it is told not to, and would
// keep others from adding.
func (s *Store) claimLevel() sql.IsolationLevel {
	if s.dialect == MySQL {
		return sql.LevelReadCommitted
	}
	return sql.LevelDefault
}

// transaction runs a write of several statements. Its first one is a write too,
// so that it waits for its turn instead of being refused for what it has read
// (SQLite). The statements named are kept prepared.
func (s *Store) transaction(ctx context.Context, level sql.IsolationLevel, run func(session) error,
	named ...string) error {
	return s.write(ctx, run, func() error {
		if err := s.turns.take(ctx); err != nil {
			return err
		}
		defer s.turns.leave()
		return s.transact(ctx, level, run, named...)
	})
}

func (s *Store) transact(ctx context.Context, level sql.IsolationLevel, run func(session) error,
	named ...string) error {
	if err := s.prepared.add(ctx, named...); err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: level})
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	if err := run(session{on: tx, prepared: s.prepared, bound: make(map[string]*sql.Stmt)}); err != nil {
		return err
	}
	return commit(ctx, tx)
}

// commit tells a context that ended before from one that ended on the way: then
// a driver's error may be the context's, and the outcome is unknown.
func commit(ctx context.Context, tx *sql.Tx) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := tx.Commit()
	if err == nil || notCommitted(err) {
		return err
	}
	return unknown(err)
}

// write runs a write in the host's transaction, or tries it in one of its own
// until it is not contended.
func (s *Store) write(ctx context.Context, run func(session) error, try func() error) error {
	if err := ctx.Err(); err != nil {
		return s.failed(ctx, err)
	}
	if s.joined != nil {
		return s.join(ctx, run)
	}
	begun := time.Now()
	for attempt := 0; ; attempt++ {
		err := try()
		if err == nil || errors.Is(err, service.ErrUnknownOutcome) {
			return err
		}
		if !contended(err) && !gaveUp(err) || attempt >= attempts || time.Since(begun) > patience {
			return s.failed(ctx, err)
		}
		pause(ctx, attempt)
	}
}

// join runs a write in the host's transaction. Where it takes several
// statements a savepoint keeps a failure from leaving half of it.
func (s *Store) join(ctx context.Context, run func(session) error) error {
	if err := s.saved(ctx, run); err != nil {
		return s.failed(ctx, err)
	}
	return nil
}

func (s *Store) saved(ctx context.Context, run func(session) error) error {
	in := *s.joined
	if s.dialect == Postgres {
		return run(in)
	}
	if _, err := in.exec(ctx, "SAVEPOINT serviceflow"); err != nil {
		return err
	}
	if err := run(in); err != nil {
		_, undo := in.exec(context.WithoutCancel(ctx), "ROLLBACK TO SAVEPOINT serviceflow")
		return errors.Join(err, undo)
	}
	_, err := in.exec(ctx, "RELEASE SAVEPOINT serviceflow")
	return err
}
