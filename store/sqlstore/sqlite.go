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
	return q.write(ctx, s, &writing{ctx: ctx, rows: rows, order: q.insert, args: (*orderRow).inserted})
}

func (q sqlite) save(ctx context.Context, s *Store, rows []changeRows) (conflicts []string, err error) {
	return q.write(ctx, s, &writing{ctx: ctx, rows: rows, order: q.update, args: (*orderRow).updated})
}

// write writes when its turn has come, together with what others want written
// by then.
func (q sqlite) write(ctx context.Context, s *Store, w *writing) (left []string, err error) {
	if s.joined != nil {
		err = s.transaction(ctx, sql.LevelDefault, func(in session) error { return q.each(ctx, in, w) })
	} else {
		err = s.turns.write(w, func(ctx context.Context, group ...*writing) error {
			return s.write(ctx, nil, func() error {
				return s.transact(ctx, sql.LevelDefault, func(in session) error { return q.each(ctx, in, group...) },
					q.insert, q.update, q.record, q.wait)
			})
		})
	}
	return w.left, err
}

// each writes one order after the other, with its records.
func (q sqlite) each(ctx context.Context, in session, group ...*writing) error {
	running := ctx
	for _, w := range group {
		w.left = nil
		for _, row := range w.rows {
			n, err := in.exec(running, w.order, w.args(&row.order)...)
			// only the first has to wait; being ready to stop at each costs more
			// than it saves
			running = context.WithoutCancel(ctx)
			if err == nil && n == 1 {
				err = q.add(running, in, row.records)
			} else if err == nil {
				w.left = append(w.left, row.order.ID)
			}
			if err := errors.Join(err, ctx.Err()); err != nil {
				return err
			}
		}
	}
	return nil
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
