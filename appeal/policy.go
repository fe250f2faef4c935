package appeal

import (
	"errors"
	"fmt"
	"time"
)

// Day is what the guide calls a day: 24 hours (R09).
const Day = 24 * time.Hour

// Tick is the resolution of every instant and duration: "more than five days" begins one tick after five days (R09).
const Tick = time.Microsecond

// The bounds a policy's numbers must keep, so that instants computed from them stay representable.
const (
	longest        = 100 * 365 * Day
	mostRejections = 1000
)

// Policy is the numbers and grounds of appeals (R09, R10, R11, R14, R19). It is comparable data. The zero value gives
// nobody a ground; [Guide] is the usual start.
type Policy struct {
	// Silence is how long a party has to be silent, and then one [Tick] more, before the other may appeal (R09).
	// It must be positive where a side has a silence ground; otherwise 0 says that it is not used.
	Silence time.Duration
	// Rejections is how many rejections of one kind open an appeal (R10). At least 1 where a side has a rejection
	// ground; otherwise 0 says that it is not used.
	Rejections int
	// Blackout is how long before the scheduled end no appeal is taken (R14). 0 means there is none.
	Blackout time.Duration
	// Handling is how long the operations manager should need at most for a ruling (R19). It must be positive.
	Handling time.Duration
	// Buyer and Seller are the grounds each side has (R11).
	Buyer, Seller Grounds
}

// Guide is the policy of the user guide of 2024-01-29: silence of more than 5 days (R09), three rejections (R10), no appeal in
// the last 15 days (R14), a ruling within 3 days (R19).
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

// Free is the appeal policy of the 2025 rules (R26): each side may appeal at any time, without a ground. Those rules know no
// blackout either.
func Free() Policy {
	return Policy{Handling: 3 * Day, Buyer: GroundsOf(Unconditional), Seller: GroundsOf(Unconditional)}
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

// Validate reports every fault of the policy at once, joined; each wraps [ErrPolicy].
func (p Policy) Validate() error {
	used := p.Buyer | p.Seller
	return errors.Join(
		checkDuration("silence", p.Silence, used.Has(SellerSilent) || used.Has(BuyerSilent)),
		checkRejections(p.Rejections, used.Has(RequestRejected) || used.Has(ProductRejected)),
		checkDuration("blackout", p.Blackout, false),
		checkDuration("handling", p.Handling, true),
		checkGrounds("buyer", p.Buyer),
		checkGrounds("seller", p.Seller),
	)
}

func checkDuration(field string, d time.Duration, needed bool) error {
	switch {
	case d < 0:
		return fmt.Errorf("%w: %s is negative: use a positive duration", ErrPolicy, field)
	case d == 0 && needed:
		return fmt.Errorf("%w: %s is zero: give it a positive duration", ErrPolicy, field)
	case d > longest:
		return fmt.Errorf("%w: %s is longer than %s", ErrPolicy, field, longest)
	case d%Tick != 0:
		return fmt.Errorf("%w: %s is finer than %s, the resolution of instants", ErrPolicy, field, Tick)
	}
	return nil
}

func checkRejections(n int, needed bool) error {
	switch {
	case n < 0, n == 0 && needed:
		return fmt.Errorf("%w: rejections is %d: use at least 1", ErrPolicy, n)
	case n > mostRejections:
		return fmt.Errorf("%w: rejections is %d: use at most %d", ErrPolicy, n, mostRejections)
	}
	return nil
}

func checkGrounds(field string, set Grounds) error {
	if set&^GroundsOf(grounds[:]...) != 0 {
		return fmt.Errorf("%w: %s has an undeclared ground", ErrPolicy, field)
	}
	return nil
}
