package main

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// standing says at the head of an order's pages what happened, how much of whose
// time is used, and what comes if nobody acts.
type standing struct {
	summary
	Happened []recordView // in this turn, newest first
	Used     used
	Comes    []supervision.Deadline
	Can      []appeal.Party // who can appeal on the other's silence already
}

// used is a stretch of time that runs; zero where none does.
type used struct {
	Since, Until time.Time
}

// Length is how long the stretch is, Gone how much of it has passed, in seconds.
func (u used) Length() float64            { return u.Until.Sub(u.Since).Seconds() }
func (u used) Gone(now time.Time) float64 { return min(u.Length(), max(0, now.Sub(u.Since).Seconds())) }
func (u used) Passed(now time.Time) bool  { return now.After(u.Until) }

// happenings is how many records the banner shows at most.
const happenings = 3

func (v *visit) standing(records []recordView) standing {
	s := v.summary(v.order)
	st := standing{summary: s, Happened: thisTurn(records)}
	st.Comes, _ = v.deadlines(v.order)
	switch facts := s.Facts(); {
	case s.Status == supervision.Frozen:
		st.Used = used{s.Appeal.RaisedAt, s.Appeal.HandleBy}
	case s.Status == supervision.Accepted:
		st.Used = used{s.AcceptedAt, s.NextDue()}
	case s.Status.Waiting() && s.Policy.Appeal.Silence > 0 && !facts.Since.IsZero():
		st.Used = used{facts.Since, facts.Since.Add(s.Policy.Appeal.Silence)}
		for party, ground := range map[appeal.Party]appeal.Ground{appeal.Buyer: appeal.SellerSilent,
			appeal.Seller: appeal.BuyerSilent} {
			if s.Policy.Appeal.Judge(party, ground, facts, s.Now).Holds {
				st.Can = append(st.Can, party)
			}
		}
	}
	return st
}

// thisTurn picks from an order's records, newest first, what somebody whose turn
// it is has to know: what began the turn, a ruling included with what it let go
// on, and what was said since.
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
