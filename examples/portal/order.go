package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

type orderPage struct {
	*visit
	Order   standing
	Done    supervision.Operation // what the visitor has just done
	Cards   []card
	Records []recordView // newest first
	Earlier bool         // there are more than are shown
}

// recordsShown is how many operation records an order's page shows at most; its
// record as a document has all.
const recordsShown = 50

func (v *visit) showOrder() error {
	v.err = v.db.read(v.ctx(), v.Who.ID, v.order.ID)
	records, cards := v.records("appeal", "delivery", "request")
	page := orderPage{visit: v, Cards: cards, Order: v.standing(records),
		Done: supervision.Operation(v.said(address(v.order.ID)))}
	v.follow()
	slices.Reverse(records)
	shown := min(len(records), recordsShown)
	page.Records, page.Earlier = records[:shown], shown < len(records)
	return v.render(http.StatusOK, "order.html", page)
}

// address is where an order's page is; ids may hold anything on one line.
func address(order string) string { return "/orders/" + url.PathEscape(order) }

// follow has the page hear of what happens to the order after the version that
// it shows.
func (v *visit) follow() {
	v.Live = fmt.Sprintf("%s/events?seen=%d", address(v.order.ID), v.order.Version)
}

// summary is an order as the list and the head of every page about it show it.
type summary struct {
	supervision.Order
	Now    time.Time
	Offers offers
	Role   supervision.Role // the visitor's
}

func (v *visit) summary(o supervision.Order) summary {
	return summary{o, v.Now, offersOf(o, v.actor(), v.Now), v.Who.Role}
}

// Assignee is the operations manager whose case the order's appeal is: who took
// the order in hand, or wrote first.
func (s summary) Assignee() string {
	if s.Appeal.Manager == "" && len(s.Appeal.Notes) > 0 {
		return s.Appeal.Notes[0].By
	}
	return s.Appeal.Manager
}

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
