package otelsupervision

import (
	"context"

	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/koogallery/serviceflow/supervision/service"
)

// scope names the library to OpenTelemetry.
const scope = "github.com/koogallery/serviceflow/supervision/otelsupervision"

// New returns an observer that reports to the providers; nil for one stands for
// none. An error is that of a provider that refuses a metric.
func New(tracers trace.TracerProvider, meters metric.MeterProvider) (service.Observer, error) {
	if tracers == nil {
		tracers = tracenoop.NewTracerProvider()
	}
	if meters == nil {
		meters = metricnoop.NewMeterProvider()
	}
	instruments, err := newInstruments(meters.Meter(scope))
	if err != nil {
		return service.Observer{}, err
	}
	o := observer{instruments, tracers.Tracer(scope)}
	return service.Observer{
		Begin: o.begin, Operation: o.operation, Published: o.published,
		Settled: o.settled, Noticed: o.noticed, Relayed: o.relayed,
	}, nil
}

// observer has the hooks.
type observer struct {
	*instruments
	tracer trace.Tracer
}

// begin starts a span, which operation or published ends.
func (o observer) begin(ctx context.Context, work string) context.Context {
	if work == "" {
		work = "invalid"
	}
	ctx, _ = o.tracer.Start(ctx, "serviceflow."+work)
	return ctx
}
