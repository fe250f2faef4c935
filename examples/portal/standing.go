package main

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// standing says at the head of an order's pages what happened, how much of
// whose time is used, and what comes if nobody acts.
type standing struct {
	summary
	Happened []recordView                     // in this turn, newest first
	Used     struct{ Since, Until time.Time } // the stretch of time that runs; zero where none does
	Comes    []supervision.Deadline
	Later    []supervision.Deadline // what comes that is not said at the head
	Can      []supervision.Actor    // who can appeal already
}

// happenings is how many records the banner shows at most.
const happenings = 3

func (v *visit) standing(records []recordView) standing {
	s := v.summary(v.order)
	st := standing{summary: s, Happened: thisTurn(records)}
	st.Comes, st.Later = v.deadlines(v.order)
	switch facts := s.Facts(); {
	case s.Status == supervision.Frozen:
		st.Used.Since, st.Used.Until = s.Appeal.RaisedAt, s.Appeal.HandleBy
	case s.Status == supervision.Accepted:
		st.Used.Since, st.Used.Until = s.AcceptedAt, s.NextDue()
	case s.Status.Waiting() && s.Policy.Appeal.Silence > 0 && !facts.Since.IsZero():
		st.Used.Since, st.Used.Until = facts.Since, facts.Since.Add(s.Policy.Appeal.Silence)
	}
	for _, party := range []supervision.Actor{supervision.Buyer(s.Buyer), supervision.Seller(s.Seller)} {
		if d, _ := s.Permit(party, supervision.OpRaiseAppeal, s.Now); d.Allowed {
			st.Can = append(st.Can, party)
		}
	}
	return st
}

// thisTurn picks from an order's records, newest first, what somebody whose
// turn it is has to know: what began the turn, a ruling included with what it
// let go on, and what was said since.
func thisTurn(records []recordView) (list []recordView) {
	ruled := false
	for _, r := range slices.Backward(records) {
		opened := r.Operation == supervision.OpRaiseAppeal || r.Operation == supervision.OpIntervene
		over := ruled && opened
		if r.Operation != supervision.OpAddNote && len(list) < happenings && !over {
			list = append(list, r)
		}
		if r.From != r.To && r.Operation != supervision.OpDecideAppeal && !over {
			break
		}
		ruled = ruled || r.Operation == supervision.OpDecideAppeal
	}
	return list
}

// horizon is how far ahead people are told what time brings, foreseen how much
// of it at the head of a page.
const (
	horizon  = 90 * supervision.Day
	foreseen = 2
)

// deadlines are what time will bring, soonest first, at the head of a page and
// beside it.
func (v *visit) deadlines(order supervision.Order) (head, later []supervision.Deadline) {
	for _, d := range order.Deadlines(v.Now) {
		switch {
		case !d.At.Before(v.Now.Add(horizon)):
		case len(head) < foreseen && d.Kind != supervision.DeadlineReminder:
			head = append(head, d)
		default:
			later = append(later, d)
		}
	}
	return head, later
}
