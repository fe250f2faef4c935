package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/supervision/service"
)

// WithClockLimit refuses records whose instant is ahead of the database's clock
// by more than d, with an error that wraps [service.ErrClock]: an order with a
// record of next year has its deadlines there. It asks the database for
// its time before each write; SQLite has its host's. Zero, the default, refuses
// nothing.
func WithClockLimit(d time.Duration) Option { return func(c *config) { c.clockLimit = d } }

// clocks ask for the time in microseconds since 1970.
var clocks = map[Dialect]string{
	SQLite:   `SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)`,
	Postgres: `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`,
	MySQL:    `SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)`,
}

// checkClock refuses changes that are ahead of the database's clock.
func (s *Store) checkClock(ctx context.Context, rows ...changeRows) error {
	if s.clockLimit == 0 {
		return nil
	}
	var latest, now int64
	for _, row := range rows {
		for _, r := range row.records {
			latest = max(latest, r.at)
		}
	}
	err := s.readOnce(ctx, func(r Row) error { return r.Scan(&now) }, clocks[s.dialect])
	if err != nil {
		return err
	}
	if ahead := time.Duration(latest-now) * time.Microsecond; ahead > s.clockLimit {
		return fmt.Errorf("sqlstore: %w by %s: set this host's clock", service.ErrClock, ahead)
	}
	return nil
}
