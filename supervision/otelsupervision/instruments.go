package otelsupervision

import (
	"errors"

	"go.opentelemetry.io/otel/metric"
)

// instruments are what the metrics are counted with.
type instruments struct {
	operations, retries, settledOrders, noticedOrders, attempts, stepErrors metric.Int64Counter
	operationDuration, publishDuration                                      metric.Float64Histogram
}

func newInstruments(m metric.Meter) (*instruments, error) {
	var failed error
	counter := func(name, unit, what string) metric.Int64Counter {
		c, err := m.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(what))
		failed = errors.Join(failed, err)
		return c
	}
	duration := func(name, what string) metric.Float64Histogram {
		h, err := m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(what),
			metric.WithExplicitBucketBoundaries(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))
		failed = errors.Join(failed, err)
		return h
	}
	return &instruments{
		operations:        counter("serviceflow.operations", "{operation}", "Operations, whatever came of them."),
		operationDuration: duration("serviceflow.operation.duration", "How long an operation took."),
		retries: counter("serviceflow.operation.retries", "{retry}",
			"Attempts that lost to a concurrent writer and were followed by another."),
		settledOrders: counter("serviceflow.settle.orders", "{order}", "Orders that time moved on."),
		noticedOrders: counter("serviceflow.notice.orders", "{order}", "Orders of which notices were given."),
		attempts:      counter("serviceflow.publish.attempts", "{attempt}", "Attempts to hand a record over."),
		publishDuration: duration("serviceflow.publish.duration",
			"How long an attempt to hand a record over took."),
		stepErrors: counter("serviceflow.step.errors", "{error}", "Steps of a worker that an error ended early."),
	}, failed
}
