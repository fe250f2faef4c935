package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// archived is a sink that keeps what it is handed, until it is told to fail.
type archived struct {
	histories []service.History
	err       error
}

func (a *archived) take(_ context.Context, h service.History) error {
	a.histories = append(a.histories, h)
	return a.err
}

func (a *archived) ids() (list []string) {
	for _, h := range a.histories {
		list = append(list, h.Order.ID)
	}
	return list
}

func closedOrder(t *testing.T, env *supervisiontest.Env, id string) supervision.Order {
	t.Helper()
	order, err := env.Reach(t.Context(), supervision.Opening{ID: id, Product: "p", Buyer: ben.ID, Seller: sue.ID},
		supervision.Completed)
	require.NoError(t, err)
	_, err = env.Service.Settle(t.Context())
	require.NoError(t, err)
	return order
}

func TestR35_ArchiveHandsOverWholeOrdersAndRemovesThem(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox(), service.WithBatch(1))
	order := closedOrder(t, env, "o-1")
	env.Clock.Add(time.Hour)
	closedOrder(t, env, "o-2")
	open, err := env.Reach(t.Context(), supervision.Opening{ID: "o-3", Product: "p", Buyer: ben.ID, Seller: sue.ID},
		supervision.AwaitingDelivery)
	require.NoError(t, err)

	var sink archived
	n, err := env.Service.Archive(t.Context(), order.ClosedAt, sink.take)
	require.NoError(t, err)
	require.Zero(t, n, "what closed at the instant has not closed before it")
	n, err = env.Service.Archive(t.Context(), order.ClosedAt.Add(tick-1).In(time.FixedZone("", 3600)), sink.take)
	require.NoError(t, err)
	require.Zero(t, n, "nor to a tick")

	n, err = env.Service.Archive(t.Context(), order.ClosedAt.Add(tick), sink.take)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []string{"o-1"}, sink.ids())
	history := sink.histories[0]
	replayed, err := supervision.Replay(history.Records)
	require.NoError(t, err)
	assert.Equal(t, history.Order, replayed)
	assert.Empty(t, history.Findings)
	_, err = env.Service.Order(t.Context(), "o-1", supervision.System())
	require.ErrorIs(t, err, supervision.ErrNotFound)

	n, err = env.Service.Archive(t.Context(), env.Clock.Now().Add(1000*day), sink.take)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []string{"o-1", "o-2"}, sink.ids())
	left, err := env.Service.Order(t.Context(), "o-3", supervision.System())
	require.NoError(t, err)
	require.Equal(t, open.Status, left.Status, "an open order is no archive's")
}

// Page by page, whatever becomes of the orders of one.
func TestR35_ArchiveGoesThroughAllPages(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox(), service.WithBatch(2))
	for _, id := range []string{"o-1", "o-2", "o-3", "o-4", "o-5"} {
		closedOrder(t, env, id)
	}
	until := env.Clock.Now().Add(tick)
	full := errors.New("the disk is full")
	sink := archived{err: full}
	n, err := env.Service.Archive(t.Context(), until, sink.take)
	require.ErrorIs(t, err, full)
	require.Zero(t, n)
	require.ElementsMatch(t, []string{"o-1", "o-2", "o-3", "o-4", "o-5"}, sink.ids(), "each once")

	env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Search}, Call: 2})
	n, err = env.Service.Archive(t.Context(), until, new(archived).take)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	require.Equal(t, 2, n, "the first page")
}

// An order that time has closed is archived once a worker has stored its end.
func TestR35_AnEndThatIsNotStoredIsNotArchived(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	order, err := env.Reach(t.Context(), anOpening(supervision.Policy{}), supervision.Accepted)
	require.NoError(t, err)
	env.Clock.Add(order.Policy.CompletionDelay)
	var sink archived
	n, err := env.Service.Archive(t.Context(), env.Clock.Now().Add(tick), sink.take)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, sink.histories)
}

// What time alone will have closed, a host with a slower clock, and a manager
// later, may end otherwise: it is not of that span.
func TestR35_AnOrderThatEndsLaterThanTimeWouldHaveIsNotArchived(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	first := closedOrder(t, env, "o-1")
	order, err := env.Reach(t.Context(), supervision.Opening{ID: "o-2", Product: "p", Buyer: ben.ID, Seller: sue.ID,
		BoughtAt: first.BoughtAt.Add(-day)}, supervision.Accepted) // behind the first in the list
	require.NoError(t, err)
	due := order.NextDue()
	env.Clock.Set(due.Add(time.Hour))
	until := env.Clock.Now()
	do := func(at time.Time, action supervision.Action) {
		env.Clock.Set(at)
		_, err := env.Service.Do(t.Context(), "o-2", mia, action)
		require.NoError(t, err)
	}
	var sink archived
	n, err := env.Service.Archive(t.Context(), until, func(ctx context.Context, h service.History) error {
		do(due.Add(-tick), supervision.Intervene{Reason: "A complaint."})
		do(until, supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "Refunded by law."})
		return sink.take(ctx, h)
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "o-1", sink.histories[0].Order.ID)
	n, err = env.Service.Archive(t.Context(), until.Add(tick), sink.take)
	require.NoError(t, err)
	require.Equal(t, 1, n, "it is of the next span")
}

// The id of a removed order is free, so another may have it by the time the
// records are read. That one is open, and stays.
func TestR35_AnotherOrderOfTheSameIDIsNotArchived(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	order := closedOrder(t, env, "o-1")
	until := env.Clock.Now().Add(tick)
	between, err := service.New(&interrupted{env.Store, func() {
		removed, err := env.Store.Remove(t.Context(), "o-1", order.Version)
		require.NoError(t, err)
		require.True(t, removed)
		_, err = env.Service.Open(t.Context(), anOpening(supervision.Policy{}))
		require.NoError(t, err)
	}}, service.WithClock(env.Clock))
	require.NoError(t, err)
	var sink archived
	n, err := between.Archive(t.Context(), until, sink.take)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, sink.histories)
	opened, err := env.Service.Order(t.Context(), "o-1", supervision.System())
	require.NoError(t, err)
	require.Equal(t, int64(1), opened.Version)
}

// Nor is one that has closed since, too late for this span.
func TestR35_AnotherOrderThatClosedLaterIsNotArchived(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	order := closedOrder(t, env, "o-1")
	until := env.Clock.Now().Add(tick)
	env.Clock.Add(day)
	env.Store.OnCall(func(m supervisiontest.Method) {
		if m != supervisiontest.Load {
			return
		}
		env.Store.OnCall(nil)
		removed, err := env.Store.Remove(t.Context(), "o-1", order.Version)
		require.NoError(t, err)
		require.True(t, removed)
		closedOrder(t, env, "o-1")
	})
	var sink archived
	n, err := env.Service.Archive(t.Context(), until, sink.take)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, sink.histories)
	n, err = env.Service.Archive(t.Context(), env.Clock.Now().Add(tick), sink.take)
	require.NoError(t, err)
	require.Equal(t, 1, n, "it is of the next span")
}

func TestR35_ArchiveRemovesCanceledOrders(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	_, err := env.Reach(t.Context(), supervision.Opening{ID: "o-1", Product: "p", Buyer: ben.ID, Seller: sue.ID},
		supervision.Canceled)
	require.NoError(t, err)
	n, err := env.Service.Archive(t.Context(), env.Clock.Now().Add(tick), new(archived).take)
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestR35_NothingIsRemovedBeforeTheSinkHasIt(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	closedOrder(t, env, "o-1")
	env.Clock.Add(time.Hour)
	closedOrder(t, env, "o-2")
	until := env.Clock.Now().Add(day)
	full := errors.New("the disk is full")
	var sink archived
	n, err := env.Service.Archive(t.Context(), until, func(ctx context.Context, h service.History) error {
		_ = sink.take(ctx, h)
		if h.Order.ID == "o-2" {
			return full
		}
		return nil
	})
	require.Equal(t, 1, n, "one order's failure holds up no other")
	require.ErrorIs(t, err, full)
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "o-2", failed.Failed[0].Order)
	_, err = env.Service.Order(t.Context(), "o-2", supervision.System())
	require.NoError(t, err)
}

// The host may stop between the sink's yes and the removal, and the answer to
// the removal may be lost.
func TestR35_AnArchiveThatStopsLosesNothing(t *testing.T) {
	for name, failure := range map[string]supervisiontest.Failure{
		"before the removal": {On: []supervisiontest.Method{supervisiontest.Remove}},
		"after the removal":  {On: []supervisiontest.Method{supervisiontest.Remove}, Applied: true},
		"reading":            {On: []supervisiontest.Method{supervisiontest.Records}},
		"searching":          {On: []supervisiontest.Method{supervisiontest.Search}},
		"loading":            {On: []supervisiontest.Method{supervisiontest.Load}},
	} {
		t.Run(name, func(t *testing.T) {
			env := supervisiontest.New(service.WithoutOutbox())
			closedOrder(t, env, "o-1")
			until := env.Clock.Now().Add(tick)
			var sink archived
			env.Store.FailOn(failure)
			_, err := env.Service.Archive(t.Context(), until, sink.take)
			require.ErrorIs(t, err, supervisiontest.ErrInjected)
			_, err = env.Service.Archive(t.Context(), until, sink.take)
			require.NoError(t, err)
			require.NotEmpty(t, sink.histories, "handed over at least once")
			_, err = env.Service.Order(t.Context(), "o-1", supervision.System())
			require.ErrorIs(t, err, supervision.ErrNotFound)
		})
	}
}

// Another host may archive the same orders: one that it has removed since they
// were found is no failure.
func TestR35_TwoArchivesAtOnce(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	closedOrder(t, env, "o-1")
	closedOrder(t, env, "o-2")
	until := env.Clock.Now().Add(tick)
	var sink archived
	other := 0
	n, err := env.Service.Archive(t.Context(), until, func(ctx context.Context, _ service.History) (err error) {
		other, err = env.Service.Archive(ctx, until, sink.take)
		return err
	})
	require.NoError(t, err)
	require.Equal(t, []int{0, 2}, []int{n, other})
}

func TestR35_AnOrderStaysWhileARecordWaitsToBeRelayed(t *testing.T) {
	env := supervisiontest.New(service.WithBatch(1))
	order := closedOrder(t, env, "o-1")
	until := env.Clock.Now().Add(tick)
	relayed := 0
	for relayed < int(order.Version) {
		var sink archived
		n, err := env.Service.Archive(t.Context(), until, sink.take)
		require.NoError(t, err)
		require.Zero(t, n, "%d of %d records are relayed", relayed, order.Version)
		n, err = env.Service.Relay(t.Context(), func(context.Context, service.Event) error { return nil })
		require.NoError(t, err)
		relayed += n
	}
	n, err := env.Service.Archive(t.Context(), until, new(archived).take)
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestR35_ArchiveStopsWithItsContext(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	closedOrder(t, env, "o-1")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := env.Service.Archive(ctx, env.Clock.Now().Add(tick), func(ctx context.Context, _ service.History) error {
		cancel()
		require.Error(t, ctx.Err(), "the sink's context is the caller's")
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, errors.As(err, new(*service.OrdersError)), "no order is to blame")
	_, err = env.Service.Order(t.Context(), "o-1", supervision.System())
	require.NoError(t, err)
	n, err := env.Service.Archive(t.Context(), time.Time{}, new(archived).take)
	require.ErrorIs(t, err, supervision.ErrInvalid)
	require.Zero(t, n)
}

// stopping is a store with which the host stops once an order is removed.
type stopping struct {
	service.Store
	stop func()
}

func (s stopping) Remove(ctx context.Context, id string, version int64) (bool, error) {
	removed, err := s.Store.Remove(ctx, id, version)
	s.stop()
	return removed, err
}

func TestR35_AnArchiveThatStopsCountsWhatItRemoved(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	closedOrder(t, env, "o-1")
	closedOrder(t, env, "o-2")
	ctx, cancel := context.WithCancel(t.Context())
	n, err := env.Service.WithStore(stopping{env.Store, cancel}).Archive(ctx, env.Clock.Now().Add(tick),
		new(archived).take)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, n)
}

func TestR35_ExportIsOneDocument(t *testing.T) {
	env := supervisiontest.New()
	order := closedOrder(t, env, "o-1")
	var out bytes.Buffer
	require.NoError(t, env.Service.Export(t.Context(), "o-1", &out))
	var history service.History
	require.NoError(t, json.Unmarshal(out.Bytes(), &history))
	assert.Equal(t, order, history.Order)
	assert.Empty(t, history.Findings)
	assert.Len(t, history.Records, int(order.Version))
	digest, err := audit.DigestOf(history.Records)
	require.NoError(t, err)
	assert.Equal(t, digest, history.Digest)

	require.ErrorIs(t, env.Service.Export(t.Context(), "o-2", &out), supervision.ErrNotFound)
	require.ErrorIs(t, env.Service.Export(t.Context(), "", &out), supervision.ErrInvalid)
	full := errors.New("the disk is full")
	require.ErrorIs(t, env.Service.Export(t.Context(), "o-1", &refusing{err: full}), full)
	newer := strings.Replace(out.String(), `"format":1`, `"format":2`, 1)
	require.ErrorIs(t, json.Unmarshal([]byte(newer), &history), supervision.ErrNewerFormat)
}

// refusing refuses what it is given first, and would take the rest.
type refusing struct {
	err   error
	taken int
}

func (w *refusing) Write(p []byte) (int, error) {
	err := w.err
	w.err = nil
	if err == nil {
		w.taken += len(p)
	}
	return len(p), err
}

// A record is a line, and who writes learns how much was written.
func TestR35_AHistoryIsWrittenARecordALine(t *testing.T) {
	env := supervisiontest.New()
	order := closedOrder(t, env, "o-1")
	history, document := exported(t, env, "o-1")
	lines := strings.Split(document, "\n")
	require.Contains(t, document, `"findings":[]}`, "none, and not null")
	require.Len(t, lines, int(order.Version)+3, "the order before, what was found after, and the end of the last line")
	for i, line := range lines[1 : 1+order.Version] {
		var record supervision.Record
		require.NoError(t, json.Unmarshal([]byte(strings.TrimSuffix(line, ",")), &record))
		require.Equal(t, history.Records[i], record)
	}
	var out bytes.Buffer
	n, err := history.WriteTo(&out)
	require.NoError(t, err)
	require.Equal(t, int64(len(document)), n)
	require.Equal(t, document, out.String())
	full := refusing{err: errors.New("the disk is full")}
	_, err = history.WriteTo(&full)
	require.ErrorContains(t, err, "the disk is full")
	require.Zero(t, full.taken, "nothing is written after what was lost")
	for _, room := range []int{0, 1, len(lines[0]), len(document) - 1} {
		part := short{room: room}
		n, err = history.WriteTo(&part)
		require.ErrorIs(t, err, io.ErrShortWrite)
		require.Equal(t, int64(room), n)
		require.Equal(t, document[:room], part.String(), "as much as it says")
	}
}

// short has room for some bytes, and takes a part of what is more than that.
type short struct {
	bytes.Buffer
	room int
}

func (s *short) Write(p []byte) (int, error) {
	if left := s.room - s.Len(); left < len(p) {
		n, _ := s.Buffer.Write(p[:left])
		return n, io.ErrShortWrite
	}
	return s.Buffer.Write(p)
}

// One record that cannot be read leaves no document, no archive, and no text
// behind that was to be erased.
func TestR35_AnUnreadableRecordIsNotExported(t *testing.T) {
	for name, seq := range map[string]int64{"of the first page": 2, "of a later page": 550} {
		t.Run(name, func(t *testing.T) {
			b, read, order := late(t)
			store := &unreadables{Store: read.Store}
			b.do(order.ID, sue, deliver)
			b.do(order.ID, ben, acceptProduct)
			b.Clock.Add(day)
			b.order(order.ID)
			b.drain(new(inbox).publish)
			read.Store, store.ids = store, seqs(order.ID, seq)
			var out bytes.Buffer
			err := b.Service.Export(t.Context(), order.ID, &out)
			var unreadable *service.UnreadableError
			require.ErrorAs(t, err, &unreadable)
			require.Equal(t, seq, unreadable.Seq)
			require.Zero(t, out.Len())
			var sink archived
			_, err = b.Service.Archive(t.Context(), b.Clock.Now().Add(day), sink.take)
			require.ErrorAs(t, err, &unreadable)
			require.Empty(t, sink.histories)
			_, err = b.Service.Erase(t.Context(), order.ID, "Request 17")
			require.ErrorAs(t, err, &unreadable)
			require.Zero(t, b.order(order.ID).ErasedAt)
		})
	}
}

// What was never allowed is found, and is no reason to keep the order: the sink
// decides.
func TestR35_AHistoryWithOtherFindingsIsHandedOver(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	order, records, err := forgedOrder()
	require.NoError(t, err)
	for _, action := range []supervision.Action{supervision.Intervene{Reason: "Fraud."}, cancel} {
		var more []supervision.Record
		order, more, err = order.Apply(mia, action, bought.Add(2*time.Hour))
		require.NoError(t, err)
		records = append(records, more...)
	}
	require.NoError(t, env.Store.Create(t.Context(), service.Change{Order: order, Records: records}))
	var sink archived
	n, err := env.Service.Archive(t.Context(), bought.Add(day), sink.take)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NotEmpty(t, sink.histories[0].Findings)

	order.Buyer = otherBuyer.ID // and so its records do not make it
	require.NoError(t, env.Store.Create(t.Context(), service.Change{Order: order, Records: records}))
	_, err = env.Service.Archive(t.Context(), bought.Add(day), sink.take)
	require.ErrorIs(t, err, supervision.ErrMalformed)
	require.Len(t, sink.histories, 1)
}

func TestR35_ExportTellsWhatDoesNotVerify(t *testing.T) {
	env := supervisiontest.New()
	order, records, err := forgedOrder()
	require.NoError(t, err)
	require.NoError(t, env.Store.Create(t.Context(), service.Change{Order: order, Records: records}))
	var out bytes.Buffer
	require.NoError(t, env.Service.Export(t.Context(), order.ID, &out))
	var history service.History
	require.NoError(t, json.Unmarshal(out.Bytes(), &history))
	require.Len(t, history.Findings, 1)
	assert.Equal(t, audit.Refused, history.Findings[0].Kind)
	assert.Equal(t, int64(2), history.Findings[0].Seq)
}

// What is stored of an order has to be what its records make: neither is handed
// over for the other (R21).
func TestR21_WhatIsNotWholeIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(*service.Change)
		want   audit.Finding
	}{
		"the last record is missing": {
			func(c *service.Change) { c.Records = c.Records[:len(c.Records)-1] },
			audit.Finding{Order: "o-1", Seq: 6, Kind: audit.Missing, Rule: supervision.R21},
		},
		"the order is set back to before it was erased": {
			func(c *service.Change) {
				_, erasure, err := c.Order.Apply(supervision.System(), supervision.Erase{Reason: "Request 17"},
					c.Order.ClosedAt)
				require.NoError(t, err)
				for i, r := range c.Records {
					c.Records[i], err = r.Erase()
					require.NoError(t, err)
				}
				c.Records = append(c.Records, erasure...)
			},
			audit.Finding{Order: "o-1", Kind: audit.Altered, Rule: supervision.R21,
				Fields: []string{"delivery.result", "erased_at", "request.text", "version"}},
		},
		"the order has another buyer": {
			func(c *service.Change) { c.Order.Buyer = otherBuyer.ID },
			audit.Finding{Order: "o-1", Kind: audit.Altered, Rule: supervision.R21, Fields: []string{"buyer"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := supervisiontest.New(service.WithoutOutbox())
			order := closedOrder(t, env, "o-1")
			var sink archived
			_, err := env.Service.Archive(t.Context(), order.ClosedAt.Add(tick), sink.take)
			require.NoError(t, err)
			change := service.Change{Order: order, Records: sink.histories[0].Records}
			c.damage(&change)
			require.NoError(t, env.Store.Create(t.Context(), change))

			var out bytes.Buffer
			require.NoError(t, env.Service.Export(t.Context(), "o-1", &out))
			var history service.History
			require.NoError(t, json.Unmarshal(out.Bytes(), &history))
			assert.Equal(t, []audit.Finding{c.want}, history.Findings)

			n, err := env.Service.Archive(t.Context(), order.ClosedAt.Add(tick), sink.take)
			require.ErrorIs(t, err, supervision.ErrMalformed)
			require.ErrorContains(t, err, c.want.String())
			require.Zero(t, n)
			require.Len(t, sink.histories, 1, "the sink has only what was whole")
			_, err = env.Service.Order(t.Context(), "o-1", supervision.System())
			require.NoError(t, err, "it stays")
		})
	}
}

// interrupted does something, once, between the moment at which somebody loads
// an order and that at which the records are read.
type interrupted struct {
	service.Store
	meanwhile func()
}

func (i *interrupted) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	if meanwhile := i.meanwhile; meanwhile != nil {
		i.meanwhile = nil
		meanwhile()
	}
	return i.Store.Records(ctx, id, after, limit)
}

// An order that moves on while its history is read is read anew, and is whole.
func TestR35_AnOrderThatIsErasedMeanwhileIsWhole(t *testing.T) {
	for name, read := range map[string]func(*testing.T, *service.Service) service.History{
		"exported": func(t *testing.T, s *service.Service) (h service.History) {
			var out bytes.Buffer
			require.NoError(t, s.Export(t.Context(), "o-1", &out))
			require.NoError(t, json.Unmarshal(out.Bytes(), &h))
			return h
		},
		"archived": func(t *testing.T, s *service.Service) service.History {
			var sink archived
			n, err := s.Archive(t.Context(), bought.Add(1000*day), sink.take)
			require.NoError(t, err)
			require.Equal(t, 1, n)
			return sink.histories[0]
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := supervisiontest.New(service.WithoutOutbox())
			order := closedOrder(t, env, "o-1")
			between, err := service.New(&interrupted{env.Store, func() {
				_, err := env.Service.Erase(t.Context(), "o-1", "Request 17")
				require.NoError(t, err)
			}}, service.WithClock(env.Clock))
			require.NoError(t, err)
			history := read(t, between)
			assert.Equal(t, order.Version+1, history.Order.Version)
			assert.Empty(t, history.Findings)
			assert.Len(t, history.Records, int(history.Order.Version))
		})
	}
}

// Whether what does not verify is damage or haste cannot be told of an order
// that moves on whenever it is looked at.
func TestR35_AnOrderThatChangesTooFastIsNotExported(t *testing.T) {
	b := newBench(t)
	order, records, err := forgedOrder()
	require.NoError(t, err)
	require.NoError(t, b.Store.Create(t.Context(), service.Change{Order: order, Records: records}))
	b.Clock.Add(day)
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Load {
			b.do(order.ID, sue, report)
		}
	})
	var out bytes.Buffer
	err = b.Service.Export(t.Context(), order.ID, &out)
	require.ErrorIs(t, err, service.ErrConflict)
	require.ErrorContains(t, err, order.ID)
	require.Zero(t, out.Len())
	history, err := b.Service.History(t.Context(), order.ID)
	require.ErrorIs(t, err, service.ErrConflict)
	require.Zero(t, history, "nothing comes with an error")
}

// Records that do not follow from each other make no order: it is not handed
// over, nor removed (R21).
func TestR21_RecordsThatMakeNoOrderAreNotArchived(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	order := closedOrder(t, env, "o-1")
	var sink archived
	_, err := env.Service.Archive(t.Context(), order.ClosedAt.Add(tick), sink.take)
	require.NoError(t, err)
	records := sink.histories[0].Records
	records[1].To = supervision.AwaitingDelivery
	require.NoError(t, env.Store.Create(t.Context(), service.Change{Order: order, Records: records}))

	n, err := env.Service.Archive(t.Context(), order.ClosedAt.Add(tick), sink.take)
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	require.Zero(t, n)
	require.Len(t, sink.histories, 1, "the sink has only what was whole")
	_, err = env.Service.Order(t.Context(), "o-1", supervision.System())
	require.NoError(t, err, "it stays")
}

// forgedOrder is an order of which somebody else submitted the request.
func forgedOrder() (supervision.Order, []supervision.Record, error) {
	order, first, err := supervision.Open(anOpening(supervision.Guide()), bought)
	if err != nil {
		return order, nil, err
	}
	_, records, err := order.Apply(ben, submit, bought.Add(time.Hour))
	if err != nil {
		return order, nil, err
	}
	records[0].Actor = otherBuyer
	order, err = order.Follow(records[0])
	return order, append([]supervision.Record{first}, records...), err
}

func TestR04_ExportVerifiesTheForm(t *testing.T) {
	env := supervisiontest.New()
	for _, id := range []supervision.TemplateID{requestOf("p-1"), deliveryOf("p-1")} {
		_, err := env.Service.PublishTemplate(t.Context(), sue, id, seats())
		require.NoError(t, err)
	}
	_, err := env.Service.Open(t.Context(), anOpening(supervision.Policy{}))
	require.NoError(t, err)
	answers := map[string]any{"users": 200, "region": "eu"}
	for _, step := range []struct {
		actor  supervision.Actor
		action supervision.Action
	}{
		{ben, supervision.SubmitRequest{Values: answers}}, {sue, acceptRequest},
		{sue, supervision.Deliver{Values: answers}},
	} {
		_, err = env.Service.Do(t.Context(), "o-1", step.actor, step.action)
		require.NoError(t, err)
	}
	var out bytes.Buffer
	require.NoError(t, env.Service.Export(t.Context(), "o-1", &out))
	var history service.History
	require.NoError(t, json.Unmarshal(out.Bytes(), &history))
	require.Empty(t, history.Findings)

	var host *service.Service
	for call := 1; call <= 2; call++ {
		host, err = service.New(env.Store) // which has no template at hand
		require.NoError(t, err)
		env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Template}, Call: call})
		none, err := host.History(t.Context(), "o-1")
		require.ErrorIs(t, err, supervisiontest.ErrInjected, "form %d", call)
		require.Zero(t, none)
		env.Store.Repair()
	}
	host, err = service.New(env.Store)
	require.NoError(t, err)
	env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Template}, Times: 2,
		Err: supervision.ErrNotFound})
	out.Reset()
	require.NoError(t, host.Export(t.Context(), "o-1", &out))
	require.NoError(t, json.Unmarshal(out.Bytes(), &history))
	require.Len(t, history.Findings, 2)
	for _, found := range history.Findings {
		require.Equal(t, audit.Unchecked, found.Kind, "a lost template leaves values unjudged")
	}
}

func TestR35_RecordsBetweenTwoInstants(t *testing.T) {
	env := supervisiontest.New(service.WithBatch(2))
	first := closedOrder(t, env, "o-1")
	env.Clock.Add(day)
	second := closedOrder(t, env, "o-2")
	read := func(from, before time.Time) (ids []supervision.RecordID) {
		t.Helper()
		for r, err := range env.Service.RecordsBetween(t.Context(), from, before) {
			require.NoError(t, err)
			ids = append(ids, r.ID())
		}
		return ids
	}
	require.Len(t, read(first.OpenedAt, second.ClosedAt.Add(tick)), int(first.Version+second.Version))
	require.Len(t, read(second.OpenedAt, second.ClosedAt), int(second.Version)-1, "but not its completion")
	require.Len(t, read(second.OpenedAt, second.ClosedAt.Add(tick-1)), int(second.Version)-1, "nor to a tick")
	require.Empty(t, read(second.ClosedAt.Add(tick), second.ClosedAt.Add(day)))

	for range env.Service.RecordsBetween(t.Context(), first.OpenedAt, second.ClosedAt) {
		break // and asks for no further page
	}
	faulty := 0
	for _, err := range env.Service.RecordsBetween(t.Context(), time.Time{}, second.ClosedAt) {
		require.ErrorIs(t, err, supervision.ErrInvalid)
		faulty++
	}
	require.Equal(t, 1, faulty)
	env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Between}, Call: 2})
	n := 0
	for _, err := range env.Service.RecordsBetween(t.Context(), first.OpenedAt, second.ClosedAt) {
		if n++; n == 3 {
			require.ErrorIs(t, err, supervisiontest.ErrInjected)
		}
	}
	require.Equal(t, 3, n, "a page, and then the error")
}

// damaged has a record that cannot be read.
type damaged struct{ service.Store }

func (d damaged) Between(ctx context.Context, from, before time.Time, after service.RecordPlace,
	limit int) ([]service.PlacedRecord, error) {
	list, err := d.Store.Between(ctx, from, before, after, limit)
	list[1].Record, list[1].Err = supervision.Record{}, unreadable(list[1].Order, list[1].Seq)
	return list, err
}

func TestR35_ARecordThatCannotBeReadHidesNoOther(t *testing.T) {
	env := supervisiontest.New()
	order := closedOrder(t, env, "o-1")
	host, err := service.New(damaged{env.Store})
	require.NoError(t, err)
	good, bad := 0, 0
	for _, err := range host.RecordsBetween(t.Context(), order.OpenedAt, order.ClosedAt.Add(tick)) {
		if err == nil {
			good++
			continue
		}
		require.ErrorIs(t, err, supervision.ErrMalformed)
		require.ErrorContains(t, err, `record 2 of order "o-1"`)
		bad++
	}
	require.Equal(t, 1, bad)
	require.Equal(t, int(order.Version)-1, good)
	for _, err := range host.RecordsBetween(t.Context(), order.OpenedAt, order.ClosedAt.Add(tick)) {
		if err != nil {
			break // who has seen enough may stop here as well
		}
	}
}

// Without a sink there is nobody to have the orders, so none is looked at.
func TestArchive_RefusesAFaultyCall(t *testing.T) {
	b := newBench(t)
	_, err := b.Service.Archive(b.ctx, time.Time{}, nil)
	var invalid *supervision.InvalidError
	require.ErrorAs(t, err, &invalid)
	fields := make([]string, len(invalid.Faults))
	for i, f := range invalid.Faults {
		fields[i] = f.Field
	}
	assert.Equal(t, []string{"closed_before", "sink"}, fields)
}
