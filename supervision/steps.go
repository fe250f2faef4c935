package supervision

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// StepState says how far a step of the flow is. The zero value is none.
type StepState string

// The states of a step.
const (
	// StepDone: the flow is past it.
	StepDone StepState = "done"
	// StepCurrent: the flow stands here.
	StepCurrent StepState = "current"
	// StepWaiting: the flow has not come here yet, or a rejection sent it back
	// before.
	StepWaiting StepState = "waiting"
	// StepFrozen: the flow stands here, frozen (R12).
	StepFrozen StepState = "frozen"
	// StepSkipped: the flow is past it, but it never happened: a ruling led
	// beyond it (R15).
	StepSkipped StepState = "skipped"
	// StepCanceled: the flow stood here when the order was canceled.
	StepCanceled StepState = "canceled"
)

var stepStates = []StepState{StepDone, StepCurrent, StepWaiting, StepFrozen, StepSkipped, StepCanceled}

// StepStates lists every state of a step.
func StepStates() []StepState { return append([]StepState(nil), stepStates...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (s *StepState) UnmarshalText(text []byte) error {
	return parseWord(s, "step state", text, stepStates)
}

// Step is one step of the flow as a stepper shows it, named by the status at
// which the flow stands during it.
type Step struct {
	Status Status    `json:"status"`
	State  StepState `json:"state"`
}

// steps are the statuses that a stepper shows, first to last.
var steps = []Status{AwaitingRequest, AwaitingConfirmation, AwaitingDelivery, AwaitingAcceptance, Accepted, Completed}

// StepStatuses lists the statuses that are steps of a flow, first to last.
func StepStatuses() []Status { return append([]Status(nil), steps...) }

// Steps lists the steps of the order's flow at an instant, first to last. A
// License flow begins at its delivery (R26). The zero order has none.
func (o Order) Steps(at time.Time) []Step {
	now, _ := o.Settle(at)
	stands, state := now.Status, StepCurrent
	switch now.Status {
	case Frozen:
		stands, state = now.FrozenFrom, StepFrozen
	case Canceled:
		stands, state = now.Cancellation.From, StepCanceled
	case Completed:
		state = StepDone
	}
	first, here := slices.Index(steps, now.Policy.Start), slices.Index(steps, stands)
	if first < 0 {
		return nil
	}
	var list []Step
	for i := first; i < len(steps); i++ {
		step := Step{steps[i], state}
		switch {
		case i < here && now.Passed.Has(steps[i]):
			step.State = StepDone
		case i < here:
			step.State = StepSkipped
		case i > here:
			step.State = StepWaiting
		}
		list = append(list, step)
	}
	return list
}

// StepSet is a set of steps, named as in [Step]. It is comparable; the zero
// value is empty.
type StepSet uint8

func bit(step Status) StepSet { return 1 << slices.Index(steps, step) }

// Has reports whether the set has a step.
func (s StepSet) Has(step Status) bool { return slices.Contains(steps, step) && s&bit(step) != 0 }

// MarshalJSON writes the set as a list in the order of the flow.
func (s StepSet) MarshalJSON() ([]byte, error) {
	list := make([]Status, 0, len(steps))
	for _, step := range steps {
		if s.Has(step) {
			list = append(list, step)
		}
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads a list. A status that is no step is [ErrMalformed].
func (s *StepSet) UnmarshalJSON(data []byte) error {
	var list []Status
	if err := fault.Decode("supervision: steps", data, &list); err != nil {
		return err
	}
	*s = 0
	for _, step := range list {
		if !slices.Contains(steps, step) {
			return fmt.Errorf("supervision: steps: %w: name steps of the flow", ErrMalformed)
		}
		*s |= bit(step)
	}
	return nil
}

// pass notes that the step at which the flow stands has happened, where the
// flow goes on to the next one. A ruling does not: it leads from Frozen.
func (o *Order) pass(to Status) {
	if i := slices.Index(steps, o.Status); i >= 0 && i+1 < len(steps) && steps[i+1] == to {
		o.Passed |= bit(o.Status)
	}
}
