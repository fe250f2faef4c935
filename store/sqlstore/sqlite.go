package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// sqlite writes with one prepared statement for each row: there is no way to
// the server to save, and nothing is faster.
type sqlite struct{ insert, update, record, wait, template string }

func newSQLite(n naming) sqlite {
	return sqlite{
		insert: n.text(`INSERT INTO {orders} (` + orderColumns + `) VALUES (` + marks(orderWidth) +
			`) ON CONFLICT (id) DO NOTHING`),
		update: n.text(`UPDATE {orders} SET ` + orderChanges + ` WHERE id = ? AND version = ?`),
		record: n.text(`INSERT INTO {records} (order_id, seq, happened_at, idem_key, document) VALUES (?, ?, ?, ?, ?)`),
		wait:   n.text(`INSERT INTO {outbox} (order_id, seq, waits_since, next_at) VALUES (?, ?, ?, ?)`),
		template: n.text(`INSERT INTO {templates} (seller, product, operation, version, published_at, document)
SELECT ?, ?, ?, ?, ?, ? WHERE (SELECT coalesce(max(version), 0) FROM {templates} WHERE seller = ? AND product = ?
AND operation = ?) = ?`),
	}
}

func marks(n int) string { return strings.Repeat("?, ", n-1) + "?" }

func (q sqlite) create(ctx context.Context, s *Store, rows []changeRows) (taken []string, err error) {
	return q.each(ctx, s, rows, q.insert, (*orderRow).inserted)
}

func (q sqlite) save(ctx context.Context, s *Store, rows []changeRows) (conflicts []string, err error) {
	return q.each(ctx, s, rows, q.update, (*orderRow).updated)
}

// each writes one order after the other, with its records, and returns the ids
// of those that the statement left as they were.
func (q sqlite) each(ctx context.Context, s *Store, rows []changeRows, write string,
	args func(*orderRow) []any) (left []string, err error) {
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		left = nil
		running := ctx
		for _, row := range rows {
			n, err := in.exec(running, write, args(&row.order)...)
			// only the first has to wait; being ready to stop at each costs more
			// than it saves
			running = context.WithoutCancel(ctx)
			if err == nil && n == 1 {
				err = q.add(running, in, row.records)
			} else if err == nil {
				left = append(left, row.order.ID)
			}
			if err := errors.Join(err, ctx.Err()); err != nil {
				return err
			}
		}
		return nil
	}, write, q.record, q.wait)
	return left, err
}

// add adds records, and puts those that are relayed into the outbox.
func (q sqlite) add(ctx context.Context, in session, rows []recordRow) error {
	for _, row := range rows {
		if _, err := in.exec(ctx, q.record, row.Order, row.Seq, row.at, row.key, row.document); err != nil {
			return err
		}
		if !row.relay {
			continue
		}
		if _, err := in.exec(ctx, q.wait, row.Order, row.Seq, row.at, row.at); err != nil {
			return err
		}
	}
	return nil
}

func (q sqlite) publish(ctx context.Context, s *Store, t templateRow) (published bool, err error) {
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		n, err := in.exec(ctx, q.template, append(t.inserted(), t.follows()...)...)
		published = n == 1
		return err
	}, q.template)
	return published, err
}
