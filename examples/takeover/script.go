package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const (
	day    = 24 * time.Hour
	orders = 5000
)

// demand is what everybody demands: the old service did not ask.
const demand = "Please decide."

// today is when the old service is switched off.
var today = time.Date(2024, time.June, 3, 6, 0, 0, 0, time.UTC)

// script plays the old service: what its users did, and what its code made of
// that.
type script struct {
	*rand.Rand
	rows []row
	log  []entry
}

// write makes the old service's database, the same one each time.
func write(ctx context.Context, db *sql.DB) error {
	s := &script{Rand: rand.New(rand.NewPCG(2024, 6))}
	for i := range orders {
		s.play(i + 1)
	}
	s.soil()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit
	_, err = tx.ExecContext(ctx, legacySchema)
	err = errors.Join(err, writeAll(ctx, tx, "orders", s.rows), writeAll(ctx, tx, "log", s.log))
	if err != nil {
		return err
	}
	return tx.Commit()
}

// move is what a user does some time after the one before.
type move struct {
	action  string
	after   time.Duration
	refused bool
}

// play lets one order go its way, which ends some time before today.
func (s *script) play(n int) {
	moves, rest := s.course()
	length := rest
	for _, m := range moves {
		length += m.after
	}
	r := row{
		ID: fmt.Sprintf("L-%04d", n), Product: s.one("crm", "backup", "migration", "training"),
		Buyer: fmt.Sprintf("buyer-%02d", s.IntN(60)), Seller: fmt.Sprintf("seller-%d", s.IntN(9)),
		Cents: int64(50+s.IntN(900)) * 100, Bought: today.Add(-length).Truncate(time.Second), State: "NEW",
	}
	r.Since, r.Due = r.Bought, r.Bought.Add(365*day)
	if s.chance(8) {
		r.Due = r.Bought.Add(30 * day)
	}
	at := r.Bought
	for _, m := range moves {
		at = at.Add(m.after)
		s.do(&r, m, at)
	}
	s.nightly(&r)
	s.rows = append(s.rows, r)
}

// course draws what happens to an order, and how long ago the last of it was.
func (s *script) course() (moves []move, rest time.Duration) {
	add := func(action string, least, most time.Duration) {
		moves = append(moves, move{action: action, after: s.between(least, most)})
	}
	rest = s.between(time.Hour, 12*day)
	goal := s.IntN(100)
	for goal >= 4 && s.chance(20) {
		add("ask", time.Hour, 2*day)
		add("send_back", time.Hour, 2*day)
	}
	if goal < 8 {
		return moves, rest
	}
	add("ask", time.Hour, 3*day)
	if goal < 16 {
		return moves, rest
	}
	add("agree", time.Hour, 2*day)
	if s.chance(30) {
		add("report", 4*time.Hour, 2*day)
	}
	if s.chance(20) {
		add("remind", 4*time.Hour, 2*day)
		if s.chance(15) {
			add("remind", time.Hour, 20*time.Hour)
		}
	}
	switch {
	case goal < 32:
		return moves, rest
	case goal < 44:
		s.dispute(&moves)
		if goal >= 38 {
			add("cancel", time.Hour, 3*day)
		}
		return moves, rest
	}
	add("deliver", 4*time.Hour, 4*day)
	for s.chance(15) {
		add("return", time.Hour, 3*day)
		add("deliver", 4*time.Hour, 4*day)
	}
	if goal < 58 {
		return moves, rest
	}
	add("accept", time.Hour, 4*day)
	if goal < 62 {
		return moves, s.between(0, 20*time.Hour)
	}
	return moves, s.between(2*day, 300*day)
}

// dispute draws how a dispute comes about. The old service takes five days of
// silence where the rules take more, and two returns where they take three.
func (s *script) dispute(moves *[]move) {
	add := func(action string, after time.Duration) { *moves = append(*moves, move{action: action, after: after}) }
	silence := 5*day + s.between(time.Second, 2*day)
	switch s.IntN(4) {
	case 0:
		silence = 5 * day
		fallthrough
	case 1:
		early := s.between(day, 4*day)
		*moves = append(*moves, move{"dispute_silent_seller", early, true})
		add("dispute_silent_seller", silence-early)
	case 2:
		add("deliver", s.between(4*time.Hour, 4*day))
		add("dispute_silent_buyer", silence)
	case 3:
		for range 2 + s.IntN(2) {
			add("deliver", s.between(4*time.Hour, 4*day))
			add("return", s.between(time.Hour, 3*day))
		}
		add("dispute_returned", s.between(time.Hour, day))
	}
}

// do is the old service's code.
func (s *script) do(r *row, m move, at time.Time) {
	e := entry{ID: r.ID, At: at, Role: "buyer", Who: r.Buyer, Action: m.action, Text: s.text(m.action),
		Done: !m.refused}
	since := r.Since
	r.Since = at
	switch m.action {
	case "ask":
		r.State, r.Request, r.Requested = "ASKED", e.Text, at
	case "send_back":
		e.Role, e.Who = "seller", r.Seller
		r.State, r.SentBack = "NEW", r.SentBack+1
	case "agree":
		e.Role, e.Who = "seller", r.Seller
		r.State = "WORKING"
	case "report":
		e.Role, e.Who = "seller", r.Seller
	case "remind":
		r.Since = since
	case "deliver":
		e.Role, e.Who = "seller", r.Seller
		r.State, r.Result, r.Delivered = "DELIVERED", e.Text, at
	case "return":
		r.State, r.Returned = "WORKING", r.Returned+1
	case "accept":
		r.State, r.Accepted = "ACCEPTED", at
	case "cancel":
		e.Role, e.Who = "manager", "mia"
		r.State, r.Clerk, r.Decision, r.Decided, r.Closed, r.Refunded = "CANCELLED", e.Who, e.Text, at, at, r.Cents/2
	default:
		ground := map[string]string{"dispute_silent_seller": "SELLER_SILENT", "dispute_silent_buyer": "BUYER_SILENT",
			"dispute_returned": "RETURNED"}[m.action]
		if ground == "BUYER_SILENT" {
			e.Role, e.Who = "seller", r.Seller
		}
		if r.Since = since; e.Done {
			r.Before, r.State = r.State, "DISPUTED"
			r.Side, r.Ground, r.Reason, r.Demand, r.Disputed = e.Role, ground, e.Text, demand, at
		}
	}
	s.log = append(s.log, e)
}

// nightly is the old service's job that closes at two o'clock what was accepted
// three hours before or earlier.
func (s *script) nightly(r *row) {
	if r.Accepted.IsZero() {
		return
	}
	night := r.Accepted.Truncate(day).Add(2 * time.Hour)
	for night.Before(r.Accepted.Add(3 * time.Hour)) {
		night = night.Add(day)
	}
	if night.Before(today) {
		r.State, r.Closed, r.Since = "CLOSED", night, night
		s.log = append(s.log, entry{ID: r.ID, At: night, Role: "system", Who: "nightly", Action: "close", Done: true})
	}
}

var texts = map[string][]string{
	"ask": {"Please set it up for 35 users.", "We move from another product.", "Two sites, one tenant.",
		"As agreed."},
	"send_back": {"How many users are there?", "Please attach the list.", "Which region?"},
	"report":    {"The tenant is ready.", "Half of the data is imported.", "Waiting for your mail gateway."},
	"remind":    {"How far are you?", "", "We would like to begin."},
	"deliver":   {"All users can log in.", "The data is imported, see the log.", "Done; the handbook is attached."},
	"return":    {"Ten users cannot log in.", "The archive is missing.", "Not what we asked for."},
	"cancel":    {"Half of the price is refunded.", "The seller cannot deliver; half is refunded."},
	"dispute":   {"Nobody answers.", "It does not work.", "This leads nowhere."},
}

func (s *script) text(action string) string {
	action, _, _ = strings.Cut(action, "_silent")
	list := texts[strings.TrimSuffix(action, "_returned")]
	if len(list) == 0 {
		return ""
	}
	return s.one(list...)
}

func (s *script) one(list ...string) string { return list[s.IntN(len(list))] }

func (s *script) chance(percent int) bool { return s.IntN(100) < percent }

// between draws a whole number of seconds.
func (s *script) between(least, most time.Duration) time.Duration {
	return least + time.Duration(s.Int64N(int64((most-least)/time.Second)))*time.Second
}
