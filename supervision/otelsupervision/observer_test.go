package otelsupervision_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/otelsupervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

var (
	ben    = supervision.Buyer("ben")
	sue    = supervision.Seller("sue")
	submit = supervisiontest.SubmitRequest
	remind = supervisiontest.Remind
)

// bench is a service that reports into memory.
type bench struct {
	*supervisiontest.Env
	t      *testing.T
	ended  *tracetest.InMemoryExporter
	tracer trace.Tracer
	reader *sdkmetric.ManualReader
}

func newBench(t *testing.T) *bench { return benchOn(t, memory.New()) }

func benchOn(t *testing.T, store service.Store) *bench {
	b := &bench{t: t, ended: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(b.ended))
	b.tracer = tracers.Tracer("host")
	observer, err := otelsupervision.New(tracers, sdkmetric.NewMeterProvider(sdkmetric.WithReader(b.reader)))
	require.NoError(t, err)
	b.Env = supervisiontest.On(store, service.WithObserver(observer))
	return b
}

func (b *bench) open() {
	b.t.Helper()
	_, err := b.Service.Open(b.t.Context(), supervision.Opening{ID: "o-1", Product: "p-1", Buyer: "ben", Seller: "sue"})
	require.NoError(b.t, err)
}

func (b *bench) do(actor supervision.Actor, action supervision.Action, options ...service.DoOption) error {
	_, err := b.Service.Do(b.t.Context(), "o-1", actor, action, options...)
	return err
}

// spans returns the spans that have ended since it was last asked, each as a
// line.
func (b *bench) spans() (lines []string) {
	for _, span := range b.ended.GetSpans() {
		line := span.Name + describe(attribute.NewSet(span.Attributes...))
		if span.Status.Code != codes.Unset {
			line += " " + span.Status.Code.String() + span.Status.Description
		}
		lines = append(lines, line)
	}
	b.ended.Reset()
	return lines
}

// metrics returns what has been counted, each time series as a line, sorted.
func (b *bench) metrics() (lines []string) {
	b.t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(b.t, b.reader.Collect(b.t.Context(), &all))
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				assert.True(b.t, data.IsMonotonic)
				for _, p := range data.DataPoints {
					lines = append(lines, fmt.Sprint(m.Name, describe(p.Attributes), " ", p.Value, " ", m.Unit))
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					lines = append(lines,
						fmt.Sprint(m.Name, describe(p.Attributes), " ", p.Count, " in ", p.Sum, " ", m.Unit))
				}
			default:
				b.t.Errorf("%s is a %T", m.Name, data)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func describe(set attribute.Set) string {
	var b strings.Builder
	for _, a := range set.ToSlice() {
		fmt.Fprintf(&b, " %s=%s", strings.TrimPrefix(string(a.Key), "serviceflow."), a.Value.String())
	}
	return b.String()
}

func TestOperation_HasASpanAndIsCounted(t *testing.T) {
	b := newBench(t)
	b.Store.OnCall(func(supervisiontest.Method) { b.Clock.Add(500 * time.Millisecond) })
	b.open()
	require.NoError(t, b.do(ben, submit, service.DryRun()))
	require.NoError(t, b.do(ben, submit))
	require.ErrorIs(t, b.do(ben, submit), supervision.ErrRefused)
	require.NoError(t, b.do(ben, remind))
	require.ErrorIs(t, b.do(ben, remind), supervision.ErrRefused)
	require.ErrorIs(t, b.do(supervision.Buyer("bob"), remind), supervision.ErrNotFound)
	require.ErrorIs(t, b.do(ben, supervision.AcceptProduct{}, service.IfVersion(7)), service.ErrStale)
	require.ErrorIs(t, b.do(supervision.Actor{Role: "a stranger"}, nil), supervision.ErrInvalid)

	assert.Equal(t, []string{
		"serviceflow.open attempts=1 operation=open order.id=o-1 order.version=1 outcome=ok role=system",
		"serviceflow.submit_request attempts=1 dry_run=true operation=submit_request order.id=o-1 order.version=2" +
			" outcome=ok role=buyer",
		"serviceflow.submit_request attempts=1 operation=submit_request order.id=o-1 order.version=2" +
			" outcome=ok role=buyer",
		"serviceflow.submit_request attempts=1 operation=submit_request order.id=o-1" +
			" outcome=refused reason=another_status role=buyer rule=R03",
		"serviceflow.remind attempts=1 operation=remind order.id=o-1 order.version=3 outcome=ok role=buyer",
		"serviceflow.remind attempts=1 operation=remind order.id=o-1" +
			" outcome=refused reason=reminded_recently role=buyer rule=R20",
		"serviceflow.remind attempts=1 operation=remind order.id=o-1 outcome=not_found role=buyer",
		"serviceflow.accept_product attempts=1 operation=accept_product order.id=o-1 outcome=stale role=buyer",
		"serviceflow.invalid attempts=1 outcome=invalid",
	}, b.spans())
	assert.Equal(t, []string{
		"serviceflow.operation.duration operation=accept_product outcome=stale 1 in 0.5 s",
		"serviceflow.operation.duration operation=open outcome=ok 1 in 1 s",
		"serviceflow.operation.duration operation=remind outcome=not_found 1 in 0.5 s",
		"serviceflow.operation.duration operation=remind outcome=ok 1 in 1 s",
		"serviceflow.operation.duration operation=remind outcome=refused 1 in 0.5 s",
		"serviceflow.operation.duration operation=submit_request outcome=ok 2 in 1.5 s",
		"serviceflow.operation.duration operation=submit_request outcome=refused 1 in 0.5 s",
		"serviceflow.operation.duration outcome=invalid 1 in 0 s",
		"serviceflow.operations dry_run=true operation=submit_request outcome=ok role=buyer 1 {operation}",
		"serviceflow.operations operation=accept_product outcome=stale role=buyer 1 {operation}",
		"serviceflow.operations operation=open outcome=ok role=system 1 {operation}",
		"serviceflow.operations operation=remind outcome=not_found role=buyer 1 {operation}",
		"serviceflow.operations operation=remind outcome=ok role=buyer 1 {operation}",
		"serviceflow.operations operation=remind outcome=refused role=buyer rule=R20 1 {operation}",
		"serviceflow.operations operation=submit_request outcome=ok role=buyer 1 {operation}",
		"serviceflow.operations operation=submit_request outcome=refused role=buyer rule=R03 1 {operation}",
		"serviceflow.operations outcome=invalid 1 {operation}",
	}, b.metrics())
}

func TestOperation_ThatFailsIsAnError(t *testing.T) {
	b := newBench(t)
	b.open()
	b.spans()
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Load}})
	require.Error(t, b.do(ben, submit))
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Applied: true})
	require.ErrorIs(t, b.do(ben, submit), service.ErrUnknownOutcome)
	assert.Equal(t, []string{
		"serviceflow.submit_request error.type=error attempts=1 operation=submit_request order.id=o-1" +
			" outcome=error role=buyer Error",
		"serviceflow.submit_request error.type=unknown attempts=1 operation=submit_request order.id=o-1" +
			" outcome=unknown role=buyer Error",
	}, b.spans())
}

func TestOperation_CountsRetries(t *testing.T) {
	b := newBench(t)
	b.open()
	require.NoError(t, b.do(ben, submit))
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save},
		Err: &service.ConflictError{Orders: []string{"o-1"}}})
	require.NoError(t, b.do(ben, remind))
	assert.Contains(t, b.spans(),
		"serviceflow.remind attempts=2 operation=remind order.id=o-1 order.version=3 outcome=ok role=buyer")
	assert.Contains(t, b.metrics(), "serviceflow.operation.retries operation=remind 1 {retry}")
	assert.NotContains(t, strings.Join(b.metrics(), "\n"), "retries operation=submit_request")
}

// working is a store with a span around each save, like a driver's.
type working struct {
	service.Store
	tracer *trace.Tracer
}

func (w working) Save(ctx context.Context, changes ...service.Change) error {
	ctx, span := (*w.tracer).Start(ctx, "UPDATE")
	defer span.End()
	return w.Store.Save(ctx, changes...)
}

func TestSpans_HoldTheWork(t *testing.T) {
	store := working{memory.New(), new(trace.Tracer)}
	b := benchOn(t, store)
	*store.tracer = b.tracer
	b.open()
	b.ended.Reset()

	ctx, request := b.tracer.Start(t.Context(), "POST /orders")
	_, err := b.Service.Do(ctx, "o-1", ben, submit)
	require.NoError(t, err)
	request.End()
	_, err = b.Service.Relay(t.Context(), func(ctx context.Context, _ service.Event) error {
		_, span := b.tracer.Start(ctx, "send")
		span.End()
		return nil
	})
	require.NoError(t, err)

	names := map[trace.SpanID]string{}
	for _, span := range b.ended.GetSpans() {
		names[span.SpanContext.SpanID()] = span.Name
	}
	var tree []string
	for _, span := range b.ended.GetSpans() {
		tree = append(tree, span.Name+" in "+names[span.Parent.SpanID()])
	}
	assert.Equal(t, []string{
		"UPDATE in serviceflow.submit_request", "serviceflow.submit_request in POST /orders", "POST /orders in ",
		"send in serviceflow.publish", "serviceflow.publish in ",
	}, tree)
}

func TestRelay_CountsAttempts(t *testing.T) {
	b := newBench(t)
	b.open()
	require.NoError(t, b.do(ben, submit))
	b.spans()
	relay := func(err error) {
		_, _ = b.Service.Relay(t.Context(), func(context.Context, service.Event) error {
			b.Clock.Add(time.Second)
			return err
		})
		b.Clock.Add(time.Hour)
	}
	relay(errors.New("down"))
	relay(nil)
	relay(fmt.Errorf("no such receiver: %w", service.ErrSetAside))
	assert.Equal(t, []string{
		"serviceflow.publish error.type=failed attempts=1 operation=open order.id=o-1" +
			" outcome=failed record.seq=1 Error",
		"serviceflow.publish attempts=2 operation=open order.id=o-1 outcome=ok record.seq=1",
		"serviceflow.publish error.type=set_aside attempts=1 operation=submit_request order.id=o-1" +
			" outcome=set_aside record.seq=2 Error",
	}, b.spans())
	metrics := b.metrics()
	for _, want := range []string{
		"serviceflow.publish.attempts operation=open outcome=failed 1 {attempt}",
		"serviceflow.publish.attempts operation=open outcome=ok 1 {attempt}",
		"serviceflow.publish.attempts operation=submit_request outcome=set_aside 1 {attempt}",
		"serviceflow.publish.duration outcome=failed 1 in 1 s",
		"serviceflow.publish.duration outcome=ok 1 in 1 s",
		"serviceflow.publish.duration outcome=set_aside 1 in 1 s",
	} {
		assert.Contains(t, metrics, want)
	}
}

func TestWorker_StepsAreCounted(t *testing.T) {
	b := newBench(t)
	settle := func(status supervision.Status) {
		_, err := b.Reach(t.Context(), supervision.Opening{}, status)
		require.NoError(t, err)
	}
	settle(supervision.Accepted)
	settle(supervision.Accepted)
	_, err := b.Service.Settle(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(b.metrics(), "\n"), "settle.orders", "nothing was due")
	b.Clock.Add(3 * time.Hour)
	// The batch fails, then the first of its orders.
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Times: 2})
	n, err := b.Service.Settle(t.Context())
	require.Error(t, err)
	require.Equal(t, 1, n)
	policy := supervision.Guide()
	policy.Notices.OpenFor = supervision.Day
	for range 3 {
		_, err := b.Reach(t.Context(), supervision.Opening{Policy: policy}, supervision.AwaitingDelivery)
		require.NoError(t, err)
	}
	b.Clock.Add(supervision.Day)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Notice}, Times: 2})
	n, err = b.Service.Notice(t.Context())
	require.Error(t, err)
	require.Equal(t, 2, n)
	for _, broken := range []supervisiontest.Method{supervisiontest.Due, supervisiontest.Noticing,
		supervisiontest.Claim} {
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{broken}})
		_, settled := b.Service.Settle(t.Context())
		_, noticed := b.Service.Notice(t.Context())
		_, relayed := b.Service.Relay(t.Context(), func(context.Context, service.Event) error { return nil })
		require.Error(t, errors.Join(settled, noticed, relayed))
	}
	metrics := b.metrics()
	assert.Contains(t, metrics, "serviceflow.settle.orders outcome=failed 1 {order}")
	assert.Contains(t, metrics, "serviceflow.settle.orders outcome=ok 2 {order}")
	assert.Contains(t, metrics, "serviceflow.notice.orders outcome=failed 1 {order}")
	assert.Contains(t, metrics, "serviceflow.notice.orders outcome=ok 3 {order}")
	assert.Contains(t, metrics, "serviceflow.step.errors step=notice 1 {error}")
	assert.Contains(t, metrics, "serviceflow.step.errors step=relay 1 {error}")
	assert.Contains(t, metrics, "serviceflow.step.errors step=settle 1 {error}")
}

// Neither spans nor metrics repeat what users or receivers write, and metrics
// name no order.
func TestTelemetry_HoldsNothingWritten(t *testing.T) {
	const written = "WRITTEN-BY-A-USER"
	b := newBench(t)
	b.open()
	files := []supervision.Attachment{{Name: written, Ref: written}}
	require.NoError(t, b.do(supervision.Actor{Role: ben.Role, ID: ben.ID, User: written},
		supervision.SubmitRequest{Text: written, Attachments: files}, service.WithKey(written)))
	require.ErrorIs(t, b.do(ben, remind, service.WithKey(written)), service.ErrKeyReused)
	require.ErrorIs(t, b.do(ben, submit), supervision.ErrRefused)
	require.NoError(t, b.do(sue, supervision.RejectRequest{Reason: written}))
	require.Error(t, b.do(supervision.Actor{Role: written, ID: written}, remind))
	require.Error(t, b.do(supervision.Buyer(written), supervision.Remind{Text: written}))
	_, err := b.Service.Do(t.Context(), written+"\n", ben, remind)
	require.Error(t, err)
	_, err = b.Service.Relay(t.Context(), func(context.Context, service.Event) error { panic(written) })
	require.ErrorIs(t, err, service.ErrPanic)

	var spans []string
	for _, span := range b.ended.GetSpans() {
		assert.Empty(t, span.Events)
		spans = append(spans, fmt.Sprintf("%+v", span))
	}
	require.Len(t, spans, 9)
	metrics := strings.Join(b.metrics(), "\n")
	assert.NotContains(t, strings.Join(spans, "\n"), written)
	assert.NotContains(t, metrics, written)
	assert.NotContains(t, metrics, "o-1")
}

func TestNew_WithoutProvidersReportsNothing(t *testing.T) {
	observer, err := otelsupervision.New(nil, nil)
	require.NoError(t, err)
	env := supervisiontest.New(service.WithObserver(observer))
	_, err = env.Reach(t.Context(), supervision.Opening{}, supervision.Completed)
	assert.NoError(t, err)
}

// refusing is a meter provider that refuses one kind of metric.
type refusing struct {
	metricnoop.MeterProvider
	counters, histograms error
}

func (r refusing) Meter(string, ...metric.MeterOption) metric.Meter {
	return refusingMeter{refusing: r}
}

type refusingMeter struct {
	metricnoop.Meter
	refusing refusing
}

func (r refusingMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return metricnoop.Int64Counter{}, r.refusing.counters
}

func (r refusingMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return metricnoop.Float64Histogram{}, r.refusing.histograms
}

func TestNew_ReturnsWhatAProviderRefuses(t *testing.T) {
	refused := errors.New("refused")
	_, err := otelsupervision.New(nil, refusing{counters: refused})
	require.ErrorIs(t, err, refused)
	_, err = otelsupervision.New(nil, refusing{histograms: refused})
	require.ErrorIs(t, err, refused)
	_, err = otelsupervision.New(nil, refusing{})
	require.NoError(t, err)
}
