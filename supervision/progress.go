package supervision

import "time"

// StepState says how far a step of the flow is. The zero value is none.
type StepState string

// The states of a step.
const (
	// StepDone: the flow is past it.
	StepDone StepState = "done"
	// StepCurrent: the flow stands here.
	StepCurrent StepState = "current"
	// StepWaiting: the flow has not come here yet, or a rejection sent it back before.
	StepWaiting StepState = "waiting"
	// StepFrozen: the flow stands here, and an appeal is pending (R12).
	StepFrozen StepState = "frozen"
	// StepCanceled: the flow stood here when a ruling closed the order (R15).
	StepCanceled StepState = "canceled"
)

var stepStates = []StepState{StepDone, StepCurrent, StepWaiting, StepFrozen, StepCanceled}

// String returns the step state's word.
func (s StepState) String() string { return string(s) }

// ParseStepState reads a step state's word. Any other word gives an error that wraps [ErrUnknown].
func ParseStepState(word string) (StepState, error) { return parseWord("step state", word, stepStates) }

// MarshalText writes the step state's word; an undeclared step state is an error that wraps [ErrUnknown].
func (s StepState) MarshalText() ([]byte, error) {
	_, err := ParseStepState(string(s))
	return []byte(s), err
}

// UnmarshalText reads what MarshalText writes, with the error of [ParseStepState].
func (s *StepState) UnmarshalText(text []byte) (err error) {
	*s, err = ParseStepState(string(text))
	return err
}

// Step is one step of the flow as a stepper shows it, named by the status at which the flow stands during it.
type Step struct {
	Status Status    `json:"status"`
	State  StepState `json:"state"`
}

// Progress lists the steps of the order's flow at an instant, first to last. A License flow begins at its delivery (R26).
func (o Order) Progress(at time.Time) []Step {
	o.settled(at)
	stands, state := o.Status, StepCurrent
	switch o.Status {
	case Frozen:
		stands, state = o.FrozenFrom, StepFrozen
	case Canceled:
		stands, state = o.FrozenFrom, StepCanceled
	case Completed:
		state = StepDone
	}
	var steps []Step
	for _, s := range []Status{AwaitingRequest, AwaitingConfirmation, AwaitingDelivery, AwaitingAcceptance, Accepted, Completed} {
		if s < o.Policy.Start {
			continue
		}
		step := Step{s, state}
		switch {
		case s < stands:
			step.State = StepDone
		case s > stands:
			step.State = StepWaiting
		}
		steps = append(steps, step)
	}
	return steps
}
