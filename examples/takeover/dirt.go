package main

import (
	"strings"
	"time"
)

// dirt is what years have done to rows; a row that one cannot happen to has
// false.
var dirt = []func(*row) bool{
	func(r *row) bool { // an import lost texts
		r.Request = ""
		return !r.Requested.IsZero()
	},
	func(r *row) bool {
		r.Result = " \n"
		return !r.Delivered.IsZero()
	},
	func(r *row) bool { // and an instant
		lost := r.Accepted
		r.Accepted = time.Time{}
		return !lost.IsZero()
	},
	func(r *row) bool { // another charset
		r.Request = "Le caf\xe9 du coin."
		return !r.Requested.IsZero()
	},
	func(r *row) bool { // a mail with everything that it quotes
		r.Result = strings.Repeat("> and so on\n", 500)
		return !r.Delivered.IsZero()
	},
	func(r *row) bool { // counters that count backwards, or what never was
		r.SentBack = -1
		return true
	},
	func(r *row) bool {
		r.Returned = 2
		return r.Delivered.IsZero()
	},
	func(r *row) bool { // a clock that stood in another year
		r.Requested = r.Requested.AddDate(-10, 0, 0)
		return !r.Requested.Before(r.Bought.AddDate(-10, 0, 0))
	},
	func(r *row) bool {
		r.Delivered = r.Delivered.AddDate(14, 0, 0)
		return r.Delivered.After(today)
	},
	func(r *row) bool {
		r.Closed = r.Accepted.Add(-time.Hour)
		return r.State == "CLOSED"
	},
	func(r *row) bool { // states that no version knows any more
		r.State = "ON_HOLD"
		return true
	},
	func(r *row) bool { // accounts that were deleted, or typed by hand
		r.Buyer = ""
		return true
	},
	func(r *row) bool {
		r.Seller += "\t"
		return true
	},
	func(r *row) bool { // a refund and a half
		r.Refunded = r.Cents * 3 / 2
		return r.State == "CANCELLED"
	},
	func(r *row) bool { // nobody knows who disputed
		r.Side = ""
		return r.State == "DISPUTED"
	},
	func(r *row) bool { // and much at once
		r.Product, r.State, r.SentBack, r.Request = "", "", -7, "\x00"
		return true
	},
}

// soil makes some rows dirty, and writes some twice.
func (s *script) soil() {
	dirty := make(map[int]bool)
	for len(dirty) < 9*len(dirt) {
		i := s.IntN(len(s.rows))
		if soiled := s.rows[i]; !dirty[i] && dirt[len(dirty)%len(dirt)](&soiled) {
			s.rows[i], dirty[i] = soiled, true
		}
	}
	for i := range 20 {
		twice := s.rows[s.IntN(orders)]
		if i%2 == 1 { // and then somebody changed one of them
			twice.Cents += 100
		}
		s.rows = append(s.rows, twice)
	}
}
