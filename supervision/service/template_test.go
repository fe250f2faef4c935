package service_test

import (
	"encoding/json"
	"errors"
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

// publish publishes sue's template for a product.
func (b *bench) publish(product string, t template.Template) service.RequestTemplate {
	b.t.Helper()
	published, err := b.Service.PublishTemplate(b.ctx, sue, product, t)
	require.NoError(b.t, err)
	return published
}

func titled(title string) template.Template {
	t := seats()
	t.Title = title
	return t
}

func TestR04_TemplatesHaveVersions(t *testing.T) {
	b := newBench(t)
	first := b.publish("p-1", titled("first"))
	assert.Equal(t, service.RequestTemplate{
		Seller: sue.ID, Product: "p-1", Version: 1, PublishedAt: bought, Template: titled("first"),
	}, first)
	b.Clock.Add(time.Hour)
	second := b.publish("p-1", titled("second"))
	assert.Equal(t, 2, second.Version)
	assert.Equal(t, bought.Add(time.Hour), second.PublishedAt)

	for version, want := range map[int]service.RequestTemplate{0: second, 1: first, 2: second} {
		got, err := b.Service.Template(t.Context(), sue.ID, "p-1", version)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := b.Service.Template(t.Context(), sue.ID, "p-1", 3)
	require.ErrorIs(t, err, supervision.ErrNotFound)
	assert.Equal(t, 1, b.publish("p-2", seats()).Version, "each product has its own")
	other, err := b.Service.PublishTemplate(t.Context(), otherSeller, "p-1", seats())
	require.NoError(t, err)
	assert.Equal(t, 1, other.Version, "and each seller")
}

func TestR04_PublishingDetachesTheTemplate(t *testing.T) {
	b := newBench(t)
	mine := seats()
	published := b.publish("p-1", mine)
	mine.Fields[0].Label = "changed"
	assert.Equal(t, seats(), published.Template)
	got, err := b.Service.Template(t.Context(), sue.ID, "p-1", 0)
	require.NoError(t, err)
	assert.Equal(t, seats(), got.Template)
}

func TestR04_AnOrderIsPinnedToTheVersionItWasOpenedWith(t *testing.T) {
	b := newBench(t)
	free := b.open("o-1")
	assert.Zero(t, free.RequestTemplateVersion)
	b.publish("p-1", seats())
	pinned := b.open("o-2")
	assert.Equal(t, 1, pinned.RequestTemplateVersion)
	b.publish("p-1", template.Template{Fields: []template.Field{{Key: "other", Label: "Other", Kind: template.Line,
		Required: true}}})

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
}

// A transaction may take back the template it published, so nothing of it may
// be remembered.
func TestR04_NothingIsRememberedOfAJoinedTransaction(t *testing.T) {
	taken, kept := newBench(t), newBench(t)
	values := supervision.SubmitRequest{Values: template.Values{"users": 1, "region": "eu"}}
	in := kept.Service.WithStore(taken.Store)
	_, err := in.PublishTemplate(t.Context(), sue, "p-1", seats())
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
	_, err := b.Service.PublishTemplate(t.Context(), supervision.Seller(""), "p\x00", faulty)
	invalid(t, err, "actor.id", "product", "template.title", "template.fields[0].key", "template.fields[1].kind")
	assert.Empty(t, b.Store.Calls())
}

func TestR04_OnlySellersPublish(t *testing.T) {
	b := newBench(t)
	for _, actor := range []supervision.Actor{ben, mia, supervision.System()} {
		_, err := b.Service.PublishTemplate(t.Context(), actor, "p-1", seats())
		invalid(t, err, "actor.role")
	}
	assert.Empty(t, b.Store.Calls())
}

func TestTemplate_FaultyQuestions(t *testing.T) {
	b := newBench(t)
	_, err := b.Service.Template(t.Context(), "", "p\n", -1)
	invalid(t, err, "seller", "product", "version")
	assert.Empty(t, b.Store.Calls())
}

func TestPublishTemplate_TakesTheNextVersionAfterAConflict(t *testing.T) {
	b := newBench(t)
	b.interruptPublishing(9)
	assert.Equal(t, 10, b.publish("p-1", seats()).Version)

	b.interruptPublishing(10)
	_, err := b.Service.PublishTemplate(t.Context(), sue, "p-1", seats())
	require.ErrorIs(t, err, service.ErrConflict)
}

// interruptPublishing has somebody else publish before each of the next n
// versions is put.
func (b *bench) interruptPublishing(n int) {
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.PutTemplate && n > 0 {
			n--
			b.publish("p-1", titled("another"))
		}
	})
}

func TestPublishTemplate_StoreFailures(t *testing.T) {
	for _, method := range []supervisiontest.Method{supervisiontest.Template, supervisiontest.PutTemplate} {
		b := newBench(t)
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{method}})
		published, err := b.Service.PublishTemplate(t.Context(), sue, "p-1", seats())
		require.ErrorIs(t, err, supervisiontest.ErrInjected)
		assert.Zero(t, published)
		assert.Equal(t, 1, b.publish("p-1", seats()).Version)
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
