package audit

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Decided is what a system that still rules has decided about one command.
type Decided struct {
	Order  string
	Actor  supervision.Actor
	Action supervision.Action
	At     time.Time
	// Accepted says whether that system did it.
	Accepted bool
}

// Disagreement is a decision that the rules would not have made.
type Disagreement struct {
	Order     string                `json:"order"`
	Actor     supervision.Actor     `json:"actor"`
	Operation supervision.Operation `json:"operation"`
	At        time.Time             `json:"at"`
	// Accepted is what the other system decided; the rules say the opposite, or
	// another instant.
	Accepted bool `json:"accepted"`
	// Rule is the rule that the answer rests on, Reason why it refuses: empty
	// where the rules allow it, have faults to name, or mean another instant.
	Rule   supervision.Rule   `json:"rule"`
	Reason supervision.Reason `json:"reason,omitempty"`
	// From is the instant from which the rules allow it, or at which time does
	// it; zero where there is none.
	From time.Time `json:"from,omitzero"`
	// Faults are those of its input.
	Faults []supervision.Fault `json:"faults,omitempty"`
	// Follows says that the order had been led before where the flow has no
	// way, so that it stands elsewhere there than here.
	Follows bool `json:"follows,omitempty"`
}

// String says the disagreement in one line, without what users wrote.
func (d Disagreement) String() string {
	did, why := "refused", "the rules allow it"
	if d.Accepted {
		did, why = "accepted", supervision.ReasonText(d.Reason)
		switch {
		case len(d.Faults) > 0:
			why = "its input is faulty" + namely(d.Faults)
		case why == "" && !d.From.IsZero():
			why = "time does it at " + d.From.Format(time.RFC3339Nano)
		case why == "":
			why = "the actor has no part in the order"
		case !d.From.IsZero():
			why += "; allowed from " + d.From.Format(time.RFC3339Nano)
		}
	}
	return fmt.Sprintf("%s: %s by the %s %s at %s (%s): %s",
		d.Order, d.Operation, d.Actor.Role, did, d.At.Format(time.RFC3339Nano), d.Rule, why)
}

// Shadow runs the rules beside a system that still decides, and lists where the
// two disagree, so that a team can decide to switch over. Where that system
// accepts what the rules refuse, the shadow goes along if the flow has a way
// for it. Make one with [NewShadow]; it is not safe for concurrent use.
type Shadow struct {
	// Late is by how much the other system may be late with what time does and
	// agree all the same, such as the period of its job. Zero: not at all.
	Late time.Duration

	forms  []Forms
	orders map[string]supervision.Order
	astray map[string]bool
	report Report
}

// Report is what a shadow has seen.
type Report struct {
	// Decided counts the decisions, Disagreements has those that the rules
	// would not have made, as they came.
	Decided       int            `json:"decided"`
	Disagreements []Disagreement `json:"disagreements"`
	// ByRule counts disagreements, those that follow from one before left out.
	ByRule map[supervision.Rule]int `json:"by_rule"`
}

// NewShadow makes a shadow. Requests on templates are checked with the form
// that forms finds; without, their values are taken as they are.
func NewShadow(forms ...Forms) *Shadow {
	return &Shadow{
		forms: forms, orders: make(map[string]supervision.Order), astray: make(map[string]bool),
		report: Report{ByRule: make(map[supervision.Rule]int)},
	}
}

// Begin takes an order as it is, such as [supervision.Open] gives it. A second
// time it takes the new state, so that an order that went astray can be set
// right.
func (s *Shadow) Begin(o supervision.Order) {
	s.orders[o.ID] = o
	delete(s.astray, o.ID)
}

// End forgets an order of which no decision will come any more. What was
// heard of it stays in the report.
func (s *Shadow) End(order string) {
	delete(s.orders, order)
	delete(s.astray, order)
}

// Feed hears a decision. Those of an order come in the sequence of their
// instants. What the other system's clock does by itself is fed too, as the
// system's action, such as [supervision.Complete]; it agrees at the due instant
// and until it is later than [Shadow.Late]. An error is
// [supervision.ErrNotFound] for an order that has not begun or has ended, or an
// [*supervision.InvalidError] for what is no action.
func (s *Shadow) Feed(d Decided) error {
	o, ok := s.orders[d.Order]
	if !ok {
		return supervision.NotFound(d.Order)
	}
	if err := supervision.CheckAction(d.Action); err != nil {
		return err
	}
	s.report.Decided++
	c := command{d.Actor, d.Action, d.At}
	if due, ok := byTime(o, d.At); ok && due.Operation == d.Action.Operation() {
		if d.Accepted {
			o, _ = o.Settle(due.At)
			s.orders[d.Order] = o
		}
		if !d.Accepted || d.At.Sub(due.At) > s.Late {
			s.disagree(d, Disagreement{Rule: due.Operation.Rule(), From: due.At})
		}
		return nil
	}
	next, _, _, err := c.perform(o, s.forms)
	if (err == nil) == d.Accepted {
		if err == nil {
			s.orders[d.Order] = next
		}
		return nil
	}
	s.disagree(d, because(d.Action.Operation(), err))
	if d.Accepted {
		s.goAlong(o, c)
	}
	return nil
}

// because tells why the rules decide otherwise.
func because(op supervision.Operation, err error) Disagreement {
	why := Disagreement{Rule: op.Rule()}
	var refusal *supervision.Refusal
	var invalid *supervision.InvalidError
	switch {
	case errors.As(err, &refusal):
		why.Rule, why.Reason, why.From = refusal.Rule, refusal.Reason, refusal.From
	case errors.As(err, &invalid):
		why.Faults = invalid.Faults
	case errors.Is(err, supervision.ErrNotFound):
		why.Rule = supervision.R22
	}
	return why
}

// goAlong does what the other system did where the flow has a way for it.
func (s *Shadow) goAlong(o supervision.Order, c command) {
	next, _, err := c.force(o)
	if err != nil {
		s.astray[o.ID] = true
		return
	}
	s.orders[o.ID] = next
}

func (s *Shadow) disagree(d Decided, why Disagreement) {
	why.Order, why.Actor, why.Operation, why.At, why.Accepted = d.Order, d.Actor, d.Action.Operation(), d.At, d.Accepted
	why.Follows = s.astray[d.Order]
	s.report.Disagreements = append(s.report.Disagreements, why)
	if !why.Follows {
		s.report.ByRule[why.Rule]++
	}
}

// Report returns what the shadow has seen up to now.
func (s *Shadow) Report() Report {
	r := s.report
	r.Disagreements, r.ByRule = slices.Clone(r.Disagreements), maps.Clone(r.ByRule)
	return r
}
