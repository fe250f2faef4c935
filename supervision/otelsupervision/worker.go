package otelsupervision

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/metric"

	"github.com/koogallery/serviceflow/supervision/service"
)

func (o observer) published(ctx context.Context, e service.PublishEvent) {
	outcome := "ok"
	switch {
	case errors.Is(e.Err, service.ErrSetAside):
		outcome = "set_aside"
	case e.Err != nil:
		outcome = "failed"
	}
	var a attributes
	a.text("outcome", outcome)
	o.publishDuration.Record(ctx, e.Duration.Seconds(), metric.WithAttributes(a...))
	a.text("operation", string(e.Operation))
	o.attempts.Add(ctx, 1, metric.WithAttributes(a...))

	a.text("order.id", e.Order)
	a.number("record.seq", e.Seq)
	a.number("attempts", int64(e.Attempt))
	end(ctx, a, outcome, e.Err != nil)
}

func (o observer) settled(ctx context.Context, e service.StepEvent) {
	orders(ctx, o.settledOrders, e)
	o.step(ctx, "settle", e.Err)
}

func (o observer) noticed(ctx context.Context, e service.StepEvent) {
	orders(ctx, o.noticedOrders, e)
	o.step(ctx, "notice", e.Err)
}

func (o observer) relayed(ctx context.Context, e service.StepEvent) { o.step(ctx, "relay", e.Err) }

// orders counts the orders of a step, by what came of them.
func orders(ctx context.Context, counter metric.Int64Counter, e service.StepEvent) {
	for _, c := range [...]struct {
		n       int
		outcome string
	}{{e.Done, "ok"}, {e.Failed, "failed"}} {
		if c.n > 0 {
			var a attributes
			a.text("outcome", c.outcome)
			counter.Add(ctx, int64(c.n), metric.WithAttributes(a...))
		}
	}
}

func (o observer) step(ctx context.Context, name string, err error) {
	if err != nil {
		var a attributes
		a.text("step", name)
		o.stepErrors.Add(ctx, 1, metric.WithAttributes(a...))
	}
}
