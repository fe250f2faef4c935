package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const (
	saysSearch  = "Search returns the orders that match the filter"
	saysListing = "Listing is what Search returns in place of the order"
	saysOrdered = "newest first: BoughtAt, then ID by bytes, both descending"
	saysSorted  = "otherwise WaitingSince, HandleBy or ProposedAt, then ID, both ascending"
)

// aboutSearch takes Filter.Matches for what a filter means, and a crowd in
// which some orders are due and not settled.
var aboutSearch = []sentence{
	{"finds nothing in an empty store", saysSearch,
		func(c *check) { c.finds(supervision.Filter{At: day0, Limit: 10}) }},
	{"returns orders as stored, by what time has made of them", saysSearch, func(c *check) {
		h := c.open(opening("order"), day0).accept()
		c.create(h)
		completed := supervision.Filter{Criteria: supervision.Criteria{Status: supervision.Completed}, Limit: 10}
		completed.At = h.order.NextDue().Add(-tick)
		c.finds(completed)
		completed.At = h.order.NextDue()
		c.finds(completed, h)
	}},
	{"knows both transitions that time makes one after the other", saysSearch, func(c *check) {
		o := opening("order")
		o.Policy = policies()[3]
		h := c.open(o, day0).deliver()
		c.create(h)
		accepted := h.order.NextDue()
		completed := accepted.Add(o.Policy.CompletionDelay)
		for _, by := range []struct {
			at     time.Time
			status supervision.Status
		}{
			{accepted.Add(-tick), supervision.AwaitingAcceptance}, {accepted, supervision.Accepted},
			{completed.Add(-tick), supervision.Accepted}, {completed, supervision.Completed},
		} {
			for _, asked := range supervision.Statuses() {
				filter := supervision.Filter{Criteria: supervision.Criteria{Status: asked}, At: by.at, Limit: 10}
				if asked == by.status {
					c.finds(filter, h)
				} else {
					c.finds(filter)
				}
			}
		}
	}},
	{"by every field alone", saysSearch, func(c *check) {
		p := c.populate(80, 3)
		for _, at := range p.at {
			for _, criteria := range p.alone() {
				p.agrees(supervision.Filter{Criteria: criteria, At: at, Limit: 1000})
			}
		}
	}},
	{"by any fields together", saysSearch, func(c *check) {
		p := c.populate(160, 4)
		for range 400 {
			p.agrees(p.drawn())
		}
	}},
	{"newest first, and by the bytes of the id where opened at the same instant", saysOrdered, func(c *check) {
		var list []*history
		for i, id := range slices.Concat(alike,
			[]string{"B", "a", "Z", "b", "A", "z", "é", "~", "-", "_", "aa", "a-", "a b"}) {
			list = append(list, c.open(opening(id), day0.Add(time.Duration(i%3)*tick)))
		}
		c.create(list...)
		slices.SortFunc(list, newestFirst)
		c.finds(supervision.Filter{At: day0, Limit: 1000}, list...)
		c.finds(supervision.Filter{Criteria: supervision.Criteria{Buyers: []string{"buyer"}}, At: day0, Limit: 1000},
			list...)
	}},
	{"longest waiting first, by handling date, and by proposals", saysSorted, func(c *check) {
		p := c.populate(160, 12)
		for _, at := range p.at {
			for _, sort := range sorts {
				p.agrees(supervision.Filter{At: at, Sort: sort, Limit: 1000})
			}
		}
	}},
	{"by the bytes of the id where they have waited as long", saysSorted, func(c *check) {
		var list []*history
		for _, id := range alike {
			list = append(list, c.open(opening(id), day0))
		}
		c.create(list...)
		slices.SortFunc(list, func(a, b *history) int { return strings.Compare(a.order.ID, b.order.ID) })
		c.finds(supervision.Filter{At: day0, Sort: supervision.LongestWaiting, Limit: 1000}, list...)
		for _, h := range list {
			c.save(h.appeal())
		}
		c.finds(supervision.Filter{At: day0, Sort: supervision.ByHandling, Limit: 1000}, list...)
	}},
	{"by proposals, as long as the seller may answer them", saysSorted, func(c *check) {
		var list []*history
		for _, id := range alike {
			o := opening(id)
			o.Policy, o.Paid = supervision.Guide(), price
			o.Policy.NegotiatedRefund = true
			list = append(list, c.open(o, day0))
		}
		proposals := supervision.Filter{At: day0, Sort: supervision.ByProposal, Limit: 1000}
		c.create(list...)
		c.finds(proposals)
		for _, h := range list {
			c.save(h.buyer(supervision.ProposeRefund{Amount: refund}, hour))
		}
		slices.SortFunc(list, func(a, b *history) int { return strings.Compare(a.order.ID, b.order.ID) })
		c.finds(proposals, list...)
		c.save(list[0].appeal())
		c.save(list[1].buyer(supervision.WithdrawRefund{}, hour))
		c.save(list[2].accept())
		c.finds(proposals, list[2:]...)
		proposals.At = list[2].order.NextDue().Add(-tick)
		c.finds(proposals, list[2:]...)
		proposals.At = list[2].order.NextDue()
		c.finds(proposals, list[3:]...)
	}},
	{"to whom an appeal is open, in and out of the blackout", saysSearch, func(c *check) {
		h := c.open(opening("order"), day0)
		c.create(h)
		filter := supervision.Filter{Limit: 10}
		filter.Appeal = supervision.AppealOpenToSeller // the buyer has to submit a request
		l := h.order.Listing()
		for _, opens := range []time.Time{l.SellerAppeal, l.BlackoutEnds} {
			filter.At = opens.Add(-tick)
			c.finds(filter)
			filter.At = opens
			c.finds(filter, h)
		}
		filter.At = l.BlackoutBegins.Add(-tick)
		c.finds(filter, h)
		filter.At = l.BlackoutBegins
		c.finds(filter)
		filter.At, filter.Appeal = l.SellerAppeal, supervision.AppealOpenToBuyer
		c.finds(filter)
	}},
	{"at most as many as the limit", "at most Limit", func(c *check) {
		p := c.populate(30, 5)
		for _, limit := range []int{1, 2, 29, 30, 31} {
			p.agrees(supervision.Filter{At: day0, Limit: limit})
		}
	}},
	{"more than the biggest page, if it has to", "at most Limit", func(c *check) {
		list := make([]*history, supervision.MaxPage+10)
		for i := range list {
			list[i] = c.open(opening(fmt.Sprintf("order-%03d", i)), day0)
		}
		c.create(list...)
		slices.Reverse(list)
		c.finds(supervision.Filter{At: day0, Limit: supervision.MaxPage + 1}, list[:supervision.MaxPage+1]...)
	}},
	{"finds the listing of an order of every kind, as created and as saved", saysListing, func(c *check) {
		p := c.populate(80, 13)
		o := opening("noticed")
		o.Policy = supervision.Guide()
		o.Policy.Notices = supervision.Notices{OpenFor: day}
		noticed := c.open(o, day0)
		c.create(noticed)
		p.all = append(p.all, noticed)
		all := supervision.Filter{At: day0, Limit: 1000}
		p.agrees(all)
		intervene := supervision.Intervene{Reason: "Fraud."}
		further := append(slices.Clone(actions), intervene, supervision.WithdrawRefund{},
			supervision.Amend{Buyer: "buyer-9", Seller: "seller-9", Reason: "They were bought."})
		one, many := make(moves), make(moves)
		var batch []*history
		for i, h := range p.all { // one by one, and the others in one batch
			was := h.order.Listing()
			if h.order.Status == supervision.Accepted {
				h.try(supervision.Manager("manager"), intervene, tick)
			}
			for range 20 {
				if h.wander(p.random, 1, further); i%2 == 0 && h.stored < len(h.records) {
					c.save(h)
				}
			}
			if i%2 == 0 {
				one.note(was, h.order.Listing())
			} else if h.stored < len(h.records) {
				many.note(was, h.order.Listing())
				batch = append(batch, h)
			}
		}
		c.save(batch...)
		for _, m := range []moves{one, many} {
			m.haveAll(c)
		}
		p.agrees(all)
	}},
	{"moves an order with its status", saysSearch, func(c *check) {
		h := c.begin("order")
		for _, step := range []func(){
			func() {}, func() { h.request() }, func() { h.seller(supervision.AcceptRequest{}, hour) },
			func() { h.seller(supervision.Deliver{Result: "Done."}, hour) }, func() { h.accepted() },
			func() { h.settle(h.order.NextDue()) },
		} {
			if step(); h.stored < len(h.records) {
				c.save(h)
			}
			for _, asked := range supervision.Statuses() {
				filter := supervision.Filter{Criteria: supervision.Criteria{Status: asked}, At: h.order.UpdatedAt,
					Limit: 10}
				if asked == h.order.Status {
					c.finds(filter, h)
				} else {
					c.finds(filter)
				}
			}
		}
	}},
}

// moves are the fields of listings that a save has changed, and cleared.
type moves map[string]bool

func (m moves) note(was, is supervision.Listing) {
	before, after := reflect.ValueOf(was), reflect.ValueOf(is)
	for i := range before.NumField() {
		name := before.Type().Field(i).Name
		if !before.Field(i).IsZero() && !after.Field(i).Equal(before.Field(i)) {
			m[name] = true
			m[name+" cleared"] = m[name+" cleared"] || after.Field(i).IsZero()
		}
	}
}

// haveAll checks that each field that a save can change was changed, and cleared
// where it can be.
func (m moves) haveAll(c *check) {
	for _, name := range []string{"Buyer", "Seller", "Status", "WaitingSince cleared", "Due cleared",
		"AcceptedAt cleared", "ClosedAt cleared", "ClosedAs cleared", "HandleBy cleared", "BuyerAppeal cleared",
		"SellerAppeal cleared", "BlackoutBegins cleared", "BlackoutEnds cleared", "Proposed cleared",
		"ProposedAt cleared"} {
		require.True(c, m[name], "the case itself is wrong: nothing has its %s", name)
	}
}

func newestFirst(a, b *history) int {
	return supervision.Newest.Compare(a.order.Listing().Position(""), b.order.Listing().Position(""))
}
