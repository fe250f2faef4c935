package supervision

import (
	"errors"
	"fmt"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
)

// The errors of the rules. Each is wrapped with what it is about; match them
// with errors.Is. Package service has those of storing.
var (
	// ErrNotFound: there is no such order or template, or it is not this
	// actor's to see; the two look the same (R22).
	ErrNotFound = errors.New("not found")
	// ErrRefused: a rule forbids the operation now; errors.As to [*Refusal]
	// tells which, why and from when (R24).
	ErrRefused = errors.New("refused")
	// ErrInvalid: the input is faulty; errors.As to [*InvalidError] lists
	// every fault.
	ErrInvalid = fault.ErrInvalid
	// ErrMalformed: a document is not what its JSON form says, or records do
	// not follow from one another.
	ErrMalformed = fault.ErrMalformed
	// ErrNewerFormat: a newer version of the library wrote the document;
	// upgrade this host.
	ErrNewerFormat = fault.ErrNewerFormat
	// ErrUnknown reports a value outside its enumeration, such as one of a
	// newer version of the library.
	ErrUnknown = fault.ErrUnknown
	// ErrPolicy is wrapped by every fault of a policy, those of its appeal
	// part included.
	ErrPolicy = appeal.ErrPolicy
)

// NotFound is the one answer for an unknown order and for somebody else's
// (R22). It wraps [ErrNotFound].
func NotFound(order string) error {
	return fmt.Errorf("supervision: order %q: %w", fault.Clip(order), ErrNotFound)
}

// parseWord is the body of every UnmarshalText. Enumerations are string types
// whose values are the words of their JSON form; any other word is refused,
// because one that a newer version wrote must not be taken for none.
func parseWord[T ~string](into *T, kind string, word []byte, declared []T) error {
	if err := fault.Word(into, word, kind, declared); err != nil {
		return fmt.Errorf("supervision: %w", err)
	}
	return nil
}
