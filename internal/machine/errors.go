package machine

import (
	"errors"
	"fmt"
	"strings"
)

// ErrTable matches every *TableError.
var ErrTable = errors.New("machine: faulty transition table")

// ErrNoTransition matches every *NoTransition.
var ErrNoTransition = errors.New("machine: no such transition")

// TableError is what Compile returns for a table it refuses: all its faults,
// so that one run is enough to mend them.
type TableError struct {
	Faults []string // never empty; each says what to change
}

func (e *TableError) Error() string {
	return fmt.Sprintf("%v, %d to mend: %s", ErrTable, len(e.Faults), strings.Join(e.Faults, "; "))
}

// Unwrap makes errors.Is(err, ErrTable) true.
func (e *TableError) Unwrap() error { return ErrTable }

// NoTransition is what Fire returns for a triple that is not in the table.
// A value the table does not declare is shown as its number.
type NoTransition struct {
	From, Event, To string
}

func (e *NoTransition) Error() string {
	return fmt.Sprintf("%v: %s does not lead from %s to %s; ask Leads first", ErrNoTransition, e.Event, e.From, e.To)
}

// Unwrap makes errors.Is(err, ErrNoTransition) true.
func (e *NoTransition) Unwrap() error { return ErrNoTransition }
