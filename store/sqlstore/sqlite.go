package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
)

// sqlite writes with one prepared statement for each row: there is no way to
// the server to save, and nothing is faster.
type sqlite struct{ insert, update, record, wait, mark, remove, template string }

func newSQLite(n naming) sqlite {
	return sqlite{
		insert: n.text(`INSERT INTO {orders} (` + orderColumns + `) VALUES (` + marks(orderWidth) +
			`) ON CONFLICT (id) DO NOTHING`),
		update: n.text(`UPDATE {orders} SET buyer = ?, seller = ?, status = ?, waiting_since = ?, due = ?, accepted_at = ?,
completed_at = ?, canceled_at = ?, handle_by = ?, version = ?, document = ? WHERE id = ? AND version = ?`),
		record: n.text(`INSERT INTO {records} (order_id, seq, happened_at, idem_key, document) VALUES (?, ?, ?, ?, ?)`),
		wait:   n.text(`INSERT INTO {outbox} (order_id, seq, waits_since) VALUES (?, ?, ?)`),
		mark: n.text(`UPDATE {outbox} SET claimed_until = ? FROM (
WITH heads AS (
	SELECT order_id, waits_since FROM {outbox} h
	WHERE claimed_until <= ? AND NOT EXISTS (SELECT 1 FROM {outbox} e WHERE e.order_id = h.order_id AND e.seq < h.seq)
	ORDER BY waits_since LIMIT ?)
SELECT w.order_id, w.seq FROM heads h JOIN {outbox} w ON w.order_id = h.order_id
ORDER BY h.waits_since, h.order_id, w.seq LIMIT ?) f
WHERE {outbox}.order_id = f.order_id AND {outbox}.seq = f.seq
RETURNING order_id, seq, waits_since,
	(SELECT document FROM {records} r WHERE r.order_id = {outbox}.order_id AND r.seq = {outbox}.seq)`),
		remove: n.text(`DELETE FROM {outbox} WHERE order_id = ? AND seq = ?`),
		template: n.text(`INSERT INTO {templates} (seller, product, version, published_at, document)
SELECT ?, ?, ?, ?, ? WHERE (SELECT coalesce(max(version), 0) FROM {templates} WHERE seller = ? AND product = ?) = ?`),
	}
}

func marks(n int) string { return strings.Repeat("?, ", n-1) + "?" }

func (q sqlite) create(ctx context.Context, s *Store, rows changeRows) (created bool, err error) {
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		n, err := in.exec(ctx, q.insert, rows.order.inserted()...)
		created = n == 1
		if err != nil || !created {
			return err
		}
		return q.add(ctx, in, rows.records)
	}, q.insert, q.record, q.wait)
	return created, err
}

func (q sqlite) save(ctx context.Context, s *Store, rows []changeRows) (conflicts []string, err error) {
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		conflicts = nil
		running := ctx
		for _, row := range rows {
			n, err := in.exec(running, q.update, append(row.order.changed(), row.order.ID, row.order.before)...)
			running = context.WithoutCancel(ctx) // only the first has to wait; being ready to stop at each costs more than it saves
			if err == nil && n == 1 {
				err = q.add(running, in, row.records)
			} else if err == nil {
				conflicts = append(conflicts, row.order.ID)
			}
			if err := errors.Join(err, ctx.Err()); err != nil {
				return err
			}
		}
		return nil
	}, q.update, q.record, q.wait)
	return conflicts, err
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
		if _, err := in.exec(ctx, q.wait, row.Order, row.Seq, row.at); err != nil {
			return err
		}
	}
	return nil
}

func (q sqlite) claim(ctx context.Context, s *Store, at, until int64, limit int) (rows []waitingRow, err error) {
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		rows = nil
		return in.query(ctx, func(r *sql.Rows) error {
			row, err := scanWaiting(r)
			rows = append(rows, row)
			return err
		}, q.mark, until, at, limit, limit)
	}, q.mark)
	return rows, err
}

func (q sqlite) acknowledge(ctx context.Context, s *Store, ids []supervision.RecordID) error {
	return s.transaction(ctx, sql.LevelDefault, func(in session) error {
		for _, id := range ids {
			if _, err := in.exec(ctx, q.remove, id.Order, id.Seq); err != nil {
				return err
			}
		}
		return nil
	}, q.remove)
}

func (q sqlite) publish(ctx context.Context, s *Store, t templateRow) (published bool, err error) {
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		n, err := in.exec(ctx, q.template, t.Seller, t.Product, t.Version, t.PublishedAt.UnixMicro(), t.document,
			t.Seller, t.Product, t.Version-1)
		published = n == 1
		return err
	}, q.template)
	return published, err
}
