package service_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/koogallery/serviceflow/supervision/template"
)

func TestObserver_HearsOfEveryCommand(t *testing.T) {
	var heard []service.OperationEvent
	b := newBench(t, service.WithObserver(service.Observer{
		Operation: func(_ context.Context, e service.OperationEvent) { heard = append(heard, e) },
	}))
	b.Store.OnCall(func(supervisiontest.Method) { b.Clock.Add(time.Second) })
	last := func() service.OperationEvent { return heard[len(heard)-1] }

	b.open("o-1")
	assert.Equal(t, service.OperationEvent{
		Order: "o-1", Operation: supervision.OpOpen, Role: supervision.RoleSystem, Version: 1, Attempts: 1,
		Duration: 2 * time.Second,
	}, last(), "template and create")
	b.open("o-1")
	assert.Equal(t, 4*time.Second, last().Duration, "and the first record, and a load")
	assert.Equal(t, "ok", last().Outcome())

	b.do("o-1", ben, submit, service.DryRun())
	assert.Equal(t, service.OperationEvent{
		Order: "o-1", Operation: supervision.OpSubmitRequest, Role: supervision.RoleBuyer, Version: 2, Attempts: 1,
		Duration: time.Second, DryRun: true,
	}, last())
	err := b.refuse("o-1", sue, deliver)
	assert.Equal(t, service.OperationEvent{
		Order: "o-1", Operation: supervision.OpDeliver, Role: supervision.RoleSeller, Attempts: 1,
		Duration: time.Second, Err: err,
	}, last())
	err = b.refuse("\x00", ben, nil)
	assert.Equal(t, service.OperationEvent{Attempts: 1, Err: err}, last(), "a faulty command has no order")
	_, err = b.Service.Open(t.Context(), supervision.Opening{ID: "\x00"})
	assert.Equal(t, service.OperationEvent{
		Operation: supervision.OpOpen, Role: supervision.RoleSystem, Attempts: 1, Err: err,
	}, last())
	assert.Len(t, heard, 6)
}

func TestObserver_CountsAttempts(t *testing.T) {
	var heard service.OperationEvent
	b := newBench(t, service.WithObserver(service.Observer{
		Operation: func(_ context.Context, e service.OperationEvent) { heard = e },
	}))
	order := b.reach(supervision.AwaitingDelivery)
	b.interrupt(2, func() { b.do(order.ID, sue, report) })
	b.do(order.ID, sue, report)
	assert.Equal(t, 3, heard.Attempts)
	assert.Equal(t, order.Version+3, heard.Version)
}

func TestObserver_HearsOfTheWorkersSteps(t *testing.T) {
	var heard []string
	b := newBench(t, service.WithObserver(service.Observer{
		Settled: func(_ context.Context, e service.StepEvent) {
			heard = append(heard, fmt.Sprint("settled ", e.Done, " ", e.Failed, " ", e.Err != nil))
		},
		Relayed: func(_ context.Context, e service.StepEvent) {
			heard = append(heard, fmt.Sprint("relayed ", e.Done, " ", e.Failed, " ", e.Err != nil))
		},
	}), service.WithBatch(2))
	var in inbox
	require.Zero(t, b.settle()+b.relay(in.publish))
	assert.Equal(t, []string{"settled 0 0 false", "relayed 0 0 false"}, heard, "with nothing to do it is a step")
	heard = nil
	b.accepted(3)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Due}, Call: 2})
	_, err := b.Service.Settle(t.Context())
	require.Error(t, err)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Times: 1})
	_, err = b.Service.Settle(t.Context())
	require.NoError(t, err, "the batch of one fails once, and is saved again by itself")
	_, err = b.Service.Relay(t.Context(), in.publish)
	require.NoError(t, err)
	in.fail = func(supervision.Record) error { return errPoison }
	_, err = b.Service.Relay(t.Context(), in.publish)
	require.ErrorIs(t, err, errPoison)
	assert.Equal(t, []string{"settled 2 0 true", "settled 1 0 false", "relayed 2 0 false", "relayed 0 2 false"},
		heard)
	heard = nil
	b.accepted(1)
	b.Clock.Add(day)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Times: -1})
	_, err = b.Service.Settle(t.Context())
	require.Error(t, err)
	assert.Equal(t, []string{"settled 0 1 false"}, heard)
}

func TestR33_AnObserverHearsOfNotices(t *testing.T) {
	var heard []string
	b := newBench(t, service.WithPolicy(noticing()), service.WithBatch(2), service.WithObserver(service.Observer{
		Noticed: func(_ context.Context, e service.StepEvent) {
			heard = append(heard, fmt.Sprint(e.Done, " ", e.Failed, " ", e.Err != nil))
		},
	}))
	for _, id := range []string{"o-1", "o-2", "o-3"} {
		b.open(id)
		b.do(id, ben, submit)
	}
	b.Clock.Add(4*day + tick)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Noticing}, Call: 2})
	n, err := b.Service.Notice(b.ctx)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	assert.Equal(t, 2, n, "the first batch is noticed")
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Notice}, Times: 2})
	_, err = b.Service.Notice(b.ctx)
	require.ErrorIs(t, err, supervisiontest.ErrInjected, "the batch of one fails, and then by itself")
	_, err = b.Service.Notice(b.ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{"2 0 true", "0 1 false", "1 0 false"}, heard)
}

// The context that Begin returns is the one of all that follows: of the store,
// of publish and of the hook that ends what Begin began.
func TestObserver_BeginSetsTheContextOfTheWork(t *testing.T) {
	type workKey struct{}
	var heard []string
	hear := func(ctx context.Context, where string) {
		heard = append(heard, fmt.Sprintf("%s of %q", where, ctx.Value(workKey{})))
	}
	store := &overheard{Store: memory.New(), hear: hear}
	var log bytes.Buffer
	s, err := service.New(store, service.WithLogger(slog.New(traced{slog.NewTextHandler(&log, nil), hear})),
		service.WithObserver(service.Observer{
			Begin: func(ctx context.Context, work string) context.Context {
				return context.WithValue(ctx, workKey{}, work)
			},
			Operation: func(ctx context.Context, _ service.OperationEvent) { hear(ctx, "operation") },
			Published: func(ctx context.Context, _ service.PublishEvent) { hear(ctx, "published") },
		}))
	require.NoError(t, err)
	ctx := t.Context()

	_, err = s.Open(ctx, anOpening(supervision.Guide()))
	require.NoError(t, err)
	_, err = s.Do(ctx, "o-1", ben, submit)
	require.NoError(t, err)
	_, err = s.Do(ctx, "", ben, nil)
	require.ErrorIs(t, err, supervision.ErrInvalid)
	_, err = s.Relay(ctx, func(ctx context.Context, _ service.Event) error { hear(ctx, "publish"); panic("no") })
	require.ErrorIs(t, err, service.ErrPanic)
	_, err = s.Adopt(ctx, supervision.Adoption{})
	require.NoError(t, err)
	assert.Equal(t, []string{
		`create of "open"`, `operation of "open"`, `log of "open"`,
		`save of "submit_request"`, `operation of "submit_request"`, `log of "submit_request"`,
		`operation of ""`, `log of ""`,
		`records of "publish"`, `publish of "publish"`, `log of "publish"`, `published of "publish"`,
		`operation of "adopt"`, `log of "adopt"`,
	}, heard)
}

// overheard is a store that tells which context it is called with.
type overheard struct {
	service.Store
	hear func(context.Context, string)
}

func (o *overheard) Create(ctx context.Context, changes ...service.Change) error {
	o.hear(ctx, "create")
	return o.Store.Create(ctx, changes...)
}

func (o *overheard) Save(ctx context.Context, changes ...service.Change) error {
	o.hear(ctx, "save")
	return o.Store.Save(ctx, changes...)
}

func (o *overheard) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	o.hear(ctx, "records")
	return o.Store.Records(ctx, id, after, limit)
}

// traced is a log handler that tells which context it is called with.
type traced struct {
	slog.Handler
	hear func(context.Context, string)
}

func (t traced) Enabled(context.Context, slog.Level) bool { return true }

func (t traced) Handle(ctx context.Context, _ slog.Record) error {
	t.hear(ctx, "log")
	return nil
}

func TestOperationEvent_Outcome(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, "ok"},
		{&supervision.Refusal{}, "refused"},
		{&supervision.InvalidError{}, "invalid"},
		{supervision.ErrPolicy, "invalid"},
		{supervision.ErrNotFound, "not_found"},
		{service.ErrExists, "exists"},
		{&service.ConflictError{}, "conflict"},
		{service.ErrConflict, "conflict"},
		{service.ErrStale, "stale"},
		{service.ErrKeyReused, "key_reused"},
		{service.ErrUnknownOutcome, "unknown"},
		{errors.Join(service.ErrUnknownOutcome, context.Canceled), "unknown"},
		{errors.Join(context.Canceled, &service.ConflictError{}), "conflict"},
		{context.Canceled, "error"},
		{errors.New("disk full"), "error"},
	} {
		assert.Equal(t, tt.want, service.OperationEvent{Err: tt.err}.Outcome(), "%v", tt.err)
		if tt.err != nil {
			assert.Equal(t, tt.want, service.OperationEvent{Err: fmt.Errorf("wrapped: %w", tt.err)}.Outcome())
		}
	}
}

// logged returns a logger of everything, without the wall clock's time.
func logged(into *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(into,
		&slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Attr{}
			}
			return a
		}}))
}

const (
	written = "WRITTEN-BY-A-USER" // in every text
	account = "AN-ACCOUNT"        // in every id but the order's
)

// everything performs a flow in which each field that a user can fill in says
// so.
func (b *bench) everything() {
	b.t.Helper()
	buyer, seller, manager := supervision.Buyer(account+"-b"), supervision.Seller(account+"-s"),
		supervision.Manager(account+"-m")
	files := []supervision.Attachment{{Name: written, Ref: written, Digest: written}}
	_, err := b.Service.PublishTemplate(b.ctx, seller, supervision.TemplateID{Seller: seller.ID,
		Product:   account + "-p",
		Operation: supervision.OpSubmitRequest}, template.Template{
		Title: written, Intro: written, Fields: []template.Field{{Key: written, Label: written, Help: written,
			Kind: template.Line, Required: true}},
	})
	require.NoError(b.t, err)
	policy := supervision.Rules2025()
	policy.Name = written
	_, err = b.Service.Open(b.ctx,
		supervision.Opening{ID: "o-1", Product: account + "-p", Buyer: buyer.ID, Seller: seller.ID, Policy: policy})
	require.NoError(b.t, err)
	b.refuse("o-1", buyer,
		supervision.SubmitRequest{Text: written, Values: template.Values{"no-" + written: written}, Attachments: files})
	b.do("o-1", buyer, supervision.SubmitRequest{Values: template.Values{written: written}, Attachments: files},
		service.WithKey(written))
	b.refuse("o-1", buyer, supervision.SubmitRequest{Values: template.Values{written: "other"}},
		service.WithKey(written))
	b.do("o-1", seller, supervision.RejectRequest{Reason: written})
	b.do("o-1", buyer, supervision.SubmitRequest{Values: template.Values{written: written}})
	b.do("o-1", buyer, supervision.Remind{Text: written})
	b.refuse("o-1", buyer, supervision.Remind{Text: written})
	b.do("o-1", seller, supervision.AcceptRequest{})
	b.do("o-1", seller, supervision.ReportProgress{Text: written})
	b.do("o-1", seller, supervision.Deliver{Result: written, Attachments: files})
	b.do("o-1", buyer, supervision.RejectProduct{Reason: written})
	b.do("o-1", seller,
		supervision.RaiseAppeal{Ground: appeal.Unconditional, Reason: written, Demand: written, Attachments: files})
	b.do("o-1", manager, supervision.AddNote{Text: written})
	b.refuse("o-1", manager, supervision.DecideAppeal{Outcome: written, Decision: written})
	b.do("o-1", manager, supervision.DecideAppeal{Outcome: appeal.Accept, Decision: written})
	b.refuse("o-1", supervision.Buyer(written), supervision.Remind{Text: written})
	b.refuse(written+"\n", supervision.Actor{Role: written, ID: written}, nil)
}

func TestLog_NeverHoldsWhatUsersWrote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		b := newBench(t, service.WithLogger(logged(&log)), service.WithObserver(service.Observer{
			Operation: func(_ context.Context, e service.OperationEvent) {
				e.Err = nil
				assert.NotContains(t, fmt.Sprintf("%+v", e), written)
			},
		}))
		b.everything()
		assert.Equal(t, 24, strings.Count(fmt.Sprintf("%+v", b.records("o-1")), written), "the words have been stored")

		b.Clock.Add(3 * time.Hour)
		b.settle()
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Claim}, Call: 2})
		in := inbox{fail: func(r supervision.Record) error {
			if r.Seq == 3 {
				return errPoison
			}
			return nil
		}}
		w := work(b, in.publish)
		w.pass(2*time.Second, time.Second)
		w.stop()

		assert.NotContains(t, log.String(), written)
		assert.NotContains(t, log.String(), account)
		golden(t, "service.log", log.String())
	})
}

func TestLog_SilentByDefault(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(logged(&log))
	defer slog.SetDefault(before)
	newBench(t).everything()
	assert.Empty(t, log.String())
}

func TestNew_WithoutAClockItIsTheWallClock(t *testing.T) {
	b := newBench(t)
	s, err := service.New(b.Store)
	require.NoError(t, err)
	assert.WithinDuration(t, clock.New().Now(), s.Now(), time.Minute)
}
