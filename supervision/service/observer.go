package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Observer holds hooks for metrics and traces, in the manner of
// httptrace.ClientTrace: set the ones you need. Hooks are called synchronously,
// possibly several at once, and must not block. All but Begin are called after
// the fact.
type Observer struct {
	// Begin is called before the work that Operation or Published hears of: with
	// the operation, empty for a command that is too faulty to look at, or with
	// "publish". The context it returns is that of the work, what the store and
	// publish are called with included, and that of the hook. Orders are adopted
	// many at once: there it is called after the work.
	Begin func(ctx context.Context, work string) context.Context
	// Operation is called after every Open and Do, and for every order that
	// Adopt is given, whatever came of it.
	Operation func(context.Context, OperationEvent)
	// Settled is called after every step of settling.
	Settled func(context.Context, StepEvent)
	// Noticed is called after every step of giving notices (R33).
	Noticed func(context.Context, StepEvent)
	// Relayed is called after every step of relaying.
	Relayed func(context.Context, StepEvent)
	// Published is called after every attempt to hand a record over.
	Published func(context.Context, PublishEvent)
}

// StepEvent is what an observer hears of a step of a worker.
type StepEvent struct {
	// Done is how many orders were settled or noticed, or records relayed.
	Done int
	// Failed is how many orders failed.
	Failed int
	// Err is what ended the step early; nil if nothing did.
	Err error
}

// PublishEvent is what an observer hears of an attempt to hand a record over.
// Apart from Err, which may be publish's, it holds nothing that users wrote.
type PublishEvent struct {
	supervision.RecordID
	// Operation is the record's; zero where it cannot be read.
	Operation supervision.Operation
	// Attempt counts the attempts to hand the record over, from 1.
	Attempt int
	// Duration is how long it took by the service's clock.
	Duration time.Duration
	// Err is why it failed; nil for success.
	Err error
}

// OperationEvent is what an observer hears of an operation. Apart from Err,
// which names ids and the fields of a form, it holds nothing that users wrote.
type OperationEvent struct {
	// Order is the order's id, Operation what was to be done, Role whose part it
	// was; zero for a command that was too faulty to look at.
	Order     string
	Operation supervision.Operation
	Role      supervision.Role
	// Version is the order's version afterwards; 0 after an error.
	Version int64
	// Attempts is how often the operation was tried, conflicts included; from
	// 1.
	Attempts int
	// Duration is how long it took by the service's clock.
	Duration time.Duration
	DryRun   bool
	// Err is the error that Open or Do returns; nil for success.
	Err error
}

// Outcome classes the event for a metric's label: "ok", "refused", "invalid",
// "not_found", "exists", "conflict", "stale", "key_reused", "unknown" or
// "error".
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
	{supervision.ErrRefused, "refused"}, {supervision.ErrInvalid, "invalid"}, {supervision.ErrPolicy, "invalid"},
	{supervision.ErrNotFound, "not_found"}, {ErrExists, "exists"},
	{ErrConflict, "conflict"}, {ErrStale, "stale"}, {ErrKeyReused, "key_reused"}, {ErrUnknownOutcome, "unknown"},
}

// observe tells hooks and log what came of an operation that began at an
// instant.
func (s *Service) observe(ctx context.Context, e OperationEvent, began time.Time, order supervision.Order, err error) {
	e.Version, e.Duration, e.Err = order.Version, s.clock.Now().Sub(began), err
	s.observer.operation(ctx, e)
	if !s.log.Enabled(ctx, slog.LevelDebug) { // spares putting the line together
		return
	}
	s.log.DebugContext(ctx, "operation", "order", e.Order, "operation", string(e.Operation), "role", string(e.Role),
		"version", e.Version, "attempts", e.Attempts, "outcome", e.Outcome())
}

func (o Observer) begin(ctx context.Context, work string) context.Context {
	if o.Begin == nil {
		return ctx
	}
	return o.Begin(ctx, work)
}

func (o Observer) operation(ctx context.Context, e OperationEvent) {
	if o.Operation != nil {
		o.Operation(ctx, e)
	}
}

func (o Observer) settled(ctx context.Context, e StepEvent) {
	if o.Settled != nil {
		o.Settled(ctx, e)
	}
}

func (o Observer) noticed(ctx context.Context, e StepEvent) {
	if o.Noticed != nil {
		o.Noticed(ctx, e)
	}
}

func (o Observer) relayed(ctx context.Context, e StepEvent) {
	if o.Relayed != nil {
		o.Relayed(ctx, e)
	}
}

func (o Observer) published(ctx context.Context, e PublishEvent) {
	if o.Published != nil {
		o.Published(ctx, e)
	}
}
