package model

import (
	"cmp"
	"slices"
)

// Notice tells people of an instant, when it is due (R33).
type Notice struct {
	Kind, Rule string
	At, Due    int64
}

// Notices are what people are told of the order while it stays as it is, the
// first to come first. Before an instant nobody is told of it once it has come.
func (o Order) Notices() []Notice {
	o = o.at(o.Updated)
	var list []Notice
	tell := func(kind, rule string, at int64) {
		before := o.Policy.Tell[kind]
		if at != 0 && before != 0 && (before < 0 || at > o.Updated) {
			list = append(list, Notice{kind, rule, at, at - before})
		}
	}
	switch op, at := o.due(); op {
	case "complete":
		tell("completion", "R02", at)
	case "auto_accept":
		tell("auto_accept", "R27", at)
	case "close_at_end":
		tell("scheduled_end", "R14", at)
	}
	if o.waiting() {
		rule := "R09"
		if o.Policy.Blackout > 0 && o.entitledAt() == o.End { // the tick before was in the blackout
			rule = "R14"
		}
		tell("appeal_opens", rule, o.entitledAt())
		if begins := o.End - o.Policy.Blackout; o.Policy.Blackout > 0 && o.lasts(begins) {
			tell("blackout_begins", "R14", begins)
		}
		if o.Policy.Blackout > 0 && o.lasts(o.End) {
			tell("blackout_ends", "R14", o.End)
		}
		next := o.Reminded + o.Policy.Reminder
		if o.Turn() == "seller" && o.Reminded != 0 && next > o.TurnSince && o.lasts(next) {
			tell("reminder", "R20", next)
		}
	}
	if o.Status == "frozen" {
		tell("ruling_overdue", "R19", o.Appeal.HandleBy+1)
	}
	if open := o.Policy.Tell["open_for"]; open != 0 && !o.final() {
		list = append(list, Notice{"open_for", "R33", o.Opened + open, o.Opened + open})
	}
	slices.SortStableFunc(list, func(a, b Notice) int { return cmp.Compare(a.Due, b.Due) })
	return list
}

// lasts reports whether the order is as it is until just before an instant, as
// far as time alone goes.
func (o Order) lasts(at int64) bool { return o.Due() == 0 || at < o.Due() }

// entitledAt is when the silence of whose turn it is entitles the other side;
// 0 for never.
func (o Order) entitledAt() int64 {
	other, ground := "buyer", "seller_silent"
	if o.Turn() == "buyer" {
		other, ground = "seller", "buyer_silent"
	}
	if !o.Policy.grants(other, ground) {
		return 0
	}
	at := o.SilentSince + o.Policy.Silence + 1
	if begins := o.End - o.Policy.Blackout; at >= begins && at < o.End {
		at = o.End
	}
	if !o.lasts(at) {
		return 0
	}
	return at
}

// Told are the notices that are due at an instant, and still are news then.
func (o Order) Told(at int64) (list []Notice) {
	for _, n := range o.at(at).Notices() {
		if n.Due <= at && (n.Due >= n.At || n.At > at) {
			list = append(list, n)
		}
	}
	return list
}
