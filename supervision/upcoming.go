package supervision

import "time"

// Brings lists the instants at which time may bring something of a kind to the
// order; zero ones bring nothing. It finds every order that has such a
// deadline, of appeals the first for each party, and some that have not:
// [Order.Deadlines] tells. Reminders are nobody's list.
func (l Listing) Brings(kind DeadlineKind) []time.Time {
	switch kind {
	case DeadlineCompletion:
		if l.ClosedAs == Completed && !l.Status.Final() {
			return []time.Time{l.ClosedAt}
		}
	case DeadlineAutoAccept, DeadlineScheduledEnd:
		if l.Status.Waiting() {
			return []time.Time{l.Due}
		}
	case DeadlineAppealOpens:
		return []time.Time{l.BuyerAppeal, l.SellerAppeal, l.BlackoutEnds}
	case DeadlineBlackoutBegins:
		return []time.Time{l.BlackoutBegins}
	case DeadlineBlackoutEnds:
		return []time.Time{l.BlackoutEnds}
	case DeadlineRulingOverdue:
		if !l.HandleBy.IsZero() {
			return []time.Time{l.HandleBy.Add(Tick)}
		}
	}
	return nil
}
