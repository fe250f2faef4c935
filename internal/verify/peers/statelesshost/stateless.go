// Package statelesshost does the business with qmuntal/stateless and SQL by
// hand: a machine with external storage for each event, as its README has it.
package statelesshost

import (
	"context"

	"github.com/qmuntal/stateless"

	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/internal/verify/peers/plain"
)

// New returns the peer.
func New() flow.Peer { return &plain.Host{Machine: fire} }

func fire(ctx context.Context, status, event string) (string, error) {
	machine := stateless.NewStateMachineWithExternalStorage(
		func(context.Context) (stateless.State, error) { return status, nil },
		func(_ context.Context, to stateless.State) error {
			status = to.(string)
			return nil
		}, stateless.FiringQueued)
	for _, s := range flow.Steps {
		if s.From == s.To {
			machine.Configure(s.From).PermitReentry(s.Event)
		} else {
			machine.Configure(s.From).Permit(s.Event, s.To)
		}
	}
	err := machine.FireCtx(ctx, event)
	return status, err
}
