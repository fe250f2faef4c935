// Package otelsupervision reports what a [service.Service] does to
// OpenTelemetry: a span for each operation and each record handed over, and
// metrics of both and of the workers' steps.
//
//	observer, err := otelsupervision.New(otel.GetTracerProvider(), otel.GetMeterProvider())
//	svc, err := service.New(store, service.WithObserver(observer))
//
// # Spans
//
// A span is named after its operation, such as "serviceflow.submit_request", or
// "serviceflow.publish" for a record that a relay hands over. The store and
// publish are called within it, so that the spans of a database driver or of a
// message's producer are its children. Its attributes:
//
//	serviceflow.order.id        the order
//	serviceflow.order.version   its version afterwards
//	serviceflow.operation       what was to be done, or the record's
//	serviceflow.role            whose part it was
//	serviceflow.outcome         OperationEvent.Outcome, or that of an attempt
//	serviceflow.rule            the rule that refused it
//	serviceflow.reason          why it did
//	serviceflow.attempts        how often it was tried
//	serviceflow.dry_run         true for a dry run
//	serviceflow.record.seq      the record's number
//
// A span's status is Error where the store or publish failed, with the outcome
// as error.type. A refusal, a stale version or faulty input is an answer, not an
// error.
//
// # Metrics
//
//	serviceflow.operations           {operation}  by operation, role, outcome, rule, dry_run
//	serviceflow.operation.duration   s            by operation, outcome
//	serviceflow.operation.retries    {retry}      by operation
//	serviceflow.settle.orders        {order}      by outcome: ok, failed
//	serviceflow.notice.orders        {order}      by outcome: ok, failed
//	serviceflow.publish.attempts     {attempt}    by operation, outcome: ok, failed, set_aside
//	serviceflow.publish.duration     s            by outcome
//	serviceflow.step.errors          {error}      by step: settle, notice, relay
//
// Durations are of the service's clock. A retry is an attempt that lost to a
// concurrent writer. A step counts as an error where the store ended it early.
//
// # What is in them
//
// Nothing that users wrote, and no error's text. Ids of orders are on spans
// only: on a metric they would be a time series each.
//
// # Logs
//
// The service logs an operation in its span's context. Bridges to
// OpenTelemetry's logs see that by themselves; [LogHandler] adds trace_id and
// span_id to the lines of any other handler.
package otelsupervision
