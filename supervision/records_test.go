package supervision_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wholeStory has every operation in it, the system's included.
func wholeStory(t testing.TB) *story {
	policy := autoAccepting()
	policy.NegotiatedRefund = true
	s := begin(t, policy)
	s.wait(day).do(ben, submit).wait(day).do(ben, remind).wait(day).do(sue, rejectRequest)
	s.wait(6*day).do(sue, appealOn(appeal.BuyerSilent)).wait(day).do(mia, note).wait(day).do(mia, resume)
	s.do(ben, submit).do(sue, report, acceptRequest).wait(day).do(sue, deliver).do(ben, rejectProduct).wait(day).do(sue,
		deliver)
	s.do(ben, rejectProduct).do(sue, deliver).do(ben, propose).do(sue, decline).do(ben, propose, withdraw)
	s.do(supervision.System(), receive).do(mia, amend).wait(day).do(mia, intervene).wait(day).do(mia,
		resume).wait(10*day + 4*time.Hour)
	s.order, s.records = settle(s.order, s.records, s.at)
	return s
}

func TestR21_EveryOperationLeavesOneRecord(t *testing.T) {
	s := wholeStory(t)
	seen := map[supervision.Operation]bool{}
	for i, r := range s.records {
		seen[r.Operation] = true
		assert.Equal(t, int64(i+1), r.Seq)
		assert.Equal(t, "o-1", r.Order)
		assert.Equal(t, r.Operation, r.Action.Operation())
		assert.Contains(t, r.Operation.By(), r.Actor.Role)
		assert.Empty(t, r.Key)
		if i == 0 {
			assert.Zero(t, r.From)
			continue
		}
		before := s.records[i-1]
		assert.Equal(t, before.To, r.From)
		assert.False(t, r.At.Before(before.At))
	}
	assert.Equal(t, int64(len(s.records)), s.order.Version)
	for _, op := range supervision.Operations() {
		elsewhere := slices.Contains([]supervision.Operation{supervision.OpAcceptProduct, supervision.OpAgreeRefund,
			supervision.OpCloseAtEnd, supervision.OpErase, supervision.OpAdopt}, op)
		assert.Equal(t, !elsewhere, seen[op], "%s: opened here, time accepted, and nobody asked to erase", op)
	}
	assert.Equal(t, supervision.Completed, s.order.Status)
	assert.Equal(t, supervision.Record{
		Order: "o-1", Seq: 5, At: bought.Add(9 * day), Actor: sue, Operation: supervision.OpRaiseAppeal,
		From: supervision.AwaitingRequest, To: supervision.Frozen, Action: appealOn(appeal.BuyerSilent),
		Finding: appeal.Finding{Since: bought.Add(3 * day)},
	}, s.records[4])
}

func TestR21_ReplayingYieldsTheOrder(t *testing.T) {
	s := wholeStory(t)
	for n := 1; n <= len(s.records); n++ {
		told := begin(t, s.records[0].Action.(supervision.Opening).Policy)
		for _, r := range s.records[1:n] {
			if r.Actor.Role != supervision.RoleSystem || r.Operation == supervision.OpReportReceipt {
				told.until(r.At).do(r.Actor, r.Action)
			} else {
				told.order, told.records = settle(told.order, told.records, r.At)
			}
		}
		order, err := supervision.Replay(s.records[:n])
		require.NoError(t, err)
		assert.Equal(t, told.order, order)
	}
}

func TestR21_FollowingIsReplayingStepByStep(t *testing.T) {
	records := wholeStory(t).records
	var order supervision.Order
	for i, r := range records {
		none, skipped := order.Follow(supervision.Record{Order: r.Order, Seq: r.Seq + 1})
		require.ErrorIs(t, skipped, supervision.ErrMalformed)
		require.EqualError(t, skipped, fmt.Sprintf(
			`supervision: malformed document: record %d of order "o-1" is out of sequence (after version %d)`, i+2, i))
		require.Zero(t, none)
		next, err := order.Follow(r)
		require.NoError(t, err)
		order = next
		replayed, err := supervision.Replay(records[:i+1])
		require.NoError(t, err)
		require.Equal(t, replayed, order)
	}
}

func TestR21_ReplayRefusesWhatDoesNotFollow(t *testing.T) {
	whole := wholeStory(t).records
	const ruled = 6
	require.Equal(t, supervision.OpDecideAppeal, whole[ruled].Operation)
	last := len(whole) - 1
	for name, change := range map[string]func(r []supervision.Record) []supervision.Record{
		"none at all":          func([]supervision.Record) []supervision.Record { return nil },
		"the first is missing": func(r []supervision.Record) []supervision.Record { return r[1:] },
		"a missing reminder":   func(r []supervision.Record) []supervision.Record { return append(r[:2], r[3:]...) },
		"a gap":                func(r []supervision.Record) []supervision.Record { return append(r[:3], r[4:]...) },
		"one twice":            func(r []supervision.Record) []supervision.Record { return append(r[:3], r[2:]...) },
		"out of order": func(r []supervision.Record) []supervision.Record {
			r[2], r[3] = r[3],
				r[2]
			return r
		},
		"another order's":       func(r []supervision.Record) []supervision.Record { r[3].Order = "o-2"; return r },
		"another order's first": func(r []supervision.Record) []supervision.Record { r[0].Order = "o-2"; return r },
		"time runs backwards": func(r []supervision.Record) []supervision.Record {
			r[2].At = r[1].At.Add(-tick)
			return r[:3]
		},
		"no action": func(r []supervision.Record) []supervision.Record { r[2].Action = nil; return r },
		"a pointer to one": func(r []supervision.Record) []supervision.Record {
			r[2].Action = &supervision.Remind{}
			return r
		},
		"another's action": func(r []supervision.Record) []supervision.Record { r[2].Action = report; return r[:3] },
		"another status before": func(r []supervision.Record) []supervision.Record {
			r[2].From = supervision.AwaitingDelivery
			return r[:3]
		},
		"done elsewhere": func(r []supervision.Record) []supervision.Record {
			r[2].From, r[2].To = supervision.AwaitingDelivery, supervision.AwaitingDelivery
			return r[:3]
		},
		"another status after": func(r []supervision.Record) []supervision.Record {
			r[2].To = supervision.AwaitingDelivery
			return r[:3]
		},
		"no status after": func(r []supervision.Record) []supervision.Record { r[2].To = "owner"; return r[:3] },
		"another role":    func(r []supervision.Record) []supervision.Record { r[2].Actor = sue; return r[:3] },
		"no role":         func(r []supervision.Record) []supervision.Record { r[2].Actor.Role = "owner"; return r },
		"another ruling": func(r []supervision.Record) []supervision.Record {
			r[ruled].Action = cancel
			return r[:ruled+1]
		},
		"resumed elsewhere": func(r []supervision.Record) []supervision.Record {
			r[ruled].To = supervision.AwaitingConfirmation
			return r[:ruled+1]
		},
		"resumed at nothing": func(r []supervision.Record) []supervision.Record {
			r[ruled].To, r[ruled].Action = supervision.AwaitingAcceptance, resumeAt(supervision.AwaitingAcceptance)
			return r[:ruled+1]
		},
		"completed too early": func(r []supervision.Record) []supervision.Record {
			r[last].At = r[last].At.Add(-tick)
			return r
		},
		"completed too late": func(r []supervision.Record) []supervision.Record {
			r[last].At = r[last].At.Add(tick)
			return r
		},
		"auto-accepted too late": func(r []supervision.Record) []supervision.Record {
			r[last-1].At = r[last-1].At.Add(tick)
			return r[:last]
		},
		"opened twice": func(r []supervision.Record) []supervision.Record {
			r[1].Operation, r[1].Action, r[1].To = supervision.OpOpen, r[0].Action, supervision.AwaitingRequest
			return r[:2]
		},
		"opened anew": func(r []supervision.Record) []supervision.Record {
			r[1].Operation, r[1].Action, r[1].From = supervision.OpOpen, r[0].Action, ""
			r[1].To = supervision.AwaitingRequest
			return r[:2]
		},
		"not opened": func(r []supervision.Record) []supervision.Record {
			r[0].Operation, r[0].Action = supervision.OpSubmitRequest, submit
			return r[:1]
		},
		"opened from somewhere": func(r []supervision.Record) []supervision.Record {
			r[0].From = supervision.AwaitingRequest
			return r
		},
		"opened elsewhere": func(r []supervision.Record) []supervision.Record {
			r[0].To = supervision.AwaitingDelivery
			return r
		},
		"opened at the end": func(r []supervision.Record) []supervision.Record {
			opening := r[0].Action.(supervision.Opening)
			opening.Policy.Start = supervision.Completed
			r[0].Action, r[0].To = opening, supervision.Completed
			return r[:1]
		},
	} {
		t.Run(name, func(t *testing.T) {
			records := change(append([]supervision.Record(nil), whole...))
			order, err := supervision.Replay(records)
			assert.ErrorIs(t, err, supervision.ErrMalformed)
			assert.Zero(t, order)
			if len(records) == 0 {
				assert.ErrorContains(t, err, "no records")
				return
			}
			assert.ErrorContains(t, err, "(after version ", "one does not follow, whatever they would make")
		})
	}
}

func TestRecord_Validate(t *testing.T) {
	good := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation).records[1]
	good.Key, good.Salt = "command-17", "salt"
	require.NoError(t, good.Validate())
	assert.Equal(t, supervision.RecordID{Order: "o-1", Seq: 2}, good.ID())
	for name, c := range map[string]struct {
		spoil func(*supervision.Record)
		want  map[string]string
	}{
		"a key of two lines": {func(r *supervision.Record) { r.Key = "a\nb" }, map[string]string{"key": "line_break"}},
		"a sealed one with its salt": {func(r *supervision.Record) { r.Seal, r.Key = "ab", "" },
			map[string]string{"seal": "unknown_field"}},
		"a sealed one": {func(r *supervision.Record) { r.Seal, r.Salt = "ab", "" }, nil},
	} {
		r := good
		c.spoil(&r)
		if err := r.Validate(); c.want != nil {
			assert.Equal(t, c.want, faultsOf(t, err), name)
		} else {
			assert.NoError(t, err, name)
		}
	}
}

func TestRecordID_Compare(t *testing.T) {
	id := supervision.RecordID{Order: "o-2", Seq: 5}
	for other, want := range map[supervision.RecordID]int{
		{Order: "o-1", Seq: 9}: 1, {Order: "o-10", Seq: 9}: 1, {Order: "o-2", Seq: 4}: 1, id: 0,
		{Order: "o-2", Seq: 6}: -1, {Order: "o-3", Seq: 1}: -1,
	} {
		assert.Equal(t, want, id.Compare(other), other)
	}
}

func TestClone_SharesNothing(t *testing.T) {
	form := template.Template{Fields: []template.Field{
		{Key: "tags", Label: "Tags", Kind: template.Choices, Options: []template.Option{{Value: "a"}, {Value: "b"}}},
	}}
	files := []supervision.Attachment{{Name: "a", Ref: "b"}}
	s := beginOn(t, anOpening(supervision.Guide()), 1, form)
	s.do(ben, supervision.SubmitRequest{Values: template.Values{"tags": []string{"a"}}, Attachments: files})
	s.do(sue, acceptRequest, supervision.Deliver{Result: "x", Attachments: files}).wait(6 * day)
	s.do(sue, appealOn(appeal.BuyerSilent)).do(mia, note)

	clone := s.order.Clone()
	assert.Equal(t, s.order, clone)
	clone.Request.Values["tags"].([]string)[0] = "z"
	clone.Request.Attachments[0].Name = "z"
	clone.Delivery.Attachments[0].Name, clone.Delivery.Result = "z", "z"
	clone.Appeal.Notes[0].Text, clone.Appeal.Reason = "z", "z"
	assert.Equal(t, []string{"a"}, s.order.Request.Values["tags"])
	assert.Equal(t, "a", s.order.Request.Attachments[0].Name)
	assert.Equal(t, supervision.Delivery{Result: "x", Attachments: files, DeliveredAt: bought}, *s.order.Delivery)
	assert.Equal(t, note.Text, s.order.Appeal.Notes[0].Text)
	assert.NotEqual(t, "z", s.order.Appeal.Reason)

	for _, op := range supervision.Operations() {
		zero, err := supervision.UnmarshalActionOf(op, []byte("{}"))
		require.NoError(t, err)
		full := reflect.New(reflect.TypeOf(zero)).Elem()
		confide(full)
		seal := map[bool]string{true: "0f"}[op == supervision.OpDeliver] // what is erased is copied as well
		clone := supervision.Record{Action: full.Interface().(supervision.Action), Seal: seal}.Clone()
		before := text(t, full.Interface())
		assert.Equal(t, before, text(t, clone.Action))
		wipe(full)
		assert.Equal(t, before, text(t, clone.Action), op)
	}
	assert.Zero(t, supervision.Order{}.Clone())
}

// wipe clears the memory that a value refers to.
func wipe(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			wipe(v.Elem())
			v.Elem().SetZero()
		}
	case reflect.Slice:
		for i := range v.Len() {
			wipe(v.Index(i))
			v.Index(i).SetZero()
		}
	case reflect.Map:
		v.Clear()
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				wipe(v.Field(i))
			}
		}
	}
}

func TestApply_NeverChangesTheOrderItIsCalledOn(t *testing.T) {
	for _, status := range supervision.Statuses() {
		s := arrive(t, supervision.Guide(), status)
		before := s.order.Clone()
		for _, at := range []time.Time{s.at, s.at.Add(6 * day)} {
			agree(t, s.order, at)
			s.order.Settle(at)
			s.order.Deadlines(at)
			s.order.Steps(at)
			s.order.Listing()
		}
		assert.Equal(t, before, s.order)
	}
}
