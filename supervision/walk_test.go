package supervision_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWalk walks the pure core breadth first: from the opening, every action of
// everybody and every wait to the next boundary, in every state that differs in
// what a rule looks at. What holds in all of them holds for every order there
// can be, up to the bounds.
func TestWalk(t *testing.T) {
	timed := autoAccepting()
	timed.Appeal.Rejections = 1 // the timer is what differs; fewer rejections make fewer states
	ending := closing(supervision.EndCancel)
	ending.NegotiatedRefund, ending.Appeal.Rejections = true, 0
	ending.Appeal.Buyer = appeal.GroundsOf(appeal.SellerSilent)
	ending.Appeal.Seller = appeal.GroundsOf(appeal.BuyerSilent)
	for _, c := range []struct {
		policy supervision.Policy
		least  int
	}{
		{supervision.Guide(), 5000}, {supervision.Hardware(), 300}, {timed, 2000}, {supervision.Rules2025(), 500},
		{ending, 500},
	} {
		t.Run(c.policy.Name, func(t *testing.T) {
			t.Parallel()
			w := walk(t, c.policy)
			t.Logf("%s: %d states, %d actions done, longest story %d records", c.policy.Name, len(w.seen), w.done,
				w.longest)
			assert.Greater(t, len(w.seen), c.least)
			w.checkEnds()
		})
	}
}

// place is everything about an order at an instant that a rule looks at.
type place struct {
	status, frozenFrom supervision.Status
	requests, products int
	requested, noted   bool
	delivered          bool
	proposed, received bool
	ground             appeal.Ground // of the pending appeal
	times              string        // whether the instant is before (-), at (0) or after (+) each boundary
	froze              string        // the same of the instant at which it froze, for what goes on after it (R17)
}

func placeOf(o supervision.Order, at time.Time) place {
	p := place{
		status: o.Status, frozenFrom: o.FrozenFrom, requests: o.RequestRejections, products: o.ProductRejections,
		requested: o.Request != nil, delivered: o.Delivery != nil, proposed: o.Proposal != supervision.Proposal{},
		received: !o.ReceivedAt.IsZero(), noted: o.Appeal.Pending() && len(o.Appeal.Notes) > 0,
	}
	p.times = placed(at, waits(o))
	if o.Status == supervision.Frozen {
		stood := thawed(o)
		p.ground, p.froze = o.Appeal.Ground, placed(o.Appeal.RaisedAt,
			[]time.Time{stood.Facts().Since.Add(stood.Policy.Appeal.Silence + tick), stood.NextDue()})
	}
	return p
}

func placed(at time.Time, boundaries []time.Time) (signs string) {
	for _, boundary := range boundaries {
		signs += string("-0+"[1+at.Compare(boundary)])
	}
	return signs
}

// thawed is a frozen order as it stood.
func thawed(o supervision.Order) supervision.Order {
	o.Status = o.FrozenFrom
	return o
}

// waits are the boundaries that matter at the order's status.
func waits(o supervision.Order) (list []time.Time) {
	switch {
	case o.Status.Waiting():
		silence := o.Facts().Since.Add(o.Policy.Appeal.Silence + tick)
		list = append(list, silence, o.ScheduledEnd.Add(-o.Policy.Appeal.Blackout), o.ScheduledEnd)
		if o.Turn() == supervision.RoleSeller {
			list = append(list, o.Reminder.At.Add(o.Policy.ReminderInterval))
		}
	case o.Status == supervision.Frozen:
		list = append(list, o.Appeal.HandleBy.Add(tick))
	}
	if due := o.NextDue(); !due.IsZero() {
		list = append(list, due)
	}
	return list
}

// visit is a state with a story that leads to it.
type visit struct {
	order   supervision.Order
	records []supervision.Record
	at      time.Time
}

type walker struct {
	t       *testing.T
	seen    map[place]bool
	leads   map[place][]place
	queue   []visit
	done    int
	longest int
}

func walk(t *testing.T, policy supervision.Policy) *walker {
	w := &walker{t: t, seen: map[place]bool{}, leads: map[place][]place{}}
	s := begin(t, policy)
	w.reach(place{}, visit{s.order, s.records, s.at})
	for len(w.queue) > 0 {
		v := w.queue[0]
		w.queue = w.queue[1:]
		from := placeOf(v.order, v.at)
		before := v.order.Clone()
		w.act(from, v)
		w.pass(from, v)
		must(t, same(before, v.order), "Apply never changes the order it is called on: %+v", v.order)
	}
	return w
}

// reach notes a state within the bounds, and looks at it the first time.
func (w *walker) reach(from place, v visit) {
	to := placeOf(v.order, v.at)
	if most := v.order.Policy.Appeal.Rejections +
		1; max(to.requests, to.products) > most { // one beyond what the rules look at
		return
	}
	w.leads[from] = append(w.leads[from], to)
	if w.seen[to] {
		return
	}
	w.seen[to] = true
	w.longest = max(w.longest, len(v.records))
	checkVisit(w.t, v)
	w.queue = append(w.queue, v)
}

// act tries everything for everybody, and goes on from what succeeds.
func (w *walker) act(from place, v visit) {
	for _, s := range agree(w.t, v.order, v.at) {
		w.done++
		next := visit{s.order, append(v.records[:len(v.records):len(v.records)], s.records...), v.at}
		checkStep(w.t, v, s, next)
		w.reach(from, next)
	}
}

// pass lets time pass to each boundary ahead, to a tick before and a tick after
// it.
func (w *walker) pass(from place, v visit) {
	instants := waits(v.order)
	if v.order.Status != supervision.Frozen { // where no rule minds the time
		instants = around(instants)
	}
	for _, at := range instants {
		if !at.After(v.at) {
			continue
		}
		order, records := settle(v.order, v.records[:len(v.records):len(v.records)], at)
		w.reach(from, visit{order, records, at})
	}
}

// checkVisit checks what holds in every state.
func checkVisit(t *testing.T, v visit) {
	o := v.order
	want := tell(v.records)
	must(t, want.rejections[appeal.RequestRejected] == o.RequestRejections &&
		want.rejections[appeal.ProductRejected] == o.ProductRejections,
		"R16: %v rejections that are not spent: %+v", want.rejections, o)
	must(t, want.since.Equal(o.Facts().Since), "R09, R16, R17: silence since %s, not %s: %+v", want.since,
		o.Facts().Since, o)
	must(t, int64(len(v.records)) == o.Version, "R21: the version is the number of records: %+v", o)
	must(t, (o.Status == supervision.Frozen) == o.Appeal.Pending(), "R12: %+v", o)
	checkRecords(t, v)
	if o.Status.Final() {
		later, records := o.Settle(v.at.Add(1000 * day))
		must(t, same(o, later) && len(records) == 0, "final stays final: %+v", later)
	}

	replayed, err := supervision.Replay(v.records)
	must(t, err == nil && same(o, replayed), "R21: replaying yields the order: %v\n%+v\n%+v", err, o, replayed)

	data, err := json.Marshal(o)
	must(t, err == nil, "%v", err)
	var read supervision.Order
	must(t, json.Unmarshal(data, &read) == nil && same(o, read), "the JSON form is the whole order: %s\n%+v\n%+v", data,
		o, read)
}

func same[T any](a, b T) bool { return reflect.DeepEqual(a, b) }

// checkRecords checks the newest records; the older ones were the newest once.
func checkRecords(t *testing.T, v visit) {
	newest := len(v.records) - 1
	for i := max(newest-3, 0); i <= newest; i++ {
		r := v.records[i]
		must(t, r.Seq == int64(i+1) && r.Order == v.order.ID && r.Operation == r.Action.Operation(), "R21: %+v", r)
		if i > 0 {
			must(t, !r.At.Before(v.records[i-1].At) && r.From == v.records[i-1].To,
				"R21: instants and statuses follow: %+v", r)
		}
	}
	r := v.records[newest]
	must(t, r.To == v.order.Status && r.At.Equal(v.order.UpdatedAt), "R21: %+v, %+v", r, v.order)
	data, err := json.Marshal(r)
	must(t, err == nil, "%v", err)
	var read supervision.Record
	must(t, json.Unmarshal(data, &read) == nil && same(r, read), "the JSON form is the whole record: %s\n%+v\n%+v",
		data, r, read)
}

// telling is what records say about the facts of appeals, told once more.
type telling struct {
	rejections map[appeal.Ground]int // that no ruling has spent
	since      time.Time             // from when silence is measured
	froze      supervision.Record    // the last appeal or intervention
	accepted   appeal.Ground         // of the appeal that a ruling has accepted on
}

func tell(records []supervision.Record) telling {
	now := telling{rejections: map[appeal.Ground]int{}}
	for _, r := range records {
		switch a := r.Action.(type) {
		case supervision.Intervene:
			delete(now.rejections, now.accepted) // the case that was settled on them is opened again
			now.froze, now.accepted = r, ""
		case supervision.RaiseAppeal:
			now.froze = r
		case supervision.AddNote, supervision.Remind, supervision.ProposeRefund, supervision.WithdrawRefund,
			supervision.DeclineRefund, supervision.Amend, supervision.ReportReceipt:
		case supervision.DecideAppeal:
			now.ruled(r, a.Outcome)
		default:
			now.since = r.At
			if r.Operation == supervision.OpRejectRequest {
				now.rejections[appeal.RequestRejected]++
			} else if r.Operation == supervision.OpRejectProduct {
				now.rejections[appeal.ProductRejected]++
			}
		}
	}
	return now
}

func (n *telling) ruled(r supervision.Record, outcome appeal.Outcome) {
	resumed := outcome == appeal.Resume
	ground := appeal.Ground("")
	if raised, ok := n.froze.Action.(supervision.RaiseAppeal); ok {
		ground = raised.Ground
	}
	silence := ground == appeal.SellerSilent || ground == appeal.BuyerSilent
	if resumed && r.To == n.froze.From && !silence {
		n.since = n.since.Add(r.At.Sub(n.froze.At))
	} else {
		n.since = r.At
	}
	switch outcome {
	case appeal.Resume:
		delete(n.rejections, ground)
	case appeal.Accept:
		n.accepted = ground
	}
}

// checkStep checks what holds of every action that succeeded.
func checkStep(t *testing.T, before visit, s step, after visit) {
	stood, _ := before.order.Settle(before.at)
	op := s.action.Operation()
	must(t, !stood.Status.Final(), "final stays final: %s by %s", op, s.actor)
	must(t, s.actor.Role != supervision.RoleSystem || op == supervision.OpReportReceipt,
		"what time does nobody does: %s", op)
	party := s.actor.Role == supervision.RoleBuyer || s.actor.Role == supervision.RoleSeller
	must(t, !party || stood.Status != supervision.Frozen, "R12: frozen means no buyer or seller operation: %s by %s",
		op, s.actor)
	must(t, len(after.records) == len(before.records)+1, "R21: one operation, one record (what was due is settled): %s",
		op)
	switch action := s.action.(type) {
	case supervision.RaiseAppeal:
		checkGround(t, before, action, s.order.Appeal)
	case supervision.DecideAppeal:
		checkSpent(t, before, action, after)
	}
}

// checkSpent checks that a ruling takes no ground but the one it ruled on, and
// that one; from nobody else's side neither (R16). Where the flow goes on
// elsewhere a new turn begins, and so does its silence (R17).
func checkSpent(t *testing.T, before visit, ruling supervision.DecideAppeal, after visit) {
	stood, now := thawed(before.order), after.order
	if ruling.Outcome != appeal.Resume {
		must(t, now.RequestRejections == stood.RequestRejections && now.ProductRejections == stood.ProductRejections,
			"R16: %s resets nothing", ruling.Outcome)
		return
	}
	for _, party := range []appeal.Party{appeal.Buyer, appeal.Seller} {
		for _, ground := range now.Policy.Appeal.Grounds(party).List() {
			silence := ground == appeal.SellerSilent || ground == appeal.BuyerSilent
			held := holds(stood, party, ground, stood.Appeal.RaisedAt)
			switch {
			case ground == stood.Appeal.Ground && ground != appeal.Unconditional, silence && now.Status != stood.Status:
				held = false
			}
			must(t, holds(now, party, ground, after.at) == held,
				"R16: %s of the %s: held %t when %s froze it, after the ruling %t: %+v",
				ground, party, held, stood.Appeal.Ground, !held, now)
		}
	}
}

// holds says whether the facts of a ground are there, in the blackout or not.
func holds(o supervision.Order, party appeal.Party, ground appeal.Ground, at time.Time) bool {
	policy := o.Policy.Appeal
	policy.Blackout = 0
	return policy.Judge(party, ground, o.Facts(), at).Holds
}

// checkGround checks that an appeal rests on facts that no ruling has spent:
// nobody appeals twice on the same ones (R16), nor on frozen time (R17).
func checkGround(t *testing.T, before visit, action supervision.RaiseAppeal, raised *appeal.Appeal) {
	facts := tell(before.records)
	policy := before.order.Policy.Appeal
	switch action.Ground {
	case appeal.RequestRejected, appeal.ProductRejected:
		require.GreaterOrEqual(t, facts.rejections[action.Ground], policy.Rejections)
		require.Equal(t, facts.rejections[action.Ground], raised.Finding.Count)
	case appeal.SellerSilent, appeal.BuyerSilent:
		require.Equal(t, facts.since, raised.Finding.Since)
		require.Greater(t, before.at.Sub(facts.since), policy.Silence)
	default:
		require.Equal(t, appeal.Rules2025(), policy, "only the 2025 rules ask for no ground")
	}
}

// checkEnds checks that from every state a final one can be reached, and from a
// final one none.
func (w *walker) checkEnds() {
	cameFrom := map[place][]place{}
	var ends []place
	for from, list := range w.leads {
		for _, to := range list {
			cameFrom[to] = append(cameFrom[to], from)
		}
	}
	for p := range w.seen {
		if p.status.Final() {
			ends = append(ends, p)
			assert.Empty(w.t, w.leads[p], "final stays final")
		}
	}
	assert.NotEmpty(w.t, ends)
	ending := map[place]bool{}
	for len(ends) > 0 {
		p := ends[0]
		ends = ends[1:]
		if !ending[p] {
			ending[p] = true
			ends = append(ends, cameFrom[p]...)
		}
	}
	for p := range w.seen {
		assert.True(w.t, ending[p], fmt.Sprintf("%+v can reach no final status", p))
	}
}
