package fault

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Fault is one thing that is wrong with an input, and what to do about it.
type Fault struct {
	// Field is where: the path of one field, such as
	// "attachments[2].name". It is empty for the input as a whole.
	Field string `json:"field"`
	// Code is what is wrong.
	Code Code `json:"code"`
	// Min and Max are the bounds that the code is about: a count, a decimal,
	// a date or a duration, as text.
	Min string `json:"min,omitempty"`
	Max string `json:"max,omitempty"`
	// Kind is the kind of form field that the code is about.
	Kind string `json:"kind,omitempty"`
	// Message says in English what to do. It never repeats what the user
	// wrote.
	Message string `json:"message"`
}

// List collects the faults of an input, so that it is refused whole, with all
// of them.
type List []Fault

// Add adds a fault without numbers.
func (l *List) Add(field string, code Code, message string) {
	*l = append(*l, Fault{Field: field, Code: code, Message: message})
}

// Put adds what a check found at a field; the zero Fault is nothing.
func (l *List) Put(field string, f Fault) {
	if f.Code != "" {
		f.Field = field
		*l = append(*l, f)
	}
}

// Within adds the faults of a part's error; path is where the part is.
func (l *List) Within(path string, err error) {
	for _, f := range Of(err) {
		l.Put(strings.TrimSuffix(path+"."+f.Field, "."), f)
	}
}

// Range checks a number.
func (l *List) Range(field string, n, least, most int) {
	if n < least || n > most {
		l.Put(field, Fault{
			Code: OutOfRange, Min: strconv.Itoa(least), Max: strconv.Itoa(most),
			Message: fmt.Sprintf("give %d to %d", least, most),
		})
	}
}

// Err returns nil for an empty list, otherwise an [*Error] that reads
// "pkg: kind: ..." and matches kind.
func (l List) Err(pkg string, kind error) error {
	if len(l) == 0 {
		return nil
	}
	return &Error{Faults: l, pkg: pkg, kind: kind}
}

// Error is an input that was refused whole, with every fault of it. It matches
// [ErrInvalid] with [errors.Is], and the error of its part of the library, such
// as that of an invalid policy. Where it is a document that was refused it
// matches [ErrMalformed] only.
type Error struct {
	Faults []Fault

	pkg  string
	kind error
}

// Error lists what to do, each with its field.
func (e *Error) Error() string {
	var b strings.Builder
	if e.pkg != "" {
		b.WriteString(e.pkg + ": ")
	}
	b.WriteString(e.Unwrap().Error())
	separator := ": "
	for _, f := range e.Faults {
		b.WriteString(separator)
		if f.Field != "" {
			b.WriteString(f.Field + ": ")
		}
		b.WriteString(f.Message)
		separator = "; "
	}
	return b.String()
}

// Unwrap returns the error of the part of the library.
func (e *Error) Unwrap() error {
	if e.kind == nil {
		return ErrInvalid
	}
	return e.kind
}

// Is matches ErrInvalid, unless a stored document is at fault: no input is.
func (e *Error) Is(target error) bool { return target == ErrInvalid && e.kind != ErrMalformed }

// Of returns the faults of an error; nil where it has none.
func Of(err error) List {
	if err == nil {
		return nil // without looking for what escapes
	}
	var invalid *Error
	if errors.As(err, &invalid) {
		return invalid.Faults
	}
	return nil
}
