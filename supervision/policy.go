package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
)

// The bounds of what an order may hold; the same for every policy.
const (
	// MaxText is the most characters of a text.
	MaxText = fault.MaxText
	// MaxID is the most characters of an id, an idempotency key or a checksum.
	MaxID = fault.MaxID
	// MaxAttachments is the most attachments of one operation.
	MaxAttachments = 20
	// MaxNotes is the most notes on one appeal.
	MaxNotes = 100
	// MaxPage is the most orders or records of one page, DefaultPage what a
	// page holds when the limit is zero.
	MaxPage     = 500
	DefaultPage = 20
)

// The day and the resolution of time, from the rules of appeals.
const (
	Day  = appeal.Day
	Tick = appeal.Tick
)

// Policy is every number and choice of the rules as data: validated,
// serialisable, and pinned to an order when it opens, so that a later change
// touches new orders only (R25). It is comparable. The zero value stands for
// [Guide] in an [Opening]; it is not valid by itself. Durations are multiples
// of [Tick].
type Policy struct {
	// Name tells people which policy this is, such as "guide"; at most MaxID
	// characters.
	Name string
	// Start is where the flow opens: [AwaitingRequest], or [AwaitingDelivery]
	// for a License flow (R26).
	Start Status
	// CompletionDelay is how long after acceptance the order becomes Completed
	// (R02). It must be positive.
	CompletionDelay time.Duration
	// SupervisionPeriod is how long after opening a flow is scheduled to be
	// completed, where the order brings no date of its own (R14). It must be
	// positive.
	SupervisionPeriod time.Duration
	// ReminderInterval is the least time between two reminders (R20). 0 means
	// that reminders are not limited.
	ReminderInterval time.Duration
	// AutoAccept is how long the buyer may leave a delivery untouched before
	// the system accepts it (R27). 0 switches it off.
	AutoAccept time.Duration
	// Appeal holds the numbers and grounds of appeals (R09 to R11, R14, R19).
	Appeal appeal.Policy
}

// Guide is the policy of the user guide of 2024-01-29, and the default:
// completed 3 hours after acceptance (R02), 365 days of supervision (R14), a
// reminder a day (R20), no auto-accept (R27).
func Guide() Policy {
	return Policy{
		Name:              "guide",
		Start:             AwaitingRequest,
		CompletionDelay:   3 * time.Hour,
		SupervisionPeriod: 365 * Day,
		ReminderInterval:  24 * time.Hour,
		Appeal:            appeal.Guide(),
	}
}

// Rules2025 is the guide with the appeals of the 2025 rules: any party, at any
// time until acceptance, without a ground (R26).
func Rules2025() Policy {
	p := Guide()
	p.Name, p.Appeal = "2025", appeal.Rules2025()
	return p
}

// License is the guide for License products, whose flow starts at
// AwaitingDelivery (R26).
func License() Policy {
	p := Guide()
	p.Name, p.Start = "license", AwaitingDelivery
	return p
}

// Validate returns an [*InvalidError] that matches [ErrPolicy] and has every
// fault of the policy; nil where it has none.
func (p Policy) Validate() error {
	var f faults
	if p.Name != "" {
		f.ID("name", p.Name)
	}
	if !slices.Contains(starts, p.Start) {
		f.Add("start", fault.Unknown, "use one of "+fault.Words(starts))
	}
	f.Duration("completion_delay", p.CompletionDelay, Tick)
	f.Duration("supervision_period", p.SupervisionPeriod, Tick)
	f.Duration("reminder_interval", p.ReminderInterval, 0)
	f.Duration("auto_accept", p.AutoAccept, 0)
	f.Within("appeal", p.Appeal.Validate())
	return f.Err("supervision", ErrPolicy)
}

// delay returns how long a timer runs; 0 where the policy has it switched off.
func (p Policy) delay(timer DeadlineKind) time.Duration {
	switch timer {
	case DeadlineCompletion:
		return p.CompletionDelay
	case DeadlineAutoAccept:
		return p.AutoAccept
	}
	return 0
}
