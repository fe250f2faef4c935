package service

import (
	"errors"
	"fmt"
	"strings"
)

// The errors of storing. Each is wrapped with what it is about; match them
// with errors.Is.
var (
	// ErrConflict: others were faster, as often as the service tries; the same
	// command may be sent again. A [*ConflictError] names the orders. In a
	// joined store the transaction has to begin anew before.
	ErrConflict = errors.New("conflict")
	// ErrStale: the version named, by [IfVersion] or in publishing a template,
	// is not the newest. Look at what is there now: the same command, sent
	// again, is refused again.
	ErrStale = errors.New("stale version")
	// ErrExists: another order has this id already.
	ErrExists = errors.New("exists already")
	// ErrKeyReused: the idempotency key has been used on this order for another
	// command (R28).
	ErrKeyReused = errors.New("idempotency key reused")
	// ErrUnknownOutcome: the answer to a save was lost, so it may have been
	// made or not. Repeat the command with the same idempotency key: it is
	// applied once (R28).
	ErrUnknownOutcome = errors.New("unknown outcome")
	// ErrSetAside: publish returns an error that wraps it for a record that no
	// other attempt could relay.
	ErrSetAside = errors.New("set aside")
	// ErrPanic: publish panicked; of the value the error names the type only.
	ErrPanic = errors.New("publish panicked")
	// ErrClock: the host's clock is so far ahead of the store's that the store
	// takes it for wrong; see sqlstore.WithClockLimit.
	ErrClock = errors.New("clock is ahead of the store's")
	// ErrNoRecords: a change without records has nothing to store.
	ErrNoRecords = errors.New("change without records")
)

// UnreadableError says that an order or a record is stored and cannot be read.
// It wraps [supervision.ErrNewerFormat] or [supervision.ErrMalformed].
type UnreadableError struct {
	Order string `json:"order"`
	// Seq is the record's number; 0 for the order itself.
	Seq int64 `json:"seq,omitempty"`
	Err error `json:"-"`
}

// Error names the order, and the record if it is one.
func (e *UnreadableError) Error() string {
	what := fmt.Sprintf("order %q", e.Order)
	if e.Seq != 0 {
		what = fmt.Sprintf("record %d of order %q", e.Seq, e.Order)
	}
	return fmt.Sprintf("service: %s cannot be read: %v", what, e.Err)
}

// Unwrap returns Err.
func (e *UnreadableError) Unwrap() error { return e.Err }

// ExistsError names the orders that were not created, because their ids are
// taken; the others of the same call are stored. It matches [ErrExists].
type ExistsError struct {
	Orders []string
}

// Error names at most a few of the orders.
func (e *ExistsError) Error() string {
	return fmt.Sprintf("service: %d order(s) exist already: %q", len(e.Orders), few(e.Orders))
}

// Is matches ErrExists.
func (e *ExistsError) Is(target error) bool { return target == ErrExists }

// DifferentError says that an order exists already, and began in another way
// than it was to begin now (R28). It matches [ErrExists].
type DifferentError struct {
	Order string
	// Fields are the JSON names of what differs, such as "buyer"; "operation"
	// alone where one was opened and the other adopted.
	Fields []string
}

// Error names the fields, and repeats nothing of what they hold.
func (e *DifferentError) Error() string {
	return fmt.Sprintf("service: order %q exists already and differs in %s", e.Order, strings.Join(e.Fields, ", "))
}

// Is matches ErrExists.
func (e *DifferentError) Is(target error) bool { return target == ErrExists }

// ConflictError names the orders whose save lost against another; the others of
// the same call are saved. It matches [ErrConflict].
type ConflictError struct {
	Orders []string
}

// Error names at most a few of the orders.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("service: conflict: %d order(s) changed meanwhile: %q: load again and decide again",
		len(e.Orders), few(e.Orders))
}

// Is matches ErrConflict.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// few returns the first of many ids.
func few(ids []string) []string { return ids[:min(len(ids), 5)] }
