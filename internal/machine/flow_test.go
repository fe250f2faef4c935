package machine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/machine"
)

type status uint8

const (
	awaitingRequest status = iota + 1
	awaitingConfirmation
	awaitingDelivery
	awaitingAcceptance
	accepted
	frozen
	completed
	canceled
)

var statusNames = [...]string{
	"", "AwaitingRequest", "AwaitingConfirmation", "AwaitingDelivery", "AwaitingAcceptance",
	"Accepted", "Frozen", "Completed", "Canceled",
}

// String panics beyond the declared values, as an enumeration may.
func (s status) String() string { return statusNames[s] }

type event uint8

const (
	submitRequest event = iota + 1
	acceptRequest
	rejectRequest
	reportProgress
	deliver
	acceptProduct
	rejectProduct
	remind
	raiseAppeal
	addNote
	resume
	deemAccepted
	cancel
	complete
)

var eventNames = [...]string{
	"", "submit_request", "accept_request", "reject_request", "report_progress", "deliver", "accept_product",
	"reject_product", "remind", "raise_appeal", "add_note", "resume", "deem_accepted", "cancel", "complete",
}

func (e event) String() string { return eventNames[e] }

type (
	row  = machine.Row[status, event]
	spec = machine.Spec[status, event]
)

// flow is a table of the size and shape the machine is made for: 8 statuses,
// 14 events, 25 transitions, one event with several ways out of one status.
func flow() spec {
	return spec{
		Initial: []status{awaitingRequest},
		Final:   []status{completed, canceled},
		Statuses: []status{
			awaitingRequest, awaitingConfirmation, awaitingDelivery, awaitingAcceptance,
			accepted, frozen, completed, canceled,
		},
		Events: []event{
			submitRequest, acceptRequest, rejectRequest, reportProgress, deliver, acceptProduct, rejectProduct,
			remind, raiseAppeal, addNote, resume, deemAccepted, cancel, complete,
		},
		Rows: []row{
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

func compile(t testing.TB) *machine.Machine[status, event] {
	t.Helper()
	m, err := machine.Compile(flow())
	require.NoError(t, err)
	return m
}
