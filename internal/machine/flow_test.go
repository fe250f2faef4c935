package machine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/machine"
)

const (
	awaitingRequest      = "AwaitingRequest"
	awaitingConfirmation = "AwaitingConfirmation"
	awaitingDelivery     = "AwaitingDelivery"
	awaitingAcceptance   = "AwaitingAcceptance"
	accepted             = "Accepted"
	frozen               = "Frozen"
	completed            = "Completed"
	canceled             = "Canceled"

	submitRequest  = "submit_request"
	acceptRequest  = "accept_request"
	rejectRequest  = "reject_request"
	reportProgress = "report_progress"
	deliver        = "deliver"
	acceptProduct  = "accept_product"
	rejectProduct  = "reject_product"
	remind         = "remind"
	raiseAppeal    = "raise_appeal"
	addNote        = "add_note"
	resume         = "resume"
	deemAccepted   = "deem_accepted"
	cancel         = "cancel"
	complete       = "complete"
)

// flow is a table of the size and shape the machine is made for: 8 statuses,
// 14 events, 25 transitions, one event that leads from one status to several.
func flow() machine.Spec {
	return machine.Spec{
		Initial: []string{awaitingRequest},
		Final:   []string{completed, canceled},
		Rows: []machine.Row{
			{awaitingRequest, submitRequest, awaitingConfirmation, "buyer", "", "R03"},
			{awaitingRequest, raiseAppeal, frozen, "buyer or seller", "", "R12"},
			{awaitingConfirmation, acceptRequest, awaitingDelivery, "seller", "", "R05"},
			{awaitingConfirmation, rejectRequest, awaitingRequest, "seller", "", "R05"},
			{awaitingConfirmation, reportProgress, awaitingConfirmation, "seller", "", "R06"},
			{awaitingConfirmation, remind, awaitingConfirmation, "buyer", "", "R20"},
			{awaitingConfirmation, raiseAppeal, frozen, "buyer or seller", "", "R12"},
			{awaitingDelivery, deliver, awaitingAcceptance, "seller", "", "R07"},
			{awaitingDelivery, reportProgress, awaitingDelivery, "seller", "", "R06"},
			{awaitingDelivery, remind, awaitingDelivery, "buyer", "", "R20"},
			{awaitingDelivery, raiseAppeal, frozen, "buyer or seller", "", "R12"},
			{awaitingAcceptance, acceptProduct, accepted, "buyer", "", "R08"},
			{awaitingAcceptance, deemAccepted, accepted, "system", "AcceptanceWindow", "R27"},
			{awaitingAcceptance, rejectProduct, awaitingDelivery, "buyer", "", "R08"},
			{awaitingAcceptance, raiseAppeal, frozen, "buyer or seller", "", "R12"},
			{accepted, complete, completed, "system", "CompletionDelay", "R02"},
			{accepted, cancel, canceled, "", "", ""},
			{frozen, addNote, frozen, "operations manager", "", "R13"},
			{frozen, resume, awaitingRequest, "operations manager", "", "R15"},
			{frozen, resume, awaitingConfirmation, "operations manager", "", "R15"},
			{frozen, resume, awaitingDelivery, "operations manager", "", "R15"},
			{frozen, resume, awaitingAcceptance, "operations manager", "", "R15"},
			{frozen, deemAccepted, accepted, "operations manager", "", "R15"},
			{frozen, cancel, canceled, "operations manager", "", "R15"},
			{frozen, complete, completed, "", "SupervisionPeriod", ""},
		},
	}
}

func compile(t testing.TB) *machine.Machine {
	t.Helper()
	m, err := machine.Compile(flow())
	require.NoError(t, err)
	return m
}
