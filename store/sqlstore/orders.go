package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Create implements [service.Orders].
func (s *Store) Create(ctx context.Context, change service.Change) error {
	rows, err := newChangeRows(&change)
	if err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	created, err := s.engine.create(ctx, s, rows)
	if err == nil && !created {
		return fmt.Errorf("sqlstore: order %q: %w", change.Order.ID, service.ErrExists)
	}
	return err
}

// Save implements [service.Orders]. Orders are written in the order of their
// ids, so that two calls never wait for each other.
func (s *Store) Save(ctx context.Context, changes ...service.Change) error {
	if len(changes) == 0 {
		return ctx.Err()
	}
	rows := make([]changeRows, len(changes))
	for i := range changes {
		var err error
		if rows[i], err = newChangeRows(&changes[i]); err != nil {
			return fmt.Errorf("sqlstore: %w", err)
		}
	}
	slices.SortFunc(rows, func(a, b changeRows) int { return strings.Compare(a.order.ID, b.order.ID) })
	conflicts, err := s.engine.save(ctx, s, rows)
	if err == nil && len(conflicts) > 0 {
		return &service.ConflictError{Orders: conflicts}
	}
	return err
}

// Load implements [service.Orders].
func (s *Store) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	var order, record []byte
	found := false
	scan := func(r *sql.Rows) error {
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
	return decodeBoth(order, record)
}

func decodeBoth(order, record []byte) (o supervision.Order, r *supervision.Record, err error) {
	if err = o.UnmarshalJSON(order); err == nil && record != nil {
		r = new(supervision.Record)
		err = r.UnmarshalJSON(record)
	}
	if err != nil {
		return supervision.Order{}, nil, fmt.Errorf("sqlstore: %w", err)
	}
	return o, r, nil
}

// Records implements [service.Orders].
func (s *Store) Records(ctx context.Context, id string, after int64, limit int) ([]supervision.Record, error) {
	var records []supervision.Record
	err := s.read(ctx, func(r *sql.Rows) error {
		var document []byte
		if err := r.Scan(&document); err != nil {
			return err
		}
		records = append(records, supervision.Record{})
		return records[len(records)-1].UnmarshalJSON(document)
	}, s.records, id, after, limit)
	if err != nil {
		return nil, err
	}
	return records, nil
}

// Due implements [service.Orders].
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.DueOrder,
	error) {
	query, args := s.due, []any{at.UnixMicro()}
	if after != (supervision.Position{}) {
		query, args = s.dueBehind, append(args, s.position(after)...)
	}
	var list []service.DueOrder
	err := s.read(ctx, func(r *sql.Rows) error {
		var due service.DueOrder
		var at int64
		var document []byte
		if err := r.Scan(&due.ID, &at, &document); err != nil {
			return err
		}
		due.Due, due.Err = instant(at), due.Order.UnmarshalJSON(document)
		list = append(list, due)
		return nil
	}, query, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// read runs a query in the host's transaction or on the database.
func (s *Store) read(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return failed(ctx, err)
	}
	in := session{on: s.tx}
	if s.tx == nil {
		in = session{on: s.db, prepared: s.prepared}
		if err := s.prepared.add(ctx, query); err != nil {
			return failed(ctx, err)
		}
	}
	if err := in.query(ctx, scan, query, args...); err != nil {
		return failed(ctx, err)
	}
	return nil
}
