package appeal

import (
	"errors"

	"github.com/koogallery/serviceflow/internal/fault"
)

var (
	// ErrPolicy reports an invalid policy; [errors.As] to [*InvalidError]
	// lists every fault.
	ErrPolicy = errors.New("invalid policy")
	// ErrUnknown reports a value outside its enumeration, such as one of a
	// newer version of the library.
	ErrUnknown = fault.ErrUnknown
	// ErrMalformed reports a document that is not what its JSON form says.
	ErrMalformed = fault.ErrMalformed
)

// Fault is one thing that is wrong with an input: the field's path, a code for
// machines with its bounds, and what to do about it.
type Fault = fault.Fault

// InvalidError is an input that was refused whole; its Faults are all that is
// wrong.
type InvalidError = fault.Error
