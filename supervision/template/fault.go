package template

import (
	"fmt"
	"strconv"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Code says what is wrong, as a stable word that a host can translate.
type Code = fault.Code

// The codes of the faults of templates and of what is filled in.
const (
	CodeRequired     = fault.Required     // nothing is there, or nothing that can be seen
	CodeUnknown      = fault.Unknown      // a field's Kind is none of Kinds
	CodeUnknownField = fault.UnknownField // fields that the template does not have
	CodeWrongType    = fault.WrongType    // a value of another type than the kind's
	CodeMalformed    = fault.Malformed    // right type, but not of the kind's form
	CodeNotNormal    = fault.NotNormal    // understood, but only Normalize's form of it is accepted
	CodeNotUTF8      = fault.NotUTF8      // bytes that are not UTF-8
	CodeControl      = fault.Control      // a control character
	CodeFormat       = fault.Format       // an invisible character in a key, an option's value or a file's reference
	CodeLineBreak    = fault.LineBreak    // a line break or tab where one line is asked for
	CodeUntrimmed    = fault.Untrimmed    // white space at the beginning or the end
	CodeTooShort     = fault.TooShort     // fewer characters than MinLength
	CodeTooLong      = fault.TooLong      // more characters than the bound
	CodeTooSmall     = fault.TooSmall     // before Min
	CodeTooLarge     = fault.TooLarge     // after Max
	CodeTooFew       = fault.TooFew       // fewer items than MinItems
	CodeTooMany      = fault.TooMany      // more items, fields or options than the bound
	CodeMismatch     = fault.Mismatch     // not what the field's Pattern asks for
	CodeNoOption     = fault.NoOption     // not the value of an option
	CodeDuplicate    = fault.Duplicate    // the same twice: an item, a field's key, an option's value

	CodeNotApplicable = fault.NotApplicable // the field's kind does not have this setting
	CodeOutOfRange    = fault.OutOfRange    // a bound that is negative, too large, or contradicts another
	CodeBadPattern    = fault.BadPattern    // a Pattern that does not mean the same everywhere
	CodeTooCostly     = fault.TooCostly     // Patterns that together take too long to match
)

// Fault is one thing that is wrong with a template or with what is filled in,
// and what to do about it (R04). Its Field is a path such as "fields[2].key" in
// a template, and the field's key in a submission.
type Fault = fault.Fault

// InvalidError is an input that was refused whole; its Faults are all that is
// wrong. It matches [ErrInvalid].
type InvalidError = fault.Error

// The errors of the package; match them with [errors.Is].
var (
	// ErrInvalid reports a faulty template or submission; see
	// [InvalidError].
	ErrInvalid = fault.ErrInvalid
	// ErrMalformed reports JSON that is no [Template] or no [Values].
	ErrMalformed = fault.ErrMalformed
	// ErrNewerFormat reports a template in a format above [Format].
	ErrNewerFormat = fault.ErrNewerFormat
	// ErrUnknown reports a [Kind] outside [Kinds].
	ErrUnknown = fault.ErrUnknown
)

// none is no fault.
var none Fault

func problem(code Code, message string) Fault { return Fault{Code: code, Message: message} }

// atLeast and atMost are faults with the bound that they are about; message has
// one %s for it.
func atLeast(code Code, bound, message string) Fault {
	return Fault{Code: code, Min: bound, Message: fmt.Sprintf(message, bound)}
}

func atMost(code Code, bound, message string) Fault {
	return Fault{Code: code, Max: bound, Message: fmt.Sprintf(message, bound)}
}

func invalid(l fault.List) error { return l.Err("template", ErrInvalid) }

func count(n int) string { return strconv.Itoa(n) }
