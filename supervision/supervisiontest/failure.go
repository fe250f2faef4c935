package supervisiontest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/koogallery/serviceflow/supervision/service"
)

// Method names a method of service.Store.
type Method string

// The methods of a store.
const (
	Create          Method = "Create"
	Load            Method = "Load"
	Save            Method = "Save"
	Search          Method = "Search"
	Count           Method = "Count"
	Records         Method = "Records"
	Due             Method = "Due"
	Upcoming        Method = "Upcoming"
	Claim           Method = "Claim"
	Acknowledge     Method = "Acknowledge"
	Return          Method = "Return"
	Backlog         Method = "Backlog"
	Delayed         Method = "Delayed"
	Noticing        Method = "Noticing"
	Notice          Method = "Notice"
	PutTemplate     Method = "PutTemplate"
	Template        Method = "Template"
	LatestTemplates Method = "LatestTemplates"
	Between         Method = "Between"
	Erase           Method = "Erase"
	Remove          Method = "Remove"
)

// ErrInjected is what a broken store returns where a [Failure] names no other
// error.
var ErrInjected = errors.New("supervisiontest: injected failure")

// Failure says which calls of a store fail, and how. The zero value fails the
// next call of any method, before it has done anything.
type Failure struct {
	// On are the methods that fail; none stands for all.
	On []Method
	// Call is which of their calls fails, counted from [Store.FailOn]; 1, as
	// well as 0, is the next.
	Call int
	// Times is how many of their calls fail from there on; 0 stands for 1, a
	// negative number for all that follow.
	Times int
	// Err is what they return; nil for ErrInjected.
	Err error
	// Applied says that the call has its effect and only the answer is lost:
	// what happens when a connection breaks during a commit. ErrInjected then
	// comes wrapped with service.ErrUnknownOutcome.
	Applied bool
}

func (f Failure) err() error {
	switch {
	case f.Err != nil:
		return f.Err
	case f.Applied:
		return fmt.Errorf("%w: %w", service.ErrUnknownOutcome, ErrInjected)
	}
	return ErrInjected
}

// armed is a failure that counts the calls of its methods, and how many of them
// are still to fail.
type armed struct {
	Failure
	seen int
}

func (f Failure) arm() *armed {
	f.Times = cmp.Or(f.Times, 1)
	return &armed{Failure: f}
}

// meets counts a call and reports whether it fails.
func (a *armed) meets(m Method) bool {
	if len(a.On) > 0 && !slices.Contains(a.On, m) {
		return false
	}
	a.seen++
	if a.seen < a.Call || a.Times == 0 {
		return false
	}
	a.Times-- // which of a negative number is never 0
	return true
}
