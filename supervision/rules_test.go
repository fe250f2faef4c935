package supervision_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR01_OpeningPutsAnOrderUnderSupervision(t *testing.T) {
	order, record, err := supervision.Open(anOpening(supervision.Policy{}), bought.Add(999))
	require.NoError(t, err)
	assert.Equal(t, supervision.Order{
		ID: "o-1", Product: "p-1", Buyer: "ben", Seller: "sue", Paid: paid, Policy: supervision.Guide(),
		Status: supervision.AwaitingRequest, Version: 1, BoughtAt: bought, OpenedAt: bought, UpdatedAt: bought,
		TurnSince:    bought,
		ScheduledEnd: bought.Add(365 * day),
	}, order)
	pinned := anOpening(supervision.Guide())
	pinned.BoughtAt, pinned.ScheduledEnd = bought, bought.Add(365*day)
	assert.Equal(t, supervision.Record{
		Order: "o-1", Seq: 1, At: bought, Actor: supervision.System(), Operation: supervision.OpOpen,
		To: supervision.AwaitingRequest, Action: pinned,
	}, record)
	assert.Equal(t, supervision.OrderProcessing, order.OrderStatus())
}

func TestR01_OpeningSaysWhenItWasBought(t *testing.T) {
	for _, boughtAt := range []time.Time{bought, bought.Add(-tick), bought.Add(-300 * day)} {
		opening := anOpening(supervision.Guide())
		opening.BoughtAt = boughtAt.In(time.FixedZone("CST", 8*60*60))
		order, _, err := supervision.Open(opening, bought)
		require.NoError(t, err)
		assert.Equal(t, boughtAt, order.BoughtAt)
		assert.Equal(t, boughtAt, order.Listing().BoughtAt, "which the list is searched by")
		assert.Equal(t, bought, order.OpenedAt)
		assert.Equal(t, bought, order.TurnSince, "silence counts from the opening")
		assert.Equal(t, bought.Add(365*day), order.ScheduledEnd)
	}
	opening := anOpening(supervision.Guide())
	opening.BoughtAt = bought.Add(tick)
	_, _, err := supervision.Open(opening, bought)
	assert.Equal(t, map[string]string{"bought_at": "out_of_range"}, faultsOf(t, err))
	opening.BoughtAt = time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)
	_, _, err = supervision.Open(opening, bought)
	assert.Equal(t, map[string]string{"bought_at": "out_of_range"}, faultsOf(t, err))
}

func TestR01_OpeningTakesTheOrdersOwnDates(t *testing.T) {
	opening := anOpening(supervision.License())
	opening.ScheduledEnd = bought.Add(tick).In(time.FixedZone("CST", 8*60*60))
	order, _, err := supervision.Open(opening, bought.In(time.FixedZone("EST", -5*60*60)))
	require.NoError(t, err)
	assert.Equal(t, bought.Add(tick), order.ScheduledEnd, "in UTC")
	assert.Equal(t, bought, order.OpenedAt, "in UTC")
	assert.Equal(t, supervision.AwaitingDelivery, order.Status)
}

func TestR03_RequestAsFreeText(t *testing.T) {
	s := begin(t, supervision.Guide()).wait(day)
	s.do(ben, supervision.SubmitRequest{Text: "  Two hundred users. \n",
		Attachments: []supervision.Attachment{{Name: " a.txt ", Ref: "f/1", Digest: "sha256:1"}}})
	assert.Equal(t, supervision.AwaitingConfirmation, s.order.Status)
	assert.Equal(t, &supervision.Request{
		Text:        "Two hundred users.",
		Attachments: []supervision.Attachment{{Name: "a.txt", Ref: "f/1", Digest: "sha256:1"}}, SubmittedAt: s.at,
	}, s.order.Request)
	s.do(sue, rejectRequest).wait(day).do(ben, supervision.SubmitRequest{Text: submit.Text, Values: template.Values{}})
	assert.Equal(t, &supervision.Request{Text: submit.Text, SubmittedAt: s.at}, s.order.Request,
		"a revised request replaces the first")
}

func seats() template.Template {
	return template.Template{Fields: []template.Field{
		{Key: "users", Label: "Users", Kind: template.Integer, Required: true, Min: "1", Max: "500"},
		{Key: "region", Label: "Region", Kind: template.Choice, Required: true,
			Options: []template.Option{{Value: "eu"}, {Value: "cn"}}},
	}}
}

func TestR03_RequestOnATemplate(t *testing.T) {
	s := beginOn(t, anOpening(supervision.Guide()), 3, seats())
	assert.Equal(t, 3, s.order.RequestTemplateVersion, "R04: pinned")

	raw := template.Values{"users": "0200", "region": " eu "}
	s.do(ben, supervision.SubmitRequest{Values: raw})
	assert.Equal(t, template.Values{"users": "0200", "region": " eu "}, raw, "the caller's values stay as they are")
	want, err := s.forms[0].Accept(raw)
	require.NoError(t, err)
	assert.Equal(t, &supervision.Request{Values: want, SubmittedAt: bought}, s.order.Request)
	assert.Equal(t, want, s.records[1].Action.(supervision.SubmitRequest).Values)
}

func TestR04_EveryFaultOfAFormAtOnce(t *testing.T) {
	templated := beginOn(t, anOpening(supervision.Guide()), 1, seats())
	unloaded := templated.fork()
	unloaded.forms = nil
	for name, c := range map[string]struct {
		on     *story
		action supervision.SubmitRequest
		want   map[string]string
	}{
		"every field": {templated,
			supervision.SubmitRequest{Values: template.Values{"users": 501, "region": "us", "colour": "red"}},
			map[string]string{"values.users": "too_large", "values.region": "not_an_option",
				"values": "unknown_field"}},
		"nothing": {templated, supervision.SubmitRequest{},
			map[string]string{"values.users": "required", "values.region": "required"}},
		"text on a form": {templated, supervision.SubmitRequest{Text: "x",
			Values: template.Values{"users": 5, "region": "eu"}}, map[string]string{"text": "unknown_field"}},
		"no key at all": {templated, supervision.SubmitRequest{Values: template.Values{"users": 5, "region": "eu",
			"\x00": 1}}, map[string]string{"values": "unknown_field"}},
		"no form at hand": {unloaded, supervision.SubmitRequest{Values: template.Values{"users": 5, "region": "eu"}},
			map[string]string{"values": "template_missing"}},
		"form on a text": {begin(t, supervision.Guide()),
			supervision.SubmitRequest{Values: template.Values{"users": 5}},
			map[string]string{"values": "no_template", "text": "required"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := c.on.order.Apply(ben, c.action, c.on.at, c.on.forms...)
			assert.Equal(t, c.want, faultsOf(t, err))
		})
	}
}

// faultsOf gives the code of every faulty field.
func faultsOf(t *testing.T, err error) map[string]string {
	t.Helper()
	var invalid *supervision.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.NotEqual(t, errors.Is(err, supervision.ErrInvalid), errors.Is(err, supervision.ErrMalformed),
		"an input or a document")
	list := map[string]string{}
	for _, f := range invalid.Faults {
		assert.NotEmpty(t, f.Message)
		assert.NotContains(t, list, f.Field)
		list[f.Field] = string(f.Code)
	}
	return list
}

func TestR05_SellerAcceptsOrRejectsTheRequest(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation)
	accepted := s.fork().do(sue, acceptRequest)
	assert.Equal(t, supervision.AwaitingDelivery, accepted.order.Status)
	assert.Zero(t, accepted.order.RequestRejections)
	rejected := s.fork().do(sue, rejectRequest)
	assert.Equal(t, supervision.AwaitingRequest, rejected.order.Status)
	assert.Equal(t, 1, rejected.order.RequestRejections)
	assert.Zero(t, rejected.order.ProductRejections)
	_, _, err := s.order.Apply(sue, supervision.RejectRequest{Reason: " \n"}, s.at)
	assert.Equal(t, map[string]string{"reason": "required"}, faultsOf(t, err))
}

func TestR06_ProgressIsTheSellersOnItsOwnTurn(t *testing.T) {
	for _, status := range supervision.Statuses() {
		s := arrive(t, supervision.Guide(), status).wait(time.Second)
		s.order, s.records = settle(s.order, s.records, s.at)
		before := s.order
		if before.Turn() != supervision.RoleSeller {
			assert.False(t, s.permit(sue, supervision.OpReportProgress).Allowed, status)
			continue
		}
		s.do(sue, report)
		before.Version, before.UpdatedAt, before.TurnSince = before.Version+1, s.at, s.at
		assert.Equal(t, before, s.order, "an update begins the seller's silence anew and changes nothing else (R09)")
	}
	_, _, err := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).order.Apply(sue,
		supervision.ReportProgress{}, bought)
	assert.Equal(t, map[string]string{"text": "required"}, faultsOf(t, err))
}

func TestR07_Delivery(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(day)
	enabled := bought.Add(time.Hour)
	proof := []supervision.Attachment{{Name: "log.txt", Ref: "files/7"}}
	s.do(sue, supervision.Deliver{Result: " Done. ", Attachments: proof,
		EnabledAt: enabled.Add(999).In(time.FixedZone("CST", 8*60*60))})
	assert.Equal(t, supervision.AwaitingAcceptance, s.order.Status)
	assert.Equal(t, &supervision.Delivery{Result: "Done.", Attachments: proof, EnabledAt: enabled, DeliveredAt: s.at},
		s.order.Delivery)
	proof[0].Name = "changed"
	assert.Equal(t, "log.txt", s.order.Delivery.Attachments[0].Name, "detached from the caller's memory")
	s.do(ben, rejectProduct).wait(day).do(sue, deliver)
	assert.Equal(t, &supervision.Delivery{Result: deliver.Result, DeliveredAt: s.at}, s.order.Delivery,
		"attachments and the instant are optional")
}

// licensed opens a story on a version of a delivery template.
func licensed(t *testing.T, version int) *story {
	opening := anOpening(supervision.License())
	opening.DeliveryTemplateVersion = version
	return beginOn(t, opening, 0, seats())
}

func TestR07_DeliveryOnATemplate(t *testing.T) {
	s := licensed(t, 3).wait(day)
	for op, version := range map[supervision.Operation]int{
		supervision.OpDeliver: 3, supervision.OpSubmitRequest: 0, supervision.OpAcceptProduct: 0,
	} {
		assert.Equal(t, supervision.TemplateID{Seller: sue.ID, Product: "p-1", Operation: op, Version: version},
			s.order.Form(op), "R04: pinned")
	}

	raw := template.Values{"users": "0200", "region": " eu "}
	s.do(sue, supervision.Deliver{Values: raw, EnabledAt: bought})
	want, err := s.forms[0].Accept(raw)
	require.NoError(t, err)
	assert.Equal(t, &supervision.Delivery{Values: want, EnabledAt: bought, DeliveredAt: s.at}, s.order.Delivery)
	assert.Equal(t, want, s.records[1].Action.(supervision.Deliver).Values)
	raw["region"], want["region"] = "us", "us"
	assert.Equal(t, "eu", s.order.Delivery.Values["region"], "detached from the caller's memory")
	clone := s.order.Clone()
	clone.Delivery.Values["region"] = "cn"
	assert.Equal(t, "eu", s.order.Delivery.Values["region"], "and from a clone's")

	s.do(ben, rejectProduct).wait(day).do(sue, supervision.Deliver{Values: template.Values{"users": 7, "region": "cn"}})
	assert.Equal(t, json.Number("7"), s.order.Delivery.Values["users"], "the last delivery")
	replayed, err := supervision.Replay(s.records)
	require.NoError(t, err)
	assert.Equal(t, s.order, replayed)
	assert.True(t, s.order.Repeats(s.records[3], s.records[3].Action, s.forms...), "R28")
	assert.False(t, s.order.Repeats(s.records[3], s.records[1].Action, s.forms...), "other answers")
}

// A template asks for a delivery what it asks for a request, fault by fault.
func TestR07_EveryFaultOfADeliveryAtOnce(t *testing.T) {
	templated := licensed(t, 1)
	unloaded := templated.fork()
	unloaded.forms = nil
	answers := template.Values{"users": 5, "region": "eu"}
	for name, c := range map[string]struct {
		on     *story
		action supervision.Deliver
		want   map[string]string
	}{
		"every field": {templated, supervision.Deliver{Result: "x", EnabledAt: bought.Add(-tick),
			Values:      template.Values{"users": 501, "region": "us", "colour": "red"},
			Attachments: []supervision.Attachment{{Name: "log.txt"}}},
			map[string]string{"values.users": "too_large", "values.region": "not_an_option", "values": "unknown_field",
				"result": "unknown_field", "attachments[0].ref": "required", "enabled_at": "out_of_range"}},
		"nothing": {templated, supervision.Deliver{},
			map[string]string{"values.users": "required", "values.region": "required"}},
		"a result besides": {templated, supervision.Deliver{Result: "x", Values: answers},
			map[string]string{"result": "unknown_field"}},
		"a result instead": {templated, deliver,
			map[string]string{"result": "unknown_field", "values.users": "required", "values.region": "required"}},
		"blanks instead": {templated, supervision.Deliver{Result: " \n", Values: answers}, map[string]string{}},
		"no form at hand": {unloaded, supervision.Deliver{Values: answers},
			map[string]string{"values": "template_missing"}},
		"a form where there is none": {begin(t, supervision.License()), supervision.Deliver{Values: answers},
			map[string]string{"values": "no_template", "result": "required"}},
		"the request's form": {beginOn(t, anOpening(supervision.License()), 2, seats()),
			supervision.Deliver{Values: answers}, map[string]string{"values": "no_template", "result": "required"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := c.on.order.Apply(sue, c.action, c.on.at, c.on.forms...)
			if len(c.want) == 0 {
				assert.NoError(t, err)
				return
			}
			assert.Equal(t, c.want, faultsOf(t, err))
		})
	}
}

func TestR07_EnabledBetweenOpeningAndDelivery(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(day)
	for at, fits := range map[time.Time]bool{
		bought.Add(-tick): false, bought: true, s.at: true, s.at.Add(tick): false,
	} {
		_, _, err := s.order.Apply(sue, supervision.Deliver{Result: "Done.", EnabledAt: at}, s.at)
		if fits {
			assert.NoError(t, err, at)
			continue
		}
		assert.Equal(t, map[string]string{"enabled_at": "out_of_range"}, faultsOf(t, err), at)
	}
}

func TestR08_BuyerAcceptsOrRejectsTheDelivery(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingAcceptance).wait(day)
	accepted := s.fork().do(ben, acceptProduct)
	assert.Equal(t, supervision.Accepted, accepted.order.Status)
	assert.Equal(t, s.at, accepted.order.AcceptedAt)
	assert.Zero(t, accepted.order.ProductRejections)
	rejected := s.fork().do(ben, rejectProduct)
	assert.Equal(t, supervision.AwaitingDelivery, rejected.order.Status)
	assert.Equal(t, 1, rejected.order.ProductRejections)
	assert.Zero(t, rejected.order.RequestRejections)
	assert.Zero(t, rejected.order.AcceptedAt)
	_, _, err := s.order.Apply(ben, supervision.RejectProduct{}, s.at)
	assert.Equal(t, map[string]string{"reason": "required"}, faultsOf(t, err))
}

func TestR20_Reminder(t *testing.T) {
	for _, status := range []supervision.Status{supervision.AwaitingConfirmation, supervision.AwaitingDelivery} {
		s := arrive(t, supervision.Guide(), status).wait(day)
		before := s.order
		s.do(ben, remind)
		before.Version, before.UpdatedAt = before.Version+1, s.at
		before.Reminder = supervision.Reminder{Text: remind.Text, At: s.at}
		assert.Equal(t, before, s.order, "no status, no counter, no clock")

		again := s.at.Add(24 * time.Hour)
		for _, c := range []struct {
			at      time.Time
			allowed bool
		}{{s.at, false}, {again.Add(-tick), false}, {again, true}, {again.Add(tick), true}} {
			asked := s.fork().until(c.at)
			p := asked.permit(ben, supervision.OpRemind)
			assert.Equal(t, c.allowed, p.Allowed, "%s after the first", c.at.Sub(s.at))
			if c.allowed {
				asked.do(ben, supervision.Remind{}) // without a text
				continue
			}
			assert.Equal(t, again, p.From)
			refusal := asked.refused(ben, remind)
			assert.Equal(t, supervision.R20, refusal.Rule)
			assert.Equal(t, supervision.ReasonReminded, refusal.Reason)
			assert.Equal(t, again, refusal.From)
			assert.Equal(t, appeal.Measure{Since: s.at, Length: 24 * time.Hour}, refusal.Measure)
		}
	}
}

func TestR20_TheIntervalOutlastsTheTurn(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation).do(ben, remind)
	s.do(sue, rejectRequest).do(ben, submit).wait(time.Hour).do(sue, acceptRequest, report, deliver)
	s.do(ben, rejectProduct)
	assert.Equal(t, bought.Add(day), s.refused(ben, remind).From,
		"one reminder in 24 h, whatever the seller does meanwhile")

	s.wait(6*day).do(ben, remind, appealOn(appeal.SellerSilent)).wait(day-tick).do(mia, resume)
	assert.Equal(t, s.at.Add(tick), s.refused(ben, remind).From, "a freeze does not stretch it")
	s.wait(tick).do(ben, remind)
}

func TestR20_PolicySetsTheInterval(t *testing.T) {
	policy := supervision.Guide()
	policy.ReminderInterval = 0
	arrive(t, policy, supervision.AwaitingDelivery).do(ben, remind, remind, remind)
	policy.ReminderInterval = tick
	s := arrive(t, policy, supervision.AwaitingDelivery).do(ben, remind)
	s.refused(ben, remind)
	s.wait(tick).do(ben, remind)
	policy.ReminderInterval = 30 * day
	s = arrive(t, policy, supervision.AwaitingDelivery).do(ben, remind)
	s.wait(10*day).do(sue, report).until(bought.Add(30*day-tick)).refused(ben, remind)
	s.wait(tick).do(ben, remind)
}

func TestR20_RemindersMoveNoClock(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery)
	opens := s.permit(ben, supervision.OpRaiseAppeal).From
	for range 5 {
		s.wait(day).do(ben, remind)
		assert.Equal(t, opens, s.permit(ben, supervision.OpRaiseAppeal).From)
	}
	s.until(opens).do(ben, appealOn(appeal.SellerSilent))
}

func TestR22_AForeignOrderDoesNotExist(t *testing.T) {
	for _, status := range supervision.Statuses() {
		s := arrive(t, supervision.Guide(), status)
		for _, stranger := range []supervision.Actor{
			otherBuyer, otherSeller, supervision.Buyer(sue.ID), supervision.Seller(ben.ID), supervision.Buyer("BEN"),
			supervision.Buyer("bén"),
		} {
			_, _, applied := s.order.Apply(stranger, submit, s.at)
			_, permitted := s.order.Permit(stranger, supervision.OpSubmitRequest, s.at)
			_, listed := s.order.Operations(stranger, s.at)
			_, judged := s.order.Verdicts(stranger, s.at)
			for _, err := range []error{applied, permitted, listed, judged} {
				require.ErrorIs(t, err, supervision.ErrNotFound)
				assert.NotErrorIs(t, err, supervision.ErrRefused)
				assert.EqualError(t, err, `supervision: order "o-1": not found`, "it says nothing about the order")
			}
		}
		for _, seer := range []supervision.Actor{ben, sue, mia, supervision.Manager("another"), supervision.System()} {
			_, err := s.order.Operations(seer, s.at)
			assert.NoError(t, err)
		}
	}
}
