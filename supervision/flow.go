package supervision

import (
	"strings"

	"github.com/koogallery/serviceflow/internal/machine"
)

// Transition is one row of the flow: who may do what where, and where it leads. It is data, so the table can be printed,
// drawn, compared and checked exhaustively.
type Transition struct {
	From      Status
	Operation Operation
	// By are the roles that perform it.
	By RoleSet
	To Status
	// Timer is the time that makes the transition by itself; zero where a person makes it.
	Timer Timer
	Rule  Rule
}

const (
	buyer   = RoleSet(1 << RoleBuyer)
	seller  = RoleSet(1 << RoleSeller)
	parties = buyer | seller
	manager = RoleSet(1 << RoleManager)
	system  = RoleSet(1 << RoleSystem)
)

// transitions is the one table of the flow; nothing else in the library says what leads where.
var transitions = []Transition{
	{AwaitingRequest, OpSubmitRequest, buyer, AwaitingConfirmation, 0, R03},

	{AwaitingConfirmation, OpAcceptRequest, seller, AwaitingDelivery, 0, R05},
	{AwaitingConfirmation, OpRejectRequest, seller, AwaitingRequest, 0, R05},
	{AwaitingConfirmation, OpReportProgress, seller, AwaitingConfirmation, 0, R06},
	{AwaitingConfirmation, OpRemind, buyer, AwaitingConfirmation, 0, R20},

	{AwaitingDelivery, OpDeliver, seller, AwaitingAcceptance, 0, R07},
	{AwaitingDelivery, OpReportProgress, seller, AwaitingDelivery, 0, R06},
	{AwaitingDelivery, OpRemind, buyer, AwaitingDelivery, 0, R20},

	{AwaitingAcceptance, OpAcceptProduct, buyer, Accepted, 0, R08},
	{AwaitingAcceptance, OpRejectProduct, buyer, AwaitingDelivery, 0, R08},
	{AwaitingAcceptance, OpAutoAccept, system, Accepted, AutoAcceptTimer, R27},

	{Accepted, OpComplete, system, Completed, CompletionTimer, R02},

	{AwaitingRequest, OpRaiseAppeal, parties, Frozen, 0, R18},
	{AwaitingConfirmation, OpRaiseAppeal, parties, Frozen, 0, R18},
	{AwaitingDelivery, OpRaiseAppeal, parties, Frozen, 0, R18},
	{AwaitingAcceptance, OpRaiseAppeal, parties, Frozen, 0, R18},

	{Frozen, OpAddNote, manager, Frozen, 0, R13},
	{Frozen, OpRuleAppeal, manager, AwaitingRequest, 0, R15},
	{Frozen, OpRuleAppeal, manager, AwaitingConfirmation, 0, R15},
	{Frozen, OpRuleAppeal, manager, AwaitingDelivery, 0, R15},
	{Frozen, OpRuleAppeal, manager, AwaitingAcceptance, 0, R15},
	{Frozen, OpRuleAppeal, manager, Accepted, 0, R15},
	{Frozen, OpRuleAppeal, manager, Canceled, 0, R15},
}

// starts are the statuses a flow may open at: the usual one, and a License flow's (R26).
var starts = []Status{AwaitingRequest, AwaitingDelivery}

// Flow returns a copy of the transition table, in its order.
func Flow() []Transition { return append([]Transition(nil), transitions...) }

// FlowMermaid draws the flow as a Mermaid state diagram.
func FlowMermaid() string { return flow.Mermaid() }

// FlowDOT draws the flow for Graphviz.
func FlowDOT() string { return flow.DOT() }

// FlowMarkdown writes the transition table as Markdown.
func FlowMarkdown() string { return flow.Markdown() }

// flow is the compiled table. Compiling can fail only by a fault in the table above, which every test run would meet.
var flow = compile()

func compile() *machine.Machine[Status, Operation] {
	spec := machine.Spec[Status, Operation]{
		Initial: starts, Final: []Status{Completed, Canceled},
		Statuses: Statuses(), Events: Operations()[1:], // opening makes the order that all others need
	}
	for _, t := range transitions {
		spec.Rows = append(spec.Rows, machine.Row[Status, Operation]{
			From: t.From, Event: t.Operation, To: t.To, By: t.By.String(), Timer: t.Timer.String(), Rule: string(t.Rule),
		})
	}
	compiled, err := machine.Compile(spec)
	if err != nil {
		panic(err)
	}
	return compiled
}

// Answers to "whose operation is it?" and "what does time do here?", read off the same table and indexed by the whole range of their
// enumeration, so that an undeclared value finds nothing.
var (
	by     [256]RoleSet
	timers [256]Transition
)

// answers holds what the table alone says to each role about each operation: its rule, and whether it is another role's.
var answers [RoleSystem + 1][OpComplete + 1]Permission

func init() {
	by[OpOpen] = system
	rules := map[Operation]Rule{OpOpen: R01}
	for _, t := range transitions {
		by[t.Operation] |= t.By
		rules[t.Operation] = t.Rule
		if t.Timer != 0 {
			timers[t.From] = t
		}
	}
	for _, role := range Roles() {
		for _, op := range Operations() {
			answers[role][op] = Permission{Operation: op, Rule: rules[op]}
			if !by[op].has(role) {
				answers[role][op].Reason = ReasonRole
			}
		}
	}
}

// RoleSet is a set of roles; the zero value is empty.
type RoleSet uint8

func (s RoleSet) has(r Role) bool { return s&(1<<r) != 0 }

// String lists the roles' words, joined by "or".
func (s RoleSet) String() string {
	var list []string
	for _, r := range Roles() {
		if s.has(r) {
			list = append(list, r.String())
		}
	}
	return strings.Join(list, " or ")
}

// Timer names a time after which the system moves an order by itself. The zero value is none.
type Timer uint8

// The timers.
const (
	// CompletionTimer is the policy's CompletionDelay after acceptance (R02).
	CompletionTimer Timer = iota + 1
	// AutoAcceptTimer is the policy's AutoAccept after the buyer's turn to accept began (R27).
	AutoAcceptTimer
)

var timerWords = words{"", "completion_delay", "auto_accept"}

// String returns the timer's word, which is also its name in the policy's JSON form; "" for the zero value.
func (t Timer) String() string { return timerWords.of(uint8(t)) }

// ParseTimer reads a timer's word. Any other word gives an error that wraps [ErrUnknown].
func ParseTimer(word string) (Timer, error) {
	i, err := timerWords.parse("timer", word)
	return Timer(i), err
}

// MarshalText writes the timer's word; an undeclared timer is an error that wraps [ErrUnknown].
func (t Timer) MarshalText() ([]byte, error) { return timerWords.marshal("timer", uint8(t)) }

// UnmarshalText reads what MarshalText writes, with the error of [ParseTimer].
func (t *Timer) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTimer(string(text))
	return err
}
