package service_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/koogallery/serviceflow/supervision/template"
)

// requestOf and deliveryOf name sue's templates for a product, before the first
// version.
func requestOf(product string) supervision.TemplateID {
	return supervision.TemplateID{Seller: sue.ID, Product: product, Operation: supervision.OpSubmitRequest}
}

func deliveryOf(product string) supervision.TemplateID {
	return supervision.TemplateID{Seller: sue.ID, Product: product, Operation: supervision.OpDeliver}
}

func at(id supervision.TemplateID, version int) supervision.TemplateID {
	id.Version = version
	return id
}

// latest is the latest version of a template of sue's; before the first, what
// names it.
func (b *bench) latest(id supervision.TemplateID) supervision.TemplateID {
	b.t.Helper()
	latest, err := b.Service.Template(b.ctx, at(id, 0))
	if errors.Is(err, supervision.ErrNotFound) {
		return id
	}
	require.NoError(b.t, err)
	return latest.TemplateID
}

// publish publishes the next version of sue's request template for a product.
func (b *bench) publish(product string, t template.Template) service.PublishedTemplate {
	b.t.Helper()
	return b.publishAs(requestOf(product), t)
}

func (b *bench) publishAs(id supervision.TemplateID, t template.Template) service.PublishedTemplate {
	b.t.Helper()
	published, err := b.Service.PublishTemplate(b.ctx, sue, b.latest(id), t)
	require.NoError(b.t, err)
	return published
}

func (b *bench) withdraw(id supervision.TemplateID) service.PublishedTemplate {
	b.t.Helper()
	withdrawn, err := b.Service.WithdrawTemplate(b.ctx, sue, b.latest(id))
	require.NoError(b.t, err)
	return withdrawn
}

func titled(title string) template.Template {
	t := seats()
	t.Title = title
	return t
}

func TestR04_TemplatesHaveVersions(t *testing.T) {
	b := newBench(t)
	for _, id := range []supervision.TemplateID{requestOf("p-1"), deliveryOf("p-1")} {
		b.Clock.Set(bought.Add(tick - 1)) // cut as every instant is
		first := b.publishAs(id, titled("first"))
		assert.Equal(t, service.PublishedTemplate{
			TemplateID: at(id, 1), PublishedAt: bought, Template: titled("first"),
		}, first)
		b.Clock.Add(time.Hour)
		second := b.publishAs(id, titled("second"))
		assert.Equal(t, at(id, 2), second.TemplateID)
		assert.Equal(t, bought.Add(time.Hour), second.PublishedAt)

		for version, want := range map[int]service.PublishedTemplate{0: second, 1: first, 2: second} {
			got, err := b.Service.Template(t.Context(), at(id, version))
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
		_, err := b.Service.Template(t.Context(), at(id, 3))
		require.ErrorIs(t, err, supervision.ErrNotFound)
	}
	assert.Equal(t, 1, b.publish("p-2", seats()).Version, "each product has its own")
	_, err := b.Service.Template(t.Context(), deliveryOf("p-2"))
	require.ErrorIs(t, err, supervision.ErrNotFound, "and each operation")
	id := requestOf("p-1")
	id.Seller = otherSeller.ID
	other, err := b.Service.PublishTemplate(t.Context(), otherSeller, id, seats())
	require.NoError(t, err)
	assert.Equal(t, 1, other.Version, "and each seller")
}

func TestR04_PublishingDetachesTheTemplate(t *testing.T) {
	b := newBench(t)
	mine := seats()
	published := b.publish("p-1", mine)
	mine.Fields[0].Label = "changed"
	assert.Equal(t, seats(), published.Template)
	got, err := b.Service.Template(t.Context(), requestOf("p-1"))
	require.NoError(t, err)
	assert.Equal(t, seats(), got.Template)
}

// other asks for something else than seats.
func other() template.Template {
	return template.Template{Fields: []template.Field{{Key: "other", Label: "Other", Kind: template.Line,
		Required: true}}}
}

func TestR04_AnOrderIsPinnedToTheVersionItWasOpenedWith(t *testing.T) {
	b := newBench(t)
	free := b.open("o-1")
	assert.Zero(t, free.RequestTemplateVersion)
	b.publish("p-1", seats())
	pinned := b.open("o-2")
	assert.Equal(t, 1, pinned.RequestTemplateVersion)
	assert.Zero(t, pinned.DeliveryTemplateVersion)
	b.publish("p-1", other())

	b.do("o-1", ben, submit)
	invalid(t, b.refuse("o-2", ben, supervision.SubmitRequest{Values: template.Values{"other": "x"}}),
		"values.users", "values.region", "values")
	order := b.do("o-2", ben, supervision.SubmitRequest{Values: template.Values{"users": " 0200 ", "region": "eu"}})
	assert.Equal(t, template.Values{"users": json.Number("200"), "region": "eu"}, order.Request.Values, "normalised")
	assert.Equal(t, order.Request.Values, b.records("o-2")[1].Action.(supervision.SubmitRequest).Values,
		"in the record too")
	b.whole("o-2")
	assert.Equal(t, 2, b.open("o-3").RequestTemplateVersion)
}

// A delivery fills in the version of the delivery template that was current
// when its order opened, whatever is published or withdrawn since.
func TestR07_ADeliveryIsPinnedToItsTemplate(t *testing.T) {
	b := newBench(t, service.WithPolicy(supervision.License()))
	b.publish("p-1", other())
	b.publishAs(deliveryOf("p-1"), titled("first"))
	b.publishAs(deliveryOf("p-1"), seats())
	pinned := b.open("o-1")
	assert.Equal(t, []int{1, 2}, []int{pinned.RequestTemplateVersion, pinned.DeliveryTemplateVersion})
	b.publishAs(deliveryOf("p-1"), other())
	assert.Equal(t, 3, b.open("o-2").DeliveryTemplateVersion)
	b.withdraw(deliveryOf("p-1"))

	invalid(t, b.refuse("o-1", sue, supervision.Deliver{Result: "Done.", Values: template.Values{"other": "x"}}),
		"result", "values.users", "values.region", "values")
	invalid(t, b.refuse("o-1", sue, deliver), "result", "values.users", "values.region")
	order := b.do("o-1", sue, supervision.Deliver{Values: template.Values{"users": "007", "region": "eu"}})
	assert.Equal(t, template.Values{"users": json.Number("7"), "region": "eu"}, order.Delivery.Values)
	assert.Equal(t, "x", b.do("o-2", sue, supervision.Deliver{Values: template.Values{"other": "x"}}).
		Delivery.Values["other"])
	b.whole("o-1")
	b.whole("o-2")
	var history bytes.Buffer
	require.NoError(t, b.Service.Export(t.Context(), "o-1", &history))
	var read service.History
	require.NoError(t, json.Unmarshal(history.Bytes(), &read))
	assert.Empty(t, read.Findings, "R21: verified with the version it is pinned to")
}

// An order that an amendment gives to another seller stays pinned to the
// templates that it opened with (R31).
func TestR04_AnotherSellerDeliversOnTheSameTemplate(t *testing.T) {
	b := newBench(t, service.WithPolicy(supervision.License()))
	b.publishAs(deliveryOf("p-1"), seats())
	id := deliveryOf("p-1")
	id.Seller = otherSeller.ID
	_, err := b.Service.PublishTemplate(t.Context(), otherSeller, id, other())
	require.NoError(t, err)
	b.open("o-1")
	order := b.do("o-1", mia, supervision.Amend{Seller: otherSeller.ID, Reason: "They have merged."})
	assert.Equal(t, at(deliveryOf("p-1"), 1), order.Form(supervision.OpDeliver))
	invalid(t, b.refuse("o-1", otherSeller, supervision.Deliver{Values: template.Values{"other": "x"}}),
		"values.users", "values.region", "values")
	b.do("o-1", otherSeller, supervision.Deliver{Values: template.Values{"users": 7, "region": "eu"}})
	b.do("o-1", mia, supervision.Amend{Seller: sue.ID, Reason: "They have not."})
	assert.Equal(t, at(deliveryOf("p-1"), 1), b.order("o-1").Form(supervision.OpDeliver))
	b.whole("o-1")
}

// A withdrawn template is none for the orders that open from then on, until the
// next version; those that are pinned keep theirs.
func TestR04_AWithdrawnTemplateIsNoneForNewOrders(t *testing.T) {
	b := newBench(t)
	id := requestOf("p-1")
	b.publish("p-1", seats())
	b.publishAs(deliveryOf("p-1"), seats())
	b.open("pinned")
	b.Clock.Add(time.Hour)
	withdrawn := b.withdraw(id)
	assert.Equal(t, service.PublishedTemplate{TemplateID: at(id, 2), PublishedAt: bought.Add(time.Hour)}, withdrawn)
	assert.True(t, withdrawn.Withdrawn())
	for _, version := range []int{0, 2} {
		latest, err := b.Service.Template(t.Context(), at(id, version))
		require.NoError(t, err)
		assert.Equal(t, withdrawn, latest, "it says so")
	}
	first, err := b.Service.Template(t.Context(), at(id, 1))
	require.NoError(t, err)
	assert.Equal(t, seats(), first.Template, "a published version never changes")
	assert.False(t, first.Withdrawn())

	free := b.open("free")
	assert.Equal(t, []int{0, 1}, []int{free.RequestTemplateVersion, free.DeliveryTemplateVersion},
		"the other template stays")
	b.do("free", ben, submit)
	invalid(t, b.refuse("pinned", ben, submit), "text", "values.users", "values.region")
	b.do("pinned", ben, supervision.SubmitRequest{Values: template.Values{"users": 7, "region": "eu"}})

	assert.Equal(t, 3, b.publish("p-1", other()).Version)
	assert.Equal(t, 3, b.open("again").RequestTemplateVersion)
	b.withdraw(deliveryOf("p-1"))
	half := b.open("half")
	assert.Equal(t, []int{3, 0}, []int{half.RequestTemplateVersion, half.DeliveryTemplateVersion},
		"whichever is withdrawn")
	assert.Zero(t, b.open("free").RequestTemplateVersion, "R28: opened again, it is as it was")
}

// Who comes too late changes nothing, and is told what to do.
func TestR04_AStalePublisherIsRefused(t *testing.T) {
	b := newBench(t)
	id := requestOf("p-1")
	b.publish("p-1", titled("first"))
	b.publish("p-1", titled("second"))
	for version, stale := range map[int]bool{0: true, 1: true, 2: false, 3: true,
		supervision.MaxTemplateVersion - 1: true} {
		b := newBench(t)
		b.publish("p-1", titled("first"))
		b.publish("p-1", titled("second"))
		published, err := b.Service.PublishTemplate(t.Context(), sue, at(id, version), titled("another"))
		assert.Equal(t, stale, errors.Is(err, service.ErrStale), version)
		if stale {
			assert.Zero(t, published)
			assert.Contains(t, err.Error(), fmt.Sprintf("version %d of the template is not the latest", version))
			assert.Contains(t, err.Error(), "publish in its place")
			assert.Equal(t, 2, b.latest(id).Version)
		}
		if version > 0 && stale {
			_, err = b.Service.WithdrawTemplate(t.Context(), sue, at(id, version))
			require.ErrorIs(t, err, service.ErrStale, version)
		}
	}
	b.withdraw(id)
	_, err := b.Service.PublishTemplate(t.Context(), sue, at(id, 2), titled("another"))
	require.ErrorIs(t, err, service.ErrStale, "it has been withdrawn")
}

// The version is the key: the same once more is the same (R28).
func TestR28_PublishingAgainDoesNothing(t *testing.T) {
	b := newBench(t)
	id := requestOf("p-1")
	first := b.publish("p-1", titled("first"))
	second := b.publish("p-1", titled("second"))
	withdrawn := b.withdraw(id)
	b.Clock.Add(day)
	for range 2 {
		for version, title := range []string{"first", "second"} {
			again, err := b.Service.PublishTemplate(t.Context(), sue, at(id, version), titled(title))
			require.NoError(t, err)
			assert.Equal(t, []service.PublishedTemplate{first, second}[version], again, "as it was published then")
		}
		again, err := b.Service.WithdrawTemplate(t.Context(), sue, at(id, 2))
		require.NoError(t, err)
		assert.Equal(t, withdrawn, again)
	}
	assert.Equal(t, 3, b.latest(id).Version)
	other := titled("first")
	other.Fields[0].Required = false
	_, err := b.Service.PublishTemplate(t.Context(), sue, id, other)
	require.ErrorIs(t, err, service.ErrStale, "whatever differs")
	_, err = b.Service.WithdrawTemplate(t.Context(), sue, at(id, 1))
	require.ErrorIs(t, err, service.ErrStale)
}

func TestR04_PinnedVersionsAreReadOnce(t *testing.T) {
	b := newBench(t)
	b.publish("p-1", seats())
	b.open("o-1")
	b.Store.Repair()
	values := supervision.SubmitRequest{Values: template.Values{"users": 1, "region": "eu"}}
	for range 3 {
		b.do("o-1", ben, values)
		b.do("o-1", sue, rejectRequest)
	}
	assert.Equal(t, 1, howOften(b.Store.Calls(), supervisiontest.Template))
	b.publish("p-2", seats())
	_, err := b.Service.Open(t.Context(), supervision.Opening{ID: "o-3", Product: "p-2", Buyer: ben.ID, Seller: sue.ID})
	require.NoError(t, err)
	for range 3 {
		for _, id := range []string{"o-1", "o-3"} {
			b.do(id, ben, values)
			b.do(id, sue, rejectRequest)
		}
	}
	assert.Equal(t, 2, howOften(b.Store.Calls(), supervisiontest.Template), "nor does one make another forgotten")

	b.open("o-2")
	b.Store.Repair()
	later, err := service.New(b.Store, service.WithClock(b.Clock)) // which remembers none
	require.NoError(t, err)
	for actor, action := range map[supervision.Actor]supervision.Action{sue: acceptRequest, mia: submit} {
		_, err = later.Do(t.Context(), "o-2", actor, action)
		require.ErrorIs(t, err, supervision.ErrRefused)
	}
	assert.NotContains(t, b.Store.Calls(), supervisiontest.Template, "nor where nothing is filled in")
}

// What is remembered of one seller's, product's, operation's or version's
// template says nothing of another's.
func TestR04_WhatIsRememberedIsOfOneTemplate(t *testing.T) {
	b := newBench(t)
	other := template.Template{Fields: []template.Field{{Key: "other", Label: "Other", Kind: template.Line}}}
	of := func(seller supervision.Actor, id supervision.TemplateID, t template.Template) {
		id.Seller = seller.ID
		id.Version = 0
		if latest, err := b.Service.Template(b.ctx, id); err == nil {
			id = latest.TemplateID
		}
		_, err := b.Service.PublishTemplate(b.ctx, seller, id, t)
		require.NoError(b.t, err)
	}
	open := func(id, product string, seller supervision.Actor) {
		_, err := b.Service.Open(b.ctx, supervision.Opening{ID: id, Product: product, Buyer: ben.ID, Seller: seller.ID})
		require.NoError(t, err)
	}
	of(sue, requestOf("p-1"), seats())
	open("first", "p-1", sue)
	of(sue, requestOf("p-2"), other)
	open("another product", "p-2", sue)
	of(otherSeller, requestOf("p-1"), other)
	open("another seller", "p-1", otherSeller)
	of(sue, deliveryOf("p-1"), other)
	of(sue, requestOf("p-1"), other)
	open("another version", "p-1", sue)

	b.do("first", ben, supervision.SubmitRequest{Values: template.Values{"users": 1, "region": "eu"}})
	for _, id := range []string{"another product", "another seller", "another version"} {
		b.do(id, ben, supervision.SubmitRequest{Values: template.Values{"other": "o"}})
	}
	b.do("another version", sue, acceptRequest)
	of(sue, deliveryOf("p-1"), seats())
	open("another operation", "p-1", sue)
	b.do("another operation", ben, supervision.SubmitRequest{Values: template.Values{"other": "o"}})
	b.do("another operation", sue, acceptRequest)
	b.do("another operation", sue, supervision.Deliver{Values: template.Values{"users": 1, "region": "eu"}})
}

// A transaction may take back the template it published, so nothing of it may
// be remembered.
func TestR04_NothingIsRememberedOfAJoinedTransaction(t *testing.T) {
	taken, kept := newBench(t), newBench(t)
	values := supervision.SubmitRequest{Values: template.Values{"users": 1, "region": "eu"}}
	in := kept.Service.WithStore(taken.Store)
	_, err := in.PublishTemplate(t.Context(), sue, requestOf("p-1"), seats())
	require.NoError(t, err)
	_, err = in.Open(t.Context(), anOpening(supervision.Policy{}))
	require.NoError(t, err)
	_, err = in.Do(t.Context(), "o-1", ben, values)
	require.NoError(t, err)

	kept.publish("p-1",
		template.Template{Fields: []template.Field{{Key: "other", Label: "Other", Kind: template.Line}}})
	kept.open("o-1")
	invalid(t, kept.refuse("o-1", ben, values), "values")
}

func TestR04_EveryFaultOfATemplateAtItsField(t *testing.T) {
	b := newBench(t)
	faulty := template.Template{Title: strings.Repeat("x", template.MaxLabel+1), Fields: []template.Field{
		{Key: "", Label: "No key", Kind: template.Line}, {Key: "k", Label: "k", Kind: "novel"},
	}}
	id := supervision.TemplateID{Product: "p\x00", Operation: supervision.OpAcceptProduct, Version: -1}
	_, err := b.Service.PublishTemplate(t.Context(), supervision.Seller(""), id, faulty)
	invalid(t, err, "seller", "product", "operation", "version", "actor.id", "template.title",
		"template.fields[0].key", "template.fields[1].kind")
	_, err = b.Service.PublishTemplate(t.Context(), sue, at(requestOf("p-1"), supervision.MaxTemplateVersion), seats())
	invalid(t, err, "version")
	_, err = b.Service.PublishTemplate(t.Context(), sue, requestOf("p-1"), template.Template{})
	invalid(t, err, "template.fields") // withdrawing is said, and no slip
	_, err = b.Service.WithdrawTemplate(t.Context(), sue, requestOf("p-1"))
	invalid(t, err, "version")
	assert.Empty(t, b.Store.Calls())
}

func TestR04_OnlyItsSellerPublishes(t *testing.T) {
	b := newBench(t)
	for _, actor := range []supervision.Actor{ben, mia, supervision.System(), otherSeller, supervision.Buyer(sue.ID)} {
		_, err := b.Service.PublishTemplate(t.Context(), actor, requestOf("p-1"), seats())
		invalid(t, err, "actor")
		_, err = b.Service.WithdrawTemplate(t.Context(), actor, at(requestOf("p-1"), 1))
		invalid(t, err, "actor")
	}
	assert.Empty(t, b.Store.Calls())
}

func TestTemplate_FaultyQuestions(t *testing.T) {
	b := newBench(t)
	_, err := b.Service.Template(t.Context(), supervision.TemplateID{Product: "p\n", Version: -1})
	invalid(t, err, "seller", "product", "operation", "version")
	assert.Empty(t, b.Store.Calls())
}

func TestPublishTemplate_StoreFailures(t *testing.T) {
	for _, failure := range []supervisiontest.Failure{
		{On: []supervisiontest.Method{supervisiontest.PutTemplate}},
		{On: []supervisiontest.Method{supervisiontest.PutTemplate}, Applied: true},
		{On: []supervisiontest.Method{supervisiontest.Template}}, // which tells who was faster
	} {
		b := newBench(t)
		b.Store.FailOn(failure)
		if failure.On[0] == supervisiontest.Template {
			b.publish("p-1", titled("another"))
		}
		published, err := b.Service.PublishTemplate(t.Context(), sue, requestOf("p-1"), seats())
		require.ErrorIs(t, err, supervisiontest.ErrInjected)
		assert.Equal(t, failure.Applied, errors.Is(err, service.ErrUnknownOutcome))
		assert.Zero(t, published)
		if failure.On[0] == supervisiontest.PutTemplate {
			published, err = b.Service.PublishTemplate(t.Context(), sue, requestOf("p-1"), seats())
			require.NoError(t, err)
			assert.Equal(t, 1, published.Version, "once, whatever became of the first answer")
		}
	}
}

func TestDo_WithoutThePinnedTemplateNothingIsDecided(t *testing.T) {
	for _, failure := range []error{supervisiontest.ErrInjected, supervision.ErrNotFound} {
		b := newBench(t)
		b.publish("p-1", seats())
		order := b.open("o-1")
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Template}, Err: failure})
		err := b.refuse("o-1", ben, submit)
		assert.NotErrorIs(t, err, supervision.ErrNotFound, "the order is there")
		assert.Equal(t, failure == supervisiontest.ErrInjected, errors.Is(err, supervisiontest.ErrInjected))
		assert.Equal(t, order, b.stored("o-1"))
	}
}

// Who is refused by a rule hears of that, whatever became of the template.
func TestDo_ARefusalAsksForNoTemplate(t *testing.T) {
	policy := supervision.Guide()
	policy.AtScheduledEnd = supervision.EndCancel
	b := newBench(t, service.WithPolicy(policy))
	b.publish("p-1", seats())
	order := b.open("o-1")
	b.Clock.Set(order.ScheduledEnd)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Template}})
	require.ErrorIs(t, b.refuse("o-1", ben, submit), supervision.ErrRefused)
}

// The form of an operation is the version that the order is pinned to; none
// where it has none (R04).
func TestR04_TheFormOfAnOperation(t *testing.T) {
	b := newBench(t)
	b.publish("p-1", seats())
	order := b.open("o-1")
	b.publish("p-1", template.Template{Fields: seats().Fields[:1]})
	form, err := b.Service.Form(b.ctx, order, supervision.OpSubmitRequest)
	require.NoError(t, err)
	assert.Equal(t, seats().Fields, form.Template().Fields)
	for _, op := range []supervision.Operation{supervision.OpDeliver, supervision.OpRemind} {
		form, err = b.Service.Form(b.ctx, order, op)
		require.NoError(t, err)
		assert.Nil(t, form)
		assert.Zero(t, form.Template())
	}
	order.RequestTemplateVersion = 7
	_, err = b.Service.Form(b.ctx, order, supervision.OpSubmitRequest)
	assert.ErrorContains(t, err, "lost")
}

// A stored version that cannot be read is the host's trouble, under the name of
// the order that is pinned to it, and no client's malformed input.
func TestR04_APinnedVersionThatCannotBeRead(t *testing.T) {
	for _, cause := range []error{supervision.ErrMalformed, supervision.ErrNewerFormat} {
		b := newBench(t)
		b.publish("p-1", seats())
		order := b.open("o-1")
		fresh, err := service.New(b.Store, service.WithClock(b.Clock)) // which remembers no template
		require.NoError(t, err)
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Template}, Err: cause})
		_, err = fresh.Form(b.ctx, order, supervision.OpSubmitRequest)
		var unreadable *service.UnreadableError
		require.ErrorAs(t, err, &unreadable)
		require.ErrorIs(t, err, cause)
		assert.Equal(t, "o-1", unreadable.Order)
		assert.ErrorContains(t, err, "version 1 of its submit_request template")
	}
}
