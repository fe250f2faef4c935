package supervision

import "time"

// Listing is what a store needs to know of an order to find it: plain columns,
// computed by [Order.Listing] so that a store decides nothing. Instants are
// UTC, cut to [Tick]; zero ones are absent.
type Listing struct {
	ID, Product, Buyer, Seller string
	// BoughtAt orders the list, newest first, and then ID, greatest first by
	// bytes.
	BoughtAt time.Time
	// Status is the flow status as stored; time may have moved the order on
	// since, see Due, AcceptedAt, CompletedAt and CanceledAt.
	Status Status
	// TurnSince is from when the silence of that status's party is measured.
	TurnSince time.Time
	// Due is the next instant at which time moves the order on; zero where time
	// never will.
	Due time.Time
	// AcceptedAt, CompletedAt and CanceledAt are when the order was, or by time
	// alone will be, accepted, completed and canceled; zero where the flow does
	// not stand, or come by time alone, at such a status.
	AcceptedAt, CompletedAt, CanceledAt time.Time
	// HandleBy is until when the pending appeal should be ruled on (R19); zero
	// without one.
	HandleBy time.Time
}

// Listing returns what a store needs to know of the order to find it.
func (o Order) Listing() Listing {
	now := o
	now.settleUntil(o.UpdatedAt, nil) // what is overdue stands, whatever a slower clock says
	l := Listing{
		ID: o.ID, Product: o.Product, Buyer: o.Buyer, Seller: o.Seller,
		BoughtAt: o.BoughtAt, Status: now.Status, TurnSince: now.silentSince(), Due: o.NextDue(),
	}
	if o.Appeal.Pending() {
		l.HandleBy = o.Appeal.HandleBy
	}
	switch end := o.end(); end.Status {
	case Completed:
		l.AcceptedAt, l.CompletedAt = end.AcceptedAt, end.ClosedAt
	case Accepted:
		l.AcceptedAt = end.AcceptedAt
	case Canceled:
		l.CanceledAt = end.ClosedAt
	}
	return l
}

// StatusAt returns the flow status at an instant, whether or not a worker has
// recorded it (R02). What is recorded stands, even where the instant comes from
// a slower clock than the worker's.
func (l Listing) StatusAt(at time.Time) Status {
	switch {
	case l.Status.Final():
		return l.Status
	case reached(l.CanceledAt, at):
		return Canceled
	case reached(l.CompletedAt, at):
		return Completed
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

// Position returns the listing's place in the order list, which is sorted
// newest first.
func (l Listing) Position() Position { return Position{l.BoughtAt, l.ID} }

// Compare orders positions by instant, and then by the bytes of the id.
func (p Position) Compare(q Position) int {
	if c := p.At.Compare(q.At); c != 0 {
		return c
	}
	switch {
	case p.ID < q.ID:
		return -1
	case p.ID > q.ID:
		return 1
	}
	return 0
}
