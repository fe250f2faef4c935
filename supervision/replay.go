package supervision

import (
	"fmt"
	"slices"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
)

// Replay rebuilds an order from its records, oldest first and complete (R21).
// It gives the order that [Order.Apply] gave, or an error wrapping
// [ErrMalformed] where the records do not follow from one another: a gap,
// another order's record, a transition that the flow, the actor's role, the
// ruling or the timer does not make, time running backwards where no amendment
// turns it back (R31); or where they make an order that [Order.Validate]
// refuses.
func Replay(records []Record) (Order, error) {
	var o Order
	for i := range records {
		if err := o.follows(&records[i]); err != nil {
			return Order{}, err
		}
		o.take(&records[i])
	}
	if len(records) == 0 {
		return Order{}, fmt.Errorf("%w: no records to replay", ErrMalformed)
	}
	if err := o.Validate(); err != nil {
		return Order{}, err
	}
	return o, nil
}

// Follow is one step of [Replay]: it returns the order after the record that
// comes next, for the zero order the first. Errors are those of Replay.
func (o Order) Follow(r Record) (Order, error) {
	if err := o.follows(&r); err != nil {
		return Order{}, err
	}
	o.take(&r)
	return o, nil
}

// follows checks that a record is the one that comes next.
func (o *Order) follows(r *Record) error {
	problem := ""
	switch {
	case r.Seq != o.Version+1:
		problem = "is out of sequence"
	case !isAction(r.Action) || r.Action.Operation() != r.Operation:
		problem = "has an action that is not its operation's"
	case r.Seq == 1:
		problem = opens(r)
	case r.Order != o.ID:
		problem = "is another order's"
	case r.From != o.Status || !flow.Leads(string(r.From), string(r.Operation), string(r.To)) ||
		!slices.Contains(performers[r.Operation], r.Actor.Role) || o.ownCase(r.Actor) || !o.decided(r):
		problem = "has a transition that the flow does not have"
	case turnsBack(r.Action):
		if !o.ahead(r.At) {
			problem = "turns back no clock that is ahead"
		}
	case r.At.Before(o.UpdatedAt):
		problem = "is earlier than the record before it"
	}
	if problem == "" {
		return nil
	}
	return fmt.Errorf("supervision: %w: record %d of order %q %s (after version %d)",
		ErrMalformed, r.Seq, fault.Clip(r.Order), problem, o.Version)
}

// decided reports whether a record leads where its ruling says, and comes when
// its timer says (R02, R14, R15, R27).
func (o *Order) decided(r *Record) bool {
	if timed[r.Operation] {
		t, due := o.due()
		return r.Operation == t.Operation && r.To == t.To && r.At.Equal(due)
	}
	a, ruling := r.Action.(DecideAppeal)
	return !ruling || r.To == a.to(*o) && (a.Outcome != appeal.Resume || o.canResumeAt(r.To))
}

func opens(r *Record) string {
	a, ok := r.Action.(beginning)
	if !ok {
		return "is the first but does not open the order"
	}
	id, at := a.begins()
	adoption, adopts := r.Action.(Adoption)
	switch {
	case id != r.Order:
		return "is another order's"
	case r.From != "" || r.To != at || !adopts && !slices.Contains(starts, at):
		return "opens the order at a status where no flow starts"
	case adopts && !r.At.Equal(adoption.last()):
		return "adopts the order at another instant than its snapshot's"
	}
	return ""
}
