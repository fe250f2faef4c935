package supervision

import (
	"cmp"
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// Listing is what a store needs to know of an order to find it: plain columns,
// computed by [Order.Listing] so that a store decides nothing. Instants are
// UTC, cut to [Tick]; zero ones are absent.
type Listing struct {
	ID, Product, Buyer, Seller string
	BoughtAt                   time.Time
	// Status is the flow status as stored; time may have moved the order on
	// since, see Due, AcceptedAt and ClosedAt.
	Status Status
	// WaitingSince is from when the silence of that status's party is measured;
	// zero where the flow does not wait for a party.
	WaitingSince time.Time
	// Due is the next instant at which time moves the order on; zero where time
	// never will.
	Due time.Time
	// AcceptedAt and ClosedAt are when the order was, or by time alone will be,
	// accepted and closed, as ClosedAs: Completed or Canceled. They are zero
	// where the flow does not stand, or come by time alone, at such a status.
	AcceptedAt, ClosedAt time.Time
	ClosedAs             Status
	// HandleBy is until when the pending appeal should be ruled on (R19); zero
	// without one.
	HandleBy time.Time
	// BuyerAppeal and SellerAppeal are from when that party may appeal, as far
	// as time alone decides it and outside the blackout; zero where the flow
	// does not wait for a party, and where time opens no appeal.
	BuyerAppeal, SellerAppeal time.Time
	// BlackoutBegins and BlackoutEnds are between when no appeal is taken of a
	// flow that waits for a party (R14); zero without a blackout, and behind
	// it. What had begun when the order was stored, an appeal that was open or
	// the blackout, has BoughtAt, whatever a slower clock says.
	BlackoutBegins, BlackoutEnds time.Time
	// Proposed is the refund that the buyer proposes, and ProposedAt since when
	// (R32); zero without one, and while the order is frozen, when nobody can
	// answer it.
	Proposed   Money
	ProposedAt time.Time
	// NoticeAt is when the first of the order's notices is or was due, given or
	// not (R33); zero without one.
	NoticeAt time.Time
}

// Listing returns what a store needs to know of the order to find it.
func (o Order) Listing() Listing {
	now := o
	now.settleUntil(o.UpdatedAt, nil) // what is overdue stands, whatever a slower clock says
	l := Listing{
		ID: o.ID, Product: o.Product, Buyer: o.Buyer, Seller: o.Seller,
		BoughtAt: o.BoughtAt, Status: now.Status, Due: o.NextDue(),
	}
	if notices := o.Notices(); len(notices) > 0 {
		l.NoticeAt = notices[0].Due
	}
	if o.Appeal.Pending() {
		l.HandleBy = o.Appeal.HandleBy
	}
	if now.Status != Frozen {
		l.Proposed, l.ProposedAt = now.Proposal.Amount, now.Proposal.At
	}
	if now.Status.Waiting() {
		l.WaitingSince = now.silentSince()
		l.BuyerAppeal, l.SellerAppeal = now.appealOpens(appeal.Buyer), now.appealOpens(appeal.Seller)
		if begins, ok := now.Policy.Appeal.BlackoutBegins(now.ScheduledEnd); ok && now.ScheduledEnd.After(o.UpdatedAt) {
			l.BlackoutBegins, l.BlackoutEnds = begins, now.ScheduledEnd
			if !begins.After(o.UpdatedAt) {
				l.BlackoutBegins = o.BoughtAt
			}
		}
	}
	end := o.end()
	if end.Status == Accepted || end.Status == Completed {
		l.AcceptedAt = end.AcceptedAt
	}
	if end.Status.Final() {
		l.ClosedAt, l.ClosedAs = end.ClosedAt, end.Status
	}
	return l
}

// appealOpens returns from when a party may appeal by time alone.
func (o *Order) appealOpens(party appeal.Party) time.Time {
	v := o.Policy.Appeal.Best(party, o.facts(), o.UpdatedAt)
	if v.Holds {
		return o.BoughtAt
	}
	from, _ := o.window(OpRaiseAppeal, v.From, v.Until, false)
	return from
}

// StatusAt returns the flow status at an instant, whether or not a worker has
// recorded it (R02). What is recorded stands, even where the instant comes from
// a slower clock than the worker's.
func (l Listing) StatusAt(at time.Time) Status {
	switch {
	case l.Status.Final():
		return l.Status
	case reached(l.ClosedAt, at):
		return l.ClosedAs
	case reached(l.AcceptedAt, at):
		return Accepted
	}
	return l.Status
}

func reached(instant, at time.Time) bool { return !instant.IsZero() && !instant.After(at) }

// Position is a place in a list sorted by an instant and then by id.
type Position struct {
	At time.Time
	ID string
}

// Position returns the listing's place in the order list.
func (l Listing) Position(by Sort) Position {
	switch by {
	case LongestWaiting:
		return Position{l.WaitingSince, l.ID}
	case ByHandling:
		return Position{l.HandleBy, l.ID}
	case ByProposal:
		return Position{l.ProposedAt, l.ID}
	}
	return Position{l.BoughtAt, l.ID}
}

// Compare orders positions by instant, and then by the bytes of the id.
func (p Position) Compare(q Position) int {
	return cmp.Or(p.At.Compare(q.At), cmp.Compare(p.ID, q.ID))
}
