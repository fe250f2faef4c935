package service_test

import (
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

func TestNew_RefusesWhatItCannotRunOn(t *testing.T) {
	tests := []struct {
		name   string
		store  service.Store
		option service.Option
		fields []string
	}{
		{"no store", nil, service.WithBatch(1), []string{"store"}},
		{"no clock", memory.New(), service.WithClock(nil), []string{"clock"}},
		{"no logger", memory.New(), service.WithLogger(nil), []string{"logger"}},
		{"batch of none", memory.New(), service.WithBatch(0), []string{"batch"}},
		{"batch beyond a page", memory.New(), service.WithBatch(supervision.MaxPage + 1), []string{"batch"}},
		{"no writers", memory.New(), service.WithWriters(0), []string{"writers"}},
		{"writers beyond a page", memory.New(), service.WithWriters(supervision.MaxPage + 1), []string{"writers"}},
		{"no lease", memory.New(), service.WithLease(0), []string{"lease"}},
		{"no interval", memory.New(), service.WithInterval(0), []string{"interval"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := service.New(tt.store, tt.option)
			assert.Nil(t, s)
			invalid(t, err, tt.fields...)
		})
	}
	s, err := service.New(memory.New(), service.WithPolicy(supervision.Policy{}))
	assert.Nil(t, s)
	require.ErrorIs(t, err, supervision.ErrPolicy)
	_, err = service.New(nil, service.WithPolicy(supervision.Policy{}))
	require.ErrorIs(t, err, supervision.ErrPolicy)
	require.ErrorContains(t, err, "store: ", "all that is wrong comes at once")
}

func TestNew_Defaults(t *testing.T) {
	for name, option := range map[string]service.Option{
		"the largest batch": service.WithBatch(supervision.MaxPage), "the shortest lease": service.WithLease(tick),
		"as many writers as there can be": service.WithWriters(supervision.MaxPage),
		"the shortest interval":           service.WithInterval(tick),
	} {
		_, err := service.New(memory.New(), option)
		assert.NoError(t, err, name)
	}
	s, err := service.New(memory.New())
	require.NoError(t, err)
	assert.Equal(t, time.UTC, s.Now().Location())
	assert.Zero(t, s.Now().Nanosecond()%int(tick))

	b := newBench(t)
	for range 201 {
		b.reach(supervision.AwaitingRequest)
	}
	assert.Equal(t, 200, b.relay(new(inbox).publish), "a batch")
}

func TestR01_OpenStoresTheOrder(t *testing.T) {
	b := newBench(t)
	b.Clock.Set(bought.Add(999).In(time.FixedZone("CST", 8*60*60)))
	order, err := b.Service.Open(t.Context(), anOpening(supervision.Policy{}))
	require.NoError(t, err)
	want, record, err := supervision.Open(anOpening(supervision.Guide()), bought)
	require.NoError(t, err)
	assert.Equal(t, want, order)
	assert.Equal(t, want, b.stored("o-1"))
	assert.Equal(t, []supervision.Record{record}, b.records("o-1"))
}

func TestR25_OpenPinsThePolicy(t *testing.T) {
	b := newBench(t, service.WithPolicy(supervision.Rules2025()))
	assert.Equal(t, supervision.Rules2025(), b.open("o-1").Policy, "the service's")
	order, err := b.Service.Open(t.Context(), supervision.Opening{
		ID: "o-2", Product: "p-1", Buyer: ben.ID, Seller: sue.ID, Policy: supervision.License(),
	})
	require.NoError(t, err)
	assert.Equal(t, supervision.License(), order.Policy, "its own")

	later, err := service.New(b.Store, service.WithClock(b.Clock), service.WithPolicy(supervision.Guide()))
	require.NoError(t, err)
	running, err := later.Order(t.Context(), "o-1", ben)
	require.NoError(t, err)
	assert.Equal(t, supervision.Rules2025(), running.Policy, "a change of policy touches new orders only")
}

func TestR28_OpeningAgainReturnsTheOrderAsItIs(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	b.do("o-1", ben, submit)
	b.Clock.Add(time.Hour)
	again, err := b.Service.Open(t.Context(), anOpening(supervision.Policy{}))
	require.NoError(t, err)
	assert.Equal(t, b.stored("o-1"), again)
	assert.Equal(t, supervision.AwaitingConfirmation, again.Status)
	assert.Len(t, b.records("o-1"), 2)
}

func TestR28_OpeningAgainSettlesWhatIsDue(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Accepted)
	b.Clock.Add(3 * time.Hour)
	again, err := b.Service.Open(t.Context(),
		supervision.Opening{ID: order.ID, Product: "p-1", Buyer: ben.ID, Seller: sue.ID})
	require.NoError(t, err)
	assert.Equal(t, supervision.Completed, again.Status)
}

// A repeated opening is the same at any later time: after a new template, after
// another policy of the service, and after its scheduled end.
func TestR28_OpeningAgainAtAnyLaterTime(t *testing.T) {
	b := newBench(t)
	b.publish("p-1", titled("first"))
	opening := anOpening(supervision.Policy{})
	opening.BoughtAt, opening.ScheduledEnd = bought.Add(-day), bought.Add(20*day)
	opening.RequestTemplateVersion = -1 // which is not the host's to say
	first, err := b.Service.Open(t.Context(), opening)
	require.NoError(t, err)
	b.publish("p-1", titled("second"))
	later, err := service.New(b.Store, service.WithClock(b.Clock), service.WithPolicy(supervision.License()))
	require.NoError(t, err)
	for _, at := range []time.Time{bought, bought.Add(tick), opening.ScheduledEnd.Add(-tick), opening.ScheduledEnd,
		opening.ScheduledEnd.Add(tick), bought.Add(1000 * day)} {
		b.Clock.Set(at)
		again, err := later.Open(t.Context(), opening)
		require.NoError(t, err, at)
		assert.Equal(t, first, again, at)
	}
	assert.Len(t, b.records("o-1"), 1)

	short := opening
	short.ID, short.BoughtAt = "o-2", b.Clock.Now()
	short.ScheduledEnd = short.BoughtAt.Add(tick)
	first, err = b.Service.Open(t.Context(), short)
	require.NoError(t, err)
	b.Clock.Add(tick)
	again, err := b.Service.Open(t.Context(), short)
	require.NoError(t, err, "an order that was bought a tick before its end")
	assert.Equal(t, first, again)
}

func TestR28_OpeningAnotherNamesWhatDiffers(t *testing.T) {
	b := newBench(t)
	opened := anOpening(supervision.Policy{})
	opened.ScheduledEnd = bought.Add(20 * day)
	_, err := b.Service.Open(t.Context(), opened)
	require.NoError(t, err)
	before := b.stored("o-1")
	longer := supervision.Guide()
	longer.Appeal.Silence += tick
	for _, at := range []time.Time{bought, bought.Add(30 * day)} {
		b.Clock.Set(at)
		for field, change := range map[string]func(*supervision.Opening){
			"product":       func(o *supervision.Opening) { o.Product = "5ecret" },
			"buyer":         func(o *supervision.Opening) { o.Buyer = "5ecret" },
			"seller":        func(o *supervision.Opening) { o.Seller = "5ecret" },
			"bought_at":     func(o *supervision.Opening) { o.BoughtAt = bought.Add(-tick) },
			"scheduled_end": func(o *supervision.Opening) { o.ScheduledEnd = o.ScheduledEnd.Add(tick) },
			"policy":        func(o *supervision.Opening) { o.Policy = longer },
		} {
			opening := opened
			change(&opening)
			order, err := b.Service.Open(t.Context(), opening)
			require.ErrorIs(t, err, service.ErrExists, field)
			var different *service.DifferentError
			require.ErrorAs(t, err, &different)
			assert.Equal(t, &service.DifferentError{Order: "o-1", Fields: []string{field}}, different)
			assert.EqualError(t, err, `service: order "o-1" exists already and differs in `+field)
			assert.Zero(t, order)
		}
		later := opened
		later.BoughtAt = bought.Add(tick)
		_, err := b.Service.Open(t.Context(), later)
		invalid(t, err, "bought_at") // nothing is opened before it is bought
	}
	assert.Equal(t, before, b.stored("o-1"))
}

func TestOpen_FaultyInputReachesNoStore(t *testing.T) {
	faulty := supervision.Guide()
	faulty.CompletionDelay = -1
	tests := []struct {
		name    string
		opening supervision.Opening
		err     error
	}{
		{"nothing", supervision.Opening{}, supervision.ErrInvalid},
		{"a control character", supervision.Opening{ID: "o\x00", Product: "p", Buyer: "b", Seller: "s"},
			supervision.ErrInvalid},
		{"an end in the past, and no buyer", supervision.Opening{ID: "o", Product: "p", Seller: "s",
			ScheduledEnd: bought}, supervision.ErrInvalid},
		{"bought later", supervision.Opening{ID: "o", Product: "p", Buyer: "b", Seller: "s",
			BoughtAt: bought.Add(tick)}, supervision.ErrInvalid},
		{"bought later, with an end to come", supervision.Opening{ID: "o", Product: "p", Buyer: "b", Seller: "s",
			BoughtAt: bought.Add(tick), ScheduledEnd: bought.Add(day)}, supervision.ErrInvalid},
		{"a policy", anOpening(faulty), supervision.ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			order, err := b.Service.Open(t.Context(), tt.opening)
			require.ErrorIs(t, err, tt.err)
			assert.Zero(t, order)
			assert.Empty(t, b.Store.Calls())
		})
	}
	b := newBench(t)
	ended := anOpening(supervision.Policy{})
	ended.ScheduledEnd = bought
	_, err := b.Service.Open(t.Context(), ended)
	invalid(t, err, "scheduled_end")
	assert.Equal(t, []supervisiontest.Method{supervisiontest.Records}, b.Store.Calls(), "it could be a repetition")
	b = newBench(t)
	b.Clock.Set(time.Time{})
	_, err = b.Service.Open(t.Context(), anOpening(supervision.Policy{}))
	invalid(t, err, "at")
}

func TestOpen_TheHostCannotChooseTheTemplate(t *testing.T) {
	b := newBench(t)
	opening := anOpening(supervision.Policy{})
	opening.RequestTemplateVersion, opening.DeliveryTemplateVersion = 7, 7
	order, err := b.Service.Open(t.Context(), opening)
	require.NoError(t, err)
	assert.Zero(t, order.RequestTemplateVersion+order.DeliveryTemplateVersion)
}

func TestOpen_StoreFailures(t *testing.T) {
	for _, failure := range []supervisiontest.Failure{
		{On: []supervisiontest.Method{supervisiontest.LatestTemplates}},
		{On: []supervisiontest.Method{supervisiontest.Create}},
		{On: []supervisiontest.Method{supervisiontest.Create}, Applied: true},
	} {
		b := newBench(t)
		b.Store.FailOn(failure)
		order, err := b.Service.Open(t.Context(), anOpening(supervision.Policy{}))
		require.ErrorIs(t, err, supervisiontest.ErrInjected)
		assert.Zero(t, order)
		assert.Equal(t, int64(1), b.open("o-1").Version, "opening again opens it once")
		b.whole("o-1")
	}
	for _, method := range []supervisiontest.Method{supervisiontest.Load, supervisiontest.Records} {
		b := newBench(t)
		b.open("o-1")
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{method}})
		_, err := b.Service.Open(t.Context(), anOpening(supervision.Policy{}))
		require.ErrorIs(t, err, supervisiontest.ErrInjected, "whether it is the same order cannot be told")
	}
}

func TestOpen_ClockIsReadOnce(t *testing.T) {
	running := clock.NewMock()
	running.Set(bought)
	b := newBench(t)
	s, err := service.New(b.Store, service.WithClock(running))
	require.NoError(t, err)
	b.Store.OnCall(func(supervisiontest.Method) { running.Add(time.Second) })
	order, err := s.Open(t.Context(), anOpening(supervision.Policy{}))
	require.NoError(t, err)
	assert.Equal(t, bought, order.OpenedAt)
}

// The host's transaction may not see the order that has the id.
func TestR28_AnOrderThatIsOpenedMeanwhileIsAConflict(t *testing.T) {
	b := newBench(t)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Create},
		Err: service.ErrExists})
	_, err := b.Service.Open(t.Context(), anOpening(supervision.Policy{}))
	require.ErrorIs(t, err, service.ErrConflict)
	require.ErrorContains(t, err, `order "o-1" was opened meanwhile`)
}

// Whether an order began so cannot be told by a record that cannot be read.
func TestR28_AnOpeningThatCannotBeReadIsNotRepeated(t *testing.T) {
	store := &unreadables{Store: memory.New()}
	b := &bench{supervisiontest.On(store), t, t.Context()}
	b.Clock.Set(bought)
	b.open("o-1")
	store.ids = seqs("o-1", 1)
	_, err := b.Service.Open(t.Context(), anOpening(supervision.Policy{}))
	require.ErrorAs(t, err, new(*service.UnreadableError))
	_, err = b.Service.Adopt(t.Context(), inDelivery("o-1"))
	require.ErrorAs(t, err, new(*service.UnreadableError))
}

// All that differs is named, sorted.
func TestR28_EveryFieldThatDiffersIsNamed(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	other := supervision.Opening{ID: "o-1", Product: "p-2", Buyer: "bob", Seller: "sam", Policy: supervision.License(),
		ScheduledEnd: bought.Add(200 * day), Paid: supervision.Money{Amount: 1, Currency: "CNY"}}
	_, err := b.Service.Open(t.Context(), other)
	var different *service.DifferentError
	require.ErrorAs(t, err, &different)
	require.Equal(t, []string{"buyer", "paid", "policy", "product", "scheduled_end", "seller"}, different.Fields)
}
