package supervision_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

// The flow as the rules tell it, sentence by sentence; the drawings are golden,
// this is not.
var told = []string{
	"awaiting_request: submit_request by buyer leads to awaiting_confirmation (R03)",
	"awaiting_confirmation: accept_request by seller leads to awaiting_delivery (R05)",
	"awaiting_confirmation: reject_request by seller leads to awaiting_request (R05)",
	"awaiting_confirmation: report_progress by seller leads to awaiting_confirmation (R06)",
	"awaiting_delivery: report_progress by seller leads to awaiting_delivery (R06)",
	"awaiting_delivery: deliver by seller leads to awaiting_acceptance (R07)",
	"awaiting_acceptance: accept_product by buyer leads to accepted (R08)",
	"awaiting_acceptance: reject_product by buyer leads to awaiting_delivery (R08)",
	"awaiting_acceptance: auto_accept by system after auto_accept leads to accepted (R27)",
	"accepted: complete by system after completion leads to completed (R02)",
	"awaiting_confirmation: remind by buyer leads to awaiting_confirmation (R20)",
	"awaiting_delivery: remind by buyer leads to awaiting_delivery (R20)",
	"awaiting_request: raise_appeal by buyer or seller leads to frozen (R18)",
	"awaiting_confirmation: raise_appeal by buyer or seller leads to frozen (R18)",
	"awaiting_delivery: raise_appeal by buyer or seller leads to frozen (R18)",
	"awaiting_acceptance: raise_appeal by buyer or seller leads to frozen (R18)",
	"awaiting_request: intervene by manager leads to frozen (R30)",
	"awaiting_confirmation: intervene by manager leads to frozen (R30)",
	"awaiting_delivery: intervene by manager leads to frozen (R30)",
	"awaiting_acceptance: intervene by manager leads to frozen (R30)",
	"accepted: intervene by manager leads to frozen (R30)",
	"awaiting_acceptance: report_receipt by system leads to awaiting_acceptance (R27)",
	"awaiting_request: propose_refund by buyer leads to awaiting_request (R32)",
	"awaiting_confirmation: propose_refund by buyer leads to awaiting_confirmation (R32)",
	"awaiting_delivery: propose_refund by buyer leads to awaiting_delivery (R32)",
	"awaiting_acceptance: propose_refund by buyer leads to awaiting_acceptance (R32)",
	"accepted: propose_refund by buyer leads to accepted (R32)",
	"awaiting_request: withdraw_refund by buyer leads to awaiting_request (R32)",
	"awaiting_confirmation: withdraw_refund by buyer leads to awaiting_confirmation (R32)",
	"awaiting_delivery: withdraw_refund by buyer leads to awaiting_delivery (R32)",
	"awaiting_acceptance: withdraw_refund by buyer leads to awaiting_acceptance (R32)",
	"accepted: withdraw_refund by buyer leads to accepted (R32)",
	"awaiting_request: agree_refund by seller leads to canceled (R32)",
	"awaiting_confirmation: agree_refund by seller leads to canceled (R32)",
	"awaiting_delivery: agree_refund by seller leads to canceled (R32)",
	"awaiting_acceptance: agree_refund by seller leads to canceled (R32)",
	"accepted: agree_refund by seller leads to canceled (R32)",
	"awaiting_request: decline_refund by seller leads to awaiting_request (R32)",
	"awaiting_confirmation: decline_refund by seller leads to awaiting_confirmation (R32)",
	"awaiting_delivery: decline_refund by seller leads to awaiting_delivery (R32)",
	"awaiting_acceptance: decline_refund by seller leads to awaiting_acceptance (R32)",
	"accepted: decline_refund by seller leads to accepted (R32)",
	"awaiting_request: amend by manager leads to awaiting_request (R31)",
	"awaiting_confirmation: amend by manager leads to awaiting_confirmation (R31)",
	"awaiting_delivery: amend by manager leads to awaiting_delivery (R31)",
	"awaiting_acceptance: amend by manager leads to awaiting_acceptance (R31)",
	"accepted: amend by manager leads to accepted (R31)",
	"frozen: amend by manager leads to frozen (R31)",
	"awaiting_request: close_at_end by system after scheduled_end leads to accepted (R14)",
	"awaiting_confirmation: close_at_end by system after scheduled_end leads to accepted (R14)",
	"awaiting_delivery: close_at_end by system after scheduled_end leads to accepted (R14)",
	"awaiting_acceptance: close_at_end by system after scheduled_end leads to accepted (R14)",
	"awaiting_request: close_at_end by system after scheduled_end leads to canceled (R14)",
	"awaiting_confirmation: close_at_end by system after scheduled_end leads to canceled (R14)",
	"awaiting_delivery: close_at_end by system after scheduled_end leads to canceled (R14)",
	"awaiting_acceptance: close_at_end by system after scheduled_end leads to canceled (R14)",
	"frozen: add_note by manager leads to frozen (R13)",
	"frozen: decide_appeal by manager leads to awaiting_request (R15)",
	"frozen: decide_appeal by manager leads to awaiting_confirmation (R15)",
	"frozen: decide_appeal by manager leads to awaiting_delivery (R15)",
	"frozen: decide_appeal by manager leads to awaiting_acceptance (R15)",
	"frozen: decide_appeal by manager leads to accepted (R15)",
	"frozen: decide_appeal by manager leads to canceled (R15)",
	"completed: erase by system leads to completed (R35)",
	"canceled: erase by system leads to canceled (R35)",
}

func TestFlow_IsWhatTheRulesTell(t *testing.T) {
	var rows []string
	for _, row := range supervision.Flow() {
		timer := ""
		if row.Timer != "" {
			timer = " after " + string(row.Timer)
		}
		rows = append(rows, fmt.Sprintf("%s: %s by %s%s leads to %s (%s)", row.From, row.Operation, joined(row.By),
			timer, row.To, row.Rule))
	}
	assert.ElementsMatch(t, told, rows)
}

func TestFlow_ReturnsACopy(t *testing.T) {
	rows := supervision.Flow()
	last := len(rows) - 1
	rows[0].To, rows[0].By[0], rows[last].By[0] = supervision.Completed, "other", "other"
	assert.Equal(t, supervision.AwaitingConfirmation, supervision.Flow()[0].To)
	for _, row := range supervision.Flow() {
		assert.NotContains(t, row.By, supervision.Role("other"))
	}
}

func TestFlow_Statuses(t *testing.T) {
	const buyer, seller, manager, nobody = supervision.RoleBuyer, supervision.RoleSeller, supervision.RoleManager,
		supervision.Role("")
	for _, c := range []struct {
		status  supervision.Status
		turn    supervision.Role
		shown   supervision.OrderStatus
		waiting bool
		final   bool
	}{
		{supervision.AwaitingRequest, buyer, supervision.OrderProcessing, true, false},
		{supervision.AwaitingConfirmation, seller, supervision.OrderProcessing, true, false},
		{supervision.AwaitingDelivery, seller, supervision.OrderProcessing, true, false},
		{supervision.AwaitingAcceptance, buyer, supervision.OrderProcessing, true, false},
		{supervision.Accepted, nobody, supervision.OrderProcessing, false, false},
		{supervision.Frozen, manager, supervision.OrderProcessing, false, false},
		{supervision.Completed, nobody, supervision.OrderCompleted, false, true},
		{supervision.Canceled, nobody, supervision.OrderCanceled, false, true},
		{"", nobody, "", false, false},
		{"paused", nobody, "", false, false},
	} {
		t.Run(string(c.status), func(t *testing.T) {
			assert.Equal(t, c.turn, c.status.Turn())
			assert.Equal(t, c.shown, c.status.OrderStatus())
			assert.Equal(t, c.waiting, c.status.Waiting())
			assert.Equal(t, c.final, c.status.Final())
			if c.shown != "" {
				order := arrive(t, supervision.Guide(), c.status).order
				assert.Equal(t, c.turn, order.Turn())
				assert.Equal(t, c.shown, order.OrderStatus(), "R01")
			}
		})
	}
	assert.Len(t, supervision.Statuses(), 8)
	assert.Len(t, supervision.OrderStatuses(), 3)
}

func TestOperation_By(t *testing.T) {
	for op, want := range map[supervision.Operation][]supervision.Role{
		supervision.OpOpen:          {supervision.RoleSystem},
		supervision.OpSubmitRequest: {supervision.RoleBuyer},
		supervision.OpRejectRequest: {supervision.RoleSeller},
		supervision.OpRaiseAppeal:   {supervision.RoleBuyer, supervision.RoleSeller},
		supervision.OpDecideAppeal:  {supervision.RoleManager},
		supervision.OpComplete:      {supervision.RoleSystem},
		"":                          nil,
		"refund":                    nil,
	} {
		assert.Equal(t, want, op.By(), string(op))
	}
}

func joined(roles []supervision.Role) string {
	list := make([]string, len(roles))
	for i, role := range roles {
		list[i] = string(role)
	}
	return strings.Join(list, " or ")
}
