package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Kind says what is wrong with a record.
type Kind string

// The kinds of findings.
const (
	// Missing: records that have to be there are not.
	Missing Kind = "missing"
	// Misplaced: the record does not stand where its number says, or the number
	// is taken.
	Misplaced Kind = "misplaced"
	// Refused: a rule forbids the operation; Decision says why.
	Refused Kind = "refused"
	// Invalid: the input would have been refused; Faults says why.
	Invalid Kind = "invalid"
	// Overdue: time had moved the order on before, by the record in Want.
	Overdue Kind = "overdue"
	// Altered: the record differs in Fields from the one in Want, or the order
	// as stored from the one that its records make.
	Altered Kind = "altered"
	// Reused: its idempotency key was the same actor's on a record before
	// (R28).
	Reused Kind = "reused"
	// Unchecked: the form was not at hand; all else is as it should be.
	Unchecked Kind = "unchecked"
	// Unjudged: after what was found, nothing says where the order stands, so
	// that this record and those after it are not judged.
	Unjudged Kind = "unjudged"
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Missing, Misplaced, Refused, Invalid, Overdue, Altered, Reused, Unchecked, Unjudged}
}

// Finding names a record that could not have been made, or could not be judged,
// and what there should have been; or an order that its records do not make.
type Finding struct {
	Order string `json:"order"`
	// Seq is the record's sequence number; of missing records, the first's; 0
	// for the order itself.
	Seq  int64            `json:"seq"`
	Kind Kind             `json:"kind"`
	Rule supervision.Rule `json:"rule"`
	// Fields are the JSON names of what differs, such as "actor.id".
	Fields []string `json:"fields,omitempty"`
	// Want is the record that the rules make; nil where they make none. It
	// holds what users wrote.
	Want *supervision.Record `json:"want,omitempty"`
	// Decision is why it is refused; zero where the actor has no part in the
	// order.
	Decision supervision.Decision `json:"decision,omitzero"`
	// Faults are those of an invalid record.
	Faults []supervision.Fault `json:"faults,omitempty"`
}

// OfOrder reports whether the finding is about the order itself, which its
// records do not make (R21).
func (f Finding) OfOrder() bool { return f.Kind == Altered && f.Seq == 0 && f.Want == nil }

// String says the finding in one line, without what users wrote.
func (f Finding) String() string {
	what := "order"
	if !f.OfOrder() {
		what = fmt.Sprintf("record %d", f.Seq)
	}
	return fmt.Sprintf("%s: %s (%s): %s", what, f.Kind, f.Rule, f.text())
}

func (f Finding) text() string {
	switch f.Kind {
	case Missing:
		return "records from here on are not there"
	case Misplaced:
		return "stands where another record belongs"
	case Refused:
		text := "the actor has no part in the order"
		if f.Decision.Reason != "" {
			text = supervision.ReasonText(f.Decision.Reason)
		}
		if !f.Decision.From.IsZero() {
			text += "; allowed from " + f.Decision.From.Format(time.RFC3339Nano)
		}
		return text + f.byWhom()
	case Invalid:
		return "would have been refused as input" + namely(f.Faults)
	case Overdue:
		return fmt.Sprintf("%s was due before, at %s", f.Want.Operation, f.Want.At.Format(time.RFC3339Nano))
	case Altered:
		return "differs in " + strings.Join(f.Fields, ", ")
	case Reused:
		return "the idempotency key was used before"
	case Unchecked:
		return "pass the version of the template that the order is pinned to"
	}
	return "where the order stood is not known"
}

func (f Finding) byWhom() string {
	if f.Want == nil {
		return ""
	}
	return "; it is the " + string(f.Want.Actor.Role) + "'s"
}

// namely says faults in words, each after a semicolon.
func namely(list []supervision.Fault) string {
	var text strings.Builder
	for _, f := range list {
		text.WriteString("; " + strings.TrimPrefix(f.Field+": "+f.Message, ": "))
	}
	return text.String()
}
