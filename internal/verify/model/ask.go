package model

import "slices"

// Operations are all operations but opening, in the order in which answers list
// them.
var Operations = []string{"submit_request", "accept_request", "reject_request", "report_progress", "deliver",
	"accept_product",
	"reject_product", "remind", "raise_appeal", "intervene", "add_note", "decide_appeal", "propose_refund",
	"withdraw_refund", "agree_refund", "decline_refund", "amend", "report_receipt", "auto_accept", "close_at_end",
	"complete", "erase"}

// Instants lists, sorted, every instant at which time may change an answer
// about the order as it stands.
func (o Order) Instants() []int64 {
	list := make([]int64, 0, 10)
	list = append(list, o.SilentSince+o.Policy.Silence+1, o.End-o.Policy.Blackout, o.End)
	if o.Reminded != 0 {
		list = append(list, o.Reminded+o.Policy.Reminder)
	}
	if o.Appeal != nil && o.Appeal.Ruling == nil {
		list = append(list, o.Appeal.HandleBy+1)
	}
	for o.Due() != 0 {
		list = append(list, o.Due())
		o, _ = o.Settle(o.Due())
	}
	slices.Sort(list)
	return list
}

// opening finds the first instant at which a question that is answered with no
// becomes a yes, and the first one after that, or after now where it is a yes
// already, at which it is a no again; 0 for never.
func (o Order) opening(now int64, yes func(Order, int64) bool) (from, until int64) {
	open := yes(o.at(now), now)
	for _, t := range o.Instants() {
		if t <= now {
			continue
		}
		is := yes(o.at(t), t)
		if open && !is {
			return from, t
		}
		if !open && is {
			open, from = true, t
		}
	}
	return from, 0
}

// Permission answers whether a role may do something now.
type Permission struct {
	Op           string
	Allowed      bool
	Rule, Reason string
	From, Until  int64
}

// Permissions answers for every operation (R23).
func (o Order) Permissions(role, actor string, now int64) []Permission {
	now = o.clamp(now)
	o = o.at(now)
	list := make([]Permission, 0, len(Operations))
	for _, op := range Operations {
		list = append(list, o.permission(role, actor, op, now))
	}
	return list
}

func (o Order) permission(role, actor, op string, now int64) Permission {
	p := Permission{Op: op, Rule: ruleOf(op)}
	if rule, reason := o.barred(role, op); reason != "" {
		p.Rule, p.Reason = rule, reason
		return p
	}
	if o.ownCase(role, actor) {
		p.Rule, p.Reason = "R13", "own_case"
		return p
	}
	if op == "auto_accept" || op == "close_at_end" || op == "complete" {
		p.Reason = "not_due"
		return p
	}
	p.From, p.Until = o.opening(now, func(o Order, t int64) bool { return o.may(role, actor, op, t) })
	if p.Allowed = o.may(role, actor, op, now); p.Allowed {
		return p
	}
	switch op {
	case "remind":
		p.Reason = "reminded_recently"
	case "add_note":
		p.Reason = "too_many_notes"
	case "report_receipt":
		p.Reason = "already_received"
	case "erase":
		p.Reason = "erased"
	case "propose_refund", "withdraw_refund", "agree_refund", "decline_refund":
		p.Reason = o.notNegotiated(Command{Op: op})
	case "raise_appeal":
		p.Reason = o.bestReason(role, now)
		p.Rule = ruleOfReason(p.Reason)
	}
	return p
}

// may is the yes or no of an operation: whether some command of it would be
// done.
func (o Order) may(role, actor, op string, at int64) bool {
	if _, reason := o.barred(role, op); reason != "" || o.ownCase(role, actor) {
		return false
	}
	switch op {
	case "remind":
		return !o.remindedRecently(at)
	case "add_note":
		return len(o.Appeal.Notes) < 100
	case "report_receipt":
		return o.Received == 0
	case "erase":
		return o.Erased == 0
	case "propose_refund", "withdraw_refund", "agree_refund", "decline_refund":
		return o.notNegotiated(Command{Op: op}) == ""
	case "raise_appeal":
		for _, ground := range GroundWords {
			if o.groundFails(role, ground, at) == "" {
				return true
			}
		}
		return false
	}
	return true
}

// bestReason is the reason that is told when no ground holds: of the ground
// that the clock would open first if no timer moved the order on before,
// otherwise of the first one granted.
func (o Order) bestReason(role string, now int64) string {
	best, soonest := "not_granted", int64(0)
	untimed := *o.Policy
	untimed.AutoAccept, untimed.AtEnd = 0, "stay"
	o.Policy = &untimed
	for _, ground := range GroundWords {
		reason := o.groundFails(role, ground, now)
		if reason == "not_granted" {
			continue
		}
		from, _ := o.opening(now, func(o Order, t int64) bool { return o.appealable(role, ground, t) })
		if best == "not_granted" || from != 0 && (soonest == 0 || from < soonest) {
			best, soonest = reason, from
		}
	}
	return best
}

// Verdict answers whether a ground holds now.
type Verdict struct {
	Ground      string
	Holds       bool
	Reason      string
	From, Until int64
	Count       int
	Since       int64
}

// Verdicts answers for every ground a role has (R11, R18).
func (o Order) Verdicts(role string, now int64) []Verdict {
	now = o.clamp(now)
	o = o.at(now)
	if !o.waiting() {
		return nil
	}
	var list []Verdict
	for _, ground := range GroundWords {
		if !o.Policy.grants(role, ground) {
			continue
		}
		v := Verdict{Ground: ground, Reason: o.groundFails(role, ground, now)}
		v.From, v.Until = o.opening(now, func(o Order, t int64) bool { return o.appealable(role, ground, t) })
		if v.Holds = v.Reason == ""; v.Holds {
			v.Count, v.Since = o.finding(ground)
		}
		list = append(list, v)
	}
	return list
}

// Deadline is one thing that time alone will bring.
type Deadline struct {
	At                        int64
	Kind, Rule, Party, Ground string
}

// Deadlines lists what time alone will bring after now, in no particular order
// (R23).
func (o Order) Deadlines(now int64) []Deadline {
	now = o.clamp(now)
	o = o.at(now)
	var list []Deadline
	moves := o.Due()
	add := func(d Deadline) {
		if d.At > now && (moves == 0 || d.At < moves) {
			list = append(list, d)
		}
	}
	if o.waiting() {
		for _, party := range []string{"buyer", "seller"} {
			for _, v := range o.Verdicts(party, now) {
				rule := "R09"
				if v.From == o.End && o.Policy.Blackout > 0 { // the tick before was in the blackout
					rule = "R14"
				}
				add(Deadline{v.From, "appeal_opens", rule, party, v.Ground})
			}
		}
		if o.Policy.Blackout > 0 {
			add(Deadline{o.End - o.Policy.Blackout, "blackout_begins", "R14", "", ""})
			add(Deadline{o.End, "blackout_ends", "R14", "", ""})
		}
	}
	if o.Status == "frozen" {
		add(Deadline{o.Appeal.HandleBy + 1, "ruling_overdue", "R19", "", ""})
	}
	if o.Turn() == "seller" && o.remindedRecently(now) {
		add(Deadline{o.Reminded + o.Policy.Reminder, "reminder", "R20", "", ""})
	}
	for o.Due() != 0 {
		switch op, due := o.due(); op {
		case "complete":
			list = append(list, Deadline{due, "completion", "R02", "", ""})
		case "close_at_end":
			list = append(list, Deadline{due, "scheduled_end", "R14", "", ""})
		default:
			list = append(list, Deadline{due, "auto_accept", "R27", "", ""})
		}
		o, _ = o.Settle(o.Due())
	}
	return list
}
