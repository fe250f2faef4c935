package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const saysUpcoming = "Upcoming returns the orders that have an instant of one of some kinds (Listing.Brings) " +
	"from one instant on and before another, each once for each such instant, sorted by it and then by ID, " +
	"starting after a position (zero: from the first), at most limit."

// ever is a span that all instants of a crowd lie in.
var ever = supervision.Span{From: day0.Add(-day), Before: day0.Add(2000 * day)}

var aboutUpcoming = []sentence{
	{"returns nothing from an empty store, and of no kind", saysUpcoming, func(c *check) {
		c.upcoming(nil, supervision.DeadlineKinds(), ever, supervision.Position{}, 10)
		c.create(c.open(opening("order"), day0))
		c.upcoming(nil, nil, ever, supervision.Position{}, 10)
	}},
	{"returns every instant of each kind, and of all", saysUpcoming, func(c *check) {
		p := c.populate(160, 15)
		for _, kind := range supervision.DeadlineKinds() {
			list := p.brought([]supervision.DeadlineKind{kind}, ever)
			none := kind == supervision.DeadlineReminder || kind == supervision.DeadlineOpenFor
			require.Equal(c, none, len(list) == 0,
				"the case itself is wrong: it has to have %s", kind)
			c.upcoming(list, []supervision.DeadlineKind{kind}, ever, supervision.Position{}, 1000)
		}
		c.upcoming(p.brought(supervision.DeadlineKinds(), ever), supervision.DeadlineKinds(), ever,
			supervision.Position{},
			2000)
	}},
	{"from the first instant, and before the last", "from one instant on and before another", func(c *check) {
		p := c.populate(80, 16)
		kinds := supervision.DeadlineKinds()
		list := p.brought(kinds, ever)
		for i := 0; i < len(list); i += 9 {
			place := list[i]
			for _, from := range []time.Duration{-tick / 2, 0, tick / 2} { // as precise as a caller likes
				span := supervision.Span{From: place.At.Add(from), Before: place.At.Add(from + tick)}
				c.upcoming(p.brought(kinds, span), kinds, span, supervision.Position{}, 1000)
			}
		}
	}},
	{"begins behind a position, at most limit", "starting after a position (zero: from the first), at most limit",
		func(c *check) {
			p := c.populate(80, 17)
			kinds := supervision.DeadlineKinds()
			list := p.brought(kinds, ever)
			for i := 0; i < len(list); i += 5 {
				place := list[i]
				c.upcoming(list[i+1:min(i+8, len(list))], kinds, ever, place, 7)
				until := supervision.Span{From: ever.From, Before: list[min(i+8, len(list)-1)].At.Add(tick)}
				c.upcoming(p.brought(kinds, until)[i+1:], kinds, until, place, 1000)
				first := slices.IndexFunc(list, func(p supervision.Position) bool { return p.At.Equal(place.At) })
				c.upcoming(list[first:min(first+3, len(list))], kinds, ever, supervision.Position{At: place.At}, 3)
				from := supervision.Span{From: place.At, Before: ever.Before} // behind what is before it
				c.upcoming(p.brought(kinds, from), kinds, from, supervision.Position{At: ever.From, ID: "order"}, 1000)
			}
		}},
	{"sorts by the bytes of the id where something comes at the same instant", "sorted by it and then by ID",
		func(c *check) {
			var want []supervision.Position
			for _, id := range alike {
				h := c.open(opening(id), day0)
				c.create(h)
				want = append(want, supervision.Position{At: h.order.ScheduledEnd, ID: id})
			}
			slices.SortFunc(want, supervision.Position.Compare)
			kinds := []supervision.DeadlineKind{supervision.DeadlineBlackoutEnds, supervision.DeadlineAppealOpens}
			span := supervision.Span{From: want[0].At, Before: want[0].At.Add(tick)}
			c.upcoming(want, kinds, span, supervision.Position{}, 1000)
			c.upcoming(want[3:5], kinds, span, want[2], 2)
		}},
	{"forgets what comes no more", saysUpcoming, func(c *check) {
		h := c.begin("order").accept()
		c.save(h)
		kinds := supervision.DeadlineKinds()
		c.upcoming([]supervision.Position{place(h)}, kinds, ever, supervision.Position{}, 10)
		c.save(h.settle(h.order.NextDue()))
		c.upcoming(nil, kinds, ever, supervision.Position{}, 10)
	}},
}

// upcoming checks the answer of Upcoming.
func (c *check) upcoming(want []supervision.Position, kinds []supervision.DeadlineKind, span supervision.Span,
	after supervision.Position, limit int) {
	what := fmt.Sprintf("at most %d of %v in %v behind %v", limit, kinds, span, after)
	list, err := c.Upcoming(ctx, kinds, span.From, span.Before, after, limit)
	require.NoError(c, err, what)
	have := []supervision.Position{}
	for _, found := range list {
		require.NoError(c, found.Err)
		require.Equal(c, found.ID, found.Order.ID, what)
		have = append(have, found.Position)
	}
	require.Equal(c, append([]supervision.Position{}, want...), have, what)
}

// brought are the places at which time brings something.
func (p *population) brought(kinds []supervision.DeadlineKind, span supervision.Span) (list []supervision.Position) {
	for _, h := range p.all {
		l := h.order.Listing()
		for _, kind := range kinds {
			for _, at := range l.Brings(kind) {
				if !at.Before(span.From) && at.Before(span.Before) {
					list = append(list, supervision.Position{At: at, ID: l.ID})
				}
			}
		}
	}
	slices.SortFunc(list, supervision.Position.Compare)
	return slices.Compact(list)
}
