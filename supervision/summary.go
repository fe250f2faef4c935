package supervision

import "time"

// Summary is what a list shows of an order as it is at an instant, to a party
// or to whoever sees all: no text, no file, no form. It is made of the order's
// [Listing], so that a list reads no order.
type Summary struct {
	// At is the instant of the summary.
	At      time.Time `json:"at"`
	ID      string    `json:"id"`
	Product string    `json:"product"`
	Buyer   string    `json:"buyer"`
	Seller  string    `json:"seller"`
	// BoughtAt is when the order was bought (R01).
	BoughtAt time.Time `json:"bought_at"`
	// Status is the flow status at that instant (R02).
	Status Status `json:"status"`
	// WaitingSince is from when the silence of the party to act is measured
	// (R09); zero where the flow does not wait for a party.
	WaitingSince time.Time `json:"waiting_since,omitzero"`
	// BuyerAppeal and SellerAppeal are from when that party may appeal, unless
	// somebody acts before: At where it may already; zero where time opens no
	// appeal.
	BuyerAppeal  time.Time `json:"buyer_appeal,omitzero"`
	SellerAppeal time.Time `json:"seller_appeal,omitzero"`
	// HandleBy is until when the pending appeal should be ruled on (R19); zero
	// without one.
	HandleBy time.Time `json:"handle_by,omitzero"`
	// Proposed is the refund that the buyer proposes, and ProposedAt since when:
	// the seller may agree or decline (R32). Zero without one, and while the
	// order is frozen.
	Proposed   Money     `json:"proposed,omitzero"`
	ProposedAt time.Time `json:"proposed_at,omitzero"`
	// AcceptedAt and ClosedAt are when the order was, or by time alone will be,
	// accepted and closed; zero where neither.
	AcceptedAt time.Time `json:"accepted_at,omitzero"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
}

// For returns the summary of the order at an instant, or [ErrNotFound] where
// the actor has no part in it (R22). All of it is what either party may see
// (R34).
func (l Listing) For(actor Actor, at time.Time) (Summary, error) {
	if !(&Order{Buyer: l.Buyer, Seller: l.Seller}).exists(actor) {
		return Summary{}, NotFound(l.ID)
	}
	at = cut(at)
	s := Summary{
		At: at, ID: l.ID, Product: l.Product, Buyer: l.Buyer, Seller: l.Seller, BoughtAt: l.BoughtAt,
		Status: l.StatusAt(at), HandleBy: l.HandleBy, AcceptedAt: l.AcceptedAt, ClosedAt: l.ClosedAt,
	}
	if s.Status.Waiting() {
		s.WaitingSince = l.WaitingSince
		s.BuyerAppeal, s.SellerAppeal = l.opens(l.BuyerAppeal, at), l.opens(l.SellerAppeal, at)
	}
	if !s.Status.Final() {
		s.Proposed, s.ProposedAt = l.Proposed, l.ProposedAt
	}
	return s, nil
}

// opens returns from when an appeal that opens at an instant, the blackout
// aside, can be raised as seen from another. What has BoughtAt had begun when
// the order was stored, also for a clock that is behind.
func (l Listing) opens(from, at time.Time) time.Time {
	now := later(at, l.BoughtAt)
	switch {
	case from.IsZero() || from.After(now):
		return from
	case !l.blackout(now):
		return at
	case reached(l.Due, l.BlackoutEnds): // time has moved the order on by then
		return time.Time{}
	}
	return l.BlackoutEnds
}

// blackout reports whether no appeal is taken at an instant (R14).
func (l Listing) blackout(at time.Time) bool {
	return reached(l.BlackoutBegins, at) && at.Before(l.BlackoutEnds)
}

// OrderStatus returns what the order list shows (R01).
func (s Summary) OrderStatus() OrderStatus { return s.Status.OrderStatus() }

// Turn returns the role whose turn it is; zero where only time or nobody moves
// the order.
func (s Summary) Turn() Role { return s.Status.Turn() }
