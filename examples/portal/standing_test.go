package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// TestStanding: the head of an order's pages says what happened, whose turn it
// is, how much of the time is used, and what comes.
func TestStanding(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		who, path string
		says      []string
		not       []string
	}{
		{"seller-cloudline", "/orders/KG-1024",
			[]string{"It is your turn", "Delivery rejected", "The import stops half way.",
				`class="full"`, "The buyer can appeal now."}, nil},
		{harbor, "/orders/KG-1024", []string{"Waiting for the seller", "You can appeal now."}, nil},
		{"seller-cloudline", "/orders/KG-1023/deliver",
			[]string{"Seller reminded", "When can we expect the migration?"}, nil},
		{harbor, "/orders/KG-1019", []string{"Progress reported", "Purchasing is installed", "Appeal decided",
			"The seller has to deliver the purchasing module.", "Purchasing is missing."}, nil},
		{northwind, "/orders/KG-1026", []string{"To be completed", "The order is completed"}, []string{"can appeal"}},
		{harbor, "/orders/KG-1021", []string{"Waiting for the operations manager", "decision is due"}, nil},
		{northwind, "/orders/KG-1018", []string{"Canceled · "}, []string{"<meter"}},
	} {
		body := s.as(t, c.who).get(c.path).body
		for _, text := range c.says {
			assert.Contains(t, body, text, "%s at %s", c.who, c.path)
		}
		for _, text := range c.not {
			assert.NotContains(t, body, text, "%s at %s", c.who, c.path)
		}
	}
}

// TestUsed: the bar is full exactly when silence opens an appeal (R09).
func TestUsed(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingConfirmation)
	buyer := accounts[harbor]
	since := order.Facts().Since
	for after, full := range map[time.Duration]bool{time.Hour: false, order.Policy.Appeal.Silence: false,
		order.Policy.Appeal.Silence + supervision.Tick: true} {
		v := &visit{portal: s.portal, L: s.Tongues[0], Who: buyer, Now: since.Add(after), order: order}
		assert.Equal(t, full, v.permit(supervision.OpRaiseAppeal).Allowed, after)
		var shown strings.Builder
		require.NoError(t, v.L.pages.ExecuteTemplate(&shown, "standing", v.standing(nil)))
		assert.Equal(t, full, strings.Contains(shown.String(), `class="full"`), after)
		assert.Contains(t, shown.String(), fmt.Sprintf(`<meter min="%d" max="%d" value="%d"`, since.Unix(),
			since.Add(order.Policy.Appeal.Silence).Unix(), v.Now.Unix()))
	}
}

// TestConfirm_SaysWhatEnds: the question before an operation names its
// consequences, and its buttons say what they do.
func TestConfirm_SaysWhatEnds(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingAcceptance)
	buyer := s.as(t, harbor)
	page := buyer.get(at(order, "acceptance"))
	ask := func(op supervision.Operation, typed url.Values) string {
		form := page.form(typed)
		form.Set("operation", string(op))
		return buyer.send(at(order, "acceptance"), form).body
	}
	reject := ask(supervision.OpRejectProduct, url.Values{"reason": {"Empty."}, "confirm": nil})
	assert.Contains(t, reject, "Delivery rejections: 1 of 3, at which the buyer can appeal.")
	assert.Contains(t, reject, "Waiting for acceptance</span> → <span")
	accept := ask(supervision.OpAcceptProduct, url.Values{"confirm": nil})
	assert.Contains(t, accept, "The order is completed <time")
	assert.Contains(t, accept, ">Accept service</button>")
	assert.NotContains(t, accept, ">OK<")

	again := s.as(t, "seller-cloudline").get("/orders/KG-1024/deliver").form(url.Values{"result": {"Again."}})
	asked := s.as(t, "seller-cloudline").send("/orders/KG-1024/deliver", again)
	assert.Contains(t, asked.body, "After this you can no longer: Report progress")
}

// TestDialog_NeverFocusesTheDestructive: what cannot be taken back is not what
// the Enter key presses.
func TestDialog_NeverFocusesTheDestructive(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingConfirmation)
	seller := s.logIn(t, "seller-cloudline", at(order, "confirmation"))
	seller.fill("reason", "Too vague.")
	seller.press("Reject request")
	seller.until(`document.activeElement.innerText === "Go back"`)
	seller.keys("\r")
	seller.until(`!document.querySelector("dialog")`)
	require.Equal(t, "Too vague.", seller.value("reason"))
	require.Equal(t, order.Version, s.version(t, order))
	seller.press("Accept request")
	seller.until(`document.activeElement.closest("dialog") && document.activeElement.innerText === "Accept request"`)
}
