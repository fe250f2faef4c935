package sqlstore

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
)

// runner is what runs statements: a *sql.DB, *sql.Conn or *sql.Tx.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Tx is a transaction of a driver that does not go through database/sql; see
// [Store.JoinTx].
type Tx interface {
	// Exec runs a statement and returns how many rows it has changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query runs a query and calls scan for each row, until it fails.
	Query(ctx context.Context, scan func(Row) error, query string, args ...any) error
}

// Row is one row of a result. Scan is that of [sql.Rows].
type Row interface {
	Scan(dest ...any) error
}

// session runs an operation's statements, prepared where they are.
type session struct {
	tx       Tx // where it is not database/sql that runs them
	on       runner
	prepared *prepared
	bound    map[string]*sql.Stmt // the prepared statements as the transaction has them
}

func (s session) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if s.tx != nil {
		return s.tx.Exec(ctx, query, args...)
	}
	var result sql.Result
	var err error
	if stmt := s.stmt(ctx, query); stmt != nil {
		result, err = stmt.ExecContext(ctx, args...)
	} else {
		result, err = s.on.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// query runs a query and calls scan for each row.
func (s session) query(ctx context.Context, scan func(Row) error, query string, args ...any) error {
	if s.tx != nil {
		return s.tx.Query(ctx, scan, query, args...)
	}
	var rows *sql.Rows
	var err error
	if stmt := s.stmt(ctx, query); stmt != nil {
		rows, err = stmt.QueryContext(ctx, args...)
	} else {
		rows, err = s.on.QueryContext(ctx, query, args...)
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s session) stmt(ctx context.Context, query string) *sql.Stmt {
	stmt := s.bound[query]
	if stmt != nil {
		return stmt
	}
	stmt = s.prepared.get(query)
	if tx, ok := s.on.(*sql.Tx); ok && stmt != nil {
		stmt = tx.StmtContext(ctx, stmt)
		s.bound[query] = stmt
	}
	return stmt
}

// prepared keeps the prepared statements of a database. A nil one keeps none.
type prepared struct {
	db      *sql.DB
	mu      sync.RWMutex
	stmts   map[string]*sql.Stmt
	refused atomic.Bool // the server has refused a block of statements
}

func (p *prepared) get(query string) *sql.Stmt {
	if p == nil {
		return nil
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.stmts[query]
}

// maxPrepared bounds what each connection keeps: there are more kinds of
// searches than servers want statements. The others are sent as they are.
const maxPrepared = 64

// add prepares statements that are not yet. It must not be called inside a
// transaction, which may hold the only connection.
func (p *prepared) add(ctx context.Context, queries ...string) error {
	if p == nil {
		return nil
	}
	for _, query := range queries {
		if p.get(query) != nil || p.full() {
			continue
		}
		stmt, err := p.db.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		p.keep(query, stmt)
	}
	return nil
}

func (p *prepared) full() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.stmts) >= maxPrepared
}

// keep keeps a statement, unless somebody else was faster.
func (p *prepared) keep(query string, stmt *sql.Stmt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stmts == nil {
		p.stmts = make(map[string]*sql.Stmt)
	}
	if p.stmts[query] != nil {
		_ = stmt.Close() // nobody has used it
		return
	}
	p.stmts[query] = stmt
}
