package supervision

import (
	"encoding/json"
	"fmt"
)

// Action is one thing to do to an order, as data: one struct for each operation, passed by value. The set is closed.
type Action interface {
	// Operation names what the action does.
	Operation() Operation

	// sealed keeps the set closed: see normalized, effect and decoders.
	sealed()
}

// decoders read the JSON form of each operation's action.
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
	if err := decodeFields("action", data, &a); err != nil {
		return nil, err
	}
	return a, nil
}

// normalized returns an action as it is recorded, detached from the caller's memory, and reports every fault; nil for nil and for
// pointers to actions. Like effect it is a switch and not a method of Action, so that neither the order nor the faults have to move
// to the heap for a dynamic call.
func normalized(a Action, o *Order, f *faults) Action {
	switch a := a.(type) {
	case Opening:
		return a.normalize(f)
	case SubmitRequest:
		return a.normalize(o, f)
	case RejectRequest:
		return a.normalize(f)
	case ReportProgress:
		return a.normalize(f)
	case Deliver:
		return a.normalize(f)
	case RejectProduct:
		return a.normalize(f)
	case Remind:
		return a.normalize(f)
	case RaiseAppeal:
		return a.normalize(f)
	case AddNote:
		return a.normalize(f)
	case RuleAppeal:
		return a.normalize(f)
	case AcceptRequest, AcceptProduct, AutoAccept, Complete:
		return a
	}
	return nil
}

// effect changes an order by a record's action, beyond what every record changes: its status, version and clocks.
func effect(o *Order, r *Record) {
	switch a := r.Action.(type) {
	case Opening:
		a.effect(o, r)
	case SubmitRequest:
		a.effect(o, r)
	case RejectRequest:
		o.RequestRejections++
	case Deliver:
		a.effect(o, r)
	case RejectProduct:
		o.ProductRejections++
	case Remind:
		o.RemindedAt = r.At
	case RaiseAppeal:
		a.effect(o, r)
	case AddNote:
		a.effect(o, r)
	case RuleAppeal:
		a.effect(o, r)
	}
}

// checkAction refuses nil and pointers, which have no JSON form and would escape the switches above.
func checkAction(a Action) error {
	var f faults
	f.action(a)
	return f.err()
}

func (f *faults) action(a Action) {
	switch a.(type) {
	case Opening, SubmitRequest, AcceptRequest, RejectRequest, ReportProgress, Deliver, AcceptProduct, RejectProduct, Remind,
		RaiseAppeal, AddNote, RuleAppeal, AutoAccept, Complete:
	default:
		f.add("action", "required", "pass one of the package's actions, by value")
	}
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

// UnmarshalAction reads what [MarshalAction] writes. Errors wrap [ErrMalformed], and [ErrNewerFormat] or [ErrUnknown] where that is the
// cause. Whether the action's content is valid is decided when it is applied.
func UnmarshalAction(data []byte) (Action, error) {
	var wire actionJSON
	if err := decodeStrict("action", data, &wire, &wire.Format); err != nil {
		return nil, err
	}
	return decodeAction(wire.Operation, wire.Action)
}

func decodeAction(op Operation, data []byte) (Action, error) {
	decode, ok := decoders[op]
	if !ok || len(data) == 0 || string(data) == "null" {
		return nil, fmt.Errorf("%w: action: name an operation and its action", ErrMalformed)
	}
	return decode(data)
}
