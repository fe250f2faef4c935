package supervision

import (
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/internal/machine"
)

// Transition is one row of the flow: who may do what where, and where it
// leads. It is data, so the table can be printed, drawn, compared and checked
// exhaustively.
type Transition struct {
	From      Status
	Operation Operation
	// By are the roles that perform it.
	By []Role
	To Status
	// Timer is the deadline at which time makes the transition by itself; zero
	// where a person makes it.
	Timer DeadlineKind
	Rule  Rule
}

var (
	buyer   = []Role{RoleBuyer}
	seller  = []Role{RoleSeller}
	parties = []Role{RoleBuyer, RoleSeller}
	manager = []Role{RoleManager}
	system  = []Role{RoleSystem}
)

// transitions is the one table of the flow; nothing else in the library says
// what leads where.
var transitions = []Transition{
	{AwaitingRequest, OpSubmitRequest, buyer, AwaitingConfirmation, "", R03},

	{AwaitingConfirmation, OpAcceptRequest, seller, AwaitingDelivery, "", R05},
	{AwaitingConfirmation, OpRejectRequest, seller, AwaitingRequest, "", R05},
	{AwaitingConfirmation, OpReportProgress, seller, AwaitingConfirmation, "", R06},
	{AwaitingConfirmation, OpRemind, buyer, AwaitingConfirmation, "", R20},

	{AwaitingDelivery, OpDeliver, seller, AwaitingAcceptance, "", R07},
	{AwaitingDelivery, OpReportProgress, seller, AwaitingDelivery, "", R06},
	{AwaitingDelivery, OpRemind, buyer, AwaitingDelivery, "", R20},

	{AwaitingAcceptance, OpAcceptProduct, buyer, Accepted, "", R08},
	{AwaitingAcceptance, OpRejectProduct, buyer, AwaitingDelivery, "", R08},
	{AwaitingAcceptance, OpReportReceipt, system, AwaitingAcceptance, "", R27},
	{AwaitingAcceptance, OpAutoAccept, system, Accepted, DeadlineAutoAccept, R27},

	{Accepted, OpComplete, system, Completed, DeadlineCompletion, R02},

	{AwaitingRequest, OpRaiseAppeal, parties, Frozen, "", R18},
	{AwaitingConfirmation, OpRaiseAppeal, parties, Frozen, "", R18},
	{AwaitingDelivery, OpRaiseAppeal, parties, Frozen, "", R18},
	{AwaitingAcceptance, OpRaiseAppeal, parties, Frozen, "", R18},

	{AwaitingRequest, OpIntervene, manager, Frozen, "", R30},
	{AwaitingConfirmation, OpIntervene, manager, Frozen, "", R30},
	{AwaitingDelivery, OpIntervene, manager, Frozen, "", R30},
	{AwaitingAcceptance, OpIntervene, manager, Frozen, "", R30},
	{Accepted, OpIntervene, manager, Frozen, "", R30},

	{AwaitingRequest, OpProposeRefund, buyer, AwaitingRequest, "", R32},
	{AwaitingConfirmation, OpProposeRefund, buyer, AwaitingConfirmation, "", R32},
	{AwaitingDelivery, OpProposeRefund, buyer, AwaitingDelivery, "", R32},
	{AwaitingAcceptance, OpProposeRefund, buyer, AwaitingAcceptance, "", R32},
	{Accepted, OpProposeRefund, buyer, Accepted, "", R32},

	{AwaitingRequest, OpWithdrawRefund, buyer, AwaitingRequest, "", R32},
	{AwaitingConfirmation, OpWithdrawRefund, buyer, AwaitingConfirmation, "", R32},
	{AwaitingDelivery, OpWithdrawRefund, buyer, AwaitingDelivery, "", R32},
	{AwaitingAcceptance, OpWithdrawRefund, buyer, AwaitingAcceptance, "", R32},
	{Accepted, OpWithdrawRefund, buyer, Accepted, "", R32},

	{AwaitingRequest, OpAgreeRefund, seller, Canceled, "", R32},
	{AwaitingConfirmation, OpAgreeRefund, seller, Canceled, "", R32},
	{AwaitingDelivery, OpAgreeRefund, seller, Canceled, "", R32},
	{AwaitingAcceptance, OpAgreeRefund, seller, Canceled, "", R32},
	{Accepted, OpAgreeRefund, seller, Canceled, "", R32},

	{AwaitingRequest, OpDeclineRefund, seller, AwaitingRequest, "", R32},
	{AwaitingConfirmation, OpDeclineRefund, seller, AwaitingConfirmation, "", R32},
	{AwaitingDelivery, OpDeclineRefund, seller, AwaitingDelivery, "", R32},
	{AwaitingAcceptance, OpDeclineRefund, seller, AwaitingAcceptance, "", R32},
	{Accepted, OpDeclineRefund, seller, Accepted, "", R32},

	{AwaitingRequest, OpAmend, manager, AwaitingRequest, "", R31},
	{AwaitingConfirmation, OpAmend, manager, AwaitingConfirmation, "", R31},
	{AwaitingDelivery, OpAmend, manager, AwaitingDelivery, "", R31},
	{AwaitingAcceptance, OpAmend, manager, AwaitingAcceptance, "", R31},
	{Accepted, OpAmend, manager, Accepted, "", R31},
	{Frozen, OpAmend, manager, Frozen, "", R31},

	{AwaitingRequest, OpCloseAtEnd, system, Accepted, DeadlineScheduledEnd, R14},
	{AwaitingConfirmation, OpCloseAtEnd, system, Accepted, DeadlineScheduledEnd, R14},
	{AwaitingDelivery, OpCloseAtEnd, system, Accepted, DeadlineScheduledEnd, R14},
	{AwaitingAcceptance, OpCloseAtEnd, system, Accepted, DeadlineScheduledEnd, R14},
	{AwaitingRequest, OpCloseAtEnd, system, Canceled, DeadlineScheduledEnd, R14},
	{AwaitingConfirmation, OpCloseAtEnd, system, Canceled, DeadlineScheduledEnd, R14},
	{AwaitingDelivery, OpCloseAtEnd, system, Canceled, DeadlineScheduledEnd, R14},
	{AwaitingAcceptance, OpCloseAtEnd, system, Canceled, DeadlineScheduledEnd, R14},

	{Frozen, OpAddNote, manager, Frozen, "", R13},
	{Frozen, OpDecideAppeal, manager, AwaitingRequest, "", R15},
	{Frozen, OpDecideAppeal, manager, AwaitingConfirmation, "", R15},
	{Frozen, OpDecideAppeal, manager, AwaitingDelivery, "", R15},
	{Frozen, OpDecideAppeal, manager, AwaitingAcceptance, "", R15},
	{Frozen, OpDecideAppeal, manager, Accepted, "", R15},
	{Frozen, OpDecideAppeal, manager, Canceled, "", R15},

	{Completed, OpErase, system, Completed, "", R35},
	{Canceled, OpErase, system, Canceled, "", R35},
}

// starts are the statuses a flow may open at: the usual one, and a License
// flow's (R26).
var starts = []Status{AwaitingRequest, AwaitingDelivery}

// outside are the rules by which an operation is refused where the table has
// no row for it, other than the rule of its rows: after acceptance there is no
// appeal (R14).
var outside = map[Operation]Rule{OpRaiseAppeal: R14}

// Flow returns a copy of the transition table, in its order.
func Flow() []Transition {
	list := slices.Clone(transitions)
	for i := range list {
		list[i].By = slices.Clone(list[i].By)
	}
	return list
}

// flow is the compiled table. Compiling fails only by a fault in the table
// above, which every test run would meet.
var flow = compile()

func compile() *machine.Machine {
	spec := machine.Spec{Final: []string{string(Completed), string(Canceled)}}
	for _, s := range starts {
		spec.Initial = append(spec.Initial, string(s))
	}
	for _, t := range transitions {
		by := make([]string, len(t.By))
		for i, role := range t.By {
			by[i] = string(role)
		}
		spec.Rows = append(spec.Rows, machine.Row{
			From: string(t.From), Event: string(t.Operation), To: string(t.To),
			By: strings.Join(by, " or "), Timer: string(t.Timer), Rule: string(t.Rule),
		})
	}
	compiled, err := machine.Compile(spec)
	if err != nil {
		panic(err)
	}
	return compiled
}

// performers and timers are read off the same table: whose operation it is,
// and what time does at a status. timed are the operations of time alone.
var (
	performers = performersOf(transitions)
	timers     = timersOf(transitions)
	timed      = timedOf(transitions)
)

func performersOf(table []Transition) map[Operation][]Role {
	by := map[Operation][]Role{OpOpen: system, OpAdopt: system}
	for _, t := range table {
		by[t.Operation] = t.By
	}
	return by
}

func timersOf(table []Transition) map[Status][]Transition {
	list := make(map[Status][]Transition)
	for _, t := range table {
		if t.Timer != "" {
			list[t.From] = append(list[t.From], t)
		}
	}
	return list
}

func timedOf(table []Transition) map[Operation]bool {
	timed := make(map[Operation]bool)
	for _, t := range table {
		timed[t.Operation] = t.Timer != ""
	}
	return timed
}

func ruleOutside(op Operation) Rule {
	if rule, ok := outside[op]; ok {
		return rule
	}
	return op.Rule()
}
