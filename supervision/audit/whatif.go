package audit

import (
	"errors"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// Outcome is what the commands of one real history would have come to under
// another policy.
type Outcome struct {
	Order string `json:"order"`
	// Policy is the policy's name.
	Policy string `json:"policy"`
	// Status is where the flow would stand at the last record's instant.
	Status supervision.Status `json:"status"`
	// CompletedAt is when the order would be Completed, by time alone if
	// nothing else; zero where it would not.
	CompletedAt time.Time `json:"completed_at,omitzero"`
	// Windows are when which grounds would have been open, oldest first. Those
	// after the last record are what time alone would bring.
	Windows []Window `json:"windows,omitempty"`
	// Barred are the recorded operations that would have been refused.
	Barred []Barred `json:"barred,omitempty"`
}

// Window is a time during which a party would have had a ground (R11).
type Window struct {
	Party  appeal.Party  `json:"party"`
	Ground appeal.Ground `json:"ground"`
	// From is its first instant, Until the first one after it; zero where time
	// alone does not end it.
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"`
}

// Barred is a recorded operation that the policy would not have allowed.
type Barred struct {
	Seq       int64                 `json:"seq"`
	At        time.Time             `json:"at"`
	Actor     supervision.Actor     `json:"actor"`
	Operation supervision.Operation `json:"operation"`
	// Rule and Reason say why, From from when it would have been allowed;
	// Reason is empty for what would have been refused as input.
	Rule   supervision.Rule   `json:"rule"`
	Reason supervision.Reason `json:"reason,omitempty"`
	From   time.Time          `json:"from,omitzero"`
	// Follows says that the flow would have stood elsewhere than it did, so
	// that this follows from what was barred, or done by time, before.
	Follows bool `json:"follows,omitempty"`
}

// WhatIf takes the commands of a real history, each at its instant, through
// other policies, and returns one outcome for each. What a policy bars is left
// out, and what time would have done is done. A scheduled end that was the
// opening plus the policy's period is that of the other policy; one of the
// order's own stays. Forms are taken as they were filled in.
//
// It says what would have been possible, never what people would have done:
// whoever was barred might have come back a day later, and whoever saw a ground
// open might have used it.
//
// An error wraps [supervision.ErrMalformed] for records that
// [supervision.Replay] refuses, [supervision.ErrInvalid] for a faulty policy.
func WhatIf(records []supervision.Record, policies ...supervision.Policy) ([]Outcome, error) {
	if _, err := supervision.Replay(records); err != nil {
		return nil, err
	}
	list := make([]Outcome, 0, len(policies))
	for _, policy := range policies {
		if err := policy.Validate(); err != nil {
			return nil, err
		}
		w, err := retell(records, policy)
		if err != nil {
			return nil, err
		}
		list = append(list, w.outcome)
	}
	return list, nil
}

// retelling is a history as it was and as it would have been, up to an instant.
type retelling struct {
	policy  supervision.Policy
	was     supervision.Order
	order   supervision.Order
	at      time.Time
	outcome Outcome
}

func retell(records []supervision.Record, policy supervision.Policy) (*retelling, error) {
	w := &retelling{policy: policy, at: records[0].At}
	var err error
	if w.order, err = beginUnder(records[0], policy); err != nil {
		return nil, err
	}
	if w.was, err = w.was.Follow(records[0]); err != nil {
		return nil, err
	}
	for _, r := range records[1:] {
		w.pass(r.At)
		if _, made := byTime(w.was, r.At); !made {
			w.do(r)
		}
		if w.was, err = w.was.Follow(r); err != nil {
			return nil, err
		}
	}
	w.outcome.Order, w.outcome.Policy = w.order.ID, policy.Name
	w.outcome.Status = w.order.Status
	if end := w.order.Listing(); end.ClosedAs == supervision.Completed {
		w.outcome.CompletedAt = end.ClosedAt
	}
	w.pass(time.Time{})
	slices.SortStableFunc(w.outcome.Windows, func(a, b Window) int { return a.From.Compare(b.From) })
	return w, nil
}

// beginUnder begins an order again under another policy.
func beginUnder(r supervision.Record, policy supervision.Policy) (supervision.Order, error) {
	switch a := r.Action.(type) {
	case supervision.Opening:
		if a.ScheduledEnd.Equal(r.At.Add(a.Policy.SupervisionPeriod)) {
			a.ScheduledEnd = time.Time{}
		}
		a.Policy = policy
		r.Action = a
	case supervision.Adoption:
		if a.ScheduledEnd.Equal(a.OpenedAt.Add(a.Policy.SupervisionPeriod)) {
			a.ScheduledEnd = a.OpenedAt.Add(policy.SupervisionPeriod)
		}
		a.Policy = policy
		r.Action = a
	}
	order, _, _, err := begin(r, nil)
	return order, err
}

// pass lets time pass to an instant, without end where it is zero, and notes
// the windows on the way.
func (w *retelling) pass(until time.Time) {
	for due := w.order.NextDue(); !due.IsZero() && (until.IsZero() || !due.After(until)); due = w.order.NextDue() {
		w.note(due)
		w.order, _ = w.order.Settle(due) // to where nobody has a ground
	}
	w.note(until)
	w.at = until
}

// do does again what is recorded, where the policy allows it.
func (w *retelling) do(r supervision.Record) {
	next, _, _, err := command{r.Actor, r.Action, r.At}.perform(w.order, nil)
	if err == nil {
		w.order = next
		w.order.Policy = w.policy // whatever an amendment made of it (R31)
		return
	}
	barred := Barred{
		Seq: r.Seq, At: r.At, Actor: r.Actor, Operation: r.Operation, Rule: r.Operation.Rule(),
		Follows: w.order.Status != w.was.Status,
	}
	var refusal *supervision.Refusal
	if errors.As(err, &refusal) {
		barred.Rule, barred.Reason, barred.From = refusal.Rule, refusal.Reason, refusal.From
	}
	w.outcome.Barred = append(w.outcome.Barred, barred)
}

// note notes the windows from where time stands to an instant, while nothing
// happens to the order.
func (w *retelling) note(until time.Time) {
	for at := w.at; ; {
		again := until // a window that time ends may open another time, as a blackout's end does
		for _, party := range parties(w.order) {
			verdicts, _ := w.order.Verdicts(party, at) // whose order it is
			for _, v := range verdicts {
				from := v.From
				if v.Holds {
					from = at
				}
				if from.IsZero() || !until.IsZero() && !from.Before(until) {
					continue
				}
				w.outcome.add(Window{appeal.Party(party.Role), v.Ground, from, earlier(v.Until, until)})
				again = earlier(again, v.Until)
			}
		}
		if again.Equal(until) {
			return
		}
		at = again
	}
}

// add adds a window, or makes the one that it goes on longer.
func (o *Outcome) add(next Window) {
	for i := range o.Windows {
		w := &o.Windows[i]
		if w.Party != next.Party || w.Ground != next.Ground || !w.Until.IsZero() && next.From.After(w.Until) {
			continue
		}
		w.Until = next.Until
		return
	}
	o.Windows = append(o.Windows, next)
}

// earlier returns the earlier of two instants, of which a zero one is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Sums are the outcomes of many orders under one policy, counted.
type Sums struct {
	Orders, Completed int
	// Windows counts by ground, Barred by rule without what follows from
	// something before, Followed that.
	Windows  map[appeal.Ground]int
	Barred   map[supervision.Rule]int
	Followed int
}

// Sum counts outcomes by the names of their policies.
func Sum(outcomes ...Outcome) map[string]Sums {
	sums := make(map[string]Sums)
	for _, o := range outcomes {
		s, ok := sums[o.Policy]
		if !ok {
			s = Sums{Windows: make(map[appeal.Ground]int), Barred: make(map[supervision.Rule]int)}
		}
		s.Orders++
		if !o.CompletedAt.IsZero() {
			s.Completed++
		}
		for _, w := range o.Windows {
			s.Windows[w.Ground]++
		}
		for _, b := range o.Barred {
			if b.Follows {
				s.Followed++
			} else {
				s.Barred[b.Rule]++
			}
		}
		sums[o.Policy] = s
	}
	return sums
}
