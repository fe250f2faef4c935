package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Create implements [service.Orders].
func (s *Store) Create(ctx context.Context, changes ...service.Change) error {
	rows, err := s.rowsOf(changes)
	if err != nil || len(rows) == 0 {
		return errors.Join(err, ctx.Err())
	}
	if err := s.checkClock(ctx, rows...); err != nil {
		return err
	}
	taken, err := s.engine.create(ctx, s, rows)
	if err == nil && len(taken) > 0 {
		return &service.ExistsError{Orders: taken}
	}
	return err
}

// Save implements [service.Orders].
func (s *Store) Save(ctx context.Context, changes ...service.Change) error {
	rows, err := s.rowsOf(changes)
	if err != nil || len(rows) == 0 {
		return errors.Join(err, ctx.Err())
	}
	if err := s.checkClock(ctx, rows...); err != nil {
		return err
	}
	conflicts, err := s.engine.save(ctx, s, rows)
	if err == nil && len(conflicts) > 0 {
		return &service.ConflictError{Orders: conflicts}
	}
	return err
}

// rowsOf returns what changes store, in the order of the orders' ids, so that
// two calls never wait for each other.
func (s *Store) rowsOf(changes []service.Change) ([]changeRows, error) {
	rows := make([]changeRows, len(changes))
	for i := range changes {
		var err error
		if rows[i], err = s.changeRows(&changes[i]); err != nil {
			return nil, fmt.Errorf("sqlstore: %w", err)
		}
	}
	slices.SortFunc(rows, func(a, b changeRows) int { return strings.Compare(a.order.ID, b.order.ID) })
	return rows, nil
}

// Load implements [service.Orders].
func (s *Store) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	var order, record []byte
	found := false
	scan := func(r Row) error {
		found = true
		if key == "" {
			return r.Scan(&order)
		}
		return r.Scan(&order, &record)
	}
	query, args := s.load, []any{id}
	if key != "" {
		query, args = s.loadKey, []any{key, id}
	}
	if err := s.read(ctx, scan, query, args...); err != nil {
		return supervision.Order{}, nil, err
	}
	if !found {
		return supervision.Order{}, nil, fmt.Errorf("sqlstore: order %q: %w", id, supervision.ErrNotFound)
	}
	o, err := s.decodeOrder(id, order)
	if err != nil || record == nil {
		return o, nil, err
	}
	r, err := decodeRecord(supervision.RecordID{Order: id}, record)
	if err != nil {
		return supervision.Order{}, nil, err
	}
	return o, &r, nil
}

// decodeOrder reads an order's document; where there is none it is malformed.
func (s *Store) decodeOrder(id string, document []byte) (supervision.Order, error) {
	o, err := s.documents.UnmarshalOrder(document)
	if err != nil {
		return supervision.Order{}, &service.UnreadableError{Order: id, Err: err}
	}
	return o, nil
}

// decodeRecord reads a record's document; where there is none it is malformed.
func decodeRecord(id supervision.RecordID, document []byte) (r supervision.Record, err error) {
	if err := r.UnmarshalJSON(document); err != nil {
		return supervision.Record{}, &service.UnreadableError{Order: id.Order, Seq: id.Seq, Err: err}
	}
	return r, nil
}

// Records implements [service.Orders].
func (s *Store) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	var list []service.FoundRecord
	err := s.read(ctx, func(r Row) error {
		found := service.FoundRecord{RecordID: supervision.RecordID{Order: id}}
		var document []byte
		if err := r.Scan(&found.Seq, &document); err != nil {
			return err
		}
		found.Record, found.Err = decodeRecord(found.RecordID, document)
		list = append(list, found)
		return nil
	}, s.records, id, after, limit)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Due implements [service.Orders].
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	query, args := s.due, []any{at.UnixMicro()}
	if after != (supervision.Position{}) {
		query, args = s.dueBehind, append(args, s.position(after)...)
	}
	return s.list(ctx, s.read, query, append(args, limit)...)
}

// list returns the orders that a query finds by id, instant and document.
func (s *Store) list(ctx context.Context, read reading, query string, args ...any) ([]service.Found, error) {
	var list []service.Found
	err := read(ctx, func(r Row) error {
		var found service.Found
		var at int64
		var document []byte
		if err := r.Scan(&found.ID, &at, &document); err != nil {
			return err
		}
		found.At = instant(at)
		found.Order, found.Err = s.decodeOrder(found.ID, document)
		list = append(list, found)
		return nil
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// reading is read or readOnce.
type reading func(ctx context.Context, scan func(Row) error, query string, args ...any) error

// read runs a query in the host's transaction or, prepared, on the database.
func (s *Store) read(ctx context.Context, scan func(Row) error, query string, args ...any) error {
	if err := s.prepared.add(ctx, query); err != nil {
		return s.failed(ctx, err)
	}
	return s.readOnce(ctx, scan, query, args...)
}

// readOnce runs a query that is not kept prepared, since its text depends on
// what is asked.
func (s *Store) readOnce(ctx context.Context, scan func(Row) error, query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return s.failed(ctx, err)
	}
	if err := s.session().query(ctx, scan, query, args...); err != nil {
		return s.failed(ctx, err)
	}
	return nil
}
