package supervision_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Texts and ids at their bounds, in characters and not in bytes.
var (
	longest = strings.Repeat("é", 4000)
	tooLong = longest + "é"
	longID  = strings.Repeat("漢", 128)
)

// badTexts are texts that are refused, by the code of the fault. Blank ones are
// required where a text is.
var badTexts = map[string]string{
	strings.Repeat("x", 4001): "too_long", tooLong: "too_long", strings.Repeat("😀", 4001): "too_long",
	"a\xffb": "not_utf8", "a\x00b": "control_character", "a\x1bb": "control_character", "a\u009bb": "control_character",
}

// badIDs are ids that are refused.
var badIDs = map[string]string{
	"": "required", strings.Repeat("x", 129): "too_long", longID + "漢": "too_long", "\xff": "not_utf8",
	"a\x00": "control_character",
	"a\nb":  "line_break", "a\tb": "line_break", " a": "untrimmed", "a ": "untrimmed",
}

// badInstants are instants that no order can live with.
var badInstants = map[string]struct {
	at   time.Time
	code string
}{
	"zero":            {time.Time{}, "required"},
	"year 1":          {time.Time{}.Add(time.Hour), "out_of_range"},
	"before 1970":     {time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, time.UTC), "out_of_range"},
	"after 9000":      {time.Date(9001, 1, 1, 0, 0, 0, 0, time.UTC), "out_of_range"},
	"absurdly late":   {time.Unix(1<<62, 0), "out_of_range"},
	"absurdly early":  {time.Unix(-1<<62, 0), "out_of_range"},
	"the latest":      {time.Date(292277026596, 12, 4, 15, 30, 7, 0, time.UTC), "out_of_range"},
	"before Christ":   {time.Date(-44, 3, 15, 0, 0, 0, 0, time.UTC), "out_of_range"},
	"a nanosecond on": {time.Time{}.Add(1), "required"},
}

func TestInput_Instants(t *testing.T) {
	for name, c := range badInstants {
		t.Run(name, func(t *testing.T) {
			s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
			before := s.order.Clone()
			next, records, err := s.order.Apply(ben, acceptProduct, c.at)
			assert.Equal(t, map[string]string{"at": c.code}, faultsOf(t, err))
			assert.Zero(t, next)
			assert.Nil(t, records)
			_, err = s.order.Permit(ben, supervision.OpAcceptProduct, c.at)
			assert.Equal(t, map[string]string{"at": c.code}, faultsOf(t, err))
			_, err = s.order.Operations(ben, c.at)
			assert.Equal(t, map[string]string{"at": c.code}, faultsOf(t, err))
			_, err = s.order.Verdicts(ben, c.at)
			assert.Equal(t, map[string]string{"at": c.code}, faultsOf(t, err))
			_, _, err = supervision.Open(anOpening(supervision.Guide()), c.at)
			assert.Equal(t, map[string]string{"at": c.code}, faultsOf(t, err))
			_, _, err = supervision.Adopt(frozenElsewhere(), c.at, nil)
			assert.Equal(t, c.code, faultsOf(t, err)["at"])
			assert.NotPanics(t, func() {
				s.order.Settle(c.at)
				s.order.Deadlines(c.at)
				s.order.Steps(c.at)
				s.order.Listing().StatusAt(c.at)
			})
			assert.Equal(t, before, s.order)

			opening := anOpening(supervision.Guide())
			opening.ScheduledEnd = c.at
			if _, _, err = supervision.Open(opening, bought); !c.at.IsZero() {
				assert.Contains(t, faultsOf(t, err), "scheduled_end")
			}
			if _, _, err = arrive(t, supervision.Guide(), supervision.AwaitingDelivery).order.Apply(sue,
				supervision.Deliver{Result: "x", EnabledAt: c.at}, bought); !c.at.IsZero() {
				assert.Contains(t, faultsOf(t, err), "enabled_at")
			}
			if _, _, err = s.order.Apply(mia, supervision.Amend{ScheduledEnd: c.at, Reason: "x"}, bought); !c.at.IsZero() {
				assert.Contains(t, faultsOf(t, err), "scheduled_end")
			}
		})
	}
}

// What a fault is bounded by it says.
func TestInput_FaultsSayTheirNumbers(t *testing.T) {
	s := arrive(t, supervision.Rules2025(), supervision.AwaitingDelivery).wait(day)
	applied := func(actor supervision.Actor, action supervision.Action) error {
		_, _, err := s.order.Apply(actor, action, s.at)
		return err
	}
	spoiled := func(status supervision.Status, spoil func(*supervision.Order)) error {
		o := arrive(t, supervision.Guide(), status).order.Clone()
		spoil(&o)
		return o.Validate()
	}
	opened, now := bought.Format(time.RFC3339Nano), s.at.Format(time.RFC3339Nano)
	for name, c := range map[string]struct {
		err  error
		want map[string]string // the least and the most
	}{
		"files": {applied(sue, supervision.Deliver{Result: "x", Attachments: make([]supervision.Attachment, 21)}),
			map[string]string{"attachments": " to 20"}},
		"an instant": {applied(sue, supervision.Deliver{Result: "x", EnabledAt: s.at.Add(tick)}),
			map[string]string{"enabled_at": opened + " to " + now}},
		"an amount": {applied(ben, supervision.ProposeRefund{Amount: supervision.Money{Amount: 1 << 40, Currency: "CNY"}}),
			map[string]string{"amount.amount": "1 to 99900"}},
		"a text": {applied(sue, supervision.ReportProgress{Text: tooLong}), map[string]string{"text": " to 4000"}},
		"a version and counters": {spoiled(supervision.AwaitingRequest, func(o *supervision.Order) {
			o.Version, o.RequestRejections, o.ProductRejections = 0, -1, 1
			o.RequestTemplateVersion = -1
		}), map[string]string{"version": "1 to ", "request_rejections": "0 to ", "product_rejections": "0 to 0",
			"request_template_version": "0 to 2147483647"}},
		"instants of a document": {spoiled(supervision.AwaitingAcceptance, func(o *supervision.Order) {
			o.BoughtAt, o.TurnSince, o.ScheduledEnd = bought.Add(tick), bought.Add(-tick), o.ScheduledEnd.Add(1)
		}), map[string]string{"bought_at": " to " + opened, "turn_since": opened + " to ", "scheduled_end": "1µs to "}},
		"answers": {spoiled(supervision.AwaitingConfirmation, func(o *supervision.Order) {
			o.Request.Values = template.Values{"a": strings.Repeat("x", 40_001)}
		}), map[string]string{"request.values": " to 40000"}},
		"notes": {spoiled(supervision.Frozen, func(o *supervision.Order) {
			o.Appeal.Notes = make([]appeal.Note, 101)
		}), map[string]string{"appeal.notes": " to 100"}},
		"a notice": {noticing(supervision.Notices{Completion: 3 * time.Hour}).Validate(),
			map[string]string{"notices.completion": " to 2h59m59.999999s"}},
		"a record": {supervision.Record{Order: "o", At: bought, Actor: ben, Operation: supervision.OpRemind,
			Action: remind, From: supervision.AwaitingDelivery, To: supervision.AwaitingDelivery}.Validate(),
			map[string]string{"seq": "1 to "}},
	} {
		var invalid *supervision.InvalidError
		require.ErrorAs(t, c.err, &invalid, name)
		said := make(map[string]string)
		for _, f := range invalid.Faults {
			said[f.Field] = f.Min + " to " + f.Max
			assert.NotEmpty(t, f.Message)
		}
		assert.Equal(t, c.want, said, name)
	}
	assert.ErrorContains(t, applied(ben, supervision.ProposeRefund{Amount: supervision.Money{Amount: 1 << 40,
		Currency: "CNY"}}), "at most what was paid, 99900")
	assert.ErrorContains(t, applied(sue, supervision.Deliver{Result: "x", EnabledAt: s.at.Add(tick)}),
		"give an instant from "+opened+" to "+now)
}

// What is bought and opened within one tick is opened when it was bought (R01).
func TestR01_BoughtInTheTickOfItsOpening(t *testing.T) {
	opening := anOpening(supervision.Guide())
	opening.BoughtAt = bought.Add(tick - 1)
	order, record, err := supervision.Open(opening, bought)
	require.NoError(t, err)
	assert.Equal(t, bought, order.BoughtAt)
	opening = record.Action.(supervision.Opening)
	assert.Equal(t, bought, opening.BoughtAt)

	zone := time.FixedZone("", 3600)
	opening.BoughtAt, opening.ScheduledEnd = opening.BoughtAt.In(zone), opening.ScheduledEnd.In(zone)
	record.Action = opening
	replayed, err := supervision.Replay([]supervision.Record{record})
	require.NoError(t, err)
	assert.Equal(t, order, replayed, "whatever zone it was recorded in")
}

func TestInput_TheFirstAndTheLastInstant(t *testing.T) {
	for _, at := range []time.Time{time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(9000, 12, 31, 23, 59, 59, 999_999_000, time.UTC)} {
		policy := supervision.Guide()
		policy.SupervisionPeriod, policy.CompletionDelay = 36500*day, 36500*day
		order, _, err := supervision.Open(anOpening(policy), at)
		require.NoError(t, err)
		order, _, err = order.Apply(ben, submit, at)
		require.NoError(t, err)
		_, err = json.Marshal(order)
		require.NoError(t, err, "what a policy adds has room")
	}
}

func TestInput_Actors(t *testing.T) {
	s := begin(t, supervision.Guide())
	ask := func(actor supervision.Actor) []error {
		_, _, applied := s.order.Apply(actor, submit, s.at)
		_, permitted := s.order.Permit(actor, supervision.OpSubmitRequest, s.at)
		_, listed := s.order.Operations(actor, s.at)
		_, judged := s.order.Verdicts(actor, s.at)
		_, _, searched := supervision.Query{}.Filter(actor, s.at)
		return []error{applied, permitted, listed, judged, searched}
	}
	for id, code := range badIDs {
		for _, err := range ask(supervision.Buyer(id)) {
			assert.Equal(t, map[string]string{"actor.id": code}, faultsOf(t, err), "%q", id)
		}
	}
	for _, err := range append(ask(supervision.Actor{}), ask(supervision.Actor{Role: "owner"})...) {
		assert.Equal(t, map[string]string{"actor.role": "required", "actor.id": "required"}, faultsOf(t, err))
	}
	for _, err := range ask(supervision.Actor{Role: "owner", ID: ben.ID}) {
		assert.Equal(t, map[string]string{"actor.role": "required"}, faultsOf(t, err))
	}
}

// stowaway is not one of the package's actions, though it looks like one.
type stowaway struct{ supervision.AcceptRequest }

func TestInput_Actions(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation)
	for name, action := range map[string]supervision.Action{
		"nil": nil, "a pointer": &supervision.AcceptRequest{}, "a nil pointer": (*supervision.RejectRequest)(nil),
		"a stowaway":              stowaway{},
		"a pointer to an opening": &supervision.Opening{}, "a nil ruling": (*supervision.DecideAppeal)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			next, records, err := s.order.Apply(sue, action, s.at)
			assert.Equal(t, map[string]string{"action": "required"}, faultsOf(t, err))
			assert.Zero(t, next)
			assert.Nil(t, records)
			_, err = supervision.MarshalAction(action)
			assert.ErrorIs(t, err, supervision.ErrInvalid)
			_, err = json.Marshal(supervision.Record{Order: "o-1", Seq: 1, Action: action})
			assert.ErrorIs(t, err, supervision.ErrMalformed)
		})
	}
}

func TestInput_UnknownOperations(t *testing.T) {
	for _, op := range []supervision.Operation{"", "refund"} {
		for _, actor := range cast {
			_, err := begin(t, supervision.Guide()).order.Permit(actor, op, bought)
			assert.Equal(t, map[string]string{"operation": "unknown"}, faultsOf(t, err))
		}
	}
}

// texts are the actions with a text in each of their fields, and whether the
// field must have one.
var texts = []struct {
	field    string
	required bool
	actor    supervision.Actor
	with     func(text string) supervision.Action
}{
	{"text", true, ben, func(text string) supervision.Action { return supervision.SubmitRequest{Text: text} }},
	{"reason", true, sue, func(text string) supervision.Action { return supervision.RejectRequest{Reason: text} }},
	{"text", true, sue, func(text string) supervision.Action { return supervision.ReportProgress{Text: text} }},
	{"result", true, sue, func(text string) supervision.Action { return supervision.Deliver{Result: text} }},
	{"reason", true, ben, func(text string) supervision.Action { return supervision.RejectProduct{Reason: text} }},
	{"text", false, ben, func(text string) supervision.Action { return supervision.Remind{Text: text} }},
	{"reason", true, ben, func(text string) supervision.Action {
		return supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: text, Demand: "x"}
	}},
	{"demand", true, ben, func(text string) supervision.Action {
		return supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "x", Demand: text}
	}},
	{"text", true, mia, func(text string) supervision.Action { return supervision.AddNote{Text: text} }},
	{"reason", true, mia, func(text string) supervision.Action { return supervision.Intervene{Reason: text} }},
	{"decision", true, mia, func(text string) supervision.Action {
		return supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: text}
	}},
}

// takes finds an order on which somebody may do something, so that only a fault
// can keep it from being done.
func takes(t *testing.T, actor supervision.Actor, op supervision.Operation) *story {
	for _, status := range supervision.Statuses() {
		s := arrive(t, supervision.Guide(), status)
		if status.Waiting() {
			s.wait(6 * day)
		}
		if s.permit(actor, op).Allowed {
			return s
		}
	}
	require.Failf(t, "nowhere allowed", "%s by %s", op, actor)
	return nil
}

func TestInput_Texts(t *testing.T) {
	for _, c := range texts {
		op := c.with("x").Operation()
		t.Run(string(op)+" "+c.field, func(t *testing.T) {
			s := takes(t, c.actor, op)
			before := s.order.Clone()
			for text, code := range badTexts {
				next, records, err := s.order.Apply(c.actor, c.with(text), s.at)
				assert.Equal(t, map[string]string{c.field: code}, faultsOf(t, err), "%.10q", text)
				assert.NotContains(t, err.Error(), "a\x00b", "errors never repeat what the user wrote")
				assert.Zero(t, next)
				assert.Nil(t, records)
			}
			for _, blank := range []string{"", " ", "\n\t \u2003"} {
				_, _, err := s.order.Apply(c.actor, c.with(blank), s.at)
				if c.required {
					assert.Equal(t, map[string]string{c.field: "required"}, faultsOf(t, err))
				} else {
					assert.NoError(t, err)
				}
			}
			for _, good := range []string{longest, " " + longest + "\n", "two\nlines\tand a tab", "日本語 😀"} {
				_, _, err := s.order.Apply(c.actor, c.with(good), s.at)
				assert.NoError(t, err)
			}
			assert.Equal(t, before, s.order)
		})
	}
}

// attaching are the actions that take attachments.
var attaching = []struct {
	actor supervision.Actor
	with  func([]supervision.Attachment) supervision.Action
}{
	{ben, func(files []supervision.Attachment) supervision.Action {
		return supervision.SubmitRequest{Text: "x", Attachments: files}
	}},
	{sue, func(files []supervision.Attachment) supervision.Action {
		return supervision.Deliver{Result: "x", Attachments: files}
	}},
	{ben, func(files []supervision.Attachment) supervision.Action {
		return supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "x", Demand: "x", Attachments: files}
	}},
	{mia, func(files []supervision.Attachment) supervision.Action {
		return supervision.Intervene{Reason: "x", Attachments: files}
	}},
	{mia, func(files []supervision.Attachment) supervision.Action {
		return supervision.AddNote{Text: "x", Attachments: files}
	}},
	{mia, func(files []supervision.Attachment) supervision.Action {
		return supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "x", Attachments: files}
	}},
}

// A name and a reference are one line.
func TestInput_AttachmentLines(t *testing.T) {
	good := supervision.Attachment{Name: strings.Repeat("é", 256), Ref: strings.Repeat("😀", 256)}
	for line, code := range map[string]string{
		"": "required", "\u200b\ufeff": "required", strings.Repeat("é", 257): "too_long", "a\nb": "line_break",
		"a\tb": "line_break", "a\xffb": "not_utf8", "a\x00b": "control_character",
	} {
		for field, set := range map[string]func(*supervision.Attachment){
			"name": func(a *supervision.Attachment) { a.Name = line },
			"ref":  func(a *supervision.Attachment) { a.Ref = line },
		} {
			bad := good
			set(&bad)
			s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery)
			_, _, err := s.order.Apply(sue,
				supervision.Deliver{Result: "x", Attachments: []supervision.Attachment{good, bad}}, s.at)
			assert.Equal(t, map[string]string{"attachments[1]." + field: code}, faultsOf(t, err), "%q", line)
		}
	}
}

func TestInput_Attachments(t *testing.T) {
	files := make([]supervision.Attachment, 21)
	for i := range files {
		files[i] = supervision.Attachment{Name: fmt.Sprint(i), Ref: fmt.Sprint(i), Digest: longID}
	}
	for _, c := range attaching {
		op := c.with(nil).Operation()
		t.Run(string(op), func(t *testing.T) {
			s := takes(t, c.actor, op)
			_, records, err := s.order.Apply(c.actor, c.with(files[:20]), s.at)
			require.NoError(t, err)
			files[0].Name = "changed"
			data, err := supervision.MarshalAction(records[0].Action)
			require.NoError(t, err)
			assert.NotContains(t, string(data), "changed", "detached from the caller's memory")
			files[0].Name = "0"

			_, _, err = s.order.Apply(c.actor, c.with(files), s.at)
			assert.Equal(t, map[string]string{"attachments": "too_many"}, faultsOf(t, err))
			_, _, err = s.order.Apply(c.actor, c.with([]supervision.Attachment{{Digest: " "}, files[1],
				{Name: "\xff", Ref: tooLong, Digest: longID + "x"}}), s.at)
			assert.Equal(t, map[string]string{
				"attachments[0].name": "required", "attachments[0].ref": "required",
				"attachments[0].digest": "untrimmed",
				"attachments[2].name":   "not_utf8", "attachments[2].ref": "too_long",
				"attachments[2].digest": "too_long",
			}, faultsOf(t, err), "every fault of every file")
			_, records, err = s.order.Apply(c.actor, c.with([]supervision.Attachment{}), s.at)
			require.NoError(t, err)
			data, err = supervision.MarshalAction(records[0].Action)
			require.NoError(t, err)
			assert.NotContains(t, string(data), "attachments", "none is none")
		})
	}
}

func TestInput_Openings(t *testing.T) {
	for field, set := range map[string]func(*supervision.Opening, string){
		"id":      func(o *supervision.Opening, id string) { o.ID = id },
		"product": func(o *supervision.Opening, id string) { o.Product = id },
		"buyer":   func(o *supervision.Opening, id string) { o.Buyer = id },
		"seller":  func(o *supervision.Opening, id string) { o.Seller = id },
	} {
		for id, code := range badIDs {
			opening := anOpening(supervision.Guide())
			set(&opening, id)
			order, record, err := supervision.Open(opening, bought)
			assert.Equal(t, map[string]string{field: code}, faultsOf(t, err))
			assert.Zero(t, order)
			assert.Zero(t, record)
		}
		opening := anOpening(supervision.Guide())
		set(&opening, longID)
		_, _, err := supervision.Open(opening, bought)
		assert.NoError(t, err)
	}
	opening := anOpening(supervision.Guide())
	opening.RequestTemplateVersion = -1
	_, _, err := supervision.Open(opening, bought)
	assert.Equal(t, map[string]string{"request_template_version": "out_of_range"}, faultsOf(t, err))
	opening.DeliveryTemplateVersion = -1
	_, _, err = supervision.Open(opening, bought)
	assert.Equal(t, map[string]string{
		"request_template_version": "out_of_range", "delivery_template_version": "out_of_range",
	}, faultsOf(t, err))
	for _, end := range []time.Time{bought, bought.Add(-tick), bought.Add(999)} {
		opening = anOpening(supervision.Guide())
		opening.ScheduledEnd = end
		_, _, err = supervision.Open(opening, bought)
		assert.Equal(t, map[string]string{"scheduled_end": "out_of_range"}, faultsOf(t, err), "it ends before it began")
	}
}

// No fault of an opening hides another, and none of a policy's numbers what
// others come to together (R25).
func TestInput_NoFaultHidesAnother(t *testing.T) {
	opening := anOpening(supervision.Guide())
	opening.ID, opening.BoughtAt, opening.ScheduledEnd = "", bought.Add(tick), bought
	opening.Policy.Name, opening.Policy.Start, opening.Policy.CompletionDelay = "\x00", "lost", 0
	opening.Policy.Appeal.Blackout = opening.Policy.SupervisionPeriod
	_, _, err := supervision.Open(opening, bought)
	assert.Equal(t, map[string]string{
		"id": "required", "bought_at": "out_of_range", "scheduled_end": "out_of_range",
		"policy.name":  "control_character",
		"policy.start": "unknown", "policy.completion_delay": "out_of_range", "policy.appeal.blackout": "out_of_range",
	}, faultsOf(t, err))

	record := arrive(t, supervision.Guide(), supervision.AwaitingRequest).records[0]
	record.Order, record.Action = "", supervision.Remind{}
	err = record.Validate()
	assert.Equal(t, map[string]string{"order": "required", "action": "wrong_type"}, faultsOf(t, err))
}

// What is read is in UTC and on a tick, or refused.
func TestInput_InstantsOfDocuments(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery)
	for instant, code := range map[string]string{
		"2026-03-02T09:00:00Z": "", "2026-03-02T17:00:00+08:00": "not_normalised",
		"2026-03-02T09:00:00+00:00": "not_normalised", "2026-03-02T09:00:00.0000001Z": "too_fine",
	} {
		for _, document := range []any{s.order, s.records[1]} {
			data, err := json.Marshal(document)
			require.NoError(t, err)
			data = bytes.ReplaceAll(data, []byte("2026-03-02T09:00:00Z"), []byte(instant))
			read := reflect.New(reflect.TypeOf(document))
			err = json.Unmarshal(data, read.Interface())
			if code == "" {
				assert.NoError(t, err, instant)
				assert.Equal(t, document, read.Elem().Interface())
				continue
			}
			for _, found := range faultsOf(t, err) {
				assert.Equal(t, code, found)
			}
		}
	}
}

func TestInput_Forms(t *testing.T) {
	s := beginOn(t, anOpening(supervision.Guide()), 1, seats())
	many := template.Values{"users": 1, "region": "eu"}
	for i := range 150 {
		many[fmt.Sprintf("field%03d", i)] = "x"
	}
	before := s.order.Clone()
	for name, values := range map[string]template.Values{
		"no values": nil, "nil values": {"users": nil, "region": nil},
		"wrong types": {"users": []any{1}, "region": map[string]any{}},
		"a channel":   {"users": make(chan int), "region": "eu"}, "a function": {"users": func() {}, "region": "eu"},
		"too many": many,
	} {
		next, records, err := s.order.Apply(ben, supervision.SubmitRequest{Values: values}, s.at, s.forms...)
		assert.ErrorIs(t, err, supervision.ErrInvalid, name)
		assert.Zero(t, next)
		assert.Nil(t, records)
	}
	assert.Equal(t, before, s.order)
}

// TestInput_ActionDocuments feeds what no host should send.
func TestInput_ActionDocuments(t *testing.T) {
	malformed, unknown, newer := supervision.ErrMalformed, supervision.ErrUnknown, supervision.ErrNewerFormat
	for document, cause := range map[string]error{
		``: malformed, `null`: malformed, `[]`: malformed,
		`NaN`:          malformed,
		`{"format":1}`: malformed, `{"format":1,"action":{}}`: malformed,
		`{"format":1,"operation":"remind"}`:                                   malformed,
		`{"format":1,"operation":"remind","action":null}`:                     malformed,
		`{"format":1,"operation":"remind","action":{"text":NaN}}`:             malformed,
		`{"format":1,"operation":"remind","action":{"text":7}}`:               malformed,
		`{"format":1,"operation":"remind","action":{"text":"x","loud":true}}`: malformed,
		`{"format":1,"operation":"remind","action":{}} {}`:                    malformed,
		`{"format":1,"operation":"remind","action":{},"by":"ben"}`:            malformed,
		`{"format":1,"operation":"refund","action":{}}`:                       unknown,
		`{"format":1,"operation":3,"action":{}}`:                              malformed,
		`{"format":1e300,"operation":"remind","action":{}}`:                   malformed,
		`{"format":2,"operation":"rewind","action":{"far":true}}`:             newer,
		`{"operation":"remind","action":{}}`:                                  malformed,

		`{"format":1,"operation":"decide_appeal","action":{"outcome":"refund","upheld":true,"decision":"x"}}`:   unknown,
		`{"format":1,"operation":"decide_appeal","action":{"resume_at":"nowhere","upheld":true,"decision":""}}`: unknown,

		`{"format":1,"operation":"raise_appeal","action":{"ground":"weather","reason":"x","demand":"x"}}`: unknown,
		`{"format":1,"operation":"deliver","action":{"result":"x","enabled_at":"yesterday"}}`:             malformed,
	} {
		action, err := supervision.UnmarshalAction([]byte(document))
		assert.ErrorIs(t, err, cause, document)
		assert.Nil(t, action, document)
	}
	_, err := supervision.MarshalAction(supervision.SubmitRequest{Values: template.Values{"users": make(chan int)}})
	assert.ErrorAs(t, err, new(*json.UnsupportedTypeError), "what has no JSON form")
	for op, actions := range attempts() {
		for _, action := range actions {
			data, err := supervision.MarshalAction(action)
			require.NoError(t, err)
			read, err := supervision.UnmarshalAction(data)
			require.NoError(t, err, op)
			assert.Equal(t, action, read)
		}
	}
}
