package main

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// typedInstant is how browsers send an instant.
const typedInstant = "2006-01-02T15:04"

// TestRefund: the buyer proposes, the seller reads how much and why, and what
// it agrees to is the proposal (R32).
func TestRefund(t *testing.T) {
	t.Parallel()
	s, order := appealing(t)
	path := at(order, "refund")
	buyer, seller := s.as(t, harbor), s.as(t, "seller-cloudline")
	typed := buyer.get(path).form(url.Values{"amount": {"a lot"}, "confirm": {"yes"}})
	for amount, fault := range map[string]string{"a lot": "Give an amount such as 120.50.",
		"12.5":   "Give an amount such as 120.50.",
		"960.01": `id="amount-fault"`, "0": `id="amount-fault"`} {
		typed.Set("amount", amount)
		refused := buyer.send(path, typed)
		require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode, amount)
		assert.Contains(t, refused.body, fault, amount)
	}
	typed.Set("amount", "480.50")
	typed.Set("reason", "Half of it came.")
	require.Equal(t, http.StatusSeeOther, buyer.send(path, typed).StatusCode)
	assert.Contains(t, seller.get(at(order)).body, "CNY 480.50")
	page := seller.get(path)
	assert.Contains(t, page.body, "Half of it came.")
	form := page.form(url.Values{"operation": {"agree_refund"}})
	asked := seller.send(path, form)
	require.Equal(t, http.StatusOK, asked.StatusCode)
	assert.Contains(t, asked.body, "The order is canceled at once")
	form.Set("confirm", "yes")
	require.Equal(t, http.StatusSeeOther, seller.send(path, form).StatusCode)
	now, err := s.svc.Order(t.Context(), order.ID, supervision.System())
	require.NoError(t, err)
	assert.Equal(t, supervision.Canceled, now.Status)
	assert.Equal(t, supervision.Money{Amount: 48050, Currency: "CNY"}, now.Refund.Amount)
	assert.Contains(t, buyer.get(at(order)).body, "CNY 480.50 · Refund agreed", "how much, and why")
	records, err := s.svc.Records(t.Context(), order.ID, supervision.System(), now.Version-1, 1)
	require.NoError(t, err)
	assert.Equal(t, "seller-cloudline@portal.example", records[0].Actor.User, "who acted (R22)")
	assert.NotContains(t, s.as(t, harbor).get("/orders/KG-1027").body, "Negotiate refund",
		"the guide has no such refund")
}

// TestAmendment: a manager moves the scheduled end, and both parties read why
// (R31).
func TestAmendment(t *testing.T) {
	t.Parallel()
	s, order := appealing(t)
	manager := s.as(t, "manager-mei")
	for _, input := range []string{"buyer", "policy"} {
		refused := manager.send(at(order, "amend"), manager.get(at(order, "amend")).form(url.Values{input: {"nobody"},
			"reason": {"Both asked for it."}, "confirm": {"yes"}}))
		assert.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode, "what is not offered is not taken")
		assert.Contains(t, refused.body, `id="`+input+`-fault"`)
	}
	end := order.ScheduledEnd.Add(30 * supervision.Day)
	typed := manager.get(at(order, "amend")).form(url.Values{"scheduled_end": {end.Format(typedInstant)},
		"reason": {"Both asked for it."}, "confirm": {"yes"}})
	require.Equal(t, http.StatusSeeOther, manager.send(at(order, "amend"), typed).StatusCode)
	assert.Contains(t, s.as(t, harbor).get(at(order)).body, "Both asked for it.")
	now, err := s.svc.Order(t.Context(), order.ID, supervision.System())
	require.NoError(t, err)
	assert.Equal(t, end.Format(typedInstant), now.ScheduledEnd.Format(typedInstant))
	assert.NotContains(t, s.as(t, harbor).get(at(order, "amend")).body, `name="scheduled_end"`)
}
