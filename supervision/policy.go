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
	// MaxAnswers is the most characters of the answers of one form together.
	MaxAnswers = 40_000
	// MaxNotes is the most notes on one appeal, MaxNoted the most characters
	// of them together, with what names their files.
	MaxNotes = 100
	MaxNoted = 100_000
	// MaxHistory is the most quotes of one adoption (R29).
	MaxHistory = 200
	// MaxTemplateVersion is the last version of a template.
	MaxTemplateVersion = 1<<31 - 1
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
// touches new orders only, and a running one by an amendment (R25, R31). It is
// comparable. The zero value stands for [Guide] in an [Opening]; it is not
// valid by itself. Durations are multiples of [Tick].
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
	// AtScheduledEnd is what time does with an order that is still open at its
	// scheduled end (R14).
	AtScheduledEnd EndAction
	// NegotiatedRefund lets buyer and seller agree on a refund (R32).
	NegotiatedRefund bool
	// AutoAccept is how long the buyer may leave a delivery untouched before
	// the system accepts it (R27). 0 switches it off.
	AutoAccept time.Duration
	// AutoAcceptFrom is from when that counts: the delivery, or the receipt
	// that the host reports (R27).
	AutoAcceptFrom CountedFrom
	// Notices say how long before or after an instant people are told of it
	// (R33).
	Notices Notices
	// Appeal holds the numbers and grounds of appeals (R09 to R11, R14, R19).
	Appeal appeal.Policy
}

// Guide is the policy of the user guide of 2024-01-29, and the default:
// completed 3 hours after acceptance (R02), 365 days of supervision (R14), a
// reminder a day (R20), no auto-accept (R27). Interventions (R30), amendments
// (R31) and views (R34), of which the guide does not speak, are there under
// every policy.
func Guide() Policy {
	return Policy{
		Name:              "guide",
		Start:             AwaitingRequest,
		CompletionDelay:   3 * time.Hour,
		SupervisionPeriod: 365 * Day,
		ReminderInterval:  24 * time.Hour,
		AtScheduledEnd:    EndStay,
		AutoAcceptFrom:    FromDelivery,
		Appeal:            appeal.Guide(),
	}
}

// Rules2025 is the guide with the 2025 rules of unsubscription: any party
// appeals at any time until acceptance, without a ground and with proof, and
// the parties may agree on a refund (R18, R26, R32).
func Rules2025() Policy {
	p := Guide()
	p.Name, p.Appeal, p.NegotiatedRefund = "2025", appeal.Rules2025(), true
	return p
}

// License is the guide for License products, whose flow starts at
// AwaitingDelivery (R26).
func License() Policy {
	p := Guide()
	p.Name, p.Start = "license", AwaitingDelivery
	return p
}

// Hardware is License for goods that are shipped: a delivery that the buyer
// leaves untouched is accepted 10 days after its receipt (R26, R27).
func Hardware() Policy {
	p := License()
	p.Name, p.AutoAccept, p.AutoAcceptFrom = "hardware", 10*Day, FromReceipt
	return p
}

// EndAction is what time does with an order that is still open at its scheduled
// end (R14). The zero value is none.
type EndAction string

// The actions at the scheduled end.
const (
	// EndStay: nothing; from then on the order can be appealed again.
	EndStay EndAction = "stay"
	// EndAccept: the order is accepted, and completes like any accepted one.
	EndAccept EndAction = "accept"
	// EndCancel: the order is Canceled, and what was paid is refunded.
	EndCancel EndAction = "cancel"
)

var endActions = []EndAction{EndStay, EndAccept, EndCancel}

// EndActions lists every action.
func EndActions() []EndAction { return append([]EndAction(nil), endActions...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (a *EndAction) UnmarshalText(text []byte) error {
	return parseWord(a, "action at the scheduled end", text, endActions)
}

// to returns the status that the action leads to; zero where the order stays.
func (a EndAction) to() Status {
	switch a {
	case EndAccept:
		return Accepted
	case EndCancel:
		return Canceled
	}
	return ""
}

// CountedFrom is from when the time counts in which an untouched delivery is
// accepted (R27). The zero value is none.
type CountedFrom string

// The instants it may count from.
const (
	// FromDelivery: from the delivery.
	FromDelivery CountedFrom = "delivery"
	// FromReceipt: from the receipt that the host reports; without a report the
	// delivery is never accepted by time.
	FromReceipt CountedFrom = "receipt"
)

var countedFrom = []CountedFrom{FromDelivery, FromReceipt}

// CountedFroms lists every instant.
func CountedFroms() []CountedFrom { return append([]CountedFrom(nil), countedFrom...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (c *CountedFrom) UnmarshalText(text []byte) error {
	return parseWord(c, "instant to count from", text, countedFrom)
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
	f.Duration("reminder_interval", p.ReminderInterval, 0)
	if !slices.Contains(endActions, p.AtScheduledEnd) {
		f.Add("at_scheduled_end", fault.Unknown, "use one of "+fault.Words(endActions))
	}
	f.Duration("auto_accept", p.AutoAccept, 0)
	if !slices.Contains(countedFrom, p.AutoAcceptFrom) {
		f.Add("auto_accept_from", fault.Unknown, "use one of "+fault.Words(countedFrom))
	}
	before := len(f.List)
	f.Duration("supervision_period", p.SupervisionPeriod, Tick)
	p.Notices.validate(&f)
	f.Within("appeal", p.Appeal.Validate())
	if len(f.List) == before {
		f = p.validateWhole(f)
	}
	return f.Err("supervision", ErrPolicy)
}

// validateWhole finds numbers that are good by themselves and make no sense
// together (R25).
func (p Policy) validateWhole(f faults) faults {
	if p.Appeal.Blackout >= p.SupervisionPeriod {
		f.Add("appeal.blackout", fault.OutOfRange, "make it shorter than the supervision period")
	}
	// After a scheduled end that closes nothing, a silence can still open. One
	// entitles a tick after it has lasted (R09).
	if p.AtScheduledEnd.to() != "" && p.Appeal.Silence+Tick+p.Appeal.Blackout >= p.SupervisionPeriod {
		f.Add("appeal.silence", fault.OutOfRange,
			"make it shorter than what the blackout leaves of the supervision period")
	}
	p.validateNotices(&f)
	return f
}
