package supervision_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkWords checks an enumeration's words both ways, and that no other word or value passes.
func checkWords[V interface {
	comparable
	fmt.Stringer
	encoding.TextMarshaler
}, P interface {
	*V
	encoding.TextUnmarshaler
}](t *testing.T, parse func(string) (V, error), undeclared []V, values []V, words string) {
	t.Helper()
	var list []string
	for _, value := range values {
		list = append(list, value.String())
		parsed, err := parse(value.String())
		require.NoError(t, err)
		assert.Equal(t, value, parsed)
		data, err := json.Marshal(map[string]V{"value": value})
		require.NoError(t, err)
		var read map[string]V
		require.NoError(t, json.Unmarshal(data, &read))
		assert.Equal(t, value, read["value"])
	}
	assert.Equal(t, words, strings.Join(list, " "))
	_, err := parse(strings.Repeat("x", supervision.MaxID))
	assert.ErrorContains(t, err, strings.Repeat("x", supervision.MaxID)+`"`, "no more than needed is cut")
	for _, wrong := range []string{"", "Frozen", " open", strings.Repeat("x", 1000), "\xff", "1"} {
		_, err := parse(wrong)
		assert.ErrorIs(t, err, supervision.ErrUnknown)
		assert.Less(t, len(err.Error()), 600, "a stranger's word is cut")
		var read V
		assert.ErrorIs(t, P(&read).UnmarshalText([]byte(wrong)), supervision.ErrUnknown)
		assert.Zero(t, read)
	}
	for _, value := range undeclared {
		_, err := json.Marshal(value)
		assert.ErrorIs(t, err, supervision.ErrUnknown, "an undeclared value is not written")
	}
}

func TestWords(t *testing.T) {
	checkWords(t, supervision.ParseStatus, []supervision.Status{0, 9, 200, 255}, supervision.Statuses(),
		"awaiting_request awaiting_confirmation awaiting_delivery awaiting_acceptance accepted frozen completed canceled")
	checkWords(t, supervision.ParseOrderStatus, []supervision.OrderStatus{0, 4, 255}, supervision.OrderStatuses(), "processing completed canceled")
	checkWords(t, supervision.ParseRole, []supervision.Role{0, 5, 99}, supervision.Roles(), "buyer seller manager system")
	checkWords(t, supervision.ParseOperation, []supervision.Operation{0, 15, 77}, supervision.Operations(),
		"open submit_request accept_request reject_request report_progress deliver accept_product reject_product remind raise_appeal "+
			"add_note rule_appeal auto_accept complete")
	checkWords(t, supervision.ParseReason, []supervision.Reason{"", "weather"}, []supervision.Reason{
		supervision.ReasonRole, supervision.ReasonFrozen, supervision.ReasonFinal, supervision.ReasonStatus, supervision.ReasonNotDue,
		supervision.ReasonReminded, supervision.ReasonNotes, supervision.ReasonNothingThere, supervision.ReasonNotGranted,
		supervision.ReasonNotTheirTurn, supervision.ReasonTooFewRejections, supervision.ReasonNotSilentLongEnough, supervision.ReasonInBlackout,
	}, "another_role frozen final another_status not_due reminded_recently too_many_notes nothing_to_act_on not_granted "+
		"not_their_turn too_few_rejections not_silent_long_enough in_blackout")
	assert.Equal(t, []supervision.Status{1, 2, 3, 4, 5, 6, 7, 8}, supervision.Statuses())
	for _, undeclared := range []fmt.Stringer{
		supervision.Status(0), supervision.Status(200), supervision.Role(99), supervision.Operation(77), supervision.OrderStatus(9), supervision.Timer(3),
	} {
		assert.Empty(t, undeclared.String())
	}
	checkWords(t, supervision.ParseTimer, []supervision.Timer{0, 3, 255},
		[]supervision.Timer{supervision.CompletionTimer, supervision.AutoAcceptTimer}, "completion_delay auto_accept")
	checkWords(t, supervision.ParseDeadlineKind, []supervision.DeadlineKind{"", "noon"}, []supervision.DeadlineKind{
		supervision.DeadlineCompletion, supervision.DeadlineAutoAccept, supervision.DeadlineAppealOpens, supervision.DeadlineBlackoutBegins,
		supervision.DeadlineBlackoutEnds, supervision.DeadlineReminder, supervision.DeadlineRulingOverdue,
	}, "completion auto_accept appeal_opens blackout_begins blackout_ends reminder ruling_overdue")
	checkWords(t, supervision.ParseStepState, []supervision.StepState{"", "skipped"}, []supervision.StepState{
		supervision.StepDone, supervision.StepCurrent, supervision.StepWaiting, supervision.StepFrozen, supervision.StepCanceled,
	}, "done current waiting frozen canceled")
	checkWords(t, supervision.ParseAppealState, []supervision.AppealState{"", "ruled"},
		[]supervision.AppealState{supervision.AppealPending, supervision.AppealOverdue}, "pending overdue")
	assert.Empty(t, supervision.RoleSet(0).String())
}

func TestWords_AnErrorSaysWhatToUse(t *testing.T) {
	_, err := supervision.ParseRole("owner")
	assert.EqualError(t, err, `unknown word: role "owner": use one of [buyer seller manager system]`)
}

func TestActor(t *testing.T) {
	assert.Equal(t, supervision.Actor{Role: supervision.RoleBuyer, ID: "a"}, supervision.Buyer("a"))
	assert.Equal(t, supervision.Actor{Role: supervision.RoleSeller, ID: "a"}, supervision.Seller("a"))
	assert.Equal(t, supervision.Actor{Role: supervision.RoleManager, ID: "a"}, supervision.Manager("a"))
	assert.Equal(t, supervision.Actor{Role: supervision.RoleSystem, ID: "system"}, supervision.System())
	assert.Equal(t, `buyer "a\n"`, supervision.Buyer("a\n").String())
}
