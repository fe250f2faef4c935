package template

import (
	"errors"
	"fmt"
	"strings"
)

// The codes of faults: stable words a host can translate.
const (
	CodeRequired     = "required"          // nothing is there
	CodeUnknownField = "unknown_field"     // the template has no field of that key
	CodeWrongType    = "wrong_type"        // a value of another type than the kind's
	CodeMalformed    = "malformed"         // right type, but not a number, date, address, … of the kind's form
	CodeNotNormal    = "not_normalised"    // understood, but only Normalize's form of it is accepted
	CodeNotUTF8      = "not_utf8"          // bytes that are no UTF-8
	CodeControl      = "control_character" // a control character that texts must not have
	CodeLineBreak    = "line_break"        // a line break or tab where one line is asked for
	CodeUntrimmed    = "untrimmed"         // blanks at the beginning or the end
	CodeTooShort     = "too_short"         // fewer characters than MinLength
	CodeTooLong      = "too_long"          // more characters than the bound
	CodeTooSmall     = "too_small"         // before Min
	CodeTooLarge     = "too_large"         // after Max
	CodeTooFew       = "too_few"           // fewer items than MinItems
	CodeTooMany      = "too_many"          // more items, fields or options than the bound
	CodeMismatch     = "pattern_mismatch"  // not what the field's Pattern asks for
	CodeNoOption     = "not_an_option"     // not the value of an option
	CodeDuplicate    = "duplicate"         // the same twice: an item, a field's key, an option's value

	CodeUnknownKind   = "unknown_kind"   // a field's Kind is none of Kinds
	CodeNotApplicable = "not_applicable" // the field's kind does not have this setting
	CodeOutOfRange    = "out_of_range"   // a bound that is negative, too large, or contradicts another
	CodeBadPattern    = "bad_pattern"    // a Pattern that is no pattern or does not mean the same everywhere
)

// ErrInvalid is what every *Error matches with errors.Is.
var ErrInvalid = errors.New("template: invalid")

// Fault is one thing that is wrong, and what to do about it (R04).
type Fault struct {
	// Field is where: a path such as "fields[2].key" in a seller's template, the field's key in a submission. It is
	// empty for submitted keys that are themselves unfit to repeat (too long, or with control characters).
	Field string `json:"field"`
	// Code is one of the Code constants.
	Code string `json:"code"`
	// Message says in English what to do. It never repeats what the user wrote.
	Message string `json:"message"`
}

// Error carries every fault that was found. It matches ErrInvalid with errors.Is and *Error with errors.As.
type Error struct {
	Faults []Fault
}

// Error lists every fault with its field.
func (e *Error) Error() string {
	list := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		list[i] = strings.TrimPrefix(fmt.Sprintf("%s: %s: %s", f.Field, f.Code, f.Message), ": ")
	}
	return ErrInvalid.Error() + ": " + strings.Join(list, "; ")
}

// Is reports that an Error is ErrInvalid.
func (e *Error) Is(target error) bool { return target == ErrInvalid }

// problem is a fault whose field only the caller knows. The zero problem is none.
type problem struct{ code, message string }

var none problem

func problemf(code, format string, args ...any) problem {
	return problem{code, fmt.Sprintf(format, args...)}
}

// faults collects problems with their fields.
type faults []Fault

func (l *faults) add(field string, p problem) {
	if p != none {
		*l = append(*l, Fault{Field: field, Code: p.code, Message: p.message})
	}
}

func (l faults) err() error {
	if len(l) == 0 {
		return nil
	}
	return &Error{Faults: l}
}
