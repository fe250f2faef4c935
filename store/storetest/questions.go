package storetest

import (
	"math/rand/v2"
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
	c.Helper()
	p := &population{c: c, all: c.crowd(n, seed), random: rand.New(rand.NewPCG(seed, 0))}
	slices.SortFunc(p.all, newestFirst)
	p.at = []time.Time{day0, day0.Add(20 * day), day0.Add(1000 * day)}
	bounds := make(map[string]time.Time)
	for _, h := range p.all {
		l := h.order.Listing()
		bounds["accepted"], bounds["completed"], bounds["handle by"] = later(l.AcceptedAt, bounds["accepted"]),
			later(l.CompletedAt, bounds["completed"]), later(l.HandleBy, bounds["handle by"])
		if l.Status.Waiting() {
			bounds["silent"] = later(l.TurnSince.Add(silences[1]), bounds["silent"])
		}
	}
	require.Len(c, bounds, 4, "the case itself is wrong: it has to have orders of every kind")
	for _, bound := range bounds {
		p.at = append(p.at, bound.Add(-tick), bound, bound.Add(tick))
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
	p.c.Helper()
	found, err := p.c.Search(ctx, filter)
	require.NoError(p.c, err)
	require.Equal(p.c, orderIDs(p.answer(filter)), idsOf(found), "the answer to %+v", filter)
}

func (p *population) answer(f supervision.Filter) []*history {
	var want []*history
	for _, h := range p.all {
		l := h.order.Listing()
		behind := f.After == (supervision.Position{}) || l.Position().Compare(f.After) < 0
		if behind && f.Matches(l) && len(want) < f.Limit {
			want = append(want, h)
		}
	}
	return want
}

var silences = []time.Duration{tick, 5 * day, 60 * day}

// fields sets one field of criteria to each value there is.
func (p *population) fields() [][]supervision.Criteria {
	order := p.one().order
	opened := order.OpenedAt
	fields := [][]supervision.Criteria{
		{{Order: order.ID}, {Order: "nobody's"}},
		{{Product: order.Product}, {Product: "nobody's"}},
		{{Buyer: order.Buyer}, {Buyer: "nobody"}, {Buyer: order.Seller}},
		{{Seller: order.Seller}, {Seller: "nobody"}, {Seller: order.Buyer}},
		{{Appeal: supervision.AppealPending}, {Appeal: supervision.AppealOverdue}},
		{{BoughtFrom: opened}, {BoughtFrom: opened.Add(tick)}, {BoughtFrom: opened.Add(-tick)}},
		{{BoughtBefore: opened}, {BoughtBefore: opened.Add(tick)}, {BoughtBefore: opened.Add(-tick)}},
		{}, {}, {}, {},
	}
	last := fields[7:]
	for _, s := range supervision.OrderStatuses() {
		last[0] = append(last[0], supervision.Criteria{OrderStatus: s})
	}
	for _, s := range supervision.Statuses() {
		last[1] = append(last[1], supervision.Criteria{Status: s})
	}
	for _, r := range supervision.Roles() {
		last[2] = append(last[2], supervision.Criteria{Turn: r})
	}
	for _, d := range silences {
		last[3] = append(last[3], supervision.Criteria{SilentFor: d})
	}
	return fields
}

func (p *population) one() *history { return p.all[p.random.IntN(len(p.all))] }

// alone are criteria of one field each.
func (p *population) alone() []supervision.Criteria { return slices.Concat(p.fields()...) }

// drawn is a filter of fields drawn at random, of an instant, a place to begin
// behind, and a limit.
func (p *population) drawn() supervision.Filter {
	filter := supervision.Filter{At: p.at[p.random.IntN(len(p.at))], Limit: 1 + p.random.IntN(40)}
	for _, field := range p.fields() {
		if p.random.IntN(4) == 0 {
			filter.Criteria = merge(filter.Criteria, field[p.random.IntN(len(field))])
		}
	}
	if p.random.IntN(3) == 0 {
		filter.After = p.one().order.Listing().Position()
	}
	return filter
}

// merge sets what one field's criteria set.
func merge(c, field supervision.Criteria) supervision.Criteria {
	c.Order, c.Product, c.Buyer, c.Seller = c.Order+field.Order, c.Product+field.Product, c.Buyer+field.Buyer,
		c.Seller+field.Seller
	c.OrderStatus, c.Status, c.Turn = c.OrderStatus+field.OrderStatus, c.Status+field.Status, c.Turn+field.Turn
	c.SilentFor, c.Appeal = c.SilentFor+field.SilentFor, c.Appeal+field.Appeal
	c.BoughtFrom, c.BoughtBefore = later(c.BoughtFrom, field.BoughtFrom), later(c.BoughtBefore, field.BoughtBefore)
	return c
}
