// Package looplabhost does the business with looplab/fsm and SQL by hand: a
// machine for the status that was stored, as its README has it.
package looplabhost

import (
	"context"
	"errors"

	"github.com/looplab/fsm"

	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/internal/verify/peers/plain"
)

// New returns the peer.
func New() flow.Peer { return &plain.Host{Machine: fire} }

func fire(ctx context.Context, status, event string) (string, error) {
	var events fsm.Events
	for _, s := range flow.Steps {
		events = append(events, fsm.EventDesc{Name: s.Event, Src: []string{s.From}, Dst: s.To})
	}
	machine := fsm.NewFSM(status, events, fsm.Callbacks{})
	err := machine.Event(ctx, event)
	var stayed fsm.NoTransitionError
	if errors.As(err, &stayed) && stayed.Err == nil {
		err = nil
	}
	return machine.Current(), err
}
