package supervision

import (
	"context"
	"errors"
	"time"
)

// Observer holds hooks for metrics, in the manner of httptrace.ClientTrace: set the ones you need. Hooks are called synchronously, after
// the fact, and must not block.
type Observer struct {
	// Operation is called after every Open and Do.
	Operation func(context.Context, OperationEvent)
	// Settled is called after every step of settling, with how many orders it moved and how many failed.
	Settled func(ctx context.Context, settled, failed int)
	// Relayed is called after every step of relaying, with how many records it handed over and how many orders failed.
	Relayed func(ctx context.Context, relayed, failed int)
}

// OperationEvent is what an observer hears of an operation. It never holds what users wrote.
type OperationEvent struct {
	Order     string
	Operation Operation
	Role      Role
	// Version is the order's version afterwards; 0 after an error.
	Version int64
	// Attempts is how often the operation was tried, conflicts included; from 1.
	Attempts int
	// Duration is how long it took by the service's clock.
	Duration time.Duration
	DryRun   bool
	// Err is the error that Do returns; nil for success.
	Err error
}

// Outcome classes the event for a metric's label: "ok", "refused", "invalid", "not_found", "conflict", "key_reused", "unknown" or "error".
func (e OperationEvent) Outcome() string {
	if e.Err == nil {
		return "ok"
	}
	for _, class := range outcomes {
		if errors.Is(e.Err, class.err) {
			return class.name
		}
	}
	return "error"
}

var outcomes = []struct {
	err  error
	name string
}{
	{ErrRefused, "refused"}, {ErrInvalid, "invalid"}, {ErrNotFound, "not_found"}, {ErrConflict, "conflict"},
	{ErrKeyReused, "key_reused"}, {ErrUnknownOutcome, "unknown"},
}

func (o Observer) operation(ctx context.Context, e OperationEvent) {
	if o.Operation != nil {
		o.Operation(ctx, e)
	}
}

func (o Observer) settled(ctx context.Context, settled, failed int) {
	if o.Settled != nil {
		o.Settled(ctx, settled, failed)
	}
}

func (o Observer) relayed(ctx context.Context, relayed, failed int) {
	if o.Relayed != nil {
		o.Relayed(ctx, relayed, failed)
	}
}
