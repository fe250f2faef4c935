package otelsupervision_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/otelsupervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// The line of an operation names the operation's span.
func TestLogHandler_NamesTheSpan(t *testing.T) {
	ended := tracetest.NewInMemoryExporter()
	observer, err := otelsupervision.New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(ended)), nil)
	require.NoError(t, err)
	var log bytes.Buffer
	to := slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})
	env := supervisiontest.New(service.WithObserver(observer),
		service.WithLogger(slog.New(otelsupervision.LogHandler(to))))
	_, err = env.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingDelivery)
	require.NoError(t, err)

	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	spans := ended.GetSpans()
	require.Len(t, lines, 3)
	require.Len(t, spans, 3)
	for i, line := range lines {
		context := spans[i].SpanContext
		assert.Contains(t, line, "trace_id="+context.TraceID().String()+" span_id="+context.SpanID().String())
	}
}

func TestLogHandler_AddsToEveryLineInASpan(t *testing.T) {
	var log bytes.Buffer
	h := otelsupervision.LogHandler(slog.NewTextHandler(&log, nil))
	span := trace.ContextWithSpanContext(t.Context(),
		trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}}))
	const ids = "trace_id=01000000000000000000000000000000 span_id=0200000000000000"
	for _, tt := range []struct {
		name string
		log  *slog.Logger
		want string
	}{
		{"plain", slog.New(h), " a=1 " + ids},
		{"with attributes", slog.New(h).With("b", 2), " b=2 a=1 " + ids},
		{"in a group", slog.New(h).WithGroup("g"), " g.a=1 g.trace_id="},
	} {
		log.Reset()
		tt.log.InfoContext(span, "hello", "a", 1)
		assert.Contains(t, log.String(), tt.want, tt.name)
		log.Reset()
		tt.log.InfoContext(t.Context(), "hello", "a", 1)
		assert.NotContains(t, log.String(), "trace_id", tt.name)
	}
}
