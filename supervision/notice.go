package supervision

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
)

// Notices say when people are told of an instant (R33): each is how long before
// it, and zero for not at all. Negative is after it, where the order stays as
// it is when the instant comes. The zero value is no notices.
type Notices struct {
	// AppealOpens is about the instant at which a silence opens an appeal
	// (R09); it may be negative.
	AppealOpens time.Duration
	// Completion and AutoAccept are about what time does with an accepted order
	// and with an untouched delivery (R02, R27), ScheduledEnd about what it does
	// with an order that is still open then (R14).
	Completion, AutoAccept, ScheduledEnd time.Duration
	// BlackoutBegins and BlackoutEnds are about the first instant of the
	// blackout and the first one after it (R14); they may be negative.
	BlackoutBegins, BlackoutEnds time.Duration
	// Reminder is about the instant from which the buyer may remind again, where
	// that comes within the seller's turn (R20); it may be negative.
	Reminder time.Duration
	// RulingOverdue is about the first instant at which a ruling is late (R19);
	// it may be negative.
	RulingOverdue time.Duration
	// OpenFor is how long after its opening people are told of an order that is
	// not final yet.
	OpenFor time.Duration
}

// Notice tells people of an instant, once, unless the order has moved on before
// it is due (R33). It changes nothing.
type Notice struct {
	// Deadline is what it tells of. Its At is the instant; for
	// [DeadlineOpenFor] that of the notice.
	Deadline
	// Due is when it is due.
	Due time.Time `json:"due"`
}

// To returns whom the notice is for: the operations managers where a ruling is
// late, the buyer where it may remind again, otherwise both parties.
func (n Notice) To() []Role {
	switch n.Kind {
	case DeadlineRulingOverdue:
		return slices.Clone(manager)
	case DeadlineReminder:
		return []Role{RoleBuyer}
	}
	return slices.Clone(parties)
}

// ahead reports whether the notice tells of an instant to come.
func (n Notice) ahead() bool { return n.Due.Before(n.At) }

// NoticeID names the notices of an order that are due at an instant among what
// waits to be relayed: no record has a number below 1.
func NoticeID(order string, due time.Time) RecordID {
	return RecordID{Order: order, Seq: -due.UnixMicro()}
}

// Notice returns when the notices that it names are due, and whether it names
// notices at all and no record.
func (id RecordID) Notice() (due time.Time, ok bool) {
	return time.UnixMicro(-id.Seq).UTC(), id.Seq < 0
}

// Notices lists the notices that the policy asks for while the order stays as
// it is, soonest first. One that tells of an instant to come is not among them
// where that instant came before the order was as it is.
func (o Order) Notices() []Notice {
	if o.Policy.Notices == (Notices{}) {
		return nil
	}
	o.settleUntil(o.UpdatedAt, nil)
	var list []Notice
	add := func(kind DeadlineKind, at time.Time, rule Rule, party appeal.Party, ground appeal.Ground) {
		before := o.Policy.Notices.before(kind)
		n := Notice{Deadline{kind, at, rule, party, ground}, at.Add(-before)}
		if before != 0 && !at.IsZero() && (!n.ahead() || at.After(o.UpdatedAt)) {
			list = append(list, n)
		}
	}
	t, due := o.due()
	add(t.Timer, due, t.Rule, "", "")
	switch {
	case o.Status.Waiting():
		o.appealNotices(add)
		o.reminderNotice(add)
	case o.Appeal.Pending():
		add(DeadlineRulingOverdue, o.Appeal.HandleBy.Add(Tick), R19, "", "")
	}
	if open := o.Policy.Notices.OpenFor; open != 0 && !o.Status.Final() {
		at := o.OpenedAt.Add(open)
		list = append(list, Notice{Deadline{Kind: DeadlineOpenFor, At: at, Rule: R33}, at})
	}
	slices.SortStableFunc(list, func(a, b Notice) int { return a.Due.Compare(b.Due) })
	return list
}

// appealNotices adds what a waiting order may have noticed: the silence of
// whose turn it is, from its beginning on, and the blackout.
func (o *Order) appealNotices(add func(DeadlineKind, time.Time, Rule, appeal.Party, appeal.Ground)) {
	for _, party := range []appeal.Party{appeal.Buyer, appeal.Seller} {
		for _, v := range o.Policy.Appeal.Verdicts(party, o.facts(), o.silentSince()) {
			if v.Reason == appeal.NotSilentLongEnough {
				from, _ := o.window(OpRaiseAppeal, v.From, v.Until, v.Holds)
				add(DeadlineAppealOpens, from, o.opensBy(from), party, v.Ground)
			}
		}
	}
	if begins, ok := o.Policy.Appeal.BlackoutBegins(o.ScheduledEnd); ok {
		begins, _ = o.window(OpRaiseAppeal, begins, time.Time{}, false)
		add(DeadlineBlackoutBegins, begins, R14, "", "")
		ends, _ := o.window(OpRaiseAppeal, o.ScheduledEnd, time.Time{}, false)
		add(DeadlineBlackoutEnds, ends, R14, "", "")
	}
}

// reminderNotice adds when the buyer may remind again (R20), where that comes
// within the seller's turn.
func (o *Order) reminderNotice(add func(DeadlineKind, time.Time, Rule, appeal.Party, appeal.Ground)) {
	next := o.nextReminder()
	if !o.Reminder.At.IsZero() && next.After(o.TurnSince) && flow.Allows(string(o.Status), string(OpRemind)) {
		next, _ = o.window(OpRemind, next, time.Time{}, false)
		add(DeadlineReminder, next, R20, "", "")
	}
}

// NoticesDue lists the notices that are due at an instant, as the order is
// then, but for those that were due at instants whose notices have been given.
// One that tells of an instant which has come meanwhile is left out: it would
// be no news.
func (o Order) NoticesDue(at time.Time, given ...time.Time) (list []Notice) {
	o.settleUntil(at, nil)
	for _, n := range o.Notices() {
		if !n.Due.After(at) && !(n.ahead() && !n.At.After(at)) && !slices.ContainsFunc(given, n.Due.Equal) {
			list = append(list, n)
		}
	}
	return list
}

// before is how long before the instant of a kind a notice is due.
func (n Notices) before(kind DeadlineKind) time.Duration {
	switch kind {
	case DeadlineAppealOpens:
		return n.AppealOpens
	case DeadlineCompletion:
		return n.Completion
	case DeadlineAutoAccept:
		return n.AutoAccept
	case DeadlineScheduledEnd:
		return n.ScheduledEnd
	case DeadlineBlackoutBegins:
		return n.BlackoutBegins
	case DeadlineBlackoutEnds:
		return n.BlackoutEnds
	case DeadlineReminder:
		return n.Reminder
	case DeadlineRulingOverdue:
		return n.RulingOverdue
	}
	return 0
}

func (n Notices) validate(f *faults) {
	for _, c := range [...]struct {
		field  string
		before time.Duration
		least  time.Duration
	}{
		{"notices.appeal_opens", n.AppealOpens, -fault.Longest},
		{"notices.completion", n.Completion, 0},
		{"notices.auto_accept", n.AutoAccept, 0},
		{"notices.scheduled_end", n.ScheduledEnd, 0},
		{"notices.blackout_begins", n.BlackoutBegins, -fault.Longest},
		{"notices.blackout_ends", n.BlackoutEnds, -fault.Longest},
		{"notices.reminder", n.Reminder, -fault.Longest},
		{"notices.ruling_overdue", n.RulingOverdue, -fault.Longest},
		{"notices.open_for", n.OpenFor, 0},
	} {
		f.Duration(c.field, c.before, c.least)
	}
}

// validateNotices finds notices that nobody would ever get: of an instant that
// the policy has switched off, of one whose notice would be due before what it
// counts from, or only after the order has closed (R25).
func (p Policy) validateNotices(f *faults) {
	n, closes, open := p.Notices, p.AtScheduledEnd != EndStay, fault.Longest+Tick
	if closes {
		open = p.SupervisionPeriod
	}
	for _, c := range [...]struct {
		field  string
		before time.Duration
		// counts is how long it is from what the instant counts from; 0 where the
		// policy has it switched off.
		counts time.Duration
		// ends says that a scheduled end which closes the order ends it.
		ends bool
	}{
		{"notices.appeal_opens", n.AppealOpens, p.Appeal.Silence + onlyIf(p.Appeal.Silence > 0, Tick), closes},
		{"notices.completion", n.Completion, p.CompletionDelay, false},
		{"notices.auto_accept", n.AutoAccept, p.AutoAccept, false},
		{"notices.scheduled_end", n.ScheduledEnd, onlyIf(closes, p.SupervisionPeriod), false},
		{"notices.blackout_begins", n.BlackoutBegins, onlyIf(p.Appeal.Blackout > 0,
			p.SupervisionPeriod-p.Appeal.Blackout), closes},
		{"notices.blackout_ends", n.BlackoutEnds, onlyIf(p.Appeal.Blackout > 0 && !closes,
			p.SupervisionPeriod), false},
		{"notices.reminder", n.Reminder, p.ReminderInterval, closes},
		{"notices.ruling_overdue", n.RulingOverdue, p.Appeal.Handling + Tick, false},
		{"notices.open_for", n.OpenFor, open, false},
	} {
		switch {
		case c.before == 0:
		case c.counts == 0:
			f.Add(c.field, fault.UnknownField, "leave it out: the policy has its instant switched off")
		case c.before >= c.counts:
			f.Put(c.field, Fault{Code: fault.OutOfRange, Max: (c.counts - Tick).String(),
				Message: "make it shorter than what its instant counts"})
		case c.ends && c.counts-c.before >= p.SupervisionPeriod:
			f.Add(c.field, fault.OutOfRange, "let it be due before the order closes")
		}
	}
}

func onlyIf(yes bool, d time.Duration) time.Duration {
	if yes {
		return d
	}
	return 0
}

// noticesJSON names each notice by the kind of its deadline.
type noticesJSON struct {
	AppealOpens    string `json:"appeal_opens,omitempty"`
	Completion     string `json:"completion,omitempty"`
	AutoAccept     string `json:"auto_accept,omitempty"`
	ScheduledEnd   string `json:"scheduled_end,omitempty"`
	BlackoutBegins string `json:"blackout_begins,omitempty"`
	BlackoutEnds   string `json:"blackout_ends,omitempty"`
	Reminder       string `json:"reminder,omitempty"`
	RulingOverdue  string `json:"ruling_overdue,omitempty"`
	OpenFor        string `json:"open_for,omitempty"`
}

// MarshalJSON writes the notices that there are, with durations as text
// ("24h0m0s").
func (n Notices) MarshalJSON() ([]byte, error) {
	text := func(d time.Duration) string {
		if d == 0 {
			return ""
		}
		return d.String()
	}
	return json.Marshal(noticesJSON{
		text(n.AppealOpens), text(n.Completion), text(n.AutoAccept), text(n.ScheduledEnd),
		text(n.BlackoutBegins), text(n.BlackoutEnds), text(n.Reminder), text(n.RulingOverdue), text(n.OpenFor),
	})
}

// UnmarshalJSON reads what MarshalJSON writes. Errors are those of a [Policy],
// which validates what is read.
func (n *Notices) UnmarshalJSON(data []byte) error {
	var wire noticesJSON
	if err := fault.Decode("supervision: notices", data, &wire); err != nil {
		return err
	}
	var f faults
	parse := func(field, text string) time.Duration {
		if text == "" {
			return 0
		}
		return f.ParseDuration(field, text)
	}
	read := Notices{
		AppealOpens:    parse("appeal_opens", wire.AppealOpens),
		Completion:     parse("completion", wire.Completion),
		AutoAccept:     parse("auto_accept", wire.AutoAccept),
		ScheduledEnd:   parse("scheduled_end", wire.ScheduledEnd),
		BlackoutBegins: parse("blackout_begins", wire.BlackoutBegins),
		BlackoutEnds:   parse("blackout_ends", wire.BlackoutEnds),
		Reminder:       parse("reminder", wire.Reminder),
		RulingOverdue:  parse("ruling_overdue", wire.RulingOverdue),
		OpenFor:        parse("open_for", wire.OpenFor),
	}
	if err := f.Err("supervision: notices", ErrMalformed); err != nil {
		return err
	}
	*n = read
	return nil
}
