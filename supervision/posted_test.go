package supervision_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// posted makes an action of what somebody posts now.
func (s *story) posted(actor supervision.Actor, op supervision.Operation, p supervision.Posted) (supervision.Action,
	error) {
	s.t.Helper()
	inputs, err := s.order.Inputs(actor, op, s.at)
	require.NoError(s.t, err)
	return p.Action(op, inputs)
}

// A form that asked for an operation's inputs says its action (R23).
func TestR23_APostedFormSaysItsAction(t *testing.T) {
	here := time.Local
	t.Cleanup(func() { time.Local = here })
	time.Local = time.FixedZone("", 8*3600) // which no form means
	waiting := arrive(t, supervision.Rules2025(), supervision.AwaitingDelivery).wait(day)
	frozen := arrive(t, supervision.Rules2025(), supervision.Frozen)
	enabled, paid := bought.Add(time.Hour), supervision.Money{Amount: 12050, Currency: "CNY"}
	files := []supervision.Attachment{{Name: "a.pdf", Ref: "files/7"}}
	nameless := supervision.License()
	nameless.Name = ""
	for name, c := range map[string]struct {
		s     *story
		actor supervision.Actor
		form  supervision.Posted
		want  supervision.Action
	}{
		"nothing": {arrive(t, supervision.Guide(), supervision.AwaitingConfirmation), sue,
			supervision.Posted{Values: url.Values{"text": {"not asked for"}}}, supervision.AcceptRequest{}},
		"a text, files and an instant": {waiting, sue, supervision.Posted{
			Values:      url.Values{"result": {" All of it. "}, "enabled_at": {enabled.Format("2006-01-02T15:04")}},
			Attachments: files}, supervision.Deliver{Result: " All of it. ", EnabledAt: enabled, Attachments: files}},
		"an instant with seconds": {waiting, sue, supervision.Posted{
			Values: url.Values{"result": {"x"}, "enabled_at": {" " + enabled.Format("2006-01-02T15:04:05")}}},
			supervision.Deliver{Result: "x", EnabledAt: enabled}},
		"an instant of another zone": {waiting, sue, supervision.Posted{
			Values: url.Values{"result": {"x"}, "enabled_at": {"2026-03-02T18:00:00+08:00"}}},
			supervision.Deliver{Result: "x", EnabledAt: enabled}},
		"an amount": {waiting, ben, supervision.Posted{Values: url.Values{"amount": {" 120.50 "}}},
			supervision.ProposeRefund{Amount: paid}},
		"the last of several": {waiting, sue, supervision.Posted{Values: url.Values{"text": {"first", "last"}}},
			supervision.ReportProgress{Text: "last"}},
		"choices, yes and no": {frozen, mia, supervision.Posted{Values: url.Values{"outcome": {"cancel"},
			"upheld": {"yes"}, "decision": {"d"}, "refund": {"120.50"}, "resume_at": {""}}},
			supervision.DecideAppeal{Outcome: appeal.Cancel, Upheld: true, Decision: "d", Refund: paid}},
		"no": {frozen, mia, supervision.Posted{Values: url.Values{"outcome": {"resume"}, "upheld": {"no"},
			"decision": {"d"}, "resume_at": {"awaiting_delivery"}}}, supervision.DecideAppeal{Outcome: appeal.Resume,
			Decision: "d", ResumeAt: supervision.AwaitingDelivery}},
		"a policy and an id": {waiting, mia, supervision.Posted{Policy: nameless,
			Values: url.Values{"policy": {"license"}, "buyer": {"bob"}, "reason": {"merged"}}},
			supervision.Amend{Policy: nameless, Buyer: "bob", Reason: "merged"}},
	} {
		t.Run(name, func(t *testing.T) {
			action, err := c.s.posted(c.actor, c.want.Operation(), c.form)
			require.NoError(t, err)
			if d, ok := action.(supervision.Deliver); ok { // of whatever zone
				d.EnabledAt = d.EnabledAt.UTC()
				action = d
			}
			assert.Equal(t, c.want, action)
		})
	}
}

// The answers of a template stand under "values.", where its faults are too.
func TestR04_APostedFormFillsInATemplate(t *testing.T) {
	s := beginOn(t, anOpening(supervision.Guide()), 3, seats())
	form := supervision.Posted{Template: seats(), Values: url.Values{"values.users": {"1", "12"},
		"values.region": {"eu"}, "users": {"13"}, "values.token": {"x"}}}
	action, err := s.posted(ben, supervision.OpSubmitRequest, form)
	require.NoError(t, err)
	assert.Equal(t, template.Values{"users": "12", "region": "eu"}, action.(supervision.SubmitRequest).Values)

	for _, posted := range [][]string{{"\xff"}, {"eu", "\xff"}} {
		form.Values["values.region"] = posted
		_, err = s.posted(ben, supervision.OpSubmitRequest, form)
		assert.Equal(t, map[string]string{"values.region": "not_utf8"}, faultsOf(t, err))
	}
}

// What a form says wrongly is named at its input, all at once, and the action
// has all else.
func TestBadInput_EveryFaultOfAPostedForm(t *testing.T) {
	s := arrive(t, supervision.Rules2025(), supervision.Frozen)
	action, err := s.posted(mia, supervision.OpDecideAppeal, supervision.Posted{Values: url.Values{
		"outcome": {"secret"}, "resume_at": {"accepted"}, "refund": {"secret"}, "decision": {"d"}}})
	assert.Equal(t, map[string]string{"outcome": "unknown", "resume_at": "unknown", "upheld": "required",
		"refund": "malformed"}, faultsOf(t, err))
	assert.NotContains(t, err.Error(), "secret")
	assert.Equal(t, supervision.DecideAppeal{Decision: "d"}, action)

	for name, c := range map[string]struct {
		form url.Values
		want map[string]string
	}{
		"on for yes": {url.Values{"text": {"t"}, "shared": {"on"}}, map[string]string{"shared": "unknown"}},
		"no UTF-8":   {url.Values{"text": {"\xff"}}, map[string]string{"text": "not_utf8"}},
		"nothing":    {nil, map[string]string{"text": "required"}},
	} {
		_, err := s.posted(mia, supervision.OpAddNote, supervision.Posted{Values: c.form})
		assert.Equal(t, c.want, faultsOf(t, err), name)
	}
	waiting := arrive(t, supervision.Guide(), supervision.AwaitingDelivery)
	_, err = waiting.posted(sue, supervision.OpDeliver, supervision.Posted{Values: url.Values{"result": {"x"},
		"enabled_at": {"tomorrow"}}})
	var invalid *supervision.InvalidError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, []supervision.Fault{{Field: "enabled_at", Code: "malformed", Kind: "instant",
		Message: "give an instant, such as 2026-03-01T09:00"}}, invalid.Faults)

	action, err = supervision.Posted{}.Action("dance", nil)
	require.ErrorIs(t, err, supervision.ErrMalformed)
	assert.Nil(t, action)
}

// A page that has drawn the inputs of an operation makes its action of what is
// posted, with every fault at its input (R23).
func ExamplePosted() {
	order, _ := delivering(supervision.Guide())
	seller := supervision.Seller("sue")
	inputs, _ := order.Inputs(seller, supervision.OpDeliver, monday)
	for _, typed := range []string{"tomorrow", "2026-03-02T09:00"} {
		form := supervision.Posted{Values: url.Values{"result": {"It is set up."}, "enabled_at": {typed}}}
		action, err := form.Action(supervision.OpDeliver, inputs)
		fmt.Println(action.(supervision.Deliver).Result, err)
	}
	// Output:
	// It is set up. supervision: invalid input: enabled_at: give an instant, such as 2026-03-01T09:00
	// It is set up. <nil>
}
