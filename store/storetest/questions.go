package storetest

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// population is a crowd and the questions that can be asked about it.
type population struct {
	c      *check
	all    []*history // newest first
	random *rand.Rand
	at     []time.Time // instants around which answers change
}

func (c *check) populate(n int, seed uint64) *population {
	p := &population{c: c, all: c.crowd(n, seed), random: rand.New(rand.NewPCG(seed, 0))}
	slices.SortFunc(p.all, newestFirst)
	p.at = []time.Time{day0, day0.Add(20 * day), day0.Add(1000 * day)}
	bounds := make(map[string]time.Time)
	for _, h := range p.all {
		l := h.order.Listing()
		for name, at := range map[string]time.Time{
			"accepted": l.AcceptedAt, "closed": l.ClosedAt, "handle by": l.HandleBy, "buyer's appeal": l.BuyerAppeal,
			"seller's appeal": l.SellerAppeal, "blackout": l.BlackoutBegins, "its end": l.BlackoutEnds,
		} {
			bounds[name] = later(at, bounds[name])
		}
		if l.Status.Waiting() {
			bounds["silent"] = later(l.WaitingSince.Add(silences[1]), bounds["silent"])
		}
	}
	for name, bound := range bounds {
		require.False(c, bound.IsZero(), "the case itself is wrong: it has to have an order with %s", name)
		p.at = append(p.at, bound.Add(-tick), bound, bound.Add(tick/2)) // as precise as a caller likes
	}
	slices.SortFunc(p.at, time.Time.Compare)
	return p
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// agrees checks which orders the store finds against Filter.Matches.
func (p *population) agrees(filter supervision.Filter) {
	found, err := p.c.Search(ctx, filter)
	require.NoError(p.c, err)
	require.Equal(p.c, orderIDs(p.answer(filter)), idsOf(found), "the answer to %+v", filter)
}

func (p *population) answer(f supervision.Filter) []*history {
	want := []*history{}
	place := func(h *history) supervision.Position { return h.listing().Position(f.Sort) }
	for _, h := range p.all {
		if f.Behind(place(h)) && f.Matches(h.listing()) {
			want = append(want, h)
		}
	}
	slices.SortFunc(want, func(a, b *history) int { return f.Sort.Compare(place(a), place(b)) })
	return want[:min(len(want), f.Limit)]
}

var (
	silences = []time.Duration{tick, 5 * day, 60 * day}
	sorts    = append(supervision.Sorts(), "")
)

// fields sets one field of criteria to each value there is.
func (p *population) fields() [][]supervision.Criteria {
	type criteria = supervision.Criteria
	order, another := p.one().order, p.one().order
	var statuses, orderStatuses, turns, silent, appeals, bought, accepted, closed []criteria
	for _, s := range supervision.OrderStatuses() {
		orderStatuses = append(orderStatuses, criteria{OrderStatus: s})
	}
	for _, s := range supervision.Statuses() {
		statuses = append(statuses, criteria{Status: s})
	}
	for _, r := range supervision.Roles() {
		turns = append(turns, criteria{Turn: r})
	}
	for _, d := range silences {
		silent = append(silent, criteria{SilentFor: d})
	}
	for _, s := range supervision.AppealStates() {
		appeals = append(appeals, criteria{Appeal: s})
	}
	for _, span := range p.spans(func(l supervision.Listing) time.Time { return l.BoughtAt }) {
		bought = append(bought, criteria{Bought: span})
	}
	for _, span := range p.spans(func(l supervision.Listing) time.Time { return l.AcceptedAt }) {
		accepted = append(accepted, criteria{Accepted: span})
	}
	for _, span := range p.spans(func(l supervision.Listing) time.Time { return l.ClosedAt }) {
		closed = append(closed, criteria{Closed: span})
	}
	return [][]criteria{
		{{Orders: []string{order.ID}}, {Orders: []string{"nobody's"}}, {Orders: []string{order.ID, "x", another.ID}}},
		{{Products: []string{order.Product}}, {Products: []string{"nobody's"}},
			{Products: []string{order.Product, another.Product}}},
		{{Buyers: []string{order.Buyer}}, {Buyers: []string{"nobody"}}, {Buyers: []string{order.Seller}},
			{Buyers: []string{order.Buyer, another.Buyer}}},
		{{Sellers: []string{order.Seller}}, {Sellers: []string{"nobody"}}, {Sellers: []string{order.Buyer}},
			{Sellers: []string{order.Seller, another.Seller}}},
		statuses, orderStatuses, turns, silent, appeals, bought, accepted, closed,
	}
}

// spans begin and end around an instant that some order has, between two ticks
// as well.
func (p *population) spans(instant func(supervision.Listing) time.Time) (list []supervision.Span) {
	var at time.Time
	for at.IsZero() {
		at = instant(p.one().listing())
	}
	for _, shift := range []time.Duration{-tick / 2, 0, tick / 2} {
		list = append(list, supervision.Span{From: at.Add(shift)}, supervision.Span{Before: at.Add(shift)},
			supervision.Span{From: at.Add(shift), Before: at.Add(shift + tick)})
	}
	return list
}

func (p *population) one() *history { return p.all[p.random.IntN(len(p.all))] }

// alone are criteria of one field each.
func (p *population) alone() []supervision.Criteria { return slices.Concat(p.fields()...) }

// drawn is a filter of fields drawn at random, of an instant, a sort, a place
// to begin behind, and a limit.
func (p *population) drawn() supervision.Filter {
	filter := supervision.Filter{
		At: p.at[p.random.IntN(len(p.at))], Sort: sorts[p.random.IntN(len(sorts))], Limit: 1 + p.random.IntN(40),
	}
	for _, field := range p.fields() {
		if p.random.IntN(5) == 0 {
			merge(&filter.Criteria, field[p.random.IntN(len(field))])
		}
	}
	if p.random.IntN(3) == 0 {
		filter.After = p.one().listing().Position(filter.Sort)
	}
	return filter
}

// merge sets what one field's criteria set.
func merge(c *supervision.Criteria, field supervision.Criteria) {
	for i := range reflect.TypeFor[supervision.Criteria]().NumField() {
		if v := reflect.ValueOf(field).Field(i); !v.IsZero() {
			reflect.ValueOf(c).Elem().Field(i).Set(v)
		}
	}
}
