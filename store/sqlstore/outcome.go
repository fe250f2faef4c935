package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision/service"
)

// What an error means is read from what drivers offer without being imported,
// never from an error's text: SQLState() (pgx, lib/pq), SafeToRetry() (pgx),
// Code() (modernc.org/sqlite) and the field Number (go-sql-driver/mysql). An
// error that tells nothing counts as the worse: after a commit was sent its
// outcome is unknown, and nothing is repeated.

// contended are the errors after which the database has rolled back and asks to
// try again.
func contended(err error) bool {
	switch {
	case errors.Is(err, driver.ErrBadConn): // never sent
		return true
	case slices.Contains([]string{"40001", "40P01"}, sqlState(err)): // serialization failure, deadlock
		return true
	case slices.Contains([]int{1213, 1020}, mysqlNumber(err)): // deadlock, record changed since it was read
		return true
	}
	primary := sqliteCode(err) & 0xff
	return primary == 5 || primary == 6 // busy, locked
}

// gaveUp reports whether TiDB has run a statement again as often as it does, for
// rows that others keep changing. The number is that of any error it has none
// for, so at a commit it says nothing.
func gaveUp(err error) bool { return mysqlNumber(err) == 1105 }

// duplicate reports whether an INSERT met a key that is taken, in MySQL.
func duplicate(err error) bool { return mysqlNumber(err) == 1062 }

// missing reports whether a table is not there. SQLite has one code for all
// that is wrong with a statement, and nothing else is wrong with ours.
func missing(err error) bool {
	return sqlState(err) == "42P01" || mysqlNumber(err) == 1146 || sqliteCode(err) == 1
}

// answered reports whether the server answered a single statement with an error
// that says that it was not applied. A block of MariaDB's holds its own commit,
// after which only few errors tell: a key that is taken, a lock that was not
// had, a table or a right that is missing, a server that only reads, a character
// that the connection's charset does not have.
func answered(err error) bool {
	if number := mysqlNumber(err); number != 0 {
		return contended(err) || slices.Contains([]int{1062, 1205, 1146, 1142, 1290, 1366}, number)
	}
	state := sqlState(err)
	if state == "" {
		return contended(err) || neverSent(err)
	}
	lost := strings.HasPrefix(state, "08") || strings.HasPrefix(state, "57P") || strings.HasPrefix(state, "58") ||
		state == "40003"
	return !lost
}

// notCommitted reports whether a failed COMMIT is known to have rolled back: a
// busy or full SQLite database, a deadlock, one that was not sent.
func notCommitted(err error) bool {
	return contended(err) || neverSent(err) || sqliteCode(err)&0xff == 13
}

func neverSent(err error) bool {
	var e interface{ SafeToRetry() bool }
	return errors.As(err, &e) && e.SafeToRetry()
}

func sqlState(err error) string {
	var e interface{ SQLState() string }
	if errors.As(err, &e) {
		return e.SQLState()
	}
	return ""
}

func sqliteCode(err error) int {
	var e interface{ Code() int }
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// mysqlNumber reads the exported field of the driver's error, wherever it is
// wrapped or joined.
func mysqlNumber(err error) int {
	if err == nil {
		return 0
	}
	if v := reflect.Indirect(reflect.ValueOf(err)); v.Kind() == reflect.Struct {
		if number := v.FieldByName("Number"); number.IsValid() && number.CanUint() {
			return int(number.Uint())
		}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			if number := mysqlNumber(err); number != 0 {
				return number
			}
		}
	}
	return mysqlNumber(errors.Unwrap(err))
}

// failed wraps a driver's error; a context that has ended is named as the
// reason. What is contended in the host's transaction the host tries again.
func (s *Store) failed(ctx context.Context, err error) error {
	if s.joined != nil && contended(err) {
		return fmt.Errorf("sqlstore: %w: begin the transaction anew: %w", service.ErrConflict, err)
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("sqlstore: %w: %w", ended, err)
	}
	return fmt.Errorf("sqlstore: %w", err)
}

func unknown(err error) error {
	return fmt.Errorf("sqlstore: %w: %w", service.ErrUnknownOutcome, err)
}

// How often, and for how long, a transaction is tried again before the
// contention is returned as an error.
const (
	attempts = 8
	patience = 5 * time.Second
)

// pause waits a little, longer each time, or until the context ends.
func pause(ctx context.Context, attempt int) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Millisecond << attempt):
	}
}
