package otelsupervision

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// attributes are what a span or a metric is told by.
type attributes []attribute.KeyValue

// text adds a word, unless it is empty.
func (a *attributes) text(name, value string) {
	if value != "" {
		*a = append(*a, attribute.String("serviceflow."+name, value))
	}
}

// number adds a number, unless it is 0.
func (a *attributes) number(name string, value int64) {
	if value != 0 {
		*a = append(*a, attribute.Int64("serviceflow."+name, value))
	}
}

// flag adds what is true.
func (a *attributes) flag(name string, value bool) {
	if value {
		*a = append(*a, attribute.Bool("serviceflow."+name, true))
	}
}

// end ends the span that begin started.
func end(ctx context.Context, a attributes, outcome string, failed bool) {
	span := trace.SpanFromContext(ctx)
	span.SetAttributes(a...)
	if failed {
		span.SetAttributes(attribute.String("error.type", outcome))
		span.SetStatus(codes.Error, "") // an error's text may hold what users wrote
	}
	span.End()
}
