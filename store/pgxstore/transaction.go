package pgxstore

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

// transaction is a [sqlstore.Tx].
type transaction struct{ tx pgx.Tx }

func (t transaction) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

func (t transaction) Query(ctx context.Context, scan func(sqlstore.Row) error, query string, args ...any) error {
	rows, err := t.tx.Query(ctx, query, args...)
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
