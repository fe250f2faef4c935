package fault

import "errors"

// The errors that all packages share.
var (
	// ErrInvalid reports a faulty input; see [Error].
	ErrInvalid = errors.New("invalid input")
	// ErrMalformed reports a document that is not what its JSON form says.
	ErrMalformed = errors.New("malformed document")
	// ErrNewerFormat reports a document of a newer version of the library.
	ErrNewerFormat = errors.New("newer format")
	// ErrUnknown reports a value outside its enumeration, such as one of a
	// newer version of the library.
	ErrUnknown = errors.New("unknown word")
)
