package appeal

import (
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Day is what the guide calls a day: 24 hours (R09).
const Day = 24 * time.Hour

// Tick is the resolution of every instant and duration: "more than five days"
// begins one tick after five days (R09).
const Tick = fault.Tick

// mostRejections bounds the rejections of a policy.
const mostRejections = 1000

// Policy is the numbers and grounds of appeals (R09, R10, R11, R14, R19). It is
// comparable data. The zero value gives nobody a ground; [Guide] is the usual
// start.
type Policy struct {
	// Silence is how long a party has to be silent, and then one [Tick] more,
	// before the other may appeal (R09). It must be positive where a side has
	// a silence ground; otherwise 0 says that it is not used.
	Silence time.Duration
	// Rejections is how many rejections of one kind open an appeal (R10). At
	// least 1 where a side has a rejection ground; otherwise 0 says that it is
	// not used.
	Rejections int
	// Blackout is how long before the scheduled end no appeal is taken (R14).
	// 0 means that there is none.
	Blackout time.Duration
	// Handling is how long a ruling should take at most (R19). It must be
	// positive.
	Handling time.Duration
	// Proof says that every appeal attaches proof (R18).
	Proof bool
	// Buyer and Seller are the grounds each side has (R11).
	Buyer, Seller Grounds
}

// Guide is the policy of the user guide of 2024-01-29: silence of more than 5
// days (R09), three rejections (R10), no appeal in the last 15 days (R14), a
// ruling within 3 days (R19).
func Guide() Policy {
	return Policy{
		Silence:    5 * Day,
		Rejections: 3,
		Blackout:   15 * Day,
		Handling:   3 * Day,
		Buyer:      GroundsOf(SellerSilent, RequestRejected, ProductRejected),
		Seller:     GroundsOf(BuyerSilent, ProductRejected, RequestRejected),
	}
}

// Rules2025 is the policy of the rules of 2025: each side may appeal at any
// time, without a ground and without a blackout, and attaches proof (R18, R26).
func Rules2025() Policy {
	return Policy{Handling: 3 * Day, Proof: true, Buyer: GroundsOf(Unconditional), Seller: GroundsOf(Unconditional)}
}

// Grounds returns the set of a party's grounds; no party has none.
func (p Policy) Grounds(party Party) Grounds {
	switch party {
	case Buyer:
		return p.Buyer
	case Seller:
		return p.Seller
	}
	return 0
}

// Validate returns an [*InvalidError] that matches [ErrPolicy] and has every
// fault of the policy; nil where it has none.
func (p Policy) Validate() error {
	used := p.Buyer | p.Seller
	leastSilence, leastRejections := time.Duration(0), 0
	if used.Has(SellerSilent) || used.Has(BuyerSilent) {
		leastSilence = Tick
	}
	if used.Has(RequestRejected) || used.Has(ProductRejected) {
		leastRejections = 1
	}
	var faults fault.List
	faults.Duration("silence", p.Silence, leastSilence)
	faults.Range("rejections", p.Rejections, leastRejections, mostRejections)
	faults.Duration("blackout", p.Blackout, 0)
	faults.Duration("handling", p.Handling, Tick)
	checkGrounds(&faults, "buyer", p.Buyer)
	checkGrounds(&faults, "seller", p.Seller)
	return faults.Err("appeal", ErrPolicy)
}

func checkGrounds(faults *fault.List, field string, set Grounds) {
	if set&^AllGrounds != 0 {
		faults.Add(field, fault.Unknown, "list grounds of "+AllGrounds.String())
	}
}
