package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// waitingRow is a claimed row of the outbox with its record.
type waitingRow struct {
	supervision.RecordID
	waits    int64
	document []byte
}

func scanWaiting(r *sql.Rows) (w waitingRow, err error) {
	err = r.Scan(&w.Order, &w.Seq, &w.waits, &w.document)
	return w, err
}

// Claim implements [service.Outbox]. An order is claimed through its first
// waiting record, so that of two relays only one can have it, and is as old as
// that record.
func (s *Store) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record, error) {
	rows, err := s.engine.claim(ctx, s, at.UnixMicro(), at.Add(lease).UnixMicro(), limit)
	if err != nil {
		return nil, err
	}
	sortByWait(rows)
	records := make([]supervision.Record, len(rows))
	for i, row := range rows {
		if err := records[i].UnmarshalJSON(row.document); err != nil {
			return nil, fmt.Errorf("sqlstore: record %d of order %q: %w", row.Seq, row.Order, err)
		}
	}
	return records, nil
}

// sortByWait puts the orders that wait longest first, and each order's records
// in sequence.
func sortByWait(rows []waitingRow) {
	slices.SortFunc(rows, func(a, b waitingRow) int {
		return cmp.Or(strings.Compare(a.Order, b.Order), cmp.Compare(a.Seq, b.Seq))
	})
	for i := 1; i < len(rows); i++ {
		if rows[i].Order == rows[i-1].Order {
			rows[i].waits = rows[i-1].waits
		}
	}
	slices.SortFunc(rows, func(a, b waitingRow) int {
		return cmp.Or(cmp.Compare(a.waits, b.waits), strings.Compare(a.Order, b.Order), cmp.Compare(a.Seq, b.Seq))
	})
}

// Acknowledge implements [service.Outbox].
func (s *Store) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	if len(ids) == 0 {
		return ctx.Err()
	}
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b supervision.RecordID) int {
		return cmp.Or(strings.Compare(a.Order, b.Order), cmp.Compare(a.Seq, b.Seq))
	})
	return s.engine.acknowledge(ctx, s, ids)
}
