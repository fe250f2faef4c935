package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// DeadlineKind says what an instant brings. The zero value is nothing.
type DeadlineKind string

// The kinds of deadlines. Each comes true by time alone, at its instant and not
// a tick earlier.
const (
	// DeadlineCompletion: the order becomes Completed (R02).
	DeadlineCompletion DeadlineKind = "completion"
	// DeadlineAutoAccept: the system accepts the delivery (R27).
	DeadlineAutoAccept DeadlineKind = "auto_accept"
	// DeadlineScheduledEnd: the system closes an order that is still open at
	// its scheduled end (R14).
	DeadlineScheduledEnd DeadlineKind = "scheduled_end"
	// DeadlineAppealOpens: a party's ground begins to hold (R09, R14).
	DeadlineAppealOpens DeadlineKind = "appeal_opens"
	// DeadlineBlackoutBegins and DeadlineBlackoutEnds: between them no appeal
	// is taken (R14).
	DeadlineBlackoutBegins DeadlineKind = "blackout_begins"
	DeadlineBlackoutEnds   DeadlineKind = "blackout_ends"
	// DeadlineReminder: the buyer may remind again (R20).
	DeadlineReminder DeadlineKind = "reminder"
	// DeadlineRulingOverdue: the ruling on the pending appeal is late (R19).
	DeadlineRulingOverdue DeadlineKind = "ruling_overdue"
	// DeadlineOpenFor: the order has been open for as long as the policy's
	// notice says (R33). Only a [Notice] tells of it.
	DeadlineOpenFor DeadlineKind = "open_for"
)

var deadlineKinds = []DeadlineKind{DeadlineCompletion, DeadlineAutoAccept, DeadlineScheduledEnd, DeadlineAppealOpens,
	DeadlineBlackoutBegins, DeadlineBlackoutEnds, DeadlineReminder, DeadlineRulingOverdue, DeadlineOpenFor}

// DeadlineKinds lists every kind of deadline.
func DeadlineKinds() []DeadlineKind { return append([]DeadlineKind(nil), deadlineKinds...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (k *DeadlineKind) UnmarshalText(text []byte) error {
	return parseWord(k, "deadline kind", text, deadlineKinds)
}

// Deadline is one thing that time alone will bring, unless somebody acts
// before.
type Deadline struct {
	Kind DeadlineKind `json:"kind"`
	// At is the first instant at which it is true.
	At   time.Time `json:"at"`
	Rule Rule      `json:"rule"`
	// Party and Ground say whose appeal opens, and on what; empty in the other
	// kinds.
	Party  appeal.Party  `json:"party,omitempty"`
	Ground appeal.Ground `json:"ground,omitempty"`
}

// Deadlines lists what time alone will bring after an instant, soonest first
// (R23). Each is one computed instant, so a host can show a countdown that is
// never wrong. What lies behind the instant at which time moves the order on is
// left out, except for the completion that follows an auto-acceptance. The list
// is never nil, which JSON would write as null.
func (o Order) Deadlines(at time.Time) []Deadline {
	at = o.clamp(at)
	now := o
	now.settleUntil(at, nil)
	list := []Deadline{}
	add := func(kind DeadlineKind, instant time.Time, rule Rule, party appeal.Party, ground appeal.Ground) {
		if instant.After(at) {
			list = append(list, Deadline{kind, instant, rule, party, ground})
		}
	}
	if now.Status.Waiting() {
		now.appealDeadlines(at, add)
	}
	if now.Appeal.Pending() {
		add(DeadlineRulingOverdue, now.Appeal.HandleBy.Add(Tick), R19, "", "")
	}
	add(DeadlineReminder, now.decision(Buyer(now.Buyer), Remind{}, at).From, R20, "", "")
	for t, due := now.due(); !due.IsZero(); t, due = now.due() {
		add(t.Timer, due, t.Rule, "", "")
		now.settleUntil(due, nil)
	}
	slices.SortStableFunc(list, func(a, b Deadline) int { return a.At.Compare(b.At) })
	return list
}

func (o *Order) appealDeadlines(at time.Time, add func(DeadlineKind, time.Time, Rule, appeal.Party, appeal.Ground)) {
	begins, blackout := o.Policy.Appeal.BlackoutBegins(o.ScheduledEnd)
	for _, party := range []appeal.Party{appeal.Buyer, appeal.Seller} {
		for _, v := range o.Policy.Appeal.Verdicts(party, o.facts(), at) {
			from, _ := o.window(OpRaiseAppeal, v.From, v.Until, v.Holds)
			add(DeadlineAppealOpens, from, o.opensBy(from), party, v.Ground)
		}
	}
	if blackout {
		begins, _ = o.window(OpRaiseAppeal, begins, time.Time{}, false)
		add(DeadlineBlackoutBegins, begins, R14, "", "")
		ends, _ := o.window(OpRaiseAppeal, o.ScheduledEnd, time.Time{}, false)
		add(DeadlineBlackoutEnds, ends, R14, "", "")
	}
}

// opensBy returns the rule by which an appeal opens at an instant: the end of
// the blackout opens what silence or rejections alone do not.
func (o *Order) opensBy(from time.Time) Rule {
	if _, blackout := o.Policy.Appeal.BlackoutBegins(o.ScheduledEnd); blackout && from.Equal(o.ScheduledEnd) {
		return R14
	}
	return R09
}
