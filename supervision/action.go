package supervision

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"

	"github.com/koogallery/serviceflow/supervision/template"
)

// Action is one thing to do to an order, as data: one struct for each
// operation, passed by value. The set is closed: only the actions of this
// package are taken, pointers to them and structs that embed them are not.
//
// An action whose operation has a condition of its own, an effect or lists to
// copy implements conditional, effective or cloner as well.
type Action interface {
	// Operation names what the action does.
	Operation() Operation

	// check returns the action as it is recorded: normalised and detached
	// from the caller's memory. It reports every fault.
	check(c command, f faults) (Action, faults)
}

// command is what an action is checked against: the order it is given to,
// settled to its instant, who gives it and when, and the template that it fills
// in, nil for none.
type command struct {
	order Order
	actor Actor
	at    time.Time
	// clock is what the host's clock says, which may be behind at.
	clock time.Time
	form  *template.Form
	// again says that the command is compared with a record of its instant: the
	// order has gone on since, and is no longer what the action was checked
	// against (R28).
	again bool
}

// conditional is an action with a condition beyond the table's. Asking whether
// an operation is allowed asks its zero action, so a zero field stands for
// "whatever is allowed". Orders and decisions go by value: a pointer passed to
// an interface's method would escape, and asking is free of allocations.
type conditional interface {
	decide(o Order, d Decision, actor Actor, at time.Time) Decision
}

// leading is an action that says itself where it leads among the destinations
// that the table has.
type leading interface {
	to(o Order) Status
}

// effective is an action that changes the order beyond what every operation
// changes: its status, version and clocks.
type effective interface {
	effect(o Order, r Record) Order
}

// quiet is an action that leaves the clock of silence alone; every other one
// starts it again (R06, R09, R20).
type quiet interface {
	keepsTurn()
}

// cloner is an action that holds memory of its own.
type cloner interface {
	clone() Action
}

// registry is the list of all operations: each is its zero action.
var registry = [...]room{
	of[Opening](),
	of[Adoption](),
	of[SubmitRequest](),
	of[AcceptRequest](),
	of[RejectRequest](),
	of[ReportProgress](),
	of[Deliver](),
	of[AcceptProduct](),
	of[RejectProduct](),
	of[Remind](),
	of[RaiseAppeal](),
	of[Intervene](),
	of[AddNote](),
	of[DecideAppeal](),
	of[ProposeRefund](),
	of[WithdrawRefund](),
	of[AgreeRefund](),
	of[DeclineRefund](),
	of[Amend](),
	of[ReportReceipt](),
	of[AutoAccept](),
	of[CloseAtEnd](),
	of[Complete](),
	of[Erase](),
}

// room is what the package knows of an operation without its table: the zero
// value of its action, its place in the registry, its type and how its JSON form
// is read.
type room struct {
	zero   Action
	place  int
	kind   reflect.Type
	decode func(data []byte) (Action, error)
}

func of[A Action]() room {
	var zero A
	return room{zero: zero, kind: reflect.TypeFor[A](), decode: decodeAs[A]}
}

func decodeAs[A Action](data []byte) (Action, error) {
	var a A
	if err := fault.Decode("supervision: action", data, &a); err != nil {
		return nil, err
	}
	return a, nil
}

var operations, rooms = index()

func index() (list [len(registry)]Operation, byName map[Operation]*room) {
	byName = make(map[Operation]*room)
	for i := range registry {
		list[i], registry[i].place = registry[i].zero.Operation(), i
		byName[list[i]] = &registry[i]
	}
	return list, byName
}

// isAction reports whether a value is one of the package's actions. Only its
// type can tell: a foreign struct that embeds an action has its methods.
func isAction(a Action) bool {
	kind := reflect.TypeOf(a)
	return slices.ContainsFunc(registry[:], func(r room) bool { return r.kind == kind })
}

// CheckAction refuses what is not an action of this package, passed by value,
// with an [*InvalidError].
func CheckAction(a Action) error {
	var f faults
	f.action(a)
	return f.err()
}

type actionJSON struct {
	Format    int             `json:"format"`
	Operation Operation       `json:"operation"`
	Action    json.RawMessage `json:"action"`
}

// MarshalAction writes an action with its operation, so that a host can send
// or queue it:
//
//	{"format":1,"operation":"reject_request","action":{"reason":"…"}}
//
// A nil action or a pointer gives an [*InvalidError].
func MarshalAction(a Action) ([]byte, error) {
	if err := CheckAction(a); err != nil {
		return nil, err
	}
	body, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("supervision: action %s: %w", a.Operation(), err)
	}
	return json.Marshal(actionJSON{Format, a.Operation(), body})
}

// UnmarshalAction reads what [MarshalAction] writes. Errors match
// [ErrNewerFormat] or [ErrMalformed], and [ErrUnknown] where a word is the
// cause; they tell the first fault only. Whether the action's content is valid
// is decided when it is applied.
func UnmarshalAction(data []byte) (Action, error) {
	var wire actionJSON
	if err := fault.DecodeDocument("supervision: action", data, &wire, &wire.Format); err != nil {
		return nil, err
	}
	return UnmarshalActionOf(wire.Operation, wire.Action)
}

// UnmarshalActionOf reads the action of an operation without its envelope, as
// the body of a request holds it; errors are those of [UnmarshalAction].
func UnmarshalActionOf(op Operation, data []byte) (Action, error) {
	room, ok := rooms[op]
	switch {
	case op == "":
		return nil, fmt.Errorf("supervision: action: %w: name an operation and its action", ErrMalformed)
	case !ok:
		return nil, fmt.Errorf("supervision: action: %w: %w operation: name one of Operations", ErrMalformed,
			ErrUnknown)
	case len(data) == 0, string(data) == "null":
		return nil, fmt.Errorf("supervision: action: %w: no body: send {} for an action without input", ErrMalformed)
	}
	return room.decode(data)
}
