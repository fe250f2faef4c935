package supervision_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestR21_WhatRecordsMakeIsValid: every order of every story is, and so can be
// stored.
func TestR21_WhatRecordsMakeIsValid(t *testing.T) {
	for _, policy := range []supervision.Policy{supervision.Guide(), autoAccepting()} {
		for _, status := range supervision.Statuses() {
			require.NoError(t, arrive(t, policy, status).order.Validate(), status)
		}
	}
	require.NoError(t, wholeStory(t).order.Validate())
}

// TestR21_EveryFaultOfAnOrderIsNamed: an order that no records could have made
// is refused with each fault at its field, whoever reads or writes it.
func TestR21_EveryFaultOfAnOrderIsNamed(t *testing.T) {
	type order = supervision.Order
	tests := []struct {
		name   string
		at     supervision.Status
		spoil  func(o *order)
		faults map[string]string
	}{
		{"nothing of it", supervision.AwaitingRequest, func(o *order) { *o = order{} }, map[string]string{
			"id": "required", "product": "required", "buyer": "required", "seller": "required", "policy": "required",
			"version": "out_of_range", "status": "unknown", "bought_at": "required", "opened_at": "required",
			"updated_at": "required", "turn_since": "required", "scheduled_end": "required",
		}},
		{"a faulty id and policy", supervision.AwaitingRequest, func(o *order) {
			o.Buyer, o.Policy.CompletionDelay, o.RequestTemplateVersion = "a\x00", 0, -1
			o.DeliveryTemplateVersion = -1
		}, map[string]string{
			"buyer": "control_character", "policy.completion_delay": "out_of_range",
			"request_template_version":  "out_of_range",
			"delivery_template_version": "out_of_range",
		}},
		{"nobody's templates, and no price", supervision.AwaitingRequest, func(o *order) {
			o.TemplateSeller, o.Paid = "\n", supervision.Money{Amount: -1, Currency: "x"}
		}, map[string]string{"template_seller": "line_break", "paid.amount": "out_of_range", "paid.currency": "malformed"}},
		{"bought when nothing was", supervision.AwaitingRequest, func(o *order) {
			o.BoughtAt = time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)
		}, map[string]string{"bought_at": "out_of_range"}},
		{"negative counters", supervision.AwaitingAcceptance, func(o *order) {
			o.RequestRejections, o.ProductRejections = -1, -3
		}, map[string]string{"request_rejections": "out_of_range", "product_rejections": "out_of_range"}},
		{"rejections of nothing", supervision.AwaitingRequest, func(o *order) {
			o.RequestRejections, o.ProductRejections = 1, 1
		}, map[string]string{"request_rejections": "out_of_range", "product_rejections": "out_of_range"}},
		{"instants out of order", supervision.AwaitingAcceptance, func(o *order) {
			o.BoughtAt, o.TurnSince, o.ScheduledEnd = o.OpenedAt.Add(tick), o.OpenedAt.Add(-tick), o.OpenedAt
			o.Reminder.At, o.SilenceSpent = o.UpdatedAt.Add(tick), o.OpenedAt.Add(-tick)
			o.Request.SubmittedAt, o.Delivery.DeliveredAt = o.OpenedAt.Add(-tick), o.UpdatedAt.Add(tick)
		}, map[string]string{
			"bought_at": "too_large", "turn_since": "too_small", "scheduled_end": "too_small",
			"reminder.at": "too_large", "silence_spent": "too_small",
			"request.submitted_at": "too_small", "delivery.delivered_at": "too_large",
		}},
		{"an end at the opening, of what was bought before", supervision.AwaitingRequest, func(o *order) {
			o.BoughtAt, o.ScheduledEnd = o.OpenedAt.Add(-day), o.OpenedAt
		}, map[string]string{"scheduled_end": "too_small"}},
		{"what happened at no instant", supervision.AwaitingDelivery, func(o *order) {
			o.Reminder.Text, o.Proposal.Amount, o.Refund.Amount = "Please.", half, half
			o.Rejection = supervision.Rejection{Operation: supervision.OpRejectRequest, By: sue.ID}
		}, map[string]string{"reminder.at": "required", "proposal.at": "required", "refund.at": "required",
			"rejection.at": "required"}},
		{"finer than a tick", supervision.AwaitingAcceptance, func(o *order) {
			o.Delivery.EnabledAt, o.ScheduledEnd = o.OpenedAt.Add(time.Nanosecond), o.ScheduledEnd.Add(time.Nanosecond)
		}, map[string]string{"delivery.enabled_at": "too_fine", "scheduled_end": "too_fine"}},
		{"what it needs is not there", supervision.AwaitingAcceptance,
			func(o *order) { o.Request, o.Delivery = nil, nil },
			map[string]string{"delivery": "required", "passed": "out_of_range"}},
		{"a confirmation of nothing", supervision.AwaitingConfirmation, func(o *order) { o.Request, o.Passed = nil, 0 },
			map[string]string{"request": "required"}},
		{"accepted at no instant", supervision.Accepted, func(o *order) { o.AcceptedAt = time.Time{} },
			map[string]string{"accepted_at": "required"}},
		{"frozen after an acceptance at no instant", supervision.Frozen,
			func(o *order) { o.FrozenFrom = supervision.Accepted }, map[string]string{"accepted_at": "required"}},
		{"how it was canceled, though it goes on", supervision.AwaitingRequest, func(o *order) {
			o.Cancellation = supervision.Cancellation{By: supervision.OpAgreeRefund, From: supervision.AwaitingRequest}
		}, map[string]string{"cancellation": "unknown_field"}},
		{"canceled nowhere", supervision.Canceled, func(o *order) { o.Cancellation.From = "" },
			map[string]string{"cancellation": "required"}},
		{"canceled when it was completed", supervision.Canceled,
			func(o *order) { o.Cancellation.From = supervision.Completed },
			map[string]string{"cancellation": "required"}},
		{"erased while it goes on", supervision.AwaitingRequest, func(o *order) { o.ErasedAt = o.UpdatedAt },
			map[string]string{"erased_at": "unknown_field"}},
		{"erased while it is frozen", supervision.Frozen, func(o *order) { o.ErasedAt = o.UpdatedAt },
			map[string]string{"erased_at": "unknown_field"}},
		{"a proposal on a closed order", supervision.Canceled, func(o *order) {
			o.Proposal = supervision.Proposal{Amount: half, At: o.UpdatedAt}
		}, map[string]string{"proposal": "unknown_field"}},
		{"a rejection of neither, by nobody", supervision.AwaitingDelivery, func(o *order) {
			o.Rejection = supervision.Rejection{Operation: supervision.OpRemind, At: o.UpdatedAt}
		}, map[string]string{"rejection.operation": "unknown", "rejection.by": "required"}},
		{"to be handled before it was raised", supervision.Frozen, func(o *order) {
			o.Appeal.HandleBy = o.Appeal.RaisedAt.Add(-tick)
		}, map[string]string{"appeal.handle_by": "too_small"}},
		{"what it cannot have", supervision.AwaitingDelivery, func(o *order) {
			o.AcceptedAt, o.ClosedAt, o.FrozenFrom = o.UpdatedAt, o.UpdatedAt, supervision.AwaitingRequest
		}, map[string]string{"accepted_at": "unknown_field", "closed_at": "unknown_field",
			"frozen_from": "unknown_field"}},
		{"accepted, though it froze before", supervision.Frozen, func(o *order) { o.AcceptedAt = o.OpenedAt },
			map[string]string{"accepted_at": "unknown_field"}},
		{"accepted and completed never", supervision.Completed, func(o *order) {
			o.AcceptedAt, o.ClosedAt = time.Time{}, time.Time{}
		}, map[string]string{"accepted_at": "required", "closed_at": "required"}},
		{"closed before it was accepted", supervision.Completed, func(o *order) {
			o.ClosedAt = o.AcceptedAt.Add(-tick)
		}, map[string]string{"closed_at": "too_small"}},
		{"closed before it was accepted, though open by then", supervision.Completed, func(o *order) {
			o.ClosedAt, o.AcceptedAt = o.OpenedAt.Add(tick), o.OpenedAt.Add(2*tick)
		}, map[string]string{"closed_at": "too_small"}},
		{"closed before it was opened", supervision.Canceled, func(o *order) {
			o.ClosedAt = o.OpenedAt.Add(-tick)
		}, map[string]string{"closed_at": "too_small"}},
		{"noted after the ruling", supervision.Canceled, func(o *order) {
			o.UpdatedAt = o.UpdatedAt.Add(day)
			o.Appeal.Notes = []appeal.Note{{At: o.Appeal.Ruling.At.Add(tick), By: "mia"}}
		}, map[string]string{"appeal.notes[0].at": "too_large"}},
		{"steps that it never took", supervision.AwaitingConfirmation, func(o *order) { o.Passed = 0xff },
			map[string]string{"passed": "out_of_range"}},
		{"a step that it has hidden", supervision.AwaitingConfirmation, func(o *order) { o.Passed = 0 },
			map[string]string{"passed": "out_of_range"}},
		{"completed without the step", supervision.Accepted, func(o *order) {
			o.Status, o.ClosedAt = supervision.Completed, o.UpdatedAt
		}, map[string]string{"passed": "out_of_range"}},
		{"frozen by nobody", supervision.Frozen, func(o *order) { o.Appeal, o.FrozenFrom = nil, "" },
			map[string]string{"appeal": "required", "frozen_from": "required"}},
		{"frozen without a status to go on at", supervision.Frozen,
			func(o *order) { o.FrozenFrom = supervision.Frozen },
			map[string]string{"frozen_from": "required"}},
		{"frozen and ruled", supervision.Frozen, func(o *order) {
			o.Appeal.Ruling = &appeal.Ruling{Outcome: "shrug", At: o.Appeal.RaisedAt.Add(-tick)}
		}, map[string]string{
			"appeal.ruling": "unknown_field", "appeal.ruling.outcome": "unknown", "appeal.ruling.at": "too_small",
			"appeal.ruling.by": "required",
		}},
		{"a pending appeal that froze nothing", supervision.Canceled, func(o *order) { o.Appeal.Ruling = nil },
			map[string]string{"appeal.ruling": "required"}},
		{"half an appeal", supervision.Frozen, func(o *order) {
			*o.Appeal = appeal.Appeal{By: "judge", Ground: "whim", Manager: "mia",
				Finding: appeal.Finding{Count: 1, Since: o.OpenedAt.Add(-tick)}}
		}, map[string]string{
			"appeal.by": "unknown", "appeal.ground": "unknown", "appeal.manager": "unknown_field",
			"appeal.raised_at": "required", "appeal.handle_by": "required",
			"appeal.finding.count": "out_of_range", "appeal.finding.since": "too_small",
		}},
		{"an intervention with an appeal's words", supervision.Frozen, func(o *order) {
			o.Appeal.By, o.Appeal.Notes = "",
				[]appeal.Note{{At: o.Appeal.RaisedAt.Add(-tick), By: "mia"}, {At: o.UpdatedAt}}
		}, map[string]string{
			"appeal.manager": "required", "appeal.ground": "unknown_field", "appeal.demand": "unknown_field",
			"appeal.finding": "unknown_field", "appeal.notes[0].at": "too_small", "appeal.notes[1].by": "required",
		}},
		{"answers beyond all bounds", supervision.AwaitingAcceptance, func(o *order) {
			o.Request.Values = template.Values{"a": strings.Repeat("é", 20_000),
				"b": []string{strings.Repeat("é", 10_000), strings.Repeat("é", 10_001)}, "c": true}
			o.Delivery.Values = template.Values{"a": strings.Repeat("é", 40_001)}
		}, map[string]string{"request.values": "too_long", "delivery.values": "too_long"}},
		{"notes without end", supervision.Frozen, func(o *order) {
			o.Appeal.Notes = make([]appeal.Note, supervision.MaxNotes+1)
		}, map[string]string{"appeal.notes": "too_many"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := arrive(t, supervision.Guide(), tt.at).order.Clone()
			require.NoError(t, o.Validate())
			tt.spoil(&o)
			err := o.Validate()
			assert.Equal(t, tt.faults, faultsOf(t, err))
			require.ErrorIs(t, err, supervision.ErrMalformed)
			_, err = json.Marshal(o)
			require.ErrorIs(t, err, supervision.ErrMalformed, "it is not written")
		})
	}
}

// A fault of an order says between what its field has to be.
func TestR21_AFaultOfAnOrderHasItsBounds(t *testing.T) {
	type order = supervision.Order
	instant := func(at time.Time) string { return at.Format(time.RFC3339Nano) }
	for name, c := range map[string]struct {
		status      supervision.Status
		field       string
		spoil       func(o *order)
		least, most func(o *order) string // nil for no bound
	}{
		"no records": {supervision.AwaitingRequest, "version", func(o *order) { o.Version = 0 },
			func(*order) string { return "1" }, nil},
		"a turn before the opening": {supervision.AwaitingRequest, "turn_since",
			func(o *order) { o.TurnSince = o.OpenedAt.Add(-tick) },
			func(o *order) string { return instant(o.OpenedAt) }, nil},
		"a turn to come": {supervision.AwaitingRequest, "turn_since",
			func(o *order) { o.TurnSince = o.UpdatedAt.Add(tick) },
			nil, func(o *order) string { return instant(o.UpdatedAt) }},
		"an end between two ticks": {supervision.AwaitingRequest, "scheduled_end",
			func(o *order) { o.ScheduledEnd = o.ScheduledEnd.Add(1) }, func(*order) string { return "1µs" }, nil},
		"less than no rejection": {supervision.AwaitingDelivery, "request_rejections",
			func(o *order) { o.RequestRejections = -1 }, func(*order) string { return "0" }, nil},
		"a rejection of nothing": {supervision.AwaitingRequest, "product_rejections",
			func(o *order) { o.ProductRejections = 1 },
			func(*order) string { return "0" }, func(*order) string { return "0" }},
		"notes without end": {supervision.Frozen, "appeal.notes",
			func(o *order) { o.Appeal.Notes = make([]appeal.Note, supervision.MaxNotes+1) },
			nil, func(*order) string { return "100" }},
	} {
		o := arrive(t, supervision.Guide(), c.status).order.Clone()
		c.spoil(&o)
		var invalid *supervision.InvalidError
		require.ErrorAs(t, o.Validate(), &invalid, name)
		i := slices.IndexFunc(invalid.Faults, func(f supervision.Fault) bool { return f.Field == c.field })
		require.GreaterOrEqual(t, i, 0, name)
		least, most := "", ""
		if c.least != nil {
			least = c.least(&o)
		}
		if c.most != nil {
			most = c.most(&o)
		}
		assert.Equal(t, []string{least, most}, []string{invalid.Faults[i].Min, invalid.Faults[i].Max}, name)
	}
}

// Each instant lies between two others, both included.
func TestR21_EachInstantHasItsPlace(t *testing.T) {
	type order = supervision.Order
	for field, c := range map[string]struct {
		status      supervision.Status
		at          func(*order) *time.Time
		first, last func(*order) time.Time // nil for the opening and for the newest record
	}{
		"turn_since":    {supervision.AwaitingRequest, func(o *order) *time.Time { return &o.TurnSince }, nil, nil},
		"silence_spent": {supervision.AwaitingRequest, func(o *order) *time.Time { return &o.SilenceSpent }, nil, nil},
		"reminder.at":   {supervision.AwaitingDelivery, func(o *order) *time.Time { return &o.Reminder.At }, nil, nil},
		"rejection.at":  {supervision.AwaitingDelivery, func(o *order) *time.Time { return &o.Rejection.At }, nil, nil},
		"accepted_at":   {supervision.Accepted, func(o *order) *time.Time { return &o.AcceptedAt }, nil, nil},
		"received_at":   {supervision.AwaitingAcceptance, func(o *order) *time.Time { return &o.ReceivedAt }, nil, nil},
		"closed_at": {supervision.Completed, func(o *order) *time.Time { return &o.ClosedAt },
			func(o *order) time.Time { return o.AcceptedAt }, nil},
		"erased_at": {supervision.Canceled, func(o *order) *time.Time { return &o.ErasedAt },
			func(o *order) time.Time { return o.ClosedAt }, nil},
		"proposal.at": {supervision.AwaitingDelivery, func(o *order) *time.Time { return &o.Proposal.At }, nil, nil},
		"refund.at":   {supervision.Canceled, func(o *order) *time.Time { return &o.Refund.At }, nil, nil},
		"request.submitted_at": {supervision.AwaitingDelivery,
			func(o *order) *time.Time { return &o.Request.SubmittedAt }, nil, nil},
		"delivery.delivered_at": {supervision.AwaitingAcceptance,
			func(o *order) *time.Time { return &o.Delivery.DeliveredAt }, nil, nil},
		"appeal.raised_at": {supervision.Frozen, func(o *order) *time.Time { return &o.Appeal.RaisedAt }, nil, nil},
		"appeal.finding.since": {supervision.Frozen, func(o *order) *time.Time { return &o.Appeal.Finding.Since }, nil,
			func(o *order) time.Time { return o.Appeal.RaisedAt }},
		"appeal.notes[0].at": {supervision.Frozen, func(o *order) *time.Time { return &o.Appeal.Notes[0].At },
			func(o *order) time.Time { return o.Appeal.RaisedAt }, nil},
		"appeal.ruling.at": {supervision.Canceled, func(o *order) *time.Time { return &o.Appeal.Ruling.At },
			func(o *order) time.Time { return o.Appeal.RaisedAt }, nil},
	} {
		o := arrive(t, supervision.Guide(), c.status).order.Clone()
		o.UpdatedAt = o.UpdatedAt.Add(day)
		if o.Appeal.Pending() {
			o.Appeal.HandleBy = o.UpdatedAt.Add(day)
			o.Appeal.Notes = []appeal.Note{{At: o.UpdatedAt, By: mia.ID, Text: "x"}}
		}
		first, last := o.OpenedAt, o.UpdatedAt
		if c.first != nil {
			first = c.first(&o)
		}
		if c.last != nil {
			last = c.last(&o)
		}
		for at, want := range map[time.Time]string{first.Add(-tick): "too_small", first: "", last: "",
			last.Add(tick): "too_large"} {
			*c.at(&o) = at
			faults := map[string]string{}
			if err := o.Validate(); err != nil {
				faults = faultsOf(t, err)
			}
			assert.Equal(t, want, faults[field], "%s %s", field, at)
		}
	}
}

// Steps are passed that the request, the delivery and the status show, and no
// others; the last one never is (R15).
func TestR15_PassedStepsAreThoseThatLeftSomething(t *testing.T) {
	for status, fits := range map[supervision.Status][]supervision.StepSet{
		supervision.AwaitingRequest:    {0b0},
		supervision.AwaitingDelivery:   {0b1, 0b11},
		supervision.AwaitingAcceptance: {0b101, 0b111, 0b1101, 0b1111},
		supervision.Completed:          {0b10101, 0b10111, 0b11101, 0b11111},
	} {
		o := arrive(t, supervision.Guide(), status).order
		for passed := range 1 << 8 {
			o.Passed = supervision.StepSet(passed)
			assert.Equal(t, slices.Contains(fits, o.Passed), o.Validate() == nil, "%s %b", status, passed)
		}
	}
}

// TestR21_ReplayMakesWholeOrdersOnly: records that follow from one another, but
// hold what no operation records, are refused.
func TestR21_ReplayMakesWholeOrdersOnly(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation)
	opening := s.records[0].Action.(supervision.Opening)
	opening.ScheduledEnd = bought
	s.records[0].Action = opening
	order, err := supervision.Replay(s.records)
	require.ErrorIs(t, err, supervision.ErrMalformed)
	assert.Equal(t, map[string]string{"scheduled_end": "too_small"}, faultsOf(t, err))
	assert.Zero(t, order)
}

// What a host has made by itself, or has none of, is no reason to panic: an
// event has no order where an earlier record cannot be read.
func TestOrder_AnswersWhatIsNone(t *testing.T) {
	for _, status := range append(supervision.Statuses(), "", "elsewhere") {
		for _, o := range []supervision.Order{
			{Status: status},
			{ID: "o-1", Status: status, Version: 1},
			{ID: "o-1", Buyer: ben.ID, Seller: sue.ID, Status: status, Policy: supervision.Guide(), OpenedAt: bought},
		} {
			for _, at := range []time.Time{{}, bought, bought.Add(1000 * day)} {
				require.NotPanics(t, func() {
					answerEverything(t, o, at)
					o.Settle(at)
					o.NextDue()
					o.Notices()
					o.NoticesDue(at)
					o.Listing()
					o.ResumeTargets()
					o.Facts()
					_ = o.Clone().Validate()
					for _, actor := range []supervision.Actor{ben, sue, mia, supervision.System(), {}} {
						_, _ = o.For(actor)
						_, _ = o.Offers(actor, at)
						for _, op := range supervision.Operations() {
							_, _ = o.Permit(actor, op, at)
							_, _ = o.Inputs(actor, op, at)
							for _, action := range attempts()[op] {
								_, _, _ = o.Apply(actor, action, at)
								o.Repeats(supervision.Record{At: at, Action: action}, action)
							}
						}
					}
				}, "%q at %s", status, at)
			}
		}
	}
}
