package sqlstore

import (
	"context"
	"database/sql"

	"github.com/koogallery/serviceflow/supervision"
)

// claim looks for orders to claim, past those that others are claiming, and
// decides by what it then reads under lock: the search compares rows of one
// instant with rows of another, and so only proposes.
func (q mysql) claim(ctx context.Context, s *Store, at, until int64, limit int) (rows []waitingRow, err error) {
	err = s.transaction(ctx, sql.LevelReadCommitted, func(in session) error {
		rows = nil
		orders, err := q.propose(ctx, in, at, limit)
		if err != nil || len(orders) == 0 {
			return err
		}
		if rows, err = q.free(ctx, in, orders, at); err != nil || len(rows) == 0 {
			return err
		}
		sortByWait(rows)
		rows = rows[:min(limit, len(rows))]
		ids := make([]supervision.RecordID, len(rows))
		for i := range rows {
			ids[i] = rows[i].RecordID
		}
		if _, err := in.exec(ctx, many(q.mark, len(ids), 2), append([]any{until}, pairs(ids)...)...); err != nil {
			return err
		}
		return q.read(ctx, in, rows, ids)
	}, q.heads)
	return rows, err
}

func (q mysql) propose(ctx context.Context, in session, at int64, limit int) (orders []any, err error) {
	err = in.query(ctx, func(r *sql.Rows) error {
		var order string
		err := r.Scan(&order)
		orders = append(orders, order)
		return err
	}, q.heads, at, limit)
	return orders, err
}

// free locks what waits of the orders, and returns it without the orders that
// are claimed.
func (q mysql) free(ctx context.Context, in session, orders []any, at int64) (rows []waitingRow, err error) {
	claimed := make(map[string]bool)
	err = in.query(ctx, func(r *sql.Rows) error {
		var row waitingRow
		var until int64
		err := r.Scan(&row.Order, &row.Seq, &row.waits, &until)
		if claimed[row.Order] = claimed[row.Order] || until > at; !claimed[row.Order] {
			rows = append(rows, row)
		}
		return err
	}, many(q.queues, len(orders), 1), orders...)
	return rows, err
}

// read fetches the records' documents.
func (q mysql) read(ctx context.Context, in session, rows []waitingRow, ids []supervision.RecordID) error {
	documents := make(map[supervision.RecordID][]byte, len(rows))
	err := in.query(ctx, func(r *sql.Rows) error {
		var id supervision.RecordID
		var document []byte
		err := r.Scan(&id.Order, &id.Seq, &document)
		documents[id] = document
		return err
	}, many(q.documents, len(ids), 2), pairs(ids)...)
	for i := range rows {
		rows[i].document = documents[rows[i].RecordID]
	}
	return err
}
