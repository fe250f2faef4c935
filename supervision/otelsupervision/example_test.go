package otelsupervision_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/otelsupervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func Example() {
	ctx := context.Background()
	ended := tracetest.NewInMemoryExporter() // a host has exporters of its own
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(ended))
	meters := sdkmetric.NewMeterProvider()
	defer tracers.Shutdown(ctx)
	defer meters.Shutdown(ctx)

	observer, err := otelsupervision.New(tracers, meters)
	if err != nil {
		fmt.Println(err)
		return
	}
	log := slog.New(otelsupervision.LogHandler(slog.NewJSONHandler(os.Stderr, nil)))
	svc, err := service.New(memory.New(), service.WithObserver(observer), service.WithLogger(log))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = svc.Open(ctx, supervision.Opening{ID: "o-1", Product: "crm", Buyer: "b-7", Seller: "s-3"})
	_, _ = svc.Do(ctx, "o-1", supervision.Seller("s-3"), supervision.AcceptRequest{})

	for _, span := range ended.GetSpans() {
		fmt.Println(span.Name)
		for _, a := range span.Attributes {
			fmt.Printf("    %s = %s\n", a.Key, a.Value.String())
		}
	}
	// Output:
	// serviceflow.open
	//     serviceflow.operation = open
	//     serviceflow.outcome = ok
	//     serviceflow.role = system
	//     serviceflow.order.id = o-1
	//     serviceflow.order.version = 1
	//     serviceflow.attempts = 1
	// serviceflow.accept_request
	//     serviceflow.operation = accept_request
	//     serviceflow.outcome = refused
	//     serviceflow.role = seller
	//     serviceflow.rule = R05
	//     serviceflow.reason = another_status
	//     serviceflow.order.id = o-1
	//     serviceflow.attempts = 1
}
