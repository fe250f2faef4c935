package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
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
		{northwind, "/orders/KG-1018", []string{"Canceled · ", "<dt>Closed</dt>"}, []string{"<meter"}},
		{harbor, "/orders/KG-1031", []string{"<dt>Scheduled completion</dt>"}, []string{"<dt>Closed</dt>"}},
		{"seller-cloudline", "/orders?order=KG-1024", []string{"Your turn · for "}, nil},
		{"seller-cloudline", "/orders?order=KG-1027", []string{"Waiting for the buyer · for 15 h"}, nil},
		{harbor, "/orders/KG-1027/acceptance", []string{`<section class="card delivery"`}, nil},
		{harbor, "/orders/KG-1023/raise_appeal", []string{`value="seller_silent" checked>`,
			`value="product_rejected" disabled>`, "<small>Rejected 0 times; an appeal takes 3.</small>"}, nil},
		{"manager-mei", "/orders/KG-1021/ruling", []string{`name="shared" value="no" checked>`}, nil},
		{"seller-brightdesk", "/orders/KG-1039/confirmation", []string{"A help desk for 12 agents"}, nil},
		{"manager-mei", "/orders/KG-1021/ruling", []string{"Move the archive of invoices."}, nil},
		{harbor, "/orders/KG-1031/raise_appeal", []string{"Not possible now",
			"<strong>The delivery has been rejected repeatedly</strong> Rejected 0 times; an appeal takes 3."}, nil},
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

// TestUsed_OfWhom: while an appeal is pending it is the manager's time that is
// used, and after acceptance that until completion.
func TestUsed_OfWhom(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	used := func(id string) (o supervision.Order, since, until time.Time) {
		o, err := s.svc.Order(t.Context(), id, supervision.System())
		require.NoError(t, err)
		v := &visit{portal: s.portal, L: s.Tongues[0], Who: accounts["manager-mei"], Now: s.svc.Now(), order: o}
		st := v.standing(nil)
		return o, st.Used.Since, st.Used.Until
	}
	o, since, until := used("KG-1021")
	assert.Equal(t, []time.Time{o.Appeal.RaisedAt, o.Appeal.HandleBy}, []time.Time{since, until})
	o, since, until = used("KG-1026")
	assert.Equal(t, []time.Time{o.AcceptedAt, o.AcceptedAt.Add(o.Policy.CompletionDelay)}, []time.Time{since, until})
}

// TestThisTurn: what somebody whose turn it is has to know begins with what
// began the turn; a ruling counts with what it let go on, its case does not.
func TestThisTurn(t *testing.T) {
	const asked, working, delivered, frozen = supervision.AwaitingConfirmation, supervision.AwaitingDelivery,
		supervision.AwaitingAcceptance, supervision.Frozen
	record := func(op supervision.Operation, from, to supervision.Status) recordView {
		return recordView{Record: supervision.Record{Operation: op, From: from, To: to}}
	}
	accept, report := record("accept_request", asked, working), record("report_progress", working, working)
	raise, note := record("raise_appeal", working, frozen), record("add_note", frozen, frozen)
	intervene, resume := record("intervene", working, frozen), record("decide_appeal", frozen, working)
	deliver, reject := record("deliver", working, delivered), record("reject_product", delivered, working)
	remind := record("remind", working, working)
	for name, c := range map[string]struct{ history, want []recordView }{
		"nothing":                {nil, nil},
		"what began the turn":    {[]recordView{accept, deliver, reject}, []recordView{reject}},
		"and what was said":      {[]recordView{accept, report, remind}, []recordView{remind, report, accept}},
		"but only the newest":    {[]recordView{accept, report, report, remind}, []recordView{remind, report, report}},
		"a case that is pending": {[]recordView{accept, report, raise, note}, []recordView{raise}},
		"a ruling":               {[]recordView{accept, raise, note, resume}, []recordView{resume, accept}},
		"the end of a manager's own case": {[]recordView{accept, intervene, note, resume, report},
			[]recordView{report, resume, accept}},
		"one case after another": {[]recordView{accept, raise, resume, raise}, []recordView{raise}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, thisTurn(c.history)) })
	}
}

// TestQuote: a banner has room for an amount and one text.
func TestQuote(t *testing.T) {
	l, amount := parseTongues()[0], supervision.Money{Amount: 48050, Currency: "CNY"}
	for want, action := range map[string]supervision.Action{
		"CNY 480.50\nHalf of it.": supervision.ProposeRefund{Amount: amount, Reason: "Half of it."},
		"CNY 480.50":              supervision.AgreeRefund{Amount: amount},
		"Nobody answers.": supervision.RaiseAppeal{Ground: "seller_silent", Reason: "Nobody answers.",
			Demand: "An answer."},
		"": supervision.AcceptProduct{},
	} {
		record := supervision.Record{Operation: action.Operation(), Action: action}
		assert.Equal(t, want, l.view(record, template.Template{}).Quote())
	}
}

// TestDeadlines: at the head of a page stands what comes first, beside it what
// comes later or when one may remind again; what is far away nobody reads.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	soon := products["data-migration"].opening("T-soon", harbor)
	soon.ScheduledEnd = s.svc.Now().Add(80 * supervision.Day)
	order, err := s.svc.Open(t.Context(), soon)
	require.NoError(t, err)
	s.after(t, order, byBuyer(textRequest("Move it.")), byBuyer(supervision.Remind{Text: "When do you begin?"}))
	found, err := s.svc.SearchWhole(t.Context(), supervision.System(), supervision.Query{Limit: supervision.MaxPage})
	require.NoError(t, err)
	most, far, reminders := 0, 0, 0
	for _, o := range found.Orders {
		v := &visit{Now: s.svc.Now()}
		head, later := v.deadlines(o)
		var shown []supervision.Deadline
		for _, d := range o.Deadlines(v.Now) {
			if !d.At.Before(v.Now.Add(horizon)) {
				far++
				continue
			}
			shown = append(shown, d)
			if d.Kind == supervision.DeadlineReminder {
				reminders++
				assert.Contains(t, later, d, o.ID)
			}
		}
		most = max(most, len(shown))
		assert.ElementsMatch(t, shown, slices.Concat(head, later), o.ID)
		assert.LessOrEqual(t, len(head), foreseen, o.ID)
	}
	assert.Greater(t, most, foreseen)
	assert.Positive(t, far)
	assert.Positive(t, reminders)
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
	next := s.open(t, "T-next", "data-migration", harbor, byBuyer(textRequest("Move it.")))
	seller := s.as(t, "seller-cloudline")
	form := seller.get(at(next, "confirmation")).form(url.Values{"operation": {"reject_request"},
		"reason": {"Too vague."}})
	assert.Contains(t, seller.send(at(next, "confirmation"), form).body,
		"Request rejections: 1 of 3, at which the buyer can appeal.")
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
