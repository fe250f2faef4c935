package supervisiontest_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// calls makes one call of every method, in their declared order.
var calls = []struct {
	method supervisiontest.Method
	call   func(context.Context, service.Store) error
}{
	{supervisiontest.Create, func(ctx context.Context, s service.Store) error {
		order, record, err := supervision.Open(supervision.Opening{ID: "o", Product: "p", Buyer: "b", Seller: "s"},
			time.Unix(1e9, 0))
		return errors.Join(err, s.Create(ctx, service.Change{Order: order, Records: []supervision.Record{record}}))
	}},
	{supervisiontest.Load,
		func(ctx context.Context, s service.Store) error { _, _, err := s.Load(ctx, "o", ""); return err }},
	{supervisiontest.Save, func(ctx context.Context, s service.Store) error { return s.Save(ctx) }},
	{supervisiontest.Count, func(ctx context.Context, s service.Store) error {
		_, err := s.Count(ctx, 1, supervision.Filter{})
		return err
	}},
	{supervisiontest.Search, func(ctx context.Context, s service.Store) error {
		_, err := s.Search(ctx, supervision.Filter{Limit: 1})
		return err
	}},
	{supervisiontest.Records,
		func(ctx context.Context, s service.Store) error { _, err := s.Records(ctx, "o", 0, 1); return err }},
	{supervisiontest.Due, func(ctx context.Context, s service.Store) error {
		_, err := s.Due(ctx, time.Unix(1e9, 0), supervision.Position{}, 1)
		return err
	}},
	{supervisiontest.Upcoming, func(ctx context.Context, s service.Store) error {
		_, err := s.Upcoming(ctx, supervision.DeadlineKinds(), time.Unix(1e9, 0), time.Unix(2e9, 0),
			supervision.Position{}, 1)
		return err
	}},
	{supervisiontest.Claim, func(ctx context.Context, s service.Store) error {
		_, err := s.Claim(ctx, time.Unix(1e9, 0), 1, 1)
		return err
	}},
	{supervisiontest.Acknowledge, func(ctx context.Context, s service.Store) error { return s.Acknowledge(ctx) }},
	{supervisiontest.Return, func(ctx context.Context, s service.Store) error { return s.Return(ctx) }},
	{supervisiontest.Backlog,
		func(ctx context.Context, s service.Store) error { _, err := s.Backlog(ctx, 1); return err }},
	{supervisiontest.Delayed, func(ctx context.Context, s service.Store) error {
		_, err := s.Delayed(ctx, true, supervision.RecordID{}, 1)
		return err
	}},
	{supervisiontest.Noticing, func(ctx context.Context, s service.Store) error {
		_, err := s.Noticing(ctx, time.Unix(1e9, 0), supervision.Position{}, 1)
		return err
	}},
	{supervisiontest.Notice, func(ctx context.Context, s service.Store) error { return s.Notice(ctx) }},
	{supervisiontest.PutTemplate, func(ctx context.Context, s service.Store) error {
		return s.PutTemplate(ctx, service.PublishedTemplate{
			TemplateID: supervision.TemplateID{Seller: "s", Product: "p", Operation: supervision.OpDeliver,
				Version: 1}})
	}},
	{supervisiontest.Template, func(ctx context.Context, s service.Store) error {
		_, err := s.Template(ctx, supervision.TemplateID{Seller: "s", Product: "p", Operation: supervision.OpDeliver,
			Version: 1})
		return err
	}},
	{supervisiontest.LatestTemplates, func(ctx context.Context, s service.Store) error {
		_, err := s.LatestTemplates(ctx, "s", "p")
		return err
	}},
	{supervisiontest.Between, func(ctx context.Context, s service.Store) error {
		_, err := s.Between(ctx, time.Unix(1e9, 0), time.Unix(2e9, 0), service.RecordPlace{}, 1)
		return err
	}},
	{supervisiontest.Erase, func(ctx context.Context, s service.Store) error {
		order, record, err := supervision.Open(supervision.Opening{ID: "e", Product: "p", Buyer: "b", Seller: "s"},
			time.Unix(1e9, 0))
		if err != nil {
			return err
		}
		err = s.Erase(ctx, service.Change{Order: order, Records: []supervision.Record{record}}, nil)
		if errors.Is(err, service.ErrConflict) { // there is no such order
			return nil
		}
		return err
	}},
	{supervisiontest.Remove, func(ctx context.Context, s service.Store) error {
		_, err := s.Remove(ctx, "o", 1)
		return err
	}},
}

func TestStore_WholeUntilToldOtherwise(t *testing.T) {
	s := supervisiontest.Break(memory.New())
	var methods []supervisiontest.Method
	for _, c := range calls {
		require.NoError(t, c.call(t.Context(), s), c.method)
		methods = append(methods, c.method)
	}
	slices.Reverse(s.Calls())
	assert.Equal(t, methods, s.Calls(), "whatever becomes of a list that was handed out")
	s.Repair()
	assert.Empty(t, s.Calls())
}

func TestStore_FailsEachMethod(t *testing.T) {
	for _, c := range calls {
		t.Run(string(c.method), func(t *testing.T) {
			s := supervisiontest.Break(memory.New())
			s.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{c.method}, Times: -1})
			for _, other := range calls {
				err := other.call(t.Context(), s)
				if other.method == c.method {
					require.ErrorIs(t, err, supervisiontest.ErrInjected)
				} else {
					require.NotErrorIs(t, err, supervisiontest.ErrInjected)
				}
			}
			require.ErrorIs(t, c.call(t.Context(), s), supervisiontest.ErrInjected, "it goes on failing")
			require.ErrorIs(t, c.call(t.Context(), supervisiontest.Break(s)), supervisiontest.ErrInjected,
				"whatever stands before it")
			s.Repair()
			require.NotErrorIs(t, c.call(t.Context(), s), supervisiontest.ErrInjected)
		})
	}
}

func TestStore_FailsTheNthCall(t *testing.T) {
	load := []supervisiontest.Method{supervisiontest.Load}
	tests := []struct {
		name    string
		failure supervisiontest.Failure
		fails   []bool
	}{
		{"the zero value: the next", supervisiontest.Failure{}, []bool{true, false, false, false}},
		{"the first", supervisiontest.Failure{Call: 1}, []bool{true, false, false, false}},
		{"the third", supervisiontest.Failure{On: load, Call: 3}, []bool{false, false, true, false}},
		{"two from the second", supervisiontest.Failure{On: load, Call: 2, Times: 2}, []bool{false, true, true, false}},
		{"all from the third", supervisiontest.Failure{On: load, Call: 3, Times: -1}, []bool{false, false, true, true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := supervisiontest.Break(memory.New())
			s.FailOn(tt.failure)
			for i, fails := range tt.fails {
				_, _, err := s.Load(t.Context(), "unknown", "")
				assert.Equal(t, fails, errors.Is(err, supervisiontest.ErrInjected), "call %d: %v", i+1, err)
			}
		})
	}
}

func TestStore_TheErrorThatIsAskedFor(t *testing.T) {
	mine := errors.New("mine")
	s := supervisiontest.Break(memory.New())
	s.FailOn(supervisiontest.Failure{Err: mine})
	s.FailOn(supervisiontest.Failure{})
	_, _, err := s.Load(t.Context(), "o", "")
	require.ErrorIs(t, err, mine, "the failure arranged first")
}

func TestStore_AppliedBeforeItFails(t *testing.T) {
	create := calls[0].call
	s := supervisiontest.Break(memory.New())
	s.FailOn(supervisiontest.Failure{Applied: true})
	err := create(t.Context(), s)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	require.ErrorIs(t, err, service.ErrUnknownOutcome)
	require.ErrorIs(t, create(t.Context(), s), service.ErrExists, "the effect took place")

	s.FailOn(supervisiontest.Failure{Applied: true})
	require.ErrorIs(t, create(t.Context(), s), service.ErrExists, "the other store's error goes first")

	s.FailOn(supervisiontest.Failure{})
	require.NotErrorIs(t, create(t.Context(), supervisiontest.Break(s)), service.ErrExists, "not applied")
}

func TestStore_AnswerIsLostWithTheCall(t *testing.T) {
	s := supervisiontest.Break(memory.New())
	require.NoError(t, calls[0].call(t.Context(), s))
	s.FailOn(supervisiontest.Failure{Applied: true})
	order, record, err := s.Load(t.Context(), "o", "")
	require.Error(t, err)
	assert.Zero(t, order)
	assert.Nil(t, record)
}

func TestStore_HookActsInBetween(t *testing.T) {
	s := supervisiontest.Break(memory.New())
	var heard []supervisiontest.Method
	s.OnCall(func(m supervisiontest.Method) {
		heard = append(heard, m)
		_ = s.Acknowledge(t.Context()) // does not call the hook again
	})
	_, _, _ = s.Load(t.Context(), "o", "")
	_ = s.Save(t.Context())
	assert.Equal(t, []supervisiontest.Method{supervisiontest.Load, supervisiontest.Save}, heard)
	assert.Equal(t, []supervisiontest.Method{
		supervisiontest.Acknowledge, supervisiontest.Load, supervisiontest.Acknowledge, supervisiontest.Save,
	}, s.Calls())
}
