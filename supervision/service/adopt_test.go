package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/koogallery/serviceflow/supervision/template"
)

// inDelivery is an order that another system has left on the seller's turn.
func inDelivery(id string) supervision.Adoption {
	return supervision.Adoption{
		ID: id, Product: "p-1", Buyer: ben.ID, Seller: sue.ID, BoughtAt: bought.Add(-31 * day),
		OpenedAt: bought.Add(-30 * day), Status: supervision.AwaitingDelivery, TurnSince: bought.Add(-5 * day),
		Request: &supervision.Request{Text: submit.Text, SubmittedAt: bought.Add(-20 * day)},
		History: []supervision.Quote{{What: "CONFIRMED", Who: "sue"}},
	}
}

// acceptedOn is one that was accepted there.
func acceptedOn(id string, at time.Time) supervision.Adoption {
	a := inDelivery(id)
	a.Status, a.TurnSince, a.AcceptedAt = supervision.Accepted, time.Time{}, at
	a.Delivery = &supervision.Delivery{Result: deliver.Result, DeliveredAt: at}
	return a
}

// adopt adopts one order without trouble.
func (b *bench) adopt(a supervision.Adoption) service.Adopted {
	b.t.Helper()
	results, err := b.Service.Adopt(b.t.Context(), a)
	require.NoError(b.t, err)
	require.Len(b.t, results, 1)
	require.NoError(b.t, results[0].Err)
	return results[0]
}

func TestR29_AdoptStoresTheOrder(t *testing.T) {
	b := newBench(t)
	result := b.adopt(inDelivery("o-1"))
	want, record, err := supervision.Adopt(inDelivery("o-1"), bought, nil)
	require.NoError(t, err)
	assert.Equal(t, service.Adopted{Order: want}, result)
	assert.Equal(t, want, b.stored("o-1"))
	stored := b.records("o-1")[0]
	assert.NotEmpty(t, stored.Salt, "so that its texts can be erased (R35)")
	stored.Salt = ""
	assert.Equal(t, record, stored)
	bare := supervision.Adoption{ID: "o-2", Product: "p-1", Buyer: ben.ID, Seller: sue.ID, OpenedAt: bought,
		Status: supervision.AwaitingRequest, TurnSince: bought}
	b.adopt(bare)
	assert.Empty(t, b.records("o-2")[0].Salt, "it has no texts")

	b.Clock.Add(tick)
	assert.Equal(t, supervision.Frozen, b.do("o-1", ben, supervision.RaiseAppeal{Ground: "seller_silent",
		Reason: "Nothing happens.", Demand: "Go on."}).Status, "silence goes on from there")
	b.whole("o-1")
	page, err := b.Service.Search(t.Context(), sue, supervision.Query{Criteria: supervision.Criteria{
		Bought: supervision.Span{From: bought.Add(-31 * day), Before: bought.Add(-31*day + tick)}}})
	require.NoError(t, err)
	assert.Len(t, page.Orders, 1)
}

// What became due before the adoption is stored with it, at its due instant.
func TestR29_AdoptSettlesWhatIsDue(t *testing.T) {
	for after, want := range map[time.Duration]supervision.Status{
		3*time.Hour - tick: supervision.Accepted, 3 * time.Hour: supervision.Completed, 10 * day: supervision.Completed,
	} {
		b := newBench(t)
		order := b.adopt(acceptedOn("o-1", bought.Add(-after))).Order
		assert.Equal(t, want, order.Status, after)
		assert.Equal(t, order, b.stored("o-1"), after)
		if want == supervision.Completed {
			assert.Equal(t, bought.Add(3*time.Hour-after), order.ClosedAt)
			assert.Len(t, b.records("o-1"), 2)
		}
		b.whole("o-1")
		assert.Empty(t, audit.Verify(b.records("o-1")))
	}
}

// The faulty ones are named, each with every fault, and the good ones taken.
func TestR29_FaultyAdoptionsStopNoOther(t *testing.T) {
	b := newBench(t)
	b.open("o-3")
	faulty := inDelivery("o-2")
	faulty.RequestRejections, faulty.ProductRejections = -1, 2
	unnamed := inDelivery("o\x00")
	results, err := b.Service.Adopt(t.Context(), inDelivery("o-1"), faulty, inDelivery("o-3"), unnamed,
		inDelivery("o-4"))
	require.NoError(t, err)
	require.NoError(t, results[0].Err)
	invalid(t, results[1].Err, "request_rejections", "product_rejections")
	var different *service.DifferentError
	require.ErrorAs(t, results[2].Err, &different)
	assert.Equal(t, []string{"operation"}, different.Fields)
	invalid(t, results[3].Err, "id")
	require.NoError(t, results[4].Err)
	for i, want := range []bool{true, false, false, false, true} {
		assert.Equal(t, want, results[i].Order.ID != "", i)
		assert.False(t, results[i].Repeated)
	}
	_, err = b.Service.Order(t.Context(), "o-2", ben)
	assert.ErrorIs(t, err, supervision.ErrNotFound)
	b.whole("o-1")
	b.whole("o-3")
	b.whole("o-4")
}

func TestR29_AdoptingAgainReturnsTheOrderAsItIs(t *testing.T) {
	b := newBench(t)
	b.adopt(inDelivery("o-1"))
	b.do("o-1", sue, deliver)
	b.do("o-1", ben, supervision.AcceptProduct{})
	b.Clock.Add(3 * time.Hour)
	again := b.adopt(inDelivery("o-1"))
	assert.True(t, again.Repeated)
	assert.Equal(t, supervision.Completed, again.Order.Status)

	later, err := service.New(b.Store, service.WithClock(b.Clock), service.WithPolicy(supervision.License()))
	require.NoError(t, err)
	results, err := later.Adopt(t.Context(), inDelivery("o-1"))
	require.NoError(t, err)
	assert.True(t, results[0].Repeated, "whatever the policy of new orders has become")

	results, err = b.Service.Adopt(t.Context(), inDelivery("o-2"), inDelivery("o-2"), inDelivery("o-2"))
	require.NoError(t, err)
	assert.Equal(t, []bool{false, true, true}, []bool{results[0].Repeated, results[1].Repeated, results[2].Repeated})
	b.whole("o-1")
	b.whole("o-2")
}

func TestR35_AdoptingAgainAfterItsTextsAreErased(t *testing.T) {
	b := newBench(t)
	b.adopt(acceptedOn("o-1", bought.Add(-day)))
	_, err := b.Service.Erase(t.Context(), "o-1", "Request 17")
	require.NoError(t, err)
	assert.True(t, b.adopt(acceptedOn("o-1", bought.Add(-day))).Repeated)
	assert.NotContains(t, fmt.Sprint(b.records("o-1")[0].Action), "CONFIRMED")
	assert.Empty(t, audit.Verify(b.records("o-1")))
	b.whole("o-1")
}

func TestR29_AdoptingAnotherNamesWhatDiffers(t *testing.T) {
	b := newBench(t)
	b.adopt(inDelivery("o-1"))
	b.Clock.Add(time.Hour)
	for field, change := range map[string]func(*supervision.Adoption){
		"buyer":              func(a *supervision.Adoption) { a.Buyer = "5ecret" },
		"turn_since":         func(a *supervision.Adoption) { a.TurnSince = bought.Add(tick) },
		"request_rejections": func(a *supervision.Adoption) { a.RequestRejections = 1 },
		"request":            func(a *supervision.Adoption) { a.Request.Text = "5ecret" },
		"history":            func(a *supervision.Adoption) { a.History = nil },
		"policy":             func(a *supervision.Adoption) { a.Policy = supervision.License() },
	} {
		a := inDelivery("o-1")
		change(&a)
		results, err := b.Service.Adopt(t.Context(), a)
		require.NoError(t, err)
		assert.EqualError(t, results[0].Err, `service: order "o-1" exists already and differs in `+field)
		assert.Zero(t, results[0].Order)
	}
	_, err := b.Service.Open(t.Context(), anOpening(supervision.Policy{}))
	assert.EqualError(t, err, `service: order "o-1" exists already and differs in operation`, "nor is it opened again")
}

// More than are stored at once, in batches.
func TestR29_ManyAreAdoptedInBatches(t *testing.T) {
	b := newBench(t)
	list := make([]supervision.Adoption, 2*supervision.MaxPage+2)
	for i := range list {
		list[i] = inDelivery(fmt.Sprintf("o-%d", i))
	}
	list[7].Buyer = ""
	results, err := b.Service.Adopt(t.Context(), list...)
	require.NoError(t, err)
	for i, r := range results {
		require.Equal(t, i == 7, r.Err != nil)
		require.Equal(t, i != 7, r.Order.ID == list[i].ID)
	}
	creates := 0
	for _, call := range b.Store.Calls() {
		if call == supervisiontest.Create {
			creates++
		}
	}
	assert.Equal(t, 3, creates, "one of them for the last alone")
}

// The version that an order is pinned to has to be there.
func TestR04_AdoptionOnATemplate(t *testing.T) {
	b := newBench(t)
	a := inDelivery("o-1")
	a.RequestTemplateVersion, a.Buyer = 1, ""
	a.Request = &supervision.Request{Values: template.Values{"users": 200, "region": "eu"}, SubmittedAt: bought}
	results, err := b.Service.Adopt(t.Context(), a)
	require.NoError(t, err)
	invalid(t, results[0].Err, "request_template_version", "request.values", "buyer")

	b.publish("p-1", seats())
	a.Buyer = ben.ID
	assert.Equal(t, 1, b.adopt(a).Order.RequestTemplateVersion)
	b.withdraw(requestOf("p-1"))
	for _, version := range []int{2, 3, supervision.MaxTemplateVersion} {
		a.RequestTemplateVersion = version
		results, err = b.Service.Adopt(t.Context(), a)
		require.NoError(t, err)
		invalid(t, results[0].Err, "request_template_version", "request.values")
	}
	a.ID, a.DeliveryTemplateVersion = "o-2", 1
	results, err = b.Service.Adopt(t.Context(), a)
	require.NoError(t, err)
	invalid(t, results[0].Err, "request_template_version", "delivery_template_version", "request.values")
	b.publishAs(deliveryOf("p-1"), seats())
	a.RequestTemplateVersion = 1
	assert.Equal(t, 1, b.adopt(a).Order.DeliveryTemplateVersion)

	a.ID = "o-3"
	for call := 1; call <= 2; call++ {
		later, err := service.New(b.Store, service.WithClock(b.Clock)) // which has no template at hand
		require.NoError(t, err)
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Template}, Call: call})
		results, err = later.Adopt(t.Context(), a, inDelivery("o-4"))
		require.ErrorIs(t, err, supervisiontest.ErrInjected, "a store that fails is no fault of the adoption")
		require.ErrorIs(t, results[1].Err, supervisiontest.ErrInjected)
		b.Store.Repair()
	}

	delivered := acceptedOn("o-5", bought)
	delivered.DeliveryTemplateVersion, delivered.Delivery.Result = 1, ""
	delivered.Delivery.Values = template.Values{"users": "200", "region": "eu"}
	assert.Equal(t, json.Number("200"), b.adopt(delivered).Order.Delivery.Values["users"],
		"after a request in free text")

	a.DeliveryTemplateVersion = 0
	a.Request.Values["users"] = "many"
	results, err = b.Service.Adopt(t.Context(), a)
	require.NoError(t, err)
	invalid(t, results[0].Err, "request.values.users")
}

// A store that fails ends the call; whatever is not certain says so, and
// adopting again ends with every order once.
func TestR29_StoreFailuresLoseNothing(t *testing.T) {
	faulty := inDelivery("o-2")
	faulty.Buyer = ""
	list := []supervision.Adoption{inDelivery("o-1"), faulty, inDelivery("o-3"), inDelivery("o-3")}
	for _, failure := range []supervisiontest.Failure{
		{On: []supervisiontest.Method{supervisiontest.Create}},
		{On: []supervisiontest.Method{supervisiontest.Create}, Applied: true},
		{On: []supervisiontest.Method{supervisiontest.Create}, Call: 2},
		{On: []supervisiontest.Method{supervisiontest.Records}},
		{On: []supervisiontest.Method{supervisiontest.Load}},
	} {
		b := newBench(t)
		b.Store.FailOn(failure)
		results, err := b.Service.Adopt(t.Context(), list...)
		require.ErrorIs(t, err, supervisiontest.ErrInjected)
		require.Len(t, results, 4)
		invalid(t, results[1].Err, "buyer")
		require.ErrorIs(t, results[3].Err, supervisiontest.ErrInjected)
		b.Store.Repair()
		results, err = b.Service.Adopt(t.Context(), list...)
		require.NoError(t, err)
		for i, r := range results {
			require.Equal(t, i == 1, r.Err != nil, "%d", i)
		}
		b.whole("o-1")
		b.whole("o-3")
		assert.Len(t, b.records("o-3"), 1)
	}
	b := newBench(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no time"))
	results, err := b.Service.Adopt(ctx, list...)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, results[0].Err, context.Canceled)
	results, err = b.Service.Adopt(ctx, faulty)
	require.ErrorIs(t, err, context.Canceled)
	invalid(t, results[0].Err, "buyer")
}

// Whoever names no policy takes that of new orders.
func TestR29_AnAdoptionWithoutAPolicyHasTheServices(t *testing.T) {
	b := newBench(t, service.WithPolicy(autoAccepting()))
	assert.Equal(t, autoAccepting(), b.adopt(inDelivery("o-1")).Order.Policy)
	a := inDelivery("o-2")
	a.Policy = supervision.License()
	assert.Equal(t, supervision.License(), b.adopt(a).Order.Policy)
}

// An order that is gone when it is looked at again, as one that the host's
// transaction does not see, is a conflict.
func TestR29_AnOrderThatIsGoneAgainIsAConflict(t *testing.T) {
	b := newBench(t)
	order := b.adopt(inDelivery("o-1")).Order
	b.drain(new(inbox).publish)
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Records {
			removed, err := b.Store.Remove(t.Context(), "o-1", order.Version)
			require.NoError(t, err)
			require.True(t, removed)
		}
	})
	results, err := b.Service.Adopt(t.Context(), inDelivery("o-1"))
	require.ErrorIs(t, err, service.ErrConflict)
	require.ErrorIs(t, results[0].Err, service.ErrConflict)
}

func TestR29_AdoptionsAreRelayedAndObserved(t *testing.T) {
	var heard []service.OperationEvent
	b := newBench(t, service.WithObserver(service.Observer{
		Operation: func(_ context.Context, e service.OperationEvent) { heard = append(heard, e) },
	}))
	faulty := inDelivery("o\x00")
	_, err := b.Service.Adopt(t.Context(), acceptedOn("o-1", bought.Add(-day)), faulty)
	require.NoError(t, err)
	var in inbox
	assert.Equal(t, 2, b.drain(in.publish), "the adoption and the completion")
	require.Len(t, heard, 2)
	assert.Equal(t, service.OperationEvent{Order: "o-1", Operation: supervision.OpAdopt, Role: supervision.RoleSystem,
		Version: 2, Attempts: 1}, heard[0])
	assert.Empty(t, heard[1].Order)
	assert.Equal(t, "invalid", heard[1].Outcome())

	heard = nil
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Create}})
	_, err = b.Service.Adopt(t.Context(), inDelivery("o-2"), inDelivery("o-3"), inDelivery("o-2"))
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	require.Len(t, heard, 3, "those that a failing store leaves are heard of as well, tried or not")
	for i, order := range []string{"o-2", "o-3", "o-2"} {
		assert.Equal(t, order, heard[i].Order)
		assert.ErrorIs(t, heard[i].Err, supervisiontest.ErrInjected)
	}

	none, err := b.Service.Adopt(t.Context())
	assert.NoError(t, err)
	assert.Empty(t, none)

	silent, err := service.New(memory.New(), service.WithClock(b.Clock), service.WithoutOutbox())
	require.NoError(t, err)
	open := inDelivery("o-1")
	open.Policy = supervision.Guide()
	open.Policy.Notices.OpenFor = day
	_, err = silent.Adopt(t.Context(), open, acceptedOn("o-2", bought.Add(-day)))
	require.NoError(t, err)
	count, err := silent.Relay(t.Context(), in.publish)
	require.NoError(t, err)
	assert.Zero(t, count)
	for _, step := range []func() (int, error){
		func() (int, error) { return silent.Notice(t.Context()) },
		func() (int, error) { return silent.Relay(t.Context(), in.publish) },
	} {
		count, err = step()
		require.NoError(t, err)
		assert.Equal(t, 1, count, "an overdue notice is no record")
	}
}
