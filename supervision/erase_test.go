package supervision_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

const secret = "Jane Doe"

// confide fills every text of a value, as its JSON form has them, and leaves
// ids, words and instants alone.
func confide(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		confide(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && !isID(field.Name) {
				confide(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		confide(v.Index(0))
		confide(v.Index(1))
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(secret)
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(template.Values{"name": secret}))
	}
}

// isID reports whether a field holds an id, or is a policy's or an amount's.
func isID(name string) bool {
	switch name {
	case "ID", "Product", "Buyer", "Seller", "By", "Manager", "Policy", "Paid", "Amount", "Refund", "ResumedAt":
		return true
	}
	return false
}

// A new action whose texts do not go through its check is found here.
func TestR35_EveryTextOfEveryActionIsErased(t *testing.T) {
	for _, op := range supervision.Operations() {
		t.Run(string(op), func(t *testing.T) {
			zero, err := supervision.UnmarshalActionOf(op, []byte("{}"))
			require.NoError(t, err)
			empty := supervision.Record{Order: "o", Seq: 2, Operation: op, Action: zero}
			require.False(t, empty.HasTexts(), "nothing is written in it")

			full := reflect.New(reflect.TypeOf(zero)).Elem()
			confide(full)
			action := full.Interface().(supervision.Action)
			if op == supervision.OpErase {
				return // whose reason is kept
			}
			r := supervision.Record{Order: "o", Seq: 2, Operation: op, Action: action, Salt: "salt"}
			before := text(t, action)
			erased, err := r.Erase()
			require.NoError(t, err)
			left := strings.ReplaceAll(before, `,"digest":"`+secret+`"`, "")
			require.Equal(t, strings.ReplaceAll(left, secret, supervision.Erased), text(t, erased.Action),
				"all but what is written is there")
			require.Equal(t, before, text(t, r.Action), "the record it is asked of stays as it is")
			require.Equal(t, strings.Contains(before, secret), r.HasTexts())
			if r.HasTexts() {
				require.Len(t, erased.Seal, 64)
				require.Empty(t, erased.Salt)
				require.False(t, erased.HasTexts())
			}
			again, err := erased.Erase()
			require.NoError(t, err)
			require.Equal(t, erased, again)
		})
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}

// Whatever is written in one place only is a text.
func TestR35_OneTextIsEnough(t *testing.T) {
	files := []supervision.Attachment{{Name: secret, Ref: "files/1"}}
	type adoption = supervision.Adoption
	for name, action := range map[string]supervision.Action{
		"a rejection":    adoption{Rejection: supervision.Rejection{Reason: secret}},
		"a reminder":     adoption{Reminder: supervision.Reminder{Text: secret}},
		"a request":      adoption{Request: &supervision.Request{Text: secret}},
		"answers":        adoption{Request: &supervision.Request{Values: template.Values{"name": secret}}},
		"a result":       adoption{Delivery: &supervision.Delivery{Result: secret}},
		"files":          adoption{Delivery: &supervision.Delivery{Attachments: files}},
		"a demand":       adoption{Appeal: &appeal.Appeal{Demand: secret}},
		"a note":         adoption{Appeal: &appeal.Appeal{Notes: []appeal.Note{{Text: secret}, {}}}},
		"a shared note":  adoption{Appeal: &appeal.Appeal{Notes: []appeal.Note{{Text: secret, Shared: true}}}},
		"a note's files": adoption{Appeal: &appeal.Appeal{Notes: []appeal.Note{{Attachments: files}}}},
		"a ruling":       adoption{Appeal: &appeal.Appeal{Ruling: &appeal.Ruling{Decision: secret}}},
		"who was quoted": adoption{History: []supervision.Quote{{Who: secret}}},
		"a quote":        adoption{History: []supervision.Quote{{Text: secret}, {}}},
		"a delivery":     supervision.Deliver{Values: template.Values{"name": secret}},
		"proof":          supervision.RaiseAppeal{Attachments: files},
	} {
		assert.True(t, supervision.Record{Action: action}.HasTexts(), name)
	}
	lacking := adoption{OpenedAt: bought, Reminder: supervision.Reminder{Text: secret}}
	erased, err := supervision.Record{Action: lacking}.Erase()
	require.NoError(t, err)
	lacking.Reminder.Text = supervision.Erased
	assert.Equal(t, lacking, erased.Action, "what an adoption lacks is not filled in")
}

// What is no record of an action, or has no JSON form, cannot be sealed.
func TestR35_WhatCannotBeErased(t *testing.T) {
	for _, action := range []supervision.Action{nil, &supervision.Remind{Text: secret}} {
		r := supervision.Record{Action: action}
		assert.False(t, r.HasTexts())
		erased, err := r.Erase()
		require.NoError(t, err)
		assert.Equal(t, r, erased)
	}
	r := supervision.Record{Seq: 7, Action: supervision.SubmitRequest{Values: template.Values{"name": make(chan int)}}}
	erased, err := r.Erase()
	require.ErrorContains(t, err, "record 7")
	assert.Zero(t, erased)
}

func TestR35_ASealNeedsItsSalt(t *testing.T) {
	r := supervision.Record{Order: "o", Seq: 2, Operation: supervision.OpRemind,
		Action: supervision.Remind{Text: "Please."}}
	seal := func(salt, text string) string {
		r.Salt, r.Action = salt, supervision.Remind{Text: text}
		erased, err := r.Erase()
		require.NoError(t, err)
		return erased.Seal
	}
	assert.Equal(t, seal("a", "Please."), seal("a", "Please."))
	assert.NotEqual(t, seal("a", "Please."), seal("b", "Please."))
	assert.NotEqual(t, seal("a", "Please."), seal("a", "Please!"))
}

// worded are actions with everything that can be written in them.
func worded() map[supervision.Actor][]supervision.Action {
	files := []supervision.Attachment{{Name: secret, Ref: "files/" + secret, Digest: "sha256:9b74c989"}}
	ruling := resume
	ruling.Decision, ruling.Attachments = secret, files
	return map[supervision.Actor][]supervision.Action{
		ben: {
			supervision.SubmitRequest{Text: secret, Attachments: files}, acceptProduct,
			supervision.RejectProduct{Reason: secret}, supervision.Remind{Text: secret},
			supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: secret, Demand: secret, Attachments: files},
			supervision.ProposeRefund{Amount: half, Reason: secret}, withdraw,
		},
		sue: {
			acceptRequest, supervision.RejectRequest{Reason: secret}, supervision.ReportProgress{Text: secret},
			supervision.Deliver{Result: secret, Attachments: files},
			supervision.RaiseAppeal{Ground: appeal.BuyerSilent, Reason: secret, Demand: secret, Attachments: files},
			supervision.DeclineRefund{Reason: secret},
		},
		mia: {
			supervision.Intervene{Reason: secret, Attachments: files}, ruling,
			supervision.AddNote{Text: secret, Attachments: files}, supervision.AddNote{Text: secret, Shared: true},
			supervision.Amend{Buyer: ben.ID, Reason: secret},
		},
	}
}

// closed is an order that went through whatever chance had in store, with its
// records.
func closed(t *testing.T, seed uint64) *story {
	random := rand.New(rand.NewPCG(seed, 35))
	policy := supervision.Guide()
	policy.NegotiatedRefund = true
	s := begin(t, policy)
	cast := []supervision.Actor{ben, sue, mia}
	for range 60 {
		actor := cast[random.IntN(len(cast))]
		actions := worded()[actor]
		s.wait([]time.Duration{0, time.Hour, 2 * day, 6 * day}[random.IntN(4)])
		if next, records, err := s.order.Apply(actor, actions[random.IntN(len(actions))], s.at); err == nil {
			s.order, s.records = next, append(s.records, records...)
		}
	}
	if s.order, s.records = settle(s.order, s.records, s.at); s.order.Status.Final() {
		return s
	}
	if s.order.Status != supervision.Frozen {
		s.do(mia, worded()[mia][0])
	}
	ruling := cancel
	ruling.Decision = secret
	return s.do(mia, ruling)
}

// erased are a story's records as an erasure leaves them.
func erased(t *testing.T, s *story) (list []supervision.Record) {
	for _, r := range s.records {
		erased, err := r.Erase()
		require.NoError(t, err)
		list = append(list, erased)
	}
	return list
}

var erase = supervision.Erase{Reason: "Request 2026-17"}

// TestR35_ErasedRecordsReplayToTheErasedOrder: what erases an order and what
// erases its records agree, whatever the order went through, and leave no text.
func TestR35_ErasedRecordsReplayToTheErasedOrder(t *testing.T) {
	for seed := range uint64(200) {
		s := closed(t, seed)
		before := s.order
		s.wait(time.Hour).do(supervision.System(), erase)
		require.NotContains(t, text(t, s.order), secret)
		require.Equal(t, s.at, s.order.ErasedAt)
		if s.order.Request != nil {
			require.Nil(t, s.order.Request.Values, "there were no answers")
		}
		records := erased(t, s)
		require.NotContains(t, text(t, records), secret)
		replayed, err := supervision.Replay(records)
		require.NoError(t, err)
		require.Equal(t, s.order, replayed)

		after := s.order
		after.Version, after.UpdatedAt, after.ErasedAt = before.Version, before.UpdatedAt, time.Time{}
		after.Request, after.Delivery, after.Appeal = before.Request, before.Delivery, before.Appeal
		after.Reminder.Text, after.Rejection.Reason = before.Reminder.Text, before.Rejection.Reason
		require.Equal(t, before, after, "it changes texts alone, and closes nothing a second time")
	}
}

func TestR35_OnlyAClosedOrderIsErasedAndOnlyOnce(t *testing.T) {
	for _, status := range supervision.Statuses() {
		s := arrive(t, supervision.Guide(), status)
		for _, actor := range []supervision.Actor{ben, sue, mia} {
			require.Equal(t, supervision.ReasonRole, s.permit(actor, supervision.OpErase).Reason)
		}
		if !status.Final() {
			refusal := s.refused(supervision.System(), erase)
			require.Equal(t, supervision.R35, refusal.Rule)
			require.Equal(t, supervision.ReasonStatus, refusal.Reason, status)
			continue
		}
		require.True(t, s.permit(supervision.System(), supervision.OpErase).Allowed)
		s.do(supervision.System(), erase)
		require.Equal(t, supervision.ReasonErased, s.refused(supervision.System(), erase).Reason)
		require.Equal(t, supervision.ReasonFinal, s.refused(mia, intervene).Reason, "final it stays")
	}
	s := arrive(t, supervision.Guide(), supervision.Accepted)
	s.wait(s.order.Policy.CompletionDelay - tick)
	require.Equal(t, supervision.ReasonStatus, s.permit(supervision.System(), supervision.OpErase).Reason)
	s.wait(tick)
	require.True(t, s.permit(supervision.System(), supervision.OpErase).Allowed, "from when time has completed it")
}

func TestR35_TheReasonIsOneLineAndIsKept(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Canceled)
	for _, bad := range []string{"", " ", "two\nlines", strings.Repeat("x", 257)} {
		_, _, err := s.order.Apply(supervision.System(), supervision.Erase{Reason: bad}, s.at)
		require.ErrorIs(t, err, supervision.ErrInvalid, "%q", bad)
	}
	assert.Equal(t, 256, inputsOf(t, s, supervision.System(), supervision.OpErase)[0].Max)
	s.do(supervision.System(), erase)
	last, err := s.records[len(s.records)-1].Erase()
	require.NoError(t, err)
	require.Equal(t, erase, last.Action)
}

// TestR34_APartyCannotTryAPrivateNotesSeal: with salt and seal of a note that
// managers keep to themselves a party could try texts.
func TestR34_APartyCannotTryAPrivateNotesSeal(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen).do(mia, note)
	r := s.records[len(s.records)-1]
	r.Salt = "salt"
	require.Empty(t, r.For(ben).Salt)
	require.Equal(t, "salt", r.For(mia).Salt)
	r.Action = supervision.AddNote{Text: "For all.", Shared: true}
	require.Equal(t, "salt", r.For(ben).Salt)
}
