package supervision_test

import (
	"encoding/json"
	"errors"
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

// asked are orders at every status, on free text and on templates, under
// several policies, with a proposal and without.
func asked(t *testing.T) (list []*story) {
	strict := supervision.Guide()
	strict.NegotiatedRefund, strict.Appeal.Proof = true, true
	for _, policy := range []supervision.Policy{supervision.Guide(), strict} {
		for _, status := range supervision.Statuses() {
			s := arrive(t, policy, status)
			list = append(list, s.fork())
			list = append(list, s.wait(6*day))
			if s.permit(ben, supervision.OpProposeRefund).Allowed {
				list = append(list, s.fork().do(ben, propose))
			}
		}
	}
	licensed := anOpening(supervision.License())
	licensed.DeliveryTemplateVersion = 3
	list = append(list, fastClock(t).until(afterwards))
	return append(list, beginOn(t, anOpening(supervision.Guide()), 2, seats()), beginOn(t, licensed, 0, seats()))
}

// performer is the actor of the story that performs an operation.
func performer(op supervision.Operation) supervision.Actor {
	return map[supervision.Role]supervision.Actor{
		supervision.RoleBuyer: ben, supervision.RoleSeller: sue, supervision.RoleManager: mia,
		supervision.RoleSystem: supervision.System(),
	}[op.By()[0]]
}

func inputsOf(t *testing.T, s *story, actor supervision.Actor, op supervision.Operation) []supervision.Input {
	t.Helper()
	inputs, err := s.order.Inputs(actor, op, s.at)
	require.NoError(t, err)
	return inputs
}

// Every field of every operation is asked for somewhere, and nothing else is.
// Opening and adopting are no operations on an order.
func TestR23_EveryFieldIsAskedFor(t *testing.T) {
	stories := asked(t)
	for _, op := range supervision.Operations() {
		if op == supervision.OpOpen || op == supervision.OpAdopt {
			continue
		}
		keys := make(map[string]bool)
		for _, s := range stories {
			var places []int
			for _, in := range inputsOf(t, s, performer(op), op) {
				keys[in.Key] = true
				places = append(places, slices.Index(supervision.Fields(op), in.Key))
				assert.Contains(t, supervision.FieldKinds(), in.Kind)
				most := map[supervision.FieldKind]int{supervision.FieldText: 4000, supervision.FieldID: 128,
					supervision.FieldFiles: 20, supervision.FieldForm: 40_000}[in.Kind]
				if op == supervision.OpErase {
					most = 256
				}
				assert.Equal(t, most, in.Max, "%s of %s is bounded", in.Key, op)
			}
			assert.True(t, slices.IsSorted(places), "%s, in the order of its fields", op)
		}
		assert.ElementsMatch(t, supervision.Fields(op), sorted(keys), op)
	}
}

// What is required is exactly what an empty action is refused for.
func TestR23_RequiredIsWhatIsRefused(t *testing.T) {
	tried := make(map[supervision.Operation]bool)
	for _, s := range asked(t) {
		for _, op := range supervision.Operations() {
			for _, actor := range []supervision.Actor{ben, sue, mia, supervision.System()} {
				if !s.permit(actor, op).Allowed {
					continue
				}
				tried[op] = true
				required := make(map[string]bool)
				for _, in := range inputsOf(t, s, actor, op) {
					if in.Required && in.Kind != supervision.FieldYesNo { // no is an answer
						required[in.Key] = true
					}
				}
				empty, err := supervision.UnmarshalActionOf(op, []byte("{}"))
				require.NoError(t, err)
				_, _, err = s.order.Apply(actor, empty, s.at, s.forms...)
				refused := make(map[string]bool)
				var invalid *supervision.InvalidError
				if errors.As(err, &invalid) {
					for _, f := range invalid.Faults {
						if root := strings.FieldsFunc(f.Field,
							func(r rune) bool { return r == '.' || r == '[' }); len(root) > 0 {
							refused[root[0]] = true
						}
					}
				}
				assert.Equal(t, required, refused, "%s by %s at %s", op, actor, s.order.Status)
			}
		}
	}
	for _, op := range supervision.Operations() {
		untimed := op != supervision.OpOpen && op != supervision.OpAdopt && op != supervision.OpComplete &&
			op != supervision.OpAutoAccept &&
			op != supervision.OpCloseAtEnd
		assert.Equal(t, untimed, tried[op], op)
	}
}

// A choice is open exactly where the action with its word is taken.
func TestR23_ChoicesAreWhatIsTaken(t *testing.T) {
	chosen := 0
	for _, s := range asked(t) {
		for _, actor := range []supervision.Actor{ben, sue, mia} {
			for _, in := range inputsOf(t, s, actor, supervision.OpRaiseAppeal) {
				for _, c := range in.Choices {
					_, _, err := s.order.Apply(actor, appealOn(appeal.Ground(c.Value)), s.at)
					assert.Equal(t, err == nil, c.Decision.Allowed, "%s %s", c.Value, s.order.Status)
					chosen++
				}
			}
		}
		for _, actor := range []supervision.Actor{mia, supervision.Manager(ben.ID)} { // whose own case it is
			for _, in := range inputsOf(t, s, actor, supervision.OpDecideAppeal) {
				for _, c := range in.Choices {
					ruling := supervision.DecideAppeal{Outcome: appeal.Outcome(c.Value), Decision: "So."}
					if in.Key == "resume_at" {
						ruling.Outcome, ruling.ResumeAt = appeal.Resume, supervision.Status(c.Value)
					}
					_, _, err := s.order.Apply(actor, ruling, s.at)
					assert.Equal(t, err == nil, c.Decision.Allowed, "%s %s", c.Value, s.order.Status)
					chosen++
				}
			}
		}
	}
	assert.Greater(t, chosen, 50)
}

// What an instant and an amount are bounded by is taken, and what is one beyond
// is not (R07, R27, R32).
func TestR23_BoundsAreWhatIsTaken(t *testing.T) {
	opening := anOpening(supervision.Guide())
	opening.BoughtAt = bought.Add(-day) // before which nothing is bounded by
	s := beginAs(t, opening).delivery().wait(day).do(ben, remind)
	for key, c := range map[string]struct {
		s           *story
		actor       supervision.Actor
		from, until time.Time
		at          func(time.Time) supervision.Action
	}{
		"enabled_at": {s, sue, bought, s.at, func(at time.Time) supervision.Action {
			return supervision.Deliver{Result: "x", EnabledAt: at}
		}},
		"scheduled_end": {s, mia, s.at.Add(tick), time.Time{}, func(at time.Time) supervision.Action {
			return supervision.Amend{ScheduledEnd: at, Reason: "x"}
		}},
		"received_at": {s.fork().do(sue, deliver).wait(day).do(mia, intervene, resume), supervision.System(), s.at,
			s.at.Add(day),
			func(at time.Time) supervision.Action { return supervision.ReportReceipt{ReceivedAt: at} }},
	} {
		for _, behind := range []time.Duration{0, time.Hour} { // of the newest record, as a slow clock may be
			asked := c.s.fork().wait(-behind)
			inputs := inputsOf(t, asked, c.actor, c.at(bought).Operation())
			assert.Contains(t, inputs, supervision.Input{Key: key, Kind: supervision.FieldInstant, From: c.from,
				Until: c.until}, behind)
			bounds := map[time.Time]bool{c.from.Add(-tick): false, c.from: true}
			if !c.until.IsZero() {
				bounds[c.until], bounds[c.until.Add(tick)] = true, false
			}
			for at, taken := range bounds {
				_, _, err := asked.order.Apply(c.actor, c.at(at), asked.at)
				assert.Equal(t, taken, err == nil, "%s %s, %s behind", key, at, behind)
			}
		}
	}
	s = arrive(t, supervision.Rules2025(), supervision.AwaitingDelivery).do(ben, propose)
	amount := inputsOf(t, s, sue, supervision.OpAgreeRefund)[0]
	assert.Equal(t, half, amount.Least)
	assert.Equal(t, half, amount.Most)
	assert.Equal(t, paid, inputsOf(t, s, ben, supervision.OpProposeRefund)[0].Most)
}

// A ruling takes any outcome; the status goes with one of them, the refund with
// the others, where something was paid.
func TestR15_WhatARulingIsAskedFor(t *testing.T) {
	const required = true
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	open := s.permit(mia, supervision.OpDecideAppeal)
	assert.True(t, open.Allowed)
	want := []supervision.Input{
		{Key: "outcome", Kind: supervision.FieldOutcome, Required: required, Choices: []supervision.Choice{
			{Value: "resume", Decision: open}, {Value: "accept", Decision: open}, {Value: "cancel", Decision: open}}},
		{Key: "resume_at", Kind: supervision.FieldStatus, Choices: []supervision.Choice{
			{Value: "awaiting_request", Decision: open}, {Value: "awaiting_confirmation", Decision: open},
			{Value: "awaiting_delivery", Decision: open}},
			With: supervision.Condition{Key: "outcome", Values: []string{"resume"}}},
		{Key: "upheld", Kind: supervision.FieldYesNo, Required: required},
		{Key: "decision", Kind: supervision.FieldText, Required: required, Max: 4000},
		{Key: "refund", Kind: supervision.FieldMoney, Most: paid,
			With: supervision.Condition{Key: "outcome", Values: []string{"accept", "cancel"}}},
		{Key: "attachments", Kind: supervision.FieldFiles, Max: 20},
	}
	assert.Equal(t, want, inputsOf(t, s, mia, supervision.OpDecideAppeal))
	unpaid := anOpening(supervision.Guide())
	unpaid.Paid = supervision.Money{}
	s = beginAs(t, unpaid).delivery().silenced()
	assert.Equal(t, slices.Delete(want, 4, 5), inputsOf(t, s, mia, supervision.OpDecideAppeal))
}

func TestR11_AnAppealIsAskedForEachGroundOfItsSide(t *testing.T) {
	s := begin(t, supervision.Guide())
	for _, actor := range []supervision.Actor{ben, sue} {
		var grounds []appeal.Ground
		for _, c := range inputsOf(t, s, actor, supervision.OpRaiseAppeal)[0].Choices {
			grounds = append(grounds, appeal.Ground(c.Value))
		}
		assert.Equal(t, s.order.Policy.Appeal.Grounds(appeal.Party(actor.Role)).List(), grounds)
		assert.Len(t, grounds, 3)
	}
}

func TestR04_AFormNamesItsTemplate(t *testing.T) {
	want := supervision.Input{Key: "values", Kind: supervision.FieldForm, Required: true, Max: 40_000, Template: 3}
	s := beginOn(t, anOpening(supervision.Guide()), 3, seats())
	assert.Equal(t, want, inputsOf(t, s, ben, supervision.OpSubmitRequest)[0])
	assert.Equal(t, want, inputsOf(t, licensed(t, 3), sue, supervision.OpDeliver)[0])
}

func TestR18_ProofIsRequiredWhereTheRulesAskForIt(t *testing.T) {
	for _, c := range []struct {
		policy   supervision.Policy
		status   supervision.Status
		actor    supervision.Actor
		required bool
	}{
		{supervision.Guide(), supervision.AwaitingAcceptance, sue, true},
		{supervision.Guide(), supervision.AwaitingAcceptance, ben, false},
		{supervision.Guide(), supervision.AwaitingRequest, sue, false},
		{supervision.Rules2025(), supervision.AwaitingRequest, ben, true},
	} {
		inputs := inputsOf(t, arrive(t, c.policy, c.status), c.actor, supervision.OpRaiseAppeal)
		assert.Equal(t, "attachments", inputs[3].Key)
		assert.Equal(t, c.required, inputs[3].Required, "%s %s %s", c.policy.Name, c.status, c.actor)
	}
}

// What is offered is what Operations answers, with the inputs of what is
// allowed (R23).
func TestR23_Offers(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation)
	for _, actor := range []supervision.Actor{ben, sue, mia} {
		offers, err := s.order.Offers(actor, s.at)
		require.NoError(t, err)
		decisions, err := s.order.Operations(actor, s.at)
		require.NoError(t, err)
		require.Len(t, offers, len(decisions))
		for i, o := range offers {
			assert.Equal(t, decisions[i], o.Decision)
			inputs, err := s.order.Inputs(actor, o.Operation, s.at)
			require.NoError(t, err)
			if !o.Allowed {
				inputs = nil
			}
			assert.Equal(t, inputs, o.Inputs, o.Operation)
		}
	}
	offers, err := s.order.Offers(otherBuyer, s.at)
	require.ErrorIs(t, err, supervision.ErrNotFound)
	assert.Empty(t, offers)
}

func TestInputs_AskAsPermitDoes(t *testing.T) {
	s := begin(t, supervision.Guide())
	_, err := s.order.Inputs(otherBuyer, supervision.OpSubmitRequest, s.at)
	assert.ErrorIs(t, err, supervision.ErrNotFound)
	_, err = s.order.Inputs(supervision.Actor{}, supervision.OpSubmitRequest, s.at)
	assert.ErrorIs(t, err, supervision.ErrInvalid)
	_, err = s.order.Inputs(ben, "dance", s.at)
	assert.Equal(t, map[string]string{"operation": "unknown"}, faultsOf(t, err))
	inputs, err := s.order.Inputs(ben, supervision.OpAcceptProduct, s.at)
	assert.NoError(t, err)
	assert.Empty(t, inputs)
	assert.Empty(t, supervision.Fields("dance"))
}

// Every field that is submitted is told, under its name and in the order of a
// form; what was left open is not.
func TestR21_EveryFieldIsTold(t *testing.T) {
	records, _ := tales(t)
	told := make(map[supervision.Operation]map[string]bool)
	for _, r := range records {
		if told[r.Operation] == nil {
			told[r.Operation] = make(map[string]bool)
		}
		var roots []int
		for _, f := range r.Facts() {
			root, _, _ := strings.Cut(f.Key, ".")
			roots = append(roots, slices.Index(supervision.Fields(r.Operation), root))
			assert.NotNil(t, f.Value)
			assert.Contains(t, supervision.FieldKinds(), f.Kind)
			if root != "finding" {
				told[r.Operation][root] = true
			} else {
				roots = roots[:len(roots)-1] // which comes last
			}
		}
		assert.True(t, slices.IsSorted(roots), "%s: in the order of a form: %+v", r.Operation, r.Facts())
	}
	for _, op := range supervision.Operations() {
		assert.ElementsMatch(t, supervision.Fields(op), sorted(told[op]), op)
	}
	filled, ruled := frozenElsewhere(), canceledElsewhere()
	filled.AdoptedAt, ruled.AdoptedAt = bought.Add(100*day), bought.Add(100*day)
	filled.Request.Values, filled.Delivery.Values = template.Values{"users": "7"}, template.Values{"users": "8"}
	ruled.Appeal.Ruling.Attachments = appealOn("").Attachments
	fresh := adopt(t, snapshot(begin(t, supervision.Guide()).order), bought).records[0]
	for _, r := range append(records, fresh, supervision.Record{Action: filled}, supervision.Record{Action: ruled}) {
		given, told := make(map[string]string), make(map[string]string)
		fill(given, "", json.RawMessage(text(t, r.Action)))
		for _, f := range r.Facts() {
			if !strings.HasPrefix(f.Key, "finding.") {
				fill(told, f.Key, json.RawMessage(text(t, f.Value)))
			}
		}
		for _, untold := range []string{"cancellation.by", "rejection.operation", "rejection.by", "appeal.by",
			"appeal.manager", "appeal.handle_by", "appeal.notes", "appeal.ruling.by"} {
			delete(given, untold)
		}
		assert.Equal(t, given, told, "%s %d", r.Operation, r.Seq)
	}
	assert.Empty(t, supervision.Record{Action: remindSilently}.Facts())
	assert.Equal(t, []supervision.Fact{{Key: "id", Kind: supervision.FieldID, Value: "o-1"}},
		supervision.Record{Action: supervision.Opening{ID: "o-1"}}.Facts(), "what is left out takes nothing with it")
	assert.Empty(t, supervision.Record{}.Facts())
}

// fill notes what each member of a JSON document holds; a list is one.
func fill(values map[string]string, path string, data json.RawMessage) {
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil {
		values[path] = string(data)
		return
	}
	for name, member := range object {
		fill(values, strings.TrimPrefix(path+"."+name, "."), member)
	}
}

var remindSilently = supervision.Remind{}

func TestR21_FactsAreOrderedAndKeepTheirKeys(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingAcceptance).silenced()
	files := appealOn("").Attachments
	record := s.records[len(s.records)-1]
	assert.Equal(t, []supervision.Fact{
		{Key: "ground", Kind: supervision.FieldGround, Value: appeal.BuyerSilent},
		{Key: "reason", Kind: supervision.FieldText, Value: "Nothing happens."},
		{Key: "demand", Kind: supervision.FieldText, Value: "Go on."},
		{Key: "attachments", Kind: supervision.FieldFiles, Value: files},
		{Key: "finding.since", Kind: supervision.FieldInstant, Value: bought},
	}, record.Facts())

	rejected := rejections(t, supervision.Guide(), appeal.RequestRejected, 3).do(ben, appealOn(appeal.RequestRejected))
	assert.Contains(t, rejected.records[len(rejected.records)-1].Facts(),
		supervision.Fact{Key: "finding.count", Kind: supervision.FieldNumber, Value: 3})

	form := supervision.Record{Action: supervision.SubmitRequest{Values: template.Values{
		"users": json.Number("200"), "region": "eu", "add_ons": []string{"sso"}}}}
	facts := form.Facts()
	assert.Equal(t, []supervision.Fact{
		{Key: "values.add_ons", Kind: supervision.FieldAnswer, Value: []string{"sso"}},
		{Key: "values.region", Kind: supervision.FieldAnswer, Value: "eu"},
		{Key: "values.users", Kind: supervision.FieldAnswer, Value: json.Number("200")},
	}, facts)

	facts[0].Value.([]string)[0] = "other"
	assert.Equal(t, []string{"sso"}, form.Action.(supervision.SubmitRequest).Values["add_ons"], "facts are copies")
	record.Facts()[3].Value.([]supervision.Attachment)[0].Name = "other"
	assert.Equal(t, files, record.Action.(supervision.RaiseAppeal).Attachments, "facts are copies")
	adopted := supervision.Record{Action: frozenElsewhere()}
	for _, f := range adopted.Facts() {
		if quotes, ok := f.Value.([]supervision.Quote); ok {
			quotes[0].What = "other"
		}
	}
	assert.Equal(t, "DELIVERED", adopted.Action.(supervision.Adoption).History[0].What, "facts are copies")
	assert.True(t, slices.IsSortedFunc(facts, func(a, b supervision.Fact) int { return strings.Compare(a.Key, b.Key) }))
}

// A note that its reader may not see tells nothing (R34).
func TestR34_AHiddenNoteTellsNothing(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen).do(mia, note)
	record := s.records[len(s.records)-1]
	assert.Len(t, record.For(mia).Facts(), 2)
	assert.Empty(t, record.For(ben).Facts())
}
