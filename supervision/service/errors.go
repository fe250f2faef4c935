package service

import (
	"errors"
	"fmt"
)

// The errors of storing. Each is wrapped with what it is about; match them
// with errors.Is.
var (
	// ErrConflict: somebody else changed the order meanwhile; load it and
	// decide again.
	ErrConflict = errors.New("conflict")
	// ErrExists: another order has this id already.
	ErrExists = errors.New("exists already")
	// ErrKeyReused: the idempotency key has been used on this order for another
	// command (R28).
	ErrKeyReused = errors.New("idempotency key reused")
	// ErrUnknownOutcome: the answer to a save was lost, so it may have been
	// made or not. Repeat the command with the same idempotency key: it is
	// applied once (R28).
	ErrUnknownOutcome = errors.New("unknown outcome")
)

// ConflictError names the orders whose save lost against another; the others of
// the same call are saved. It matches [ErrConflict].
type ConflictError struct {
	Orders []string
}

// Error names at most a few of the orders.
func (e *ConflictError) Error() string {
	const most = 5
	named := e.Orders
	if len(named) > most {
		named = named[:most]
	}
	return fmt.Sprintf("supervision: conflict: %d order(s) changed meanwhile: %q: load again and decide again",
		len(e.Orders), named)
}

// Is matches ErrConflict.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }
