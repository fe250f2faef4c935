package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/supervision/template"
)

// OpAutoAccept and OpComplete are the system's: time accepts an untouched
// delivery (R27) and completes an accepted order (R02).
const (
	OpAutoAccept Operation = "auto_accept"
	OpComplete   Operation = "complete"
)

// AutoAccept is what the system records when time accepts an untouched
// delivery (R27). Nobody can apply it.
type AutoAccept struct{}

// Operation returns OpAutoAccept.
func (AutoAccept) Operation() Operation { return OpAutoAccept }

func (a AutoAccept) check(_ Order, _ *template.Form, f faults) (Action, faults) { return a, f }

func (AutoAccept) decide(_ Order, d Decision, _ Role, _ time.Time) Decision { return d.notDue() }

// Complete is what the system records when time completes an accepted order
// (R02). Nobody can apply it.
type Complete struct{}

// Operation returns OpComplete.
func (Complete) Operation() Operation { return OpComplete }

func (a Complete) check(_ Order, _ *template.Form, f faults) (Action, faults) { return a, f }

func (Complete) decide(_ Order, d Decision, _ Role, _ time.Time) Decision { return d.notDue() }

// notDue refuses by hand what time does: when it is due, it is done already.
func (d Decision) notDue() Decision {
	d.Reason = ReasonNotDue
	return d
}
