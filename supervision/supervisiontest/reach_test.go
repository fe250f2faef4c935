package supervisiontest_test

import (
	"encoding/json"
	"testing"
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

// with returns the guide's policy with its appeals changed.
func with(change func(*supervision.Policy)) supervision.Policy {
	p := supervision.Guide()
	p.Name = ""
	change(&p)
	return p
}

func only(ground appeal.Ground) supervision.Policy {
	return with(func(p *supervision.Policy) { p.Appeal.Buyer, p.Appeal.Seller = 0, appeal.GroundsOf(ground) })
}

func TestReach_EveryStatusUnderEveryPolicy(t *testing.T) {
	quick := with(func(p *supervision.Policy) { p.AutoAccept = time.Hour })
	policies := map[string]supervision.Policy{
		"guide": supervision.Guide(), "2025": supervision.Rules2025(), "license": supervision.License(),
		"auto-accept before silence": quick,
		"only seller's silence":      only(appeal.SellerSilent),
		"only buyer's silence":       only(appeal.BuyerSilent),
		"only request rejections":    only(appeal.RequestRejected),
		"only product rejections":    only(appeal.ProductRejected),
		"blackout from the opening": with(func(p *supervision.Policy) {
			p.SupervisionPeriod, p.Appeal.Blackout = supervision.Day, supervision.Day-supervision.Tick
		}),
	}
	for name, policy := range policies {
		for _, status := range supervision.Statuses() {
			t.Run(name+"/"+string(status), func(t *testing.T) {
				b := supervisiontest.New(service.WithPolicy(policy))
				order, err := b.Reach(t.Context(), supervision.Opening{}, status)
				if policy.Start == supervision.AwaitingDelivery &&
					(status == supervision.AwaitingRequest || status == supervision.AwaitingConfirmation) {
					require.ErrorIs(t, err, supervisiontest.ErrUnreachable)
					require.Zero(t, order)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, status, order.Status)
				records, err := b.Service.Records(t.Context(), order.ID, supervision.System(), 0, supervision.MaxPage)
				require.NoError(t, err)
				replayed, err := supervision.Replay(records)
				require.NoError(t, err, "the order got there by real actions")
				assert.Equal(t, replayed, order)
				stored, _, err := b.Store.Load(t.Context(), order.ID, "")
				require.NoError(t, err)
				assert.Equal(t, order, stored)
			})
		}
	}
}

func TestReach_WithoutAServiceIsTheSame(t *testing.T) {
	for _, status := range supervision.Statuses() {
		t.Run(string(status), func(t *testing.T) {
			b := supervisiontest.New()
			bought := b.Service.Now()
			want, err := b.Reach(t.Context(), supervision.Opening{}, status)
			require.NoError(t, err)
			order, records, err := supervisiontest.Reach(supervision.Opening{}, bought, status)
			require.NoError(t, err)
			assert.Equal(t, want, order)
			replayed, err := supervision.Replay(records)
			require.NoError(t, err)
			assert.Equal(t, order, replayed)
		})
	}
	order, records, err := supervisiontest.Reach(supervision.Opening{Policy: supervision.License()},
		supervisiontest.New().Service.Now(), supervision.AwaitingRequest)
	require.ErrorIs(t, err, supervisiontest.ErrUnreachable)
	assert.Zero(t, order)
	assert.Nil(t, records)
}

func TestReach_WithoutGroundsNobodyAppeals(t *testing.T) {
	b := supervisiontest.New(service.WithPolicy(with(func(p *supervision.Policy) {
		p.Appeal.Buyer, p.Appeal.Seller = 0, 0
	})))
	for _, status := range []supervision.Status{supervision.Frozen, supervision.Canceled} {
		_, err := b.Reach(t.Context(), supervision.Opening{}, status)
		require.ErrorIs(t, err, supervisiontest.ErrUnreachable)
		assert.ErrorContains(t, err, string(status))
	}
	order, err := b.Reach(t.Context(), supervision.Opening{}, supervision.Completed)
	require.NoError(t, err)
	_, err = b.Appeal(t.Context(), order)
	require.ErrorIs(t, err, supervisiontest.ErrUnreachable)
}

func TestReach_KeepsWhatTheOpeningSays(t *testing.T) {
	b := supervisiontest.New()
	order, err := b.Reach(t.Context(), supervision.Opening{ID: "o", Product: "p", Buyer: "b", Seller: "s"},
		supervision.AwaitingRequest)
	require.NoError(t, err)
	assert.Equal(t, []string{"o", "p", "b", "s"}, []string{order.ID, order.Product, order.Buyer, order.Seller})
	order, err = b.Reach(t.Context(), supervision.Opening{Buyer: "b"}, supervision.AwaitingRequest)
	require.NoError(t, err)
	assert.Equal(t, []string{"order-2", "product", "b", "seller"},
		[]string{order.ID, order.Product, order.Buyer, order.Seller})
	_, err = b.Reach(t.Context(), supervision.Opening{ID: "o"}, supervision.AwaitingRequest)
	require.ErrorIs(t, err, service.ErrExists)
}

func TestReach_FillsInTheTemplate(t *testing.T) {
	b := supervisiontest.New()
	for _, op := range []supervision.Operation{supervision.OpSubmitRequest, supervision.OpDeliver} {
		id := supervision.TemplateID{Seller: "seller", Product: "product", Operation: op}
		_, err := b.Service.PublishTemplate(t.Context(), supervision.Seller("seller"), id, template.Template{
			Fields: []template.Field{{Key: "seats", Label: "Seats", Kind: template.Integer, Required: true}},
		})
		require.NoError(t, err)
	}
	_, err := b.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingConfirmation)
	require.ErrorIs(t, err, supervision.ErrInvalid, "a text does not do")
	b.Request.Values = template.Values{"seats": 5}
	order, err := b.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingConfirmation)
	require.NoError(t, err)
	assert.Equal(t, json.Number("5"), order.Request.Values["seats"])
	_, err = b.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingAcceptance)
	require.ErrorIs(t, err, supervision.ErrInvalid, "nor for a delivery")
	b.Delivery.Values = template.Values{"seats": "05"}
	order, err = b.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingAcceptance)
	require.NoError(t, err)
	assert.Equal(t, json.Number("5"), order.Delivery.Values["seats"])
}

func TestAppeal_MovesTheClockNoFurtherThanNeeded(t *testing.T) {
	b := supervisiontest.New()
	order, err := b.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingDelivery)
	require.NoError(t, err)
	frozen, err := b.Appeal(t.Context(), order)
	require.NoError(t, err)
	assert.Equal(t, supervision.AwaitingDelivery, frozen.FrozenFrom)
	assert.Equal(t, 5*supervision.Day+supervision.Tick, b.Service.Now().Sub(order.TurnSince),
		"R09: more than five days")
	_, err = b.Appeal(t.Context(), supervision.Order{Buyer: "b", Seller: "s"})
	require.ErrorIs(t, err, supervisiontest.ErrUnreachable)
	_, err = b.Appeal(t.Context(), supervision.Order{})
	require.ErrorIs(t, err, supervision.ErrInvalid)
	require.ErrorContains(t, err, "actor.id")
}

func TestNew_PanicsOnFaultyOptions(t *testing.T) {
	_, err := service.New(memory.New(), service.WithBatch(-1))
	require.Error(t, err)
	assert.PanicsWithValue(t, "supervisiontest: "+err.Error(), func() { supervisiontest.New(service.WithBatch(-1)) })
}

func TestNew_TheClockStartsOnAMondayMorning(t *testing.T) {
	want := time.Date(2024, time.January, 29, 9, 0, 0, 0, time.UTC)
	assert.Zero(t, supervisiontest.New().Clock.Now().Sub(want))
}

func TestNew_DoesNotTouchTheOptions(t *testing.T) {
	options := make([]service.Option, 0, 4)
	supervisiontest.New(options...)
	assert.Nil(t, options[:1][0])
}

func TestNew_TheBenchsClockGoesFirst(t *testing.T) {
	b := supervisiontest.New(service.WithClock(clock.NewMock()))
	assert.True(t, b.Service.Now().Equal(b.Clock.Now()))
}

func TestAppeal_TakesTheGroundThatOpensFirst(t *testing.T) {
	for _, grounds := range []struct{ buyer, seller appeal.Grounds }{
		{appeal.GroundsOf(appeal.SellerSilent), appeal.GroundsOf(appeal.ProductRejected)},
		{0, appeal.GroundsOf(appeal.BuyerSilent, appeal.RequestRejected, appeal.ProductRejected)},
	} {
		b := supervisiontest.New(service.WithPolicy(with(func(p *supervision.Policy) {
			p.Appeal.Rejections = 1
			p.Appeal.Buyer, p.Appeal.Seller = grounds.buyer, grounds.seller
		})))
		order, err := b.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingAcceptance)
		require.NoError(t, err)
		result, err := b.Service.Do(t.Context(), order.ID, supervision.Buyer(order.Buyer),
			supervision.RejectProduct{Reason: "No."})
		require.NoError(t, err)
		frozen, err := b.Appeal(t.Context(), result.Order)
		require.NoError(t, err)
		assert.Equal(t, appeal.ProductRejected, frozen.Appeal.Ground)
		assert.Equal(t, order.TurnSince, frozen.Appeal.RaisedAt)
	}
}

// Attachments alone come with the plain text.
func TestReach_AddsAttachments(t *testing.T) {
	b := supervisiontest.New()
	files := []supervision.Attachment{{Name: "plan.pdf", Ref: "files/2"}}
	b.Request.Attachments, b.Delivery.Attachments = files, files
	order, err := b.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingAcceptance)
	require.NoError(t, err)
	assert.Equal(t, files, order.Request.Attachments)
	assert.Equal(t, supervisiontest.SubmitRequest.Text, order.Request.Text)
	assert.Equal(t, files, order.Delivery.Attachments)
	assert.Equal(t, supervisiontest.Deliver.Result, order.Delivery.Result)
}
