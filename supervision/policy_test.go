package supervision_test

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR25_TheNumbersOfTheGuide(t *testing.T) {
	assert.Equal(t, supervision.Policy{
		Name: "guide", Start: supervision.AwaitingRequest, CompletionDelay: 3 * time.Hour,
		SupervisionPeriod: 8760 * time.Hour,
		ReminderInterval:  24 * time.Hour, AtScheduledEnd: supervision.EndStay, NegotiatedRefund: false, AutoAccept: 0,
		AutoAcceptFrom: supervision.FromDelivery, Appeal: appeal.Guide(),
	}, supervision.Guide())
	assert.Equal(t, 24*time.Hour, supervision.Day)
	assert.Equal(t, time.Microsecond, supervision.Tick)
	assert.Equal(t, []int{4000, 128, 20}, []int{supervision.MaxText, supervision.MaxID, supervision.MaxAttachments},
		"what bad input gets")
}

func TestR26_Presets(t *testing.T) {
	for name, policy := range map[string]supervision.Policy{
		"guide": supervision.Guide(), "2025": supervision.Rules2025(), "license": supervision.License(),
		"hardware": supervision.Hardware(),
	} {
		assert.NoError(t, policy.Validate())
		assert.Equal(t, name, policy.Name)
	}
	rules2025, license := supervision.Rules2025(), supervision.License()
	rules2025.Name, rules2025.Appeal, rules2025.NegotiatedRefund = "guide", appeal.Guide(), false
	assert.Equal(t, supervision.Guide(), rules2025, "the 2025 rules differ in appeals and refunds only")
	hardware := supervision.Hardware()
	assert.Equal(t, 10*day, hardware.AutoAccept)
	hardware.Name, hardware.AutoAccept, hardware.AutoAcceptFrom = "license", 0, supervision.FromDelivery
	assert.Equal(t, license, hardware, "hardware differs in the timer only")
	license.Name, license.Start = "guide", supervision.AwaitingRequest
	assert.Equal(t, supervision.Guide(), license, "a License flow differs in its start only")
}

// faulty are policies with one fault each, by words that begin with its field.
var faulty = map[string]func(*supervision.Policy){
	"at_scheduled_end is missing":            func(p *supervision.Policy) { p.AtScheduledEnd = "" },
	`at_scheduled_end is "explode"`:          func(p *supervision.Policy) { p.AtScheduledEnd = "explode" },
	"auto_accept_from is missing":            func(p *supervision.Policy) { p.AutoAcceptFrom = "" },
	`auto_accept_from is "payment"`:          func(p *supervision.Policy) { p.AutoAcceptFrom = "payment" },
	"blackout is as long as the supervision": func(p *supervision.Policy) { p.Appeal.Blackout = p.SupervisionPeriod },
	"silence can never open before a closing end": func(p *supervision.Policy) {
		p.AtScheduledEnd, p.Appeal.Silence = supervision.EndAccept, 350*day-tick
	},
	"notices.appeal_opens from before the silence": func(p *supervision.Policy) {
		p.Notices.AppealOpens = p.Appeal.Silence + tick
	},
	"notices.appeal_opens where no silence counts": func(p *supervision.Policy) {
		*p = supervision.Rules2025()
		p.Notices.AppealOpens = day
	},
	"notices.appeal_opens after a silence that does not count": func(p *supervision.Policy) {
		*p = supervision.Rules2025()
		p.Notices.AppealOpens = -day
	},
	"notices.completion from before the acceptance": func(p *supervision.Policy) {
		p.Notices.Completion = p.CompletionDelay
	},
	"notices.completion after it":                 func(p *supervision.Policy) { p.Notices.Completion = -tick },
	"notices.auto_accept where none is":           func(p *supervision.Policy) { p.Notices.AutoAccept = day },
	"notices.scheduled_end where nothing happens": func(p *supervision.Policy) { p.Notices.ScheduledEnd = day },
	"notices.scheduled_end from before the opening": func(p *supervision.Policy) {
		p.AtScheduledEnd, p.Notices.ScheduledEnd = supervision.EndAccept, p.SupervisionPeriod
	},
	"notices.blackout_begins where none is": func(p *supervision.Policy) {
		p.Appeal.Blackout, p.Notices.BlackoutBegins = 0, day
	},
	"notices.blackout_begins from before the opening": func(p *supervision.Policy) {
		p.Notices.BlackoutBegins = p.SupervisionPeriod - p.Appeal.Blackout
	},
	"notices.blackout_ends where none is": func(p *supervision.Policy) {
		p.Appeal.Blackout, p.Notices.BlackoutEnds = 0, day
	},
	"notices.blackout_ends where the order closes": func(p *supervision.Policy) {
		p.AtScheduledEnd, p.Notices.BlackoutEnds = supervision.EndAccept, day
	},
	"notices.blackout_ends from before the opening": func(p *supervision.Policy) {
		p.Notices.BlackoutEnds = p.SupervisionPeriod
	},
	"notices.reminder where there is no interval": func(p *supervision.Policy) {
		p.ReminderInterval, p.Notices.Reminder = 0, day
	},
	"notices.reminder from before the last one": func(p *supervision.Policy) {
		p.Notices.Reminder = p.ReminderInterval
	},
	"notices.open_for longer than it is open": func(p *supervision.Policy) {
		p.AtScheduledEnd, p.Notices.OpenFor = supervision.EndCancel, p.SupervisionPeriod
	},
	"notices.blackout_begins when the order has closed": func(p *supervision.Policy) {
		p.AtScheduledEnd, p.Notices.BlackoutBegins = supervision.EndCancel, -15*day
	},
	"notices.appeal_opens when the order has closed": func(p *supervision.Policy) {
		p.AtScheduledEnd, p.Notices.AppealOpens = supervision.EndAccept, -360*day+tick
	},
	"notices.reminder when the order has closed": func(p *supervision.Policy) {
		p.AtScheduledEnd, p.Notices.Reminder = supervision.EndCancel, -364*day
	},
	"notices.ruling_overdue from before the appeal": func(p *supervision.Policy) {
		p.Notices.RulingOverdue = p.Appeal.Handling + tick
	},
	"notices.ruling_overdue finer than a tick": func(p *supervision.Policy) { p.Notices.RulingOverdue = 1 },
	"start is missing":                         func(p *supervision.Policy) { p.Start = "" },
	`start is "frozen"`:                        func(p *supervision.Policy) { p.Start = supervision.Frozen },
	`start is "awaiting_acceptance"`:           func(p *supervision.Policy) { p.Start = supervision.AwaitingAcceptance },
	`start is "paused"`:                        func(p *supervision.Policy) { p.Start = "paused" },
	"name is too long":                         func(p *supervision.Policy) { p.Name = strings.Repeat("é", 129) },
	"name is not UTF-8":                        func(p *supervision.Policy) { p.Name = "\xff" },
	"name has control characters":              func(p *supervision.Policy) { p.Name = "a\x00b" },
	"completion_delay is 0s":                   func(p *supervision.Policy) { p.CompletionDelay = 0 },
	"completion_delay is -1h0m0s":              func(p *supervision.Policy) { p.CompletionDelay = -time.Hour },
	"completion_delay is longer":               func(p *supervision.Policy) { p.CompletionDelay = 36500*day + tick },
	"completion_delay is finer":                func(p *supervision.Policy) { p.CompletionDelay = tick + 1 },
	"supervision_period is 0s":                 func(p *supervision.Policy) { p.SupervisionPeriod = 0 },
	"supervision_period is -1µs":               func(p *supervision.Policy) { p.SupervisionPeriod = -tick },
	"supervision_period is longer":             func(p *supervision.Policy) { p.SupervisionPeriod = math.MaxInt64 },
	"reminder_interval is -1µs":                func(p *supervision.Policy) { p.ReminderInterval = -tick },
	"reminder_interval is longer":              func(p *supervision.Policy) { p.ReminderInterval = 36500*day + tick },
	"auto_accept is -1µs":                      func(p *supervision.Policy) { p.AutoAccept = -tick },
	"auto_accept is finer":                     func(p *supervision.Policy) { p.AutoAccept = 1 },
	"silence is negative":                      func(p *supervision.Policy) { p.Appeal.Silence = -day },
	"handling is zero":                         func(p *supervision.Policy) { p.Appeal.Handling = 0 },
	"rejections is 0":                          func(p *supervision.Policy) { p.Appeal.Rejections = 0 },
	"blackout is negative":                     func(p *supervision.Policy) { p.Appeal.Blackout = -1 },
	"seller has an undeclared ground":          func(p *supervision.Policy) { p.Appeal.Seller = 1 << 6 },
	"blackout is longer than 876000h0m0s":      func(p *supervision.Policy) { p.Appeal.Blackout = math.MaxInt64 },
	"handling is finer than 1µs":               func(p *supervision.Policy) { p.Appeal.Handling = 1 },
	"silence is zero":                          func(p *supervision.Policy) { p.Appeal.Silence = 0 },
	"rejections is 1001":                       func(p *supervision.Policy) { p.Appeal.Rejections = 1001 },
	"reminder_interval is finer":               func(p *supervision.Policy) { p.ReminderInterval = tick / 2 },
	"supervision_period is finer than 1µs":     func(p *supervision.Policy) { p.SupervisionPeriod = day + 1 },
	"auto_accept is longer than 876000h0m0s":   func(p *supervision.Policy) { p.AutoAccept = 36500*day + tick },
}

func TestR25_FaultyPolicies(t *testing.T) {
	for fault, change := range faulty {
		t.Run(fault, func(t *testing.T) {
			policy := supervision.Guide()
			change(&policy)
			field, _, _ := strings.Cut(fault, " ")
			err := policy.Validate()
			assert.ErrorIs(t, err, supervision.ErrPolicy)
			assert.Equal(t, []string{field}, fieldsOf(t, err, "appeal."))
			if strings.HasPrefix(field, "notices.") && strings.Contains(fault, " where n") {
				assert.ErrorContains(t, err, "the policy has its instant switched off")
			}
			order, record, err := supervision.Open(anOpening(policy), bought)
			assert.Equal(t, []string{field}, fieldsOf(t, err, "policy.", "appeal."))
			assert.Zero(t, order)
			assert.Zero(t, record)
		})
	}
}

// What fits just so is no fault: a silence that opens a tick before the
// blackout, and a notice of an order that never closes however long it is open.
func TestR25_WhatFitsTogether(t *testing.T) {
	for name, change := range map[string]func(*supervision.Policy){
		"a silence": func(p *supervision.Policy) {
			p.AtScheduledEnd, p.Appeal.Silence = supervision.EndAccept, 350*day-2*tick
		},
		"a ruling that comes after the end, which a freeze moves": func(p *supervision.Policy) {
			p.AtScheduledEnd, p.Notices.RulingOverdue = supervision.EndCancel, -p.SupervisionPeriod
		},
		"a completion long after the end, of what was accepted before": func(p *supervision.Policy) {
			p.AtScheduledEnd, p.CompletionDelay, p.Notices.Completion = supervision.EndCancel, 400*day, day
		},
		"an open order": func(p *supervision.Policy) { p.Notices.OpenFor = 36_500 * day },
		"one that closes": func(p *supervision.Policy) {
			p.AtScheduledEnd, p.Notices.OpenFor = supervision.EndCancel, p.SupervisionPeriod-tick
		},
	} {
		policy := supervision.Guide()
		change(&policy)
		assert.NoError(t, policy.Validate(), name)
	}
}

// Each notice is a duration like any other, told beforehand only where time
// changes the order.
func TestR33_EachNoticeIsBounded(t *testing.T) {
	ahead := []string{"completion", "auto_accept", "scheduled_end", "open_for"}
	notices := reflect.TypeFor[supervision.Notices]()
	for i, field := range []string{"appeal_opens", "completion", "auto_accept", "scheduled_end", "blackout_begins",
		"blackout_ends", "reminder", "ruling_overdue", "open_for"} {
		for d, code := range map[time.Duration]string{1: "too_fine", 36_500*day + tick: "out_of_range",
			-36_500*day - tick: "out_of_range", -tick: "out_of_range"} {
			if d == -tick && !slices.Contains(ahead, field) {
				continue
			}
			policy := supervision.Guide()
			reflect.ValueOf(&policy.Notices).Elem().Field(i).SetInt(int64(d))
			assert.Equal(t, map[string]string{"notices." + field: code}, faultsOf(t, policy.Validate()),
				"%s: %s", notices.Field(i).Name, d)
		}
	}
	assert.Equal(t, 9, notices.NumField())
}

// fieldsOf lists the faulty fields of an error, without prefixes.
func fieldsOf(t *testing.T, err error, prefixes ...string) (fields []string) {
	t.Helper()
	for field := range faultsOf(t, err) {
		for _, prefix := range prefixes {
			field = strings.TrimPrefix(field, prefix)
		}
		fields = append(fields, field)
	}
	slices.Sort(fields)
	return fields
}

func TestR25_TheBoundsOfPolicies(t *testing.T) {
	for name, change := range map[string]func(*supervision.Policy){
		"no name":                    func(p *supervision.Policy) { p.Name = "" },
		"a long name":                func(p *supervision.Policy) { p.Name = strings.Repeat("é", 128) },
		"completed after a tick":     func(p *supervision.Policy) { p.CompletionDelay = tick },
		"completed after a century":  func(p *supervision.Policy) { p.CompletionDelay = 36500 * day },
		"supervised for a tick":      func(p *supervision.Policy) { p.SupervisionPeriod, p.Appeal.Blackout = tick, 0 },
		"all but a tick is blackout": func(p *supervision.Policy) { p.Appeal.Blackout = p.SupervisionPeriod - tick },
		"silence of years":           func(p *supervision.Policy) { p.Appeal.Silence = 5000 * day },
		"a tick is left for silence": func(p *supervision.Policy) {
			p.AtScheduledEnd, p.Appeal.Silence = supervision.EndCancel, 350*day-2*tick
		},
		"told at the last tick before the order closes": func(p *supervision.Policy) {
			p.AtScheduledEnd, p.Notices.BlackoutBegins = supervision.EndCancel, -15*day+tick
		},
		"a late ruling is told of a tick after the appeal": func(p *supervision.Policy) {
			p.Notices.RulingOverdue = p.Appeal.Handling
		},
		"supervised for a century":   func(p *supervision.Policy) { p.SupervisionPeriod = 36500 * day },
		"no limit of reminders":      func(p *supervision.Policy) { p.ReminderInterval = 0 },
		"accepted after a tick":      func(p *supervision.Policy) { p.AutoAccept = tick },
		"a License":                  func(p *supervision.Policy) { p.Start = supervision.AwaitingDelivery },
		"nobody may ever appeal":     func(p *supervision.Policy) { p.Appeal = appeal.Policy{Handling: tick} },
		"nobody is ever in blackout": func(p *supervision.Policy) { p.Appeal.Blackout = 0 },
	} {
		policy := supervision.Guide()
		change(&policy)
		require.NoError(t, policy.Validate(), name)
		order, record, err := supervision.Open(anOpening(policy), bought)
		require.NoError(t, err, name)
		assert.Equal(t, policy, order.Policy, "pinned")
		assert.Equal(t, policy, record.Action.(supervision.Opening).Policy)

		data, err := json.Marshal(policy)
		require.NoError(t, err)
		var read supervision.Policy
		require.NoError(t, json.Unmarshal(data, &read))
		assert.Equal(t, policy, read)
	}
}

func TestR25_EveryFaultOfAPolicyAtOnce(t *testing.T) {
	err := supervision.Policy{
		Name: "\x00", CompletionDelay: -1, SupervisionPeriod: -1, ReminderInterval: -1, AutoAccept: -1,
		Appeal: appeal.Policy{Blackout: -1},
	}.Validate()
	assert.Equal(t,
		[]string{"at_scheduled_end", "auto_accept", "auto_accept_from", "blackout", "completion_delay", "handling",
			"name", "reminder_interval", "start",
			"supervision_period"}, fieldsOf(t, err, "appeal."))
	_, _, err = supervision.Open(supervision.Opening{Policy: supervision.Policy{Name: "x"}}, time.Time{})
	assert.Equal(t, []string{"appeal.handling", "at", "at_scheduled_end", "auto_accept_from", "buyer",
		"completion_delay", "id", "product", "seller", "start",
		"supervision_period"}, fieldsOf(t, err, "policy."))
}

func TestR25_ARunningOrderKeepsItsPolicy(t *testing.T) {
	policy := supervision.Guide()
	s := begin(t, policy).accepted()
	policy.CompletionDelay, policy.Appeal.Rejections = tick, 1
	assert.Equal(t, bought.Add(3*time.Hour), s.order.NextDue())
	assert.Equal(t, supervision.Guide(), s.order.Policy)
}

func TestR25_PolicyDocumentsRefused(t *testing.T) {
	data, err := json.Marshal(supervision.Guide())
	require.NoError(t, err)
	replaced := func(old, with string) string {
		require.Contains(t, string(data), old)
		return strings.Replace(string(data), old, with, 1)
	}
	for name, c := range map[string]struct {
		document string
		cause    error
	}{
		"null":                  {`null`, supervision.ErrMalformed},
		"a list":                {`[]`, supervision.ErrMalformed},
		"no format":             {`{}`, supervision.ErrMalformed},
		"a newer one":           {replaced(`"format":1`, `"format":2`), supervision.ErrNewerFormat},
		"an older one":          {replaced(`"format":1`, `"format":0`), supervision.ErrMalformed},
		"an unknown field":      {replaced(`"format":1`, `"format":1,"grace":"1h"`), supervision.ErrMalformed},
		"an unknown status":     {replaced(`awaiting_request`, `awaiting_payment`), supervision.ErrUnknown},
		"a null status":         {replaced(`"awaiting_request"`, `null`), supervision.ErrPolicy},
		"an unknown ground":     {replaced(`seller_silent`, `weather`), supervision.ErrUnknown},
		"no duration":           {replaced(`"3h0m0s"`, `""`), supervision.ErrPolicy},
		"no reminder interval":  {replaced(`"reminder_interval":"24h0m0s",`, ``), supervision.ErrPolicy},
		"no auto-accept":        {replaced(`"auto_accept":"0s",`, ``), supervision.ErrPolicy},
		"no action at the end":  {replaced(`"at_scheduled_end":"stay",`, ``), supervision.ErrPolicy},
		"an unknown action":     {replaced(`"stay"`, `"leave"`), supervision.ErrUnknown},
		"no word of refunds":    {replaced(`"negotiated_refund":false,`, ``), supervision.ErrPolicy},
		"counted from nothing":  {replaced(`"auto_accept_from":"delivery",`, ``), supervision.ErrPolicy},
		"counted from payment":  {replaced(`"delivery"`, `"payment"`), supervision.ErrUnknown},
		"no word of proof":      {replaced(`"proof":false,`, ``), supervision.ErrPolicy},
		"no period":             {replaced(`"8760h0m0s"`, `"NaN"`), supervision.ErrPolicy},
		"no number of anything": {replaced(`"8760h0m0s"`, `"1e3h"`), supervision.ErrPolicy},
		"negative":              {replaced(`"3h0m0s"`, `"-3h"`), supervision.ErrPolicy},
		"too fine":              {replaced(`"3h0m0s"`, `"1ns"`), supervision.ErrPolicy},
		"a number for a text":   {replaced(`"3h0m0s"`, `10800`), supervision.ErrMalformed},
		"no rejections":         {replaced(`"rejections":3,`, ``), supervision.ErrPolicy},
		"too many rejections":   {replaced(`"rejections":3`, `"rejections":1e300`), supervision.ErrPolicy},
		"no grounds of a seller": {replaced(`"seller":["buyer_silent","request_rejected","product_rejected"]`,
			`"seller":null`), supervision.ErrPolicy},
		"a fault": {replaced(`"rejections":3`, `"rejections":0`), supervision.ErrPolicy},
	} {
		t.Run(name, func(t *testing.T) {
			read := supervision.License()
			err := json.Unmarshal([]byte(c.document), &read)
			assert.ErrorIs(t, err, supervision.ErrPolicy)
			assert.ErrorIs(t, err, c.cause)
			assert.Equal(t, supervision.License(), read, "nothing is changed")
		})
	}
}
