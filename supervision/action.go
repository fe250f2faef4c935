package supervision

import (
	"encoding/json"
	"fmt"
)

// Action is one thing to do to an order, as data: one struct for each operation, passed by value. The set is closed.
type Action interface {
	// Operation names what the action does.
	Operation() Operation

	// normalize returns the action as it is recorded, detached from the caller's memory, and reports every fault.
	normalize(o *Order, f *faults) Action
	// effect changes the order beyond what every record changes: its status, version and clocks.
	effect(o *Order, r *Record)
}

// decoders also tell which types are actions: the values, not pointers to them.
var decoders = map[Operation]func(data []byte) (Action, error){
	OpOpen:           decodeAs[Opening],
	OpSubmitRequest:  decodeAs[SubmitRequest],
	OpAcceptRequest:  decodeAs[AcceptRequest],
	OpRejectRequest:  decodeAs[RejectRequest],
	OpReportProgress: decodeAs[ReportProgress],
	OpDeliver:        decodeAs[Deliver],
	OpAcceptProduct:  decodeAs[AcceptProduct],
	OpRejectProduct:  decodeAs[RejectProduct],
	OpRemind:         decodeAs[Remind],
	OpRaiseAppeal:    decodeAs[RaiseAppeal],
	OpAddNote:        decodeAs[AddNote],
	OpRuleAppeal:     decodeAs[RuleAppeal],
	OpAutoAccept:     decodeAs[AutoAccept],
	OpComplete:       decodeAs[Complete],
}

func decodeAs[A Action](data []byte) (Action, error) {
	var a A
	err := decodeFields("action", data, &a)
	return a, err
}

// isAction refuses nil and pointers, which would panic or escape a type switch.
func isAction(a Action) bool {
	switch a.(type) {
	case Opening, SubmitRequest, AcceptRequest, RejectRequest, ReportProgress, Deliver, AcceptProduct, RejectProduct, Remind,
		RaiseAppeal, AddNote, RuleAppeal, AutoAccept, Complete:
		return true
	}
	return false
}

func checkAction(a Action) error {
	if isAction(a) {
		return nil
	}
	var f faults
	f.add("action", "required", "pass one of the package's actions, by value")
	return f.err()
}

type actionJSON struct {
	Format    int             `json:"format"`
	Operation Operation       `json:"operation"`
	Action    json.RawMessage `json:"action"`
}

// MarshalAction writes an action with its operation, so that a host can send or queue it:
//
//	{"format":1,"operation":"reject_request","action":{"reason":"…"}}
//
// A nil action or a pointer gives an [*InvalidError].
func MarshalAction(a Action) ([]byte, error) {
	if err := checkAction(a); err != nil {
		return nil, err
	}
	body, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("supervision: action %s: %w", a.Operation(), err)
	}
	return json.Marshal(actionJSON{Format, a.Operation(), body})
}

// UnmarshalAction reads what [MarshalAction] writes. Errors wrap [ErrMalformed], [ErrNewerFormat] or [ErrUnknown]. Whether the
// action's content is valid is decided when it is applied.
func UnmarshalAction(data []byte) (Action, error) {
	var wire actionJSON
	if err := decodeStrict("action", data, &wire); err != nil {
		return nil, err
	}
	return decodeAction(wire.Operation, wire.Action)
}

func decodeAction(op Operation, data []byte) (Action, error) {
	decode, ok := decoders[op]
	if !ok || len(data) == 0 {
		return nil, fmt.Errorf("%w: action: name an operation and its action", ErrMalformed)
	}
	return decode(data)
}
