package appeal

import (
	"fmt"
	"time"
)

// Reason says why a ground does not hold. The zero value means that it does.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	// NotGranted: the policy does not give this party this ground (R11).
	NotGranted Reason = "not_granted"
	// NotTheirTurn: the other party cannot be silent, since it is not its turn (R09).
	NotTheirTurn Reason = "not_their_turn"
	// TooFewRejections: the counter has not reached the policy's number (R10).
	TooFewRejections Reason = "too_few_rejections"
	// NotSilentLongEnough: the silence has not lasted more than the policy's duration (R09).
	NotSilentLongEnough Reason = "not_silent_long_enough"
	// InBlackout: the scheduled end is too near (R14).
	InBlackout Reason = "in_blackout"
)

// String returns the reason's word, such as "in_blackout".
func (r Reason) String() string { return string(r) }

// ParseReason reads a reason's word. Any other word gives an error that wraps [ErrUnknown].
func ParseReason(s string) (Reason, error) {
	switch r := Reason(s); r {
	case NotGranted, NotTheirTurn, TooFewRejections, NotSilentLongEnough, InBlackout:
		return r, nil
	}
	return "", fmt.Errorf("%w: reason %q", ErrUnknown, clip(s))
}

// MarshalText writes the reason's word; an undeclared reason is an error that wraps [ErrUnknown].
func (r Reason) MarshalText() ([]byte, error) {
	_, err := ParseReason(string(r))
	return []byte(r), err
}

// UnmarshalText reads what MarshalText writes, with the error of [ParseReason].
func (r *Reason) UnmarshalText(text []byte) (err error) {
	*r, err = ParseReason(string(text))
	return err
}

// Verdict is the answer to "may this party appeal on this ground now?".
type Verdict struct {
	Ground Ground
	// Holds says whether the ground opens an appeal at the instant asked about.
	Holds bool
	// Reason says why it does not; zero when it does.
	Reason Reason
	// From is the first instant at which time alone makes it hold; zero when it holds already or time alone never will.
	From time.Time
	// Until is the first instant at which time alone makes it no longer hold, counted for the present opening or for the one
	// that begins at From; zero when time alone does not end it.
	Until time.Time
	// Finding is the evidence for a ground that holds (R18).
	Finding Finding
}

// Judge says whether a ground holds for a party at an instant (R09, R10, R11, R14). It allocates nothing.
func (p Policy) Judge(party Party, ground Ground, facts Facts, at time.Time) Verdict {
	v := Verdict{Ground: ground}
	if !p.Grounds(party).Has(ground) {
		v.Reason = NotGranted
		return v
	}
	var opens time.Time // zero: the ground has been there all along
	switch ground {
	case SellerSilent:
		opens, v.Reason, v.Finding = p.silent(Seller, facts)
	case BuyerSilent:
		opens, v.Reason, v.Finding = p.silent(Buyer, facts)
	case RequestRejected:
		v.Reason, v.Finding = p.rejected(facts.RequestRejections)
	case ProductRejected:
		v.Reason, v.Finding = p.rejected(facts.ProductRejections)
	}
	if v.Reason != "" {
		return v
	}
	return p.schedule(v, opens, facts.ScheduledEnd, at)
}

// Verdicts judges every ground that the policy gives a party, in the grounds' declared order.
func (p Policy) Verdicts(party Party, facts Facts, at time.Time) []Verdict {
	list := make([]Verdict, 0, len(grounds))
	for _, g := range grounds {
		if p.Grounds(party).Has(g) {
			list = append(list, p.Judge(party, g, facts, at))
		}
	}
	return list
}

// Best is the verdict that counts for a party: of a ground that holds if one does; otherwise of the ground that time opens first;
// otherwise of the first in declared order; and [NotGranted] where the party has no ground at all. It allocates nothing.
func (p Policy) Best(party Party, facts Facts, at time.Time) Verdict {
	best := Verdict{Reason: NotGranted}
	for _, ground := range grounds {
		if !p.Grounds(party).Has(ground) {
			continue
		}
		v := p.Judge(party, ground, facts, at)
		switch {
		case v.Holds:
			return v
		case best.Reason == NotGranted, !v.From.IsZero() && (best.From.IsZero() || v.From.Before(best.From)):
			best = v
		}
	}
	return best
}

// silent: the guide says "more than", so the first instant is one tick after the policy's duration (R09).
func (p Policy) silent(party Party, facts Facts) (opens time.Time, why Reason, found Finding) {
	if facts.Turn != party {
		return time.Time{}, NotTheirTurn, Finding{}
	}
	return facts.Since.Add(p.Silence + Tick), "", Finding{Since: facts.Since}
}

func (p Policy) rejected(count int) (Reason, Finding) {
	if count < p.Rejections {
		return TooFewRejections, Finding{}
	}
	return "", Finding{Count: count}
}

// schedule places the ground's opening around the blackout, which lasts from end−Blackout up to but not including end (R14).
func (p Policy) schedule(v Verdict, opens, end, at time.Time) Verdict {
	first := at
	if opens.After(at) {
		first, v.Reason = opens, NotSilentLongEnough
	}
	if begins, ok := p.BlackoutBegins(end); ok && first.Before(end) {
		if first.Before(begins) {
			v.Until = begins
		} else {
			if first.Equal(at) {
				v.Reason = InBlackout
			}
			first = end
		}
	}
	if v.Reason == "" {
		v.Holds = true
		return v
	}
	v.From, v.Finding = first, Finding{}
	return v
}

// BlackoutBegins returns the first instant of the blackout before a scheduled end (R14); false where there is none.
func (p Policy) BlackoutBegins(end time.Time) (time.Time, bool) {
	if p.Blackout == 0 || end.IsZero() {
		return time.Time{}, false
	}
	return end.Add(-p.Blackout), true
}
