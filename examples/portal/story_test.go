package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// TestGuide goes through the guide step by step: submit a request, confirm,
// deliver, accept, completed three hours later. Buyer and seller have a window
// each, and each hears of what the other does without reloading.
func TestGuide(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	buyer := s.logIn(t, harbor, "/market")
	buyer.click(`form[action="/market/erp-suite"] button`)
	buyer.sees(".notice", "Product purchased")
	buyer.sees(".title", "Processing")
	buyer.sees("#details ~ dl dt", "Order ID")
	order := buyer.texts("#details ~ dl dd")[0]
	buyer.press("Service Supervision")
	buyer.sees("th", order)
	buyer.click(`a[href="/orders/` + order + `/submit_request"]`)
	buyer.sees("h2", "Set up your ERP suite")
	buyer.fill("values.company", "Harbor Retail")
	buyer.fill("values.users", "120")
	buyer.choose("values.region", "eu")
	buyer.choose("values.modules", "stock")
	buyer.fill("values.contact", "it@harbor.example")
	buyer.press("Submit request")
	buyer.sees("dialog[open]", "The seller will be asked to confirm this request.")
	buyer.confirms()
	buyer.sees(".notice", "Request submitted")
	buyer.attends()

	seller := s.logIn(t, "seller-cloudline", "/orders/"+order)
	seller.press("Confirm request")
	seller.sees("dl", "it@harbor.example")
	seller.performs("Accept request", "Request accepted")
	buyer.sees(".badge", "Waiting for service")
	seller.attends()

	buyer.press("Remind seller")
	buyer.fill("text", "When can we begin?")
	buyer.performs("Remind seller", "Seller reminded")
	buyer.attends()
	seller.sees(".happened", "When can we begin?")

	seller.press("Report progress")
	seller.fill("text", "Accounts are being made.")
	seller.press("Report progress")
	seller.confirms()
	buyer.sees(".happened", "Accounts are being made.")
	seller.sees(".notice", "Progress reported")
	seller.press("Deliver service")
	seller.fill("result", "The suite is ready.")
	seller.performs("Deliver service", "Service delivered")
	seller.attends()

	buyer.sees(".badge", "Waiting for acceptance")
	buyer.press("Confirm acceptance")
	buyer.sees("dl", "The suite is ready.")
	buyer.press("Accept service")
	buyer.sees("dialog[open]", "The order is completed")
	buyer.confirms()
	buyer.sees(".notice", "Service accepted")
	buyer.sees(".comes", "The order is completed")
	buyer.sees(".title", "Processing")
	seller.sees(".badge", "Accepted")

	buyer.jump("+1 hour")
	buyer.sees(".title", "Processing")
	buyer.jump("+3 hours")
	buyer.sees(".title", "Completed")
	seller.sees(".title", "Completed")
	require.Empty(t, buyer.texts("#order .actions a"))
}

// TestThreeRejections_Appeal_Ruling: the buyer rejects three deliveries and
// appeals; the flow is frozen for both until the operations manager rules.
func TestThreeRejections_Appeal_Ruling(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor, byBuyer(textRequest("Move the archive.")),
		bySeller(supervision.AcceptRequest{}),
		bySeller(supervision.Deliver{Result: "First try."}), byBuyer(supervision.RejectProduct{Reason: "Empty."}),
		bySeller(supervision.Deliver{Result: "Second try."}), byBuyer(supervision.RejectProduct{Reason: "Half empty."}),
		bySeller(supervision.Deliver{Result: "Third try."}))
	buyer, seller := s.logIn(t, harbor), s.logIn(t, "seller-cloudline")
	seller.open(at(order))
	seller.attends()

	buyer.open(at(order, "raise_appeal"))
	buyer.sees("main", "Rejected 2 times; an appeal takes 3.")
	buyer.open(at(order, "acceptance"))
	buyer.fill("reason", "Still half empty.")
	buyer.performs("Reject service", "Delivery rejected")
	seller.sees("#details ~ dl", "3")

	buyer.press("Initiate appeal")
	buyer.sees("legend", "Ground")
	require.Equal(t, "product_rejected", checked(buyer, "ground"))
	buyer.fill("reason", "Three deliveries, none complete.")
	buyer.fill("demand", "Cancel the order.")
	buyer.press("Initiate appeal")
	buyer.sees("dialog[open]", "frozen until the operations manager has decided")
	buyer.confirms()
	buyer.sees(".notice", "Appeal initiated")

	// Frozen: neither party has a button, and each reads why (R12).
	for _, b := range []*tab{buyer, seller} {
		b.sees(".badge", "Appeal in progress")
		b.sees("#order", "There is nothing for you to do now.")
		b.unfold("closed")
		b.sees(".closed", "frozen until the operations manager has decided")
		require.Empty(t, b.texts("#order .actions a"))
	}

	manager := s.logIn(t, "manager-mei")
	manager.sees(".tabs [aria-current]", "Appeals")
	manager.click(`a[href="` + at(order, "ruling") + `"]`)
	manager.sees("dl", "Rejections")
	manager.fill("text", "Asked the seller for a statement.")
	manager.performs("Add note", "Note added")
	manager.press("Handle appeal")
	manager.press("Decide appeal")
	manager.sees(".fault", "This is required.")
	manager.sees(".fault", "This is required.")
	manager.choose("upheld", "yes")
	manager.choose("outcome", "cancel")
	manager.fill("decision", "The seller did not deliver in three attempts.")
	manager.performs("Decide appeal", "Appeal decided")
	for _, b := range []*tab{buyer, seller} {
		b.sees(".title", "Canceled")
		b.sees(".appeal", "The seller did not deliver in three attempts.")
	}
}

// TestSilence_Appeal_Resumed: more than five days of silence open an appeal; a
// ruling lets the flow go on (R09, R15).
func TestSilence_Appeal_Resumed(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingConfirmation)
	buyer := s.logIn(t, harbor, at(order))
	buyer.sees(".comes", "The buyer can appeal in 5 days, unless the seller updates the service flow before.")
	require.NotContains(t, buyer.texts("#order .actions a"), "Initiate appeal")
	buyer.jump("+5 days")
	buyer.press("Initiate appeal")
	buyer.fill("reason", "No answer.")
	buyer.fill("demand", "An answer.")
	buyer.press("Initiate appeal")
	buyer.confirms()
	buyer.sees(".badge", "Appeal in progress")
	buyer.attends()

	manager := s.logIn(t, "manager-mei")
	manager.jump("+5 days")
	manager.sees("#list", "decision overdue")
	manager.click(`a[href="` + at(order, "ruling") + `"]`)
	manager.choose("upheld", "yes")
	manager.choose("outcome", "resume")
	manager.fill("decision", "The seller has to answer.")
	manager.press("Decide appeal")
	manager.confirms()
	buyer.sees(".badge", "Waiting for confirmation")
}

// TestFaults: every fault of a form is shown at its field at once, and nothing
// that was typed is lost (R04).
func TestFaults(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "erp-suite", harbor)
	buyer := s.logIn(t, harbor, at(order, "submit_request"))
	buyer.fill("values.users", "many")
	buyer.fill("values.contact", "nobody")
	buyer.fill("values.notes", "We move in spring.")
	buyer.choose("values.training", "no")
	buyer.press("Submit request")
	buyer.sees("[role=alert]", "Please check 4 answers")
	buyer.until(`document.activeElement.matches("[data-focus]")`)
	for field, fault := range map[string]string{
		"company": "This is required.", "users": ": whole number", "region": "This is required.",
		"contact": "form that is asked for: e-mail address",
	} {
		buyer.sees(`[id="values.`+field+`-fault"]`, fault)
	}
	require.Equal(t, "many", buyer.value("values.users"))
	require.Equal(t, "We move in spring.", buyer.value("values.notes"))
	require.Equal(t, "no", checked(buyer, "values.training"))

	buyer.fill("values.company", "Harbor Retail")
	buyer.fill("values.users", "12")
	buyer.choose("values.region", "ap")
	buyer.fill("values.contact", "it@harbor.example")
	buyer.performs("Submit request", "Request submitted")
	buyer.sees("dl", "We move in spring.")
}

// TestConflict: what a seller writes survives what the buyer does meanwhile.
func TestConflict(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingDelivery)
	seller := s.logIn(t, "seller-cloudline", at(order, "deliver"))
	seller.attends()
	seller.fill("result", "The archive is moved.")
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Buyer(harbor), supervision.Remind{Text: "Please hurry."})
	require.NoError(t, err)
	seller.sees("[data-stale]", "The order has changed")
	require.Equal(t, "The archive is moved.", seller.value("result"))
	seller.press("Deliver service")
	seller.sees("[role=alert]", "nothing you wrote is lost")
	seller.sees(".timeline", "Please hurry.")
	require.Equal(t, "The archive is moved.", seller.value("result"))
	seller.performs("Deliver service", "Service delivered")
}

// TestForeignOrder: another buyer's order is a page like one that does not
// exist (R22).
func TestForeignOrder(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	stranger := s.logIn(t, northwind, at(order))
	stranger.sees("h1", "Not found")
	foreign := stranger.texts("main")
	stranger.open("/orders/T-never")
	stranger.sees("h1", "Not found")
	require.Equal(t, foreign, stranger.texts("main"))
}

// TestWithoutScripts: the same operation, asked about on a page instead of in a
// dialog.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.window(t)
	buyer.withoutScripts()
	buyer.open(at(order, "submit_request"))
	buyer.click(`button[value="` + harbor + `"]`)
	buyer.sees("h2", "Submit request")
	buyer.fill("text", "First line\nsecond line")
	buyer.press("Submit request")
	buyer.sees("h1", "Submit request?")
	buyer.sees("dd", "second line")
	buyer.press("Submit request")
	buyer.sees(".notice", "Request submitted")
	buyer.sees("dd", "second line")
}

// TestTemplateEditor: a seller adds a question, sees it as buyers will, and
// publishes it.
func TestTemplateEditor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seller := s.logIn(t, "seller-cloudline", "/templates/data-migration/submit_request")
	seller.sees(".badge", "No version yet")
	seller.fill("title", "Plan the migration")
	seller.fill("fields[0].label", "Old system")
	seller.fill("fields[0].key", "system")
	seller.press("Add question")
	seller.sees("h2", "Question 2")
	seller.fill("fields[1].label", "Volume")
	seller.fill("fields[1].key", "system")
	seller.choosesKind("fields[1].kind", "choice")
	seller.fill("fields[1].options", "s | Small\nl | Large")
	seller.press("Publish")
	seller.sees(".fault", "This is there twice.")
	seller.sees(".preview", "Large")
	seller.fill("fields[1].key", "volume")
	seller.press("Publish")
	seller.sees("dialog[open]", "Publish version 1?")
	seller.confirms()
	seller.sees(".notice", "Version 1 is published.")
	published, err := s.svc.Template(t.Context(), requestTemplate("data-migration"))
	require.NoError(t, err)
	require.Equal(t, "Large", published.Template.Fields[1].Options[1].Label)
}

// choosesKind picks from a select box, and waits for the settings that the kind
// brings.
func (b *tab) choosesKind(name, value string) {
	b.t.Helper()
	_, err := eval[bool](b,
		`(e => { e.value = "`+value+`"; e.dispatchEvent(new Event("change", {bubbles: true})); return true })`+
			`(document.querySelector('[name="`+name+`"]'))`)
	require.NoError(b.t, err)
	b.until(`document.querySelector('[name$=".options"]')`)
}

// TestKeyboardOnly: from the login to a confirmed request without a mouse.
func TestKeyboardOnly(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.window(t)
	buyer.open("/login")
	buyer.tabTo(`document.activeElement.value === "` + harbor + `"`)
	buyer.keys("\r")
	buyer.until(`location.pathname === "/orders" && document.readyState === "complete"`)
	buyer.keys("\t") // the first stop skips to the content
	buyer.until(`document.activeElement.matches(".skip")`)
	buyer.tabTo(`document.activeElement.getAttribute("href") === "` + at(order, "submit_request") + `"`)
	buyer.until(`getComputedStyle(document.activeElement).outlineStyle === "solid"`)
	buyer.keys("\r")
	buyer.sees("h2", "Submit request")
	buyer.tabTo(`document.activeElement.name === "text"`)
	buyer.keys("By keyboard alone.")
	buyer.tabTo(`document.activeElement.innerText === "Submit request"`)
	buyer.keys("\r")
	buyer.until(`document.querySelector("dialog[open] [data-first]") === document.activeElement`)
	buyer.keys("\u001b")
	buyer.until(`!document.querySelector("dialog") && document.activeElement.innerText === "Submit request"`)
	buyer.keys("\r")
	buyer.until(`document.querySelector("dialog[open] [data-first]") === document.activeElement`)
	buyer.keys("\r")
	buyer.sees(".notice", "Request submitted")
	buyer.sees("dd", "By keyboard alone.")
}

// tabTo presses the tab key until the focus is where it should be.
func (b *tab) tabTo(condition string) {
	b.t.Helper()
	b.until(`document.readyState === "complete"`)
	for range 80 {
		if there, err := eval[bool](b, condition); err == nil && there {
			return
		}
		b.keys("\t")
	}
	require.Fail(b.t, "the keyboard does not reach", condition)
}

func checked(b *tab, name string) string {
	b.t.Helper()
	value, err := eval[string](b, `document.querySelector('[name="`+name+`"]:checked')?.value ?? ""`)
	require.NoError(b.t, err)
	return value
}
