package supervision

import (
	"errors"
	"fmt"
	"strings"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision/template"
)

// The errors of the library. Each is wrapped with what it is about; match them with errors.Is.
var (
	// ErrNotFound: there is no such order or template, or it is not this actor's to see; the two look the same (R22).
	ErrNotFound = errors.New("not found")
	// ErrRefused: a rule forbids the operation now; errors.As to [*Refusal] tells which, why and from when (R24).
	ErrRefused = errors.New("refused")
	// ErrInvalid: the input is faulty; errors.As to [*InvalidError] lists every fault.
	ErrInvalid = errors.New("invalid input")
	// ErrConflict: somebody else changed the order meanwhile; load it and decide again.
	ErrConflict = errors.New("conflict")
	// ErrExists: another order has this id already.
	ErrExists = errors.New("exists already")
	// ErrKeyReused: the idempotency key has been used on this order for another command (R28).
	ErrKeyReused = errors.New("idempotency key reused")
	// ErrUnknownOutcome: the answer to a save was lost, so it may have been made or not. Repeat the command with the same
	// idempotency key: it is applied once (R28).
	ErrUnknownOutcome = errors.New("unknown outcome")
	// ErrMalformed: a document is not what its JSON form says.
	ErrMalformed = errors.New("malformed document")
	// ErrNewerFormat: a document was written by a newer version of the library.
	ErrNewerFormat = template.ErrNewerFormat
	// ErrUnknown: a word is none of its enumeration's, as one written by a newer version may be.
	ErrUnknown = appeal.ErrUnknown
)

// Fault is one fault of an input: the field's path, a stable code for machines, and what to do about it.
type Fault = template.Fault

// InvalidError lists every fault of an input that was refused whole. It matches [ErrInvalid].
type InvalidError struct {
	Faults []Fault
}

// Error lists the faults. It never repeats what the user wrote.
func (e *InvalidError) Error() string {
	list := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		list[i] = f.Field + ": " + f.Message
	}
	return "supervision: invalid input: " + strings.Join(list, "; ")
}

// Is matches ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// ConflictError names the orders whose save lost against another; the others of the same call are saved. It matches
// [ErrConflict].
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
	return fmt.Sprintf("supervision: conflict: %d order(s) changed meanwhile: %q: load again and decide again", len(e.Orders), named)
}

// Is matches ErrConflict.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// notFound is the one answer for an unknown order and for somebody else's (R22).
func notFound(order string) error {
	return fmt.Errorf("supervision: order %q: %w", clip(order), ErrNotFound)
}

// clip keeps a stranger's word in an error message short.
func clip(s string) string {
	const most = MaxID
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
