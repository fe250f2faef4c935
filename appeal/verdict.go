package appeal

import "time"

// Reason says why something is not allowed; here, why a ground does not hold.
// Package supervision uses the same type and adds its own reasons. The zero
// value means that nothing is in the way.
//
// Reasons are handed out and never read back, so that a client of an older
// version takes one it does not know as it is.
type Reason string

// The reasons why a ground does not hold, in the order in which they are looked
// for.
const (
	// NotGranted: the policy does not give this party this ground (R11).
	NotGranted Reason = "not_granted"
	// NotTheirTurn: the other party cannot be silent, since it is not its turn
	// (R09).
	NotTheirTurn Reason = "not_their_turn"
	// TooFewRejections: the counter has not reached the policy's number (R10).
	TooFewRejections Reason = "too_few_rejections"
	// NotSilentLongEnough: the silence has not lasted more than the policy's
	// duration (R09).
	NotSilentLongEnough Reason = "not_silent_long_enough"
	// InBlackout: the scheduled end is too near (R14).
	InBlackout Reason = "in_blackout"
)

// Verdict is the answer to "may this party appeal on this ground now?".
type Verdict struct {
	Ground Ground
	// Holds says whether the ground opens an appeal at the instant asked
	// about.
	Holds bool
	// Reason says why it does not; zero when it does.
	Reason Reason
	// From is the first instant at which time alone makes it hold; zero when
	// it holds already or time alone never will.
	From time.Time
	// Until is the first instant at which time alone makes it no longer hold,
	// for the present opening or for the one that begins at From; zero when
	// time alone does not end it.
	Until time.Time
	// Measure is how far the ground is, whether or not it holds; in the
	// blackout, the numbers of that.
	Measure Measure
}

// Finding returns the evidence for a ground that holds (R18); zero where it
// does not.
func (v Verdict) Finding() Finding {
	if !v.Holds {
		return Finding{}
	}
	return Finding{Count: v.Measure.Have, Since: v.Measure.Since}
}

// Judge says whether a ground holds for a party at an instant (R09, R10, R11,
// R14). It allocates nothing.
func (p Policy) Judge(party Party, ground Ground, facts Facts, at time.Time) Verdict {
	v := Verdict{Ground: ground}
	if !p.Grounds(party).Has(ground) {
		v.Reason = NotGranted
		return v
	}
	switch ground {
	case SellerSilent:
		v.Measure, v.Reason = p.silent(Seller, facts)
	case BuyerSilent:
		v.Measure, v.Reason = p.silent(Buyer, facts)
	case RequestRejected:
		v.Measure, v.Reason = p.rejected(facts.RequestRejections)
	case ProductRejected:
		v.Measure, v.Reason = p.rejected(facts.ProductRejections)
	}
	if v.Reason != "" {
		return v
	}
	return p.schedule(v, facts.ScheduledEnd, at)
}

// Verdicts judges every ground that the policy gives a party, in the grounds'
// declared order.
func (p Policy) Verdicts(party Party, facts Facts, at time.Time) []Verdict {
	list := make([]Verdict, 0, len(grounds))
	for _, g := range grounds {
		if p.Grounds(party).Has(g) {
			list = append(list, p.Judge(party, g, facts, at))
		}
	}
	return list
}

// Best is the verdict that counts for a party: of a ground that holds if one
// does; otherwise of the ground that time opens first; otherwise of the first
// in declared order; and [NotGranted] where the party has no ground at all. It
// allocates nothing.
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

func (p Policy) silent(party Party, facts Facts) (Measure, Reason) {
	if facts.Turn != party {
		return Measure{}, NotTheirTurn
	}
	return Measure{Since: facts.Since, Length: p.Silence}, ""
}

func (p Policy) rejected(count int) (Measure, Reason) {
	m := Measure{Have: count, Need: p.Rejections}
	if count < p.Rejections {
		return m, TooFewRejections
	}
	return m, ""
}

// schedule places the ground's opening around the blackout, which lasts from
// end−Blackout up to but not including end (R14).
func (p Policy) schedule(v Verdict, end, at time.Time) Verdict {
	first := at
	// The guide says "more than": one tick after the policy's duration (R09).
	// Without a silence to measure this is long past.
	if opens := v.Measure.Since.Add(v.Measure.Length + Tick); opens.After(at) {
		first, v.Reason = opens, NotSilentLongEnough
	}
	if begins, ok := p.BlackoutBegins(end); ok && first.Before(end) {
		if first.Before(begins) {
			v.Until = begins
		} else {
			if first.Equal(at) {
				v.Reason, v.Measure = InBlackout, Measure{Since: begins, Length: p.Blackout}
			}
			first = end
		}
	}
	if v.Reason == "" {
		v.Holds = true
		return v
	}
	v.From = first
	return v
}

// BlackoutBegins returns the first instant of the blackout before a scheduled
// end (R14); false where there is none.
func (p Policy) BlackoutBegins(end time.Time) (time.Time, bool) {
	if p.Blackout == 0 || end.IsZero() {
		return time.Time{}, false
	}
	return end.Add(-p.Blackout), true
}
