package supervision_test

import (
	"encoding"
	"encoding/json"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkWords checks an enumeration's words both ways, and that no other word
// passes.
func checkWords[V ~string, P interface {
	*V
	encoding.TextUnmarshaler
}](t *testing.T, words string, values ...V) {
	t.Helper()
	var list []string
	for _, value := range values {
		list = append(list, string(value))
		data, err := json.Marshal(map[string]V{"value": value})
		require.NoError(t, err)
		var read map[string]V
		require.NoError(t, json.Unmarshal(data, &read))
		assert.Equal(t, value, read["value"])
	}
	assert.Equal(t, words, strings.Join(list, " "))
	for _, wrong := range []string{"", "Frozen", " open", strings.Repeat("x", 1000), "\xff", "1"} {
		var read V
		err := P(&read).UnmarshalText([]byte(wrong))
		assert.ErrorIs(t, err, supervision.ErrUnknown)
		assert.Less(t, len(err.Error()), 600, "a stranger's word is cut")
		assert.Zero(t, read)
	}
}

func TestWords(t *testing.T) {
	checkWords(t, "awaiting_request awaiting_confirmation awaiting_delivery awaiting_acceptance accepted frozen "+
		"completed canceled", supervision.Statuses()...)
	checkWords(t, "processing completed canceled", supervision.OrderStatuses()...)
	checkWords(t, "buyer seller manager system", supervision.Roles()...)
	checkWords(t, "open adopt submit_request accept_request reject_request report_progress deliver accept_product "+
		"reject_product remind raise_appeal intervene add_note decide_appeal propose_refund withdraw_refund "+
		"agree_refund decline_refund amend report_receipt auto_accept close_at_end complete erase",
		supervision.Operations()...)
	checkWords(t, "completion auto_accept scheduled_end appeal_opens blackout_begins blackout_ends reminder "+
		"ruling_overdue open_for", supervision.DeadlineKinds()...)
	checkWords(t, "done current waiting frozen skipped canceled", supervision.StepStates()...)
	checkWords(t, "awaiting_request awaiting_confirmation awaiting_delivery awaiting_acceptance accepted completed",
		supervision.StepStatuses()...)
	checkWords(t, "stay accept cancel", supervision.EndActions()...)
	checkWords(t, "delivery receipt", supervision.CountedFroms()...)
	checkWords(t, "pending overdue open_to_buyer open_to_seller", supervision.AppealStates()...)
	assert.Contains(t, supervision.FaultCodes(), supervision.FaultRequired)
	assert.Equal(t, []supervision.Sort{"newest", "waiting", "handling", "proposal"}, supervision.Sorts())
	checkWords(t, "R01 R02", supervision.Rules()[:2]...)
}

// Whoever changes a list changes nobody else's.
func TestWords_ListsAreCopies(t *testing.T) {
	checkCopies(t, supervision.Statuses)
	checkCopies(t, supervision.OrderStatuses)
	checkCopies(t, supervision.Roles)
	checkCopies(t, supervision.Operations)
	checkCopies(t, supervision.DeadlineKinds)
	checkCopies(t, supervision.StepStates)
	checkCopies(t, supervision.StepStatuses)
	checkCopies(t, supervision.EndActions)
	checkCopies(t, supervision.CountedFroms)
	checkCopies(t, supervision.AppealStates)
	checkCopies(t, supervision.FaultCodes)
	checkCopies(t, supervision.Sorts)
	checkCopies(t, supervision.Rules)
	checkCopies(t, supervision.OpDeliver.By)
	checkCopies(t, supervision.Notice{Deadline: supervision.Deadline{Kind: supervision.DeadlineRulingOverdue}}.To)
	checkCopies(t, supervision.Notice{}.To)
}

func checkCopies[V ~string](t *testing.T, list func() []V) {
	t.Helper()
	first := list()[0]
	list()[0] = "other"
	assert.Equal(t, first, list()[0])
}

func TestWords_TheErrorNamesTheChoices(t *testing.T) {
	var role supervision.Role
	err := role.UnmarshalText([]byte("owner"))
	assert.EqualError(t, err, "supervision: role: unknown word: use one of buyer, seller, manager, system")
}

func TestR22_AnErrorCutsAStrangersID(t *testing.T) {
	long := strings.Repeat("x", 1000)
	err := supervision.NotFound(long)
	assert.ErrorIs(t, err, supervision.ErrNotFound)
	assert.Less(t, len(err.Error()), 600)
	_, err = supervision.Replay([]supervision.Record{{Order: long}})
	assert.ErrorIs(t, err, supervision.ErrMalformed)
	assert.Less(t, len(err.Error()), 600)
}

func TestTemplateID_NamesTheTemplate(t *testing.T) {
	id := supervision.TemplateID{Seller: "sue", Product: "p\n", Operation: supervision.OpDeliver, Version: 3}
	assert.Equal(t, `template of "sue" for "p\n", deliver, version 3`, id.String())
}

func TestActor(t *testing.T) {
	assert.Equal(t, supervision.Actor{Role: supervision.RoleBuyer, ID: "a"}, supervision.Buyer("a"))
	assert.Equal(t, supervision.Actor{Role: supervision.RoleSeller, ID: "a"}, supervision.Seller("a"))
	assert.Equal(t, supervision.Actor{Role: supervision.RoleManager, ID: "a"}, supervision.Manager("a"))
	assert.Equal(t, supervision.Actor{Role: supervision.RoleSystem, ID: "system"}, supervision.System())
	assert.Equal(t, `buyer "a\n"`, supervision.Buyer("a\n").String())
	assert.NoError(t, supervision.Buyer("a").Validate())
	assert.ErrorIs(t, supervision.Actor{}.Validate(), supervision.ErrInvalid)
}
