package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// retention are the statements of [service.Retention], the same in every
// dialect but for how a page goes on.
type retention struct {
	between, betweenBehind                    string
	eraseOrder, eraseRecord, addRecord, queue string
	removeOrder, removeRecords                string
}

func newRetention(n naming) retention {
	const (
		find = `SELECT happened_at, order_id, seq, document FROM {records} WHERE happened_at >= ? AND happened_at < ?`
		page = ` ORDER BY happened_at, order_id, seq LIMIT ?`
	)
	behind := ` AND (happened_at, order_id, seq) > (?, ?, ?)`
	if n.dialect == MySQL { // which finds no index range for a comparison of rows
		behind = ` AND (happened_at > ? OR (happened_at = ? AND (order_id > ? OR (order_id = ? AND seq > ?))))`
	}
	return retention{
		between:       n.text(find + page),
		betweenBehind: n.text(find + behind + page),
		eraseOrder:    n.text(`UPDATE {orders} SET ` + orderChanges + ` WHERE id = ? AND version = ?`),
		eraseRecord:   n.text(`UPDATE {records} SET document = ? WHERE order_id = ? AND seq = ?`),
		addRecord: n.text(`INSERT INTO {records} (order_id, seq, happened_at, idem_key, document)
VALUES (?, ?, ?, ?, ?)`),
		queue: n.text(`INSERT INTO {outbox} (order_id, seq, waits_since, next_at) VALUES (?, ?, ?, ?)`),
		removeOrder: n.text(`DELETE FROM {orders} WHERE id = ? AND version = ?
AND NOT EXISTS (SELECT 1 FROM {outbox} w WHERE w.order_id = id)`),
		removeRecords: n.text(`DELETE FROM {records} WHERE order_id = ?`),
	}
}

// Between implements [service.Retention].
func (s *Store) Between(ctx context.Context, from, until time.Time, after service.RecordPlace,
	limit int) ([]service.PlacedRecord, error) {
	query, args := s.between, []any{before(from), before(until)}
	if after != (service.RecordPlace{}) {
		query, args = s.betweenBehind, append(args, s.behindRecord(after)...)
		args[0] = max(before(from), after.At.UnixMicro()) // a range that the index begins with
	}
	var list []service.PlacedRecord
	err := s.read(ctx, func(r Row) error {
		var found service.PlacedRecord
		var at int64
		var document []byte
		if err := r.Scan(&at, &found.Order, &found.Seq, &document); err != nil {
			return err
		}
		found.At = instant(at)
		found.Record, found.Err = decodeRecord(found.RecordID, document)
		list = append(list, found)
		return nil
	}, query, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	return list, nil
}

func (s *Store) behindRecord(p service.RecordPlace) []any {
	at := p.At.UnixMicro()
	if s.dialect == MySQL {
		return []any{at, at, p.Order, p.Order, p.Seq}
	}
	return []any{at, p.Order, p.Seq}
}

// Erase implements [service.Retention]. The outbox has no documents of its own.
func (s *Store) Erase(ctx context.Context, change service.Change, erased []supervision.Record) error {
	rows, err := s.changeRows(&change)
	if err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	replaced, err := s.recordRows(&service.Change{Records: erased})
	if err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	if err := s.checkClock(ctx, rows); err != nil {
		return err
	}
	conflict := false
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		n, err := in.exec(ctx, s.eraseOrder, append(rows.order.changed(), rows.order.ID, rows.order.before)...)
		if conflict = n == 0; err != nil || conflict {
			return err
		}
		return s.erase(ctx, in, rows.records, replaced)
	}, s.eraseOrder, s.eraseRecord, s.addRecord, s.queue)
	if err == nil && conflict {
		return &service.ConflictError{Orders: []string{change.Order.ID}}
	}
	return err
}

func (s *Store) erase(ctx context.Context, in session, added, replaced []recordRow) error {
	for _, r := range added {
		if _, err := in.exec(ctx, s.addRecord, r.Order, r.Seq, r.at, r.key, r.document); err != nil {
			return err
		}
		if !r.relay {
			continue
		}
		if _, err := in.exec(ctx, s.queue, r.Order, r.Seq, r.at, r.at); err != nil {
			return err
		}
	}
	for _, r := range replaced {
		if _, err := in.exec(ctx, s.eraseRecord, r.document, r.Order, r.Seq); err != nil {
			return err
		}
	}
	return nil
}

// Remove implements [service.Retention].
func (s *Store) Remove(ctx context.Context, id string, version int64) (removed bool, err error) {
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		n, err := in.exec(ctx, s.removeOrder, id, version)
		removed = n == 1
		if err != nil || !removed {
			return err
		}
		_, err = in.exec(ctx, s.removeRecords, id)
		return err
	}, s.removeOrder, s.removeRecords)
	return removed && err == nil, err
}
