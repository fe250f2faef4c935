package supervision_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// adopt begins a story with an order that another system has left.
func adopt(t testing.TB, a supervision.Adoption, at time.Time) *story {
	t.Helper()
	order, record, err := supervision.Adopt(a, at, nil)
	require.NoError(t, err)
	return &story{t: t, order: order, records: []supervision.Record{record}, at: at}
}

// snapshot is an order as another system would hand it over.
func snapshot(o supervision.Order) supervision.Adoption {
	a := supervision.Adoption{
		ID: o.ID, Product: o.Product, Buyer: o.Buyer, Seller: o.Seller, BoughtAt: o.BoughtAt, OpenedAt: o.OpenedAt,
		ScheduledEnd: o.ScheduledEnd, Paid: o.Paid, Policy: o.Policy, Status: o.Status, FrozenFrom: o.FrozenFrom,
		Cancellation: o.Cancellation, AcceptedAt: o.AcceptedAt, ReceivedAt: o.ReceivedAt, ClosedAt: o.ClosedAt,
		RequestRejections: o.RequestRejections, ProductRejections: o.ProductRejections, Rejection: o.Rejection,
		Reminder: o.Reminder, Request: o.Request, Delivery: o.Delivery, Appeal: o.Appeal, Refund: o.Refund.Amount,
	}
	if o.Status.Waiting() || o.FrozenFrom.Waiting() {
		a.TurnSince = o.TurnSince
	}
	return a
}

// frozenElsewhere is an order in dispute with everything that it may have.
func frozenElsewhere() supervision.Adoption {
	files := []supervision.Attachment{{Name: "proof.pdf", Ref: "legacy/17"}}
	return supervision.Adoption{
		ID: "o-7", Product: "p-1", Buyer: ben.ID, Seller: sue.ID, BoughtAt: bought.Add(-day), OpenedAt: bought,
		ScheduledEnd: bought.Add(200 * day), Paid: paid, Policy: autoAccepting(),
		RequestTemplateVersion: 2, DeliveryTemplateVersion: 1,
		Status: supervision.Frozen, FrozenFrom: supervision.AwaitingAcceptance, TurnSince: bought.Add(8 * day),
		ReceivedAt: bought.Add(9 * day), RequestRejections: 1, ProductRejections: 2,
		Rejection: supervision.Rejection{Operation: supervision.OpRejectProduct, Reason: "Ten cannot.", By: ben.ID,
			At: bought.Add(7 * day)},
		Reminder: supervision.Reminder{Text: "How far are you?", At: bought.Add(6 * day)},
		Request: &supervision.Request{Text: "Set up two hundred users.", Attachments: files,
			SubmittedAt: bought.Add(2 * day)},
		Delivery: &supervision.Delivery{Result: "All users can log in.", Attachments: files,
			EnabledAt: bought.Add(7 * day), DeliveredAt: bought.Add(8 * day)},
		Appeal: &appeal.Appeal{By: appeal.Seller, Ground: appeal.BuyerSilent, Reason: "No answer.",
			Demand:      "Accept it.",
			Attachments: files, Finding: appeal.Finding{Since: bought.Add(8 * day)}, RaisedAt: bought.Add(14 * day),
			Notes: []appeal.Note{
				{At: bought.Add(15 * day), By: mia.ID, Text: "Called both sides.", Attachments: files, Shared: true},
				{At: bought.Add(15 * day), By: mia.ID, Text: "The buyer is on leave."},
			}},
		History: []supervision.Quote{
			{At: bought.Add(8 * day), Who: "sue", What: "DELIVERED", Text: "All users can log in.", Shared: true},
			{What: "status repaired by hand"},
		},
	}
}

// canceledElsewhere is one that ended there, after a ruling.
func canceledElsewhere() supervision.Adoption {
	ended := bought.Add(20 * day)
	return supervision.Adoption{
		ID: "o-8", Product: "p-1", Buyer: ben.ID, Seller: sue.ID, OpenedAt: bought, Paid: paid,
		Status: supervision.Canceled, AcceptedAt: bought.Add(5 * day), ClosedAt: ended, Refund: half,
		Cancellation: supervision.Cancellation{By: supervision.OpDecideAppeal, From: supervision.AwaitingDelivery},
		Request:      &supervision.Request{Text: "Set up two hundred users.", SubmittedAt: bought.Add(2 * day)},
		Appeal: &appeal.Appeal{Manager: mia.ID, Reason: "The product was delisted.", RaisedAt: bought.Add(19 * day),
			Ruling: &appeal.Ruling{Outcome: appeal.Cancel, Upheld: true, Decision: "Refund.", Refund: half, At: ended,
				By: mia.ID}},
	}
}

// An order that is adopted answers every question as if its whole flow had been
// under these rules.
func TestR29_AnAdoptedOrderIsLikeAnyOther(t *testing.T) {
	asked := []time.Duration{0, tick, time.Hour, 3*time.Hour - tick, 3 * time.Hour, day, 5 * day, 5*day + tick,
		10 * day, 350*day - tick, 350 * day, 365 * day, 400 * day}
	for _, policy := range []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		autoAccepting(), closing(supervision.EndCancel), closing(supervision.EndAccept)} {
		for _, status := range supervision.Statuses() {
			early := status == supervision.AwaitingRequest || status == supervision.AwaitingConfirmation
			disputed := status == supervision.Frozen || status == supervision.Canceled
			if policy.Start == supervision.AwaitingDelivery && early || policy.Name == "2025" && disputed {
				continue // the shortest way does not lead there
			}
			t.Run(policy.Name+" "+string(status), func(t *testing.T) {
				s := arrive(t, policy, status)
				a := adopt(t, snapshot(s.order), s.at.Add(400*day))
				for _, after := range asked {
					s.until(s.order.UpdatedAt.Add(after))
					for _, actor := range []supervision.Actor{ben, sue, mia, supervision.System()} {
						want, err := s.order.Operations(actor, s.at)
						require.NoError(t, err)
						got, err := a.order.Operations(actor, s.at)
						require.NoError(t, err)
						require.Equal(t, want, got, "%s after %s", actor, after)
					}
					was, is := s.now(), a.until(s.at).now()
					require.Equal(t, was.Status, is.Status, after)
					require.Equal(t, was.ClosedAt, is.ClosedAt, after)
					require.Equal(t, was.AcceptedAt, is.AcceptedAt, after)
					require.Equal(t, s.order.Steps(s.at), a.order.Steps(s.at), after)
					require.Equal(t, s.order.Facts(), a.order.Facts())
				}
				was := s.order
				was.Version = 1
				require.Equal(t, was, a.order, "but for the records it is the same order")
				listed, want := a.order.Listing(), s.order.Listing()
				require.Equal(t, want, listed, "lists find it in the same places")
			})
		}
	}
}

// Its first record is dated by the last thing that happened, whatever that was.
func TestR29_ItStandsAtTheLastThingThatHappened(t *testing.T) {
	type adoption = supervision.Adoption
	opened := adoption{ID: "o", Product: "p", Buyer: "b", Seller: "s", Status: supervision.AwaitingRequest,
		TurnSince: bought.Add(50 * day)}
	accepted := snapshot(arrive(t, supervision.Guide(), supervision.Accepted).order)
	unnoted := frozenElsewhere()
	unnoted.Appeal.Notes = nil
	for name, c := range map[string]struct {
		of adoption
		at func(*adoption) *time.Time
	}{
		"the opening":    {opened, func(a *adoption) *time.Time { return &a.OpenedAt }},
		"the turn":       {frozenElsewhere(), func(a *adoption) *time.Time { return &a.TurnSince }},
		"the acceptance": {accepted, func(a *adoption) *time.Time { return &a.AcceptedAt }},
		"the receipt":    {frozenElsewhere(), func(a *adoption) *time.Time { return &a.ReceivedAt }},
		"the end":        {canceledElsewhere(), func(a *adoption) *time.Time { return &a.ClosedAt }},
		"the rejection":  {frozenElsewhere(), func(a *adoption) *time.Time { return &a.Rejection.At }},
		"the reminder":   {frozenElsewhere(), func(a *adoption) *time.Time { return &a.Reminder.At }},
		"the request":    {frozenElsewhere(), func(a *adoption) *time.Time { return &a.Request.SubmittedAt }},
		"the delivery":   {frozenElsewhere(), func(a *adoption) *time.Time { return &a.Delivery.DeliveredAt }},
		"the appeal":     {unnoted, func(a *adoption) *time.Time { return &a.Appeal.RaisedAt }},
		"the first note": {frozenElsewhere(), func(a *adoption) *time.Time { return &a.Appeal.Notes[0].At }},
		"the last note":  {frozenElsewhere(), func(a *adoption) *time.Time { return &a.Appeal.Notes[1].At }},
		"the ruling":     {canceledElsewhere(), func(a *adoption) *time.Time { return &a.Appeal.Ruling.At }},
	} {
		last := bought.Add(50 * day)
		*c.at(&c.of) = last.Add(999) // cut to a tick
		s := adopt(t, c.of, bought.Add(100*day))
		assert.Equal(t, last, s.records[0].At, name)
		assert.Equal(t, last, s.order.UpdatedAt, name)
		recorded := s.records[0].Action.(adoption)
		assert.Equal(t, last, *c.at(&recorded), name)
		assert.Equal(t, recorded.ClosedAt, s.order.ClosedAt, "%s: what came after its end closes it no later", name)
	}
}

// So are the instants cut that nothing happened at.
func TestR29_InstantsAreCutToATick(t *testing.T) {
	a := frozenElsewhere()
	a.Appeal.HandleBy = bought.Add(30 * day)
	want := adopt(t, a, bought.Add(100*day))
	assert.Equal(t, bought.Add(30*day), want.order.Appeal.HandleBy, "as the other system had it (R19)")
	for _, at := range []*time.Time{&a.BoughtAt, &a.ScheduledEnd, &a.Delivery.EnabledAt, &a.Appeal.HandleBy,
		&a.Appeal.Finding.Since, &a.History[0].At} {
		*at = at.Add(999)
	}
	have := adopt(t, a, bought.Add(100*day))
	assert.Equal(t, want.order, have.order)
	assert.Equal(t, want.records, have.records)

	a = frozenElsewhere()
	enabled := bought.Add(999)
	a.BoughtAt, a.OpenedAt, a.Delivery.EnabledAt = bought, enabled, enabled
	assert.Equal(t, bought, adopt(t, a, bought.Add(100*day)).order.Delivery.EnabledAt, "not before the opening (R07)")
	a.Delivery.EnabledAt, a.Delivery.DeliveredAt = bought.Add(9*day), bought.Add(8*day+999)
	_, _, err := supervision.Adopt(a, bought.Add(100*day), nil)
	var invalid *supervision.InvalidError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, bought.Add(8*day).Format(time.RFC3339Nano), invalid.Faults[0].Max)
}

// Every text and every file goes through the check of what would have submitted
// it.
func TestR29_WhatIsWrittenIsNormalised(t *testing.T) {
	ended := canceledElsewhere()
	ended.Appeal.Attachments = []supervision.Attachment{{Name: "notice.pdf", Ref: "legacy/18"}}
	ended.Appeal.Ruling.Attachments = []supervision.Attachment{{Name: "ruling.pdf", Ref: "legacy/19"}}
	disputed := frozenElsewhere() // whose files are the same everywhere
	for _, c := range []struct {
		of    *supervision.Adoption
		texts []*string
	}{
		{&disputed, []*string{&disputed.Rejection.Reason, &disputed.Reminder.Text, &disputed.Request.Text,
			&disputed.Delivery.Result, &disputed.Appeal.Reason, &disputed.Appeal.Demand,
			&disputed.Appeal.Notes[0].Text, &disputed.Appeal.Notes[1].Text, &disputed.History[0].Who,
			&disputed.History[0].What, &disputed.History[0].Text, &disputed.Request.Attachments[0].Name,
			&disputed.Request.Attachments[0].Ref}},
		{&ended, []*string{&ended.Appeal.Reason, &ended.Appeal.Attachments[0].Name, &ended.Appeal.Attachments[0].Ref,
			&ended.Appeal.Ruling.Decision, &ended.Appeal.Ruling.Attachments[0].Name,
			&ended.Appeal.Ruling.Attachments[0].Ref}},
	} {
		want := adopt(t, *c.of, bought.Add(100*day))
		for _, text := range c.texts {
			*text = " " + *text + " "
		}
		have := adopt(t, *c.of, bought.Add(100*day))
		assert.Equal(t, want.order, have.order)
		assert.Equal(t, want.records, have.records)
	}
}

// What became due between the snapshot and the adoption happened when it was
// due.
func TestR29_OverdueTimersSettleAtTheirInstants(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Accepted)
	accepted := s.at
	a := adopt(t, snapshot(s.order), accepted.Add(30*day))
	done, records := a.order.Settle(a.at)
	assert.Equal(t, supervision.Completed, done.Status)
	assert.Equal(t, accepted.Add(3*time.Hour), done.ClosedAt)
	replayed, err := supervision.Replay(append(a.records, records...))
	require.NoError(t, err)
	assert.Equal(t, done, replayed)
}

func TestR29_ItGoesOnFromThere(t *testing.T) {
	s := adopt(t, frozenElsewhere(), bought.Add(16*day))
	assert.Equal(t, bought.Add(14*day).Add(3*day), s.order.Appeal.HandleBy, "by the policy (R19)")
	s.do(mia, note, resume)
	assert.Equal(t, supervision.AwaitingAcceptance, s.order.Status)
	assert.Equal(t, bought.Add(202*day), s.order.ScheduledEnd, "moved by the freeze (R17)")
	s.do(ben, rejectProduct)
	assert.Equal(t, 3, s.order.ProductRejections)
	replayed, err := supervision.Replay(s.records)
	require.NoError(t, err)
	assert.Equal(t, s.order, replayed)
}

func TestR29_ZeroFieldsAreFilledIn(t *testing.T) {
	s := adopt(t, supervision.Adoption{ID: "o", Product: "p", Buyer: "b", Seller: "s", OpenedAt: bought,
		Status: supervision.AwaitingRequest, TurnSince: bought.Add(time.Nanosecond)}, bought.Add(time.Nanosecond))
	assert.Equal(t, bought, s.records[0].Action.(supervision.Adoption).AdoptedAt, "cut to a tick")
	order := s.order
	assert.Equal(t, supervision.Guide(), order.Policy)
	assert.Equal(t, bought, order.BoughtAt)
	assert.Equal(t, bought.Add(365*day), order.ScheduledEnd)
	assert.Equal(t, bought, order.TurnSince, "cut to a tick")

	a := snapshot(order)
	a.BoughtAt, a.ScheduledEnd = bought.Add(-day), time.Time{}
	assert.Equal(t, bought.Add(365*day), adopt(t, a, bought).order.ScheduledEnd, "from the opening, not the purchase")

	a = frozenElsewhere()
	a.Policy.Appeal.Handling = 9 * day
	assert.Equal(t, a.Appeal.RaisedAt.Add(9*day), adopt(t, a, bought.Add(100*day)).order.Appeal.HandleBy)

	a = canceledElsewhere()
	a.Cancellation.By = ""
	assert.Equal(t, supervision.OpAdopt, adopt(t, a, bought.Add(30*day)).order.Cancellation.By)
}

// The other system may have granted a refund with whatever ends a flow (R32).
func TestR29_ARefundOfWhatEnded(t *testing.T) {
	ruling := deem
	ruling.Refund = half
	again := arrive(t, supervision.Guide(), supervision.Frozen).do(mia, ruling, intervene)
	adopted := adopt(t, snapshot(again.order), again.at).do(mia, resume)
	assert.Equal(t, half, adopted.order.Refund.Amount, "an acceptance that is looked at again")

	for _, status := range []supervision.Status{supervision.Accepted, supervision.Completed, supervision.Canceled} {
		s := arrive(t, supervision.Guide(), status)
		if status == supervision.Accepted {
			s = begin(t, supervision.Guide()).acceptance().wait(day).do(ben, acceptProduct)
			assert.Equal(t, s.at.Add(3*time.Hour), adopt(t, snapshot(s.order), s.at).order.NextDue(), "R02")
		}
		a := snapshot(s.order)
		a.Refund = half
		assert.Equal(t, supervision.Refund{Amount: half, By: supervision.OpAdopt, At: s.at},
			adopt(t, a, s.at).order.Refund, status)
	}

	a := snapshot(again.order)
	a.Appeal.Notes = []appeal.Note{{At: again.at.Add(day), By: mia.ID, Text: "x"}}
	require.Equal(t, a.AcceptedAt, adopt(t, a, again.at.Add(day)).order.Refund.At, "granted then, whatever came later")
}

// What was appealed there needs no proof here, whatever the policy asks of new
// appeals (R18).
func TestR29_AnAppealMayLackProof(t *testing.T) {
	a := frozenElsewhere()
	a.Policy, a.Appeal.Attachments = supervision.Rules2025(), nil
	assert.Empty(t, adopt(t, a, bought.Add(100*day)).order.Appeal.Attachments)
}

// A request or a delivery that was filled in is checked with its template; one
// that was free text stays so, whatever new ones fill in (R04).
func TestR29_FormsAreCheckedWithTheirTemplates(t *testing.T) {
	form, err := template.Compile(seats())
	require.NoError(t, err)
	forms := map[supervision.Operation]*template.Form{supervision.OpSubmitRequest: form, supervision.OpDeliver: form}
	a := snapshot(arrive(t, supervision.Guide(), supervision.AwaitingConfirmation).order)
	a.RequestTemplateVersion = 2
	order, _, err := supervision.Adopt(a, bought, nil)
	require.NoError(t, err)
	assert.Equal(t, submit.Text, order.Request.Text)

	values := template.Values{"users": "200", "region": "eu"}
	a.Request = &supervision.Request{Values: values, SubmittedAt: bought}
	order, _, err = supervision.Adopt(a, bought, forms)
	require.NoError(t, err)
	assert.Equal(t, 2, order.RequestTemplateVersion)
	assert.Equal(t, json.Number("200"), order.Request.Values["users"], "normalised")
	assert.Equal(t, "200", values["users"], "the caller's stays as it was")

	a.Request.Values = template.Values{"users": "many", "color": "red"}
	_, _, err = supervision.Adopt(a, bought, forms)
	assert.Equal(t, []string{"request.values.users", "request.values.region", "request.values"}, faultFields(err))
	_, _, err = supervision.Adopt(a, bought, nil)
	assert.Equal(t, []string{"request.values"}, faultFields(err))

	a = frozenElsewhere()
	a.Delivery.Result, a.Delivery.Values = "", values
	order, _, err = supervision.Adopt(a, bought.Add(100*day),
		map[supervision.Operation]*template.Form{supervision.OpDeliver: form})
	require.NoError(t, err)
	assert.Equal(t, 1, order.DeliveryTemplateVersion)
	assert.Equal(t, json.Number("200"), order.Delivery.Values["users"], "normalised")
	_, _, err = supervision.Adopt(a, bought.Add(100*day),
		map[supervision.Operation]*template.Form{supervision.OpSubmitRequest: form})
	assert.Equal(t, []string{"delivery.values"}, faultFields(err), "each with its own")
	a.Request.Text, a.Request.Values = "", template.Values{"users": "200"}
	a.Delivery.Values = template.Values{"region": "eu"}
	_, _, err = supervision.Adopt(a, bought.Add(100*day), forms)
	assert.Equal(t, []string{"request.values.region", "delivery.values.users"}, faultFields(err))
}

// mostOf is the most that a fault says there may be.
func mostOf(err error, field string) string {
	var invalid *supervision.InvalidError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Faults {
			if f.Field == field {
				return f.Max
			}
		}
	}
	return ""
}

func faultFields(err error) (fields []string) {
	var invalid *supervision.InvalidError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Faults {
			fields = append(fields, f.Field)
		}
	}
	return fields
}

// Dirt is named, field by field, and nothing of it is repeated.
func TestR29_EveryFaultIsNamed(t *testing.T) {
	at := bought.Add(100 * day)
	for name, c := range map[string]struct {
		spoil func(*supervision.Adoption)
		want  []string
	}{
		"nothing said": {func(a *supervision.Adoption) {
			*a = supervision.Adoption{Status: a.Status,
				OpenedAt: bought}
		},
			[]string{"id", "product", "buyer", "seller", "frozen_from", "appeal"}},
		"no status": {func(a *supervision.Adoption) { a.Status = "" }, []string{"status"}},
		"an id with a control character, counters that cannot be": {func(a *supervision.Adoption) {
			a.Buyer, a.RequestRejections, a.ProductRejections = "be\x00n", -1, -2
		}, []string{"buyer", "request_rejections", "product_rejections"}},
		"rejections of what is not there": {func(a *supervision.Adoption) {
			a.Request, a.Delivery, a.FrozenFrom = nil, nil, supervision.AwaitingDelivery
			a.ReceivedAt = time.Time{}
		}, []string{"request_rejections", "product_rejections"}},
		"missing texts": {func(a *supervision.Adoption) {
			a.Request.Text, a.Delivery.Result, a.Rejection.Reason = "", " ", ""
			a.Appeal.Reason, a.Appeal.Notes[1].Text, a.History[1].What = "", "", "\n"
		}, []string{"rejection.reason", "request.text", "delivery.result", "appeal.reason", "appeal.notes[1].text",
			"history[1].what"}},
		"an intervention without a reason": {func(a *supervision.Adoption) {
			a.Appeal = &appeal.Appeal{Manager: mia.ID, RaisedAt: a.Appeal.RaisedAt}
		}, []string{"appeal.reason"}},
		"texts too long": {func(a *supervision.Adoption) {
			a.Reminder.Text = strings.Repeat("x", supervision.MaxText+1)
			a.History[0].Who = "two\nlines"
		}, []string{"reminder.text", "history[0].who"}},
		"a clock that jumped forwards": {func(a *supervision.Adoption) {
			a.Delivery.DeliveredAt, a.TurnSince = at.Add(tick), at.Add(tick)
		}, []string{"turn_since", "delivery.delivered_at"}},
		"a clock that jumped backwards": {func(a *supervision.Adoption) {
			a.Request.SubmittedAt, a.Reminder.At = bought.Add(-tick), bought.Add(-tick)
		}, []string{"reminder.at", "request.submitted_at"}},
		"a service enabled before the order was opened": {func(a *supervision.Adoption) {
			a.Delivery.EnabledAt = bought.Add(-tick)
		}, []string{"delivery.enabled_at"}},
		"a service enabled after it was delivered": {func(a *supervision.Adoption) {
			a.Delivery.EnabledAt = a.Delivery.DeliveredAt.Add(tick)
		}, []string{"delivery.enabled_at"}},
		"a quote of the year 1": {func(a *supervision.Adoption) { a.History[0].At = time.Time{}.Add(day) },
			[]string{"history[0].at"}},
		"frozen without an appeal": {func(a *supervision.Adoption) { a.Appeal = nil }, []string{"appeal"}},
		"frozen by an appeal that was ruled on": {func(a *supervision.Adoption) {
			a.Appeal.Ruling = canceledElsewhere().Appeal.Ruling
		}, []string{"appeal.ruling"}},
		"frozen from where nothing freezes": {func(a *supervision.Adoption) { a.FrozenFrom = supervision.Completed },
			[]string{"frozen_from", "turn_since"}},
		"a ground that there is not": {func(a *supervision.Adoption) { a.Appeal.Ground = "moon" },
			[]string{"appeal.ground"}},
		"a refund for an order that goes on": {func(a *supervision.Adoption) { a.Refund = half }, []string{"refund"}},
		"a refund of more than was paid": {func(a *supervision.Adoption) {
			*a = canceledElsewhere()
			a.Refund.Amount = paid.Amount + 1
		}, []string{"refund.amount"}},
		"a ruling that refunds more than was paid, with a file that is nowhere": {func(a *supervision.Adoption) {
			*a = canceledElsewhere()
			a.Appeal.Ruling.Refund.Amount = paid.Amount + 1
			a.Appeal.Ruling.Attachments = []supervision.Attachment{{Name: "ruling.pdf"}}
		}, []string{"appeal.ruling.attachments[0].ref", "appeal.ruling.refund.amount"}},
		"canceled, nobody knows where": {func(a *supervision.Adoption) {
			*a = canceledElsewhere()
			a.Cancellation = supervision.Cancellation{}
		}, []string{"cancellation"}},
		"canceled by what cancels nothing": {func(a *supervision.Adoption) {
			*a = canceledElsewhere()
			a.Cancellation.By = supervision.OpRemind
		}, []string{"cancellation"}},
		"closed, but nobody knows when": {func(a *supervision.Adoption) {
			*a = canceledElsewhere()
			a.ClosedAt = time.Time{}
		}, []string{"closed_at"}},
		"closed tomorrow, which the refund and the last turn follow": {func(a *supervision.Adoption) {
			*a = canceledElsewhere()
			a.ClosedAt = at.Add(tick)
		}, []string{"closed_at"}},
		"opened tomorrow": {func(a *supervision.Adoption) {
			*a = supervision.Adoption{ID: "o", Product: "p", Buyer: "b", Seller: "s", OpenedAt: at.Add(tick),
				Status: supervision.AwaitingRequest, TurnSince: at.Add(tick)}
		}, []string{"opened_at", "turn_since"}},
		"a turn where there is none": {func(a *supervision.Adoption) {
			*a = canceledElsewhere()
			a.TurnSince = bought
		}, []string{"turn_since"}},
		"a policy that cannot be": {func(a *supervision.Adoption) { a.Policy.CompletionDelay = -1 },
			[]string{"policy.completion_delay"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := frozenElsewhere()
			_, _, err := supervision.Adopt(a, at, nil)
			require.NoError(t, err)
			c.spoil(&a)
			order, record, err := supervision.Adopt(a, at, nil)
			require.ErrorIs(t, err, supervision.ErrInvalid)
			assert.Equal(t, c.want, faultFields(err))
			assert.Zero(t, order)
			assert.Zero(t, record)
		})
	}
}

func TestR29_HistoryIsBounded(t *testing.T) {
	a := frozenElsewhere()
	for len(a.History) < 200 {
		a.History = append(a.History, supervision.Quote{What: "VIEWED"})
	}
	s := adopt(t, a, bought.Add(100*day))
	assert.Len(t, s.records[0].Action.(supervision.Adoption).History, 200)
	a.History = append(a.History, supervision.Quote{What: "VIEWED"})
	_, _, err := supervision.Adopt(a, bought.Add(100*day), nil)
	assert.Equal(t, map[string]string{"history": "too_many"}, faultsOf(t, err))
	assert.Equal(t, "200", mostOf(err, "history"))
}

// A snapshot is of its adoption's instant at the latest.
func TestR29_NothingHappensAfterTheAdoption(t *testing.T) {
	a := frozenElsewhere()
	last := bought.Add(15 * day) // the notes
	for after, want := range map[time.Duration][]string{
		-tick: {"appeal.notes[0].at", "appeal.notes[1].at"}, 0: nil, tick: nil,
	} {
		_, _, err := supervision.Adopt(a, last.Add(after), nil)
		assert.Equal(t, want, faultFields(err), after)
	}
}

// Nobody adopts an order that is here, and no other first record passes for an
// adoption.
func TestR29_AdoptionIsAFirstRecord(t *testing.T) {
	s := begin(t, supervision.Guide())
	for _, actor := range []supervision.Actor{ben, sue, mia, supervision.System()} {
		refusal := s.refused(actor, frozenElsewhere())
		assert.Equal(t, supervision.R29, refusal.Rule)
	}
	record := adopt(t, frozenElsewhere(), bought.Add(100*day)).records[0]
	for name, spoil := range map[string]func(*supervision.Record){
		"another order":   func(r *supervision.Record) { r.Order = "o-8" },
		"another status":  func(r *supervision.Record) { r.To = supervision.Accepted },
		"another instant": func(r *supervision.Record) { r.At = r.At.Add(tick) },
		"not the first":   func(r *supervision.Record) { r.From = supervision.AwaitingRequest },
		"another snapshot": func(r *supervision.Record) {
			a := r.Action.(supervision.Adoption)
			a.ProductRejections = -1
			r.Action = a
		},
	} {
		forged := record.Clone()
		spoil(&forged)
		_, err := supervision.Replay([]supervision.Record{forged})
		assert.ErrorIs(t, err, supervision.ErrMalformed, name)
	}
	_, err := supervision.Replay([]supervision.Record{record})
	assert.NoError(t, err)

	ended := adopt(t, canceledElsewhere(), bought.Add(100*day)).do(supervision.System(), erase)
	ended.records[0].Action.(supervision.Adoption).Appeal.Ruling = nil
	_, err = supervision.Replay(ended.records)
	assert.ErrorIs(t, err, supervision.ErrMalformed, "canceled, with an appeal that nobody ruled on")
}

// What the managers kept to themselves there they keep here.
func TestR34_PartiesSeeOfAnAdoptionWhatIsShared(t *testing.T) {
	record := adopt(t, frozenElsewhere(), bought.Add(100*day)).records[0]
	record.Salt = "salt"
	for _, actor := range []supervision.Actor{ben, sue} {
		seen := record.For(actor)
		a := seen.Action.(supervision.Adoption)
		require.Len(t, a.History, 1)
		assert.Equal(t, "DELIVERED", a.History[0].What)
		require.Len(t, a.Appeal.Notes, 1)
		assert.True(t, a.Appeal.Notes[0].Shared)
		assert.Empty(t, seen.Salt, "with which what is hidden could be tried")
		order, err := supervision.Replay([]supervision.Record{seen})
		require.NoError(t, err)
		view, err := adopt(t, frozenElsewhere(), bought.Add(100*day)).order.For(actor)
		require.NoError(t, err)
		assert.Equal(t, view, order)
	}
	for _, actor := range []supervision.Actor{mia, supervision.System()} {
		assert.Equal(t, record, record.For(actor))
	}
	a := canceledElsewhere()
	a.History = frozenElsewhere().History[:1]
	for _, hide := range []func(*supervision.Adoption){
		func(a *supervision.Adoption) { a.History = frozenElsewhere().History },
		func(a *supervision.Adoption) {
			a.Appeal.Notes = []appeal.Note{{At: a.Appeal.RaisedAt, By: mia.ID, Text: "x"}}
		},
	} {
		hiding := canceledElsewhere()
		hide(&hiding)
		record := adopt(t, hiding, bought.Add(100*day)).records[0]
		record.Salt = "salt"
		assert.Empty(t, record.For(ben).Salt, "either is hidden")
	}
	hiding := frozenElsewhere()
	hiding.History[0].Shared, hiding.History[1].Shared = false, true
	whole := adopt(t, hiding, bought.Add(100*day)).records[0]
	whole.For(ben)
	assert.Equal(t, "DELIVERED", whole.Action.(supervision.Adoption).History[0].What, "what is shown is a copy")

	open := adopt(t, a, bought.Add(100*day)).records[0]
	open.Salt = "salt"
	assert.Equal(t, open, open.For(ben), "where nothing is hidden nothing is missing")
}

// A caller's memory is its own.
func TestR29_AdoptCopiesWhatItIsGiven(t *testing.T) {
	a := frozenElsewhere()
	s := adopt(t, a, bought.Add(100*day))
	before := s.order.Clone()
	a.Request.Text, a.Delivery.Attachments[0].Name, a.Appeal.Notes[0].Text, a.History[0].What = "x", "x", "x", "x"
	assert.Equal(t, before, s.order)
	assert.Equal(t, "DELIVERED", s.records[0].Action.(supervision.Adoption).History[0].What)

	clone := s.records[0].Clone()
	clone.Action.(supervision.Adoption).History[0].What = "x"
	clone.Action.(supervision.Adoption).Request.Attachments[0].Name = "x"
	assert.Equal(t, "DELIVERED", s.records[0].Action.(supervision.Adoption).History[0].What)
	assert.Equal(t, "proof.pdf", s.order.Request.Attachments[0].Name)
}
