package otelsupervision

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/metric"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func (o observer) operation(ctx context.Context, e service.OperationEvent) {
	outcome := e.Outcome()
	var a attributes
	a.text("operation", string(e.Operation))
	a.text("outcome", outcome)
	o.operationDuration.Record(ctx, e.Duration.Seconds(), metric.WithAttributes(a...))
	if e.Attempts > 1 {
		o.retries.Add(ctx, int64(e.Attempts-1), metric.WithAttributes(a[0]))
	}
	a.text("role", string(e.Role))
	a.flag("dry_run", e.DryRun)
	refusal := new(supervision.Refusal)
	errors.As(e.Err, &refusal)
	a.text("rule", string(refusal.Rule))
	o.operations.Add(ctx, 1, metric.WithAttributes(a...))

	a.text("reason", string(refusal.Reason))
	a.text("order.id", e.Order)
	a.number("order.version", e.Version)
	a.number("attempts", int64(e.Attempts))
	end(ctx, a, outcome, outcome == "unknown" || outcome == "error")
}
