package supervision

import (
	"slices"
	"time"
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
	// StepFrozen: the flow stands here, and an appeal is pending (R12).
	StepFrozen StepState = "frozen"
	// StepCanceled: the flow stood here when a ruling closed the order (R15).
	StepCanceled StepState = "canceled"
)

var stepStates = []StepState{StepDone, StepCurrent, StepWaiting, StepFrozen, StepCanceled}

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

// Steps lists the steps of the order's flow at an instant, first to last. A
// License flow begins at its delivery (R26).
func (o Order) Steps(at time.Time) []Step {
	now, _ := o.Settle(o.clamp(at))
	stands, state := now.Status, StepCurrent
	switch now.Status {
	case Frozen:
		stands, state = now.FrozenFrom, StepFrozen
	case Canceled:
		stands, state = now.FrozenFrom, StepCanceled
	case Completed:
		state = StepDone
	}
	first, here := slices.Index(steps, now.Policy.Start), slices.Index(steps, stands)
	var list []Step
	for i := first; i < len(steps); i++ {
		step := Step{steps[i], state}
		switch {
		case i < here:
			step.State = StepDone
		case i > here:
			step.State = StepWaiting
		}
		list = append(list, step)
	}
	return list
}
