package machine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/looplab/fsm"
)

// errRefused reports a transition that looplab does not know.
var errRefused = errors.New("machine: refused by looplab/fsm")

// transition is a row in looplab's terms, where an event leads from a status
// to one destination only.
type transition struct {
	from, move, to string
}

// runner pools looplab machines: making one costs about ten times as much as
// running a transition. They have no callbacks, so no code of ours runs while
// one is locked.
type runner struct {
	idle sync.Pool
}

func newRunner(transitions []transition) *runner {
	events := make(fsm.Events, 0, len(transitions))
	for _, t := range transitions {
		events = append(events, fsm.EventDesc{Name: t.move, Src: []string{t.from}, Dst: t.to})
	}
	return &runner{idle: sync.Pool{New: func() any { return fsm.NewFSM("", events, nil) }}}
}

// fire runs t and returns nil when looplab ended at its destination. A machine
// goes back to the pool only after a clean outcome, so neither a half-done
// transition nor a panic can wedge a later one. Nobody cancels the context:
// looplab would keep a canceled transition pending for good.
func (r *runner) fire(t transition) error {
	f := r.idle.Get().(*fsm.FSM)
	f.SetState(t.from)
	err := f.Event(context.Background(), t.move)
	switch e := err.(type) {
	case fsm.InvalidEventError, fsm.UnknownEventError:
		r.idle.Put(f)
		return errRefused
	case fsm.NoTransitionError: // looplab's answer to a transition to the same status
		err = e.Err
	}
	if err != nil {
		return fmt.Errorf("machine: %s at %s failed in looplab/fsm: %w", t.move, t.from, err)
	}
	if at := f.Current(); at != t.to {
		return fmt.Errorf("machine: %s at %s ended at %s instead of %s in looplab/fsm", t.move, t.from, at, t.to)
	}
	r.idle.Put(f)
	return nil
}
