package service_test

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// search follows the pages of a search to its end. Each page of whole orders is
// summed up by the page without.
func (b *bench) search(actor supervision.Actor, query supervision.Query) []supervision.Order {
	b.t.Helper()
	var found []supervision.Order
	for {
		page, err := b.Service.SearchWhole(b.ctx, actor, query)
		require.NoError(b.t, err)
		brief, err := b.Service.Search(b.ctx, actor, query)
		require.NoError(b.t, err)
		require.Equal(b.t, page.Next, brief.Next)
		summaries := []supervision.Summary{}
		for _, order := range page.Orders {
			summary, err := order.Listing().For(actor, b.Service.Now())
			require.NoError(b.t, err)
			summaries = append(summaries, summary)
		}
		require.Equal(b.t, summaries, brief.Orders)
		if query.Limit > 0 {
			require.LessOrEqual(b.t, len(page.Orders), query.Limit)
		}
		found = append(found, page.Orders...)
		if page.Next == "" {
			return found
		}
		require.NotEmpty(b.t, page.Orders, "a page that is not the last has orders")
		query.Cursor = page.Next
	}
}

func ids(orders []supervision.Order) []string {
	list := []string{}
	for _, o := range orders {
		list = append(list, o.ID)
	}
	return list
}

// crowd opens orders of two buyers, two sellers and two products under several
// policies and drives each to some status, leaving to nobody what time makes of
// them.
func (b *bench) crowd(random *rand.Rand, n int) {
	b.t.Helper()
	quick := autoAccepting()
	quick.CompletionDelay = day
	policies := []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		autoAccepting(), quick}
	statuses := []supervision.Status{
		supervision.AwaitingRequest, supervision.AwaitingConfirmation, supervision.AwaitingDelivery,
		supervision.AwaitingAcceptance,
		supervision.AwaitingAcceptance, supervision.Accepted, supervision.Accepted, supervision.Frozen,
		supervision.Canceled,
	}
	for i := range n {
		opening := supervision.Opening{
			ID:      fmt.Sprintf("o-%d", i),
			Product: pick(random, "p-1", "p-2"),
			Buyer:   pick(random, ben.ID, otherBuyer.ID),
			Seller:  pick(random, sue.ID, otherSeller.ID),
			Policy:  pick(random, policies...),
		}
		status := pick(random, statuses...)
		if opening.Policy.Start == supervision.AwaitingDelivery &&
			(status == supervision.AwaitingRequest || status == supervision.AwaitingConfirmation) {
			status = opening.Policy.Start
		}
		_, err := b.Reach(b.ctx, opening, status)
		require.NoError(b.t, err)
		b.Clock.Add(pick(random, 0, 0, time.Hour, 7*time.Hour))
	}
}

func pick[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

// maybe picks a value half of the time, and the zero value otherwise.
func maybe[T any](random *rand.Rand, from ...T) (none T) {
	if random.IntN(2) == 0 {
		return none
	}
	return pick(random, from...)
}

func anyQuery(random *rand.Rand, now time.Time) supervision.Query {
	var q supervision.Query
	q.Limit = pick(random, 0, 1, 2, 7, supervision.MaxPage)
	for range 1 + random.IntN(3) { // few criteria at once, so that something is found
		switch random.IntN(11) {
		case 0:
			q.Products = pick(random, []string{"p-1"}, []string{"p-2"}, []string{"p-3"}, []string{"p-1", "p-3"})
		case 1:
			q.Buyers = pick(random, []string{ben.ID}, []string{otherBuyer.ID}, []string{otherBuyer.ID, ben.ID})
		case 2:
			q.Sellers = pick(random, []string{sue.ID}, []string{otherSeller.ID}, []string{"x", sue.ID})
		case 3:
			q.OrderStatus = pick(random, supervision.OrderStatuses()...)
		case 4:
			q.Status = pick(random, supervision.Statuses()...)
		case 5:
			q.Turn = pick(random, supervision.Roles()...)
		case 6:
			q.SilentFor = pick(random, tick, 5*day, 5*day-tick, 20*day)
		case 7:
			q.Appeal = pick(random, supervision.AppealStates()...)
		case 8:
			q.Bought = anySpan(random, now)
		case 9:
			q.Accepted = anySpan(random, now)
		case 10:
			q.Closed = anySpan(random, now)
		}
	}
	if random.IntN(8) == 0 {
		q.Orders = []string{"o-3", "o-1"}
	}
	q.Sort = maybe(random, supervision.Sorts()...)
	return q
}

func anySpan(random *rand.Rand, now time.Time) supervision.Span {
	return supervision.Span{From: maybe(random, bought, now.Add(-9*day), now),
		Before: maybe(random, bought.Add(day), now.Add(-9*day), now)}
}

// shows says what a search has to find, from the orders as Service.Order shows
// them.
func shows(actor supervision.Actor, q supervision.Query, o supervision.Order, now time.Time) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	in := func(want []string, have string) bool { return want == nil || slices.Contains(want, have) }
	within := func(want supervision.Span, have time.Time) bool {
		return want == supervision.Span{} || !have.IsZero() && !have.Before(want.From) &&
			(want.Before.IsZero() || have.Before(want.Before))
	}
	silent := o.Turn() == supervision.RoleBuyer || o.Turn() == supervision.RoleSeller
	return (actor.Role != supervision.RoleBuyer || actor.ID == o.Buyer) &&
		(actor.Role != supervision.RoleSeller || actor.ID == o.Seller) &&
		in(q.Orders, o.ID) && in(q.Products, o.Product) && in(q.Buyers, o.Buyer) && in(q.Sellers, o.Seller) &&
		is(string(q.OrderStatus), string(o.OrderStatus())) && is(string(q.Status), string(o.Status)) &&
		is(string(q.Turn), string(o.Turn())) &&
		(q.SilentFor == 0 || silent && now.Sub(o.TurnSince) > q.SilentFor) &&
		appealStands(q.Appeal, o, now) && within(q.Bought, o.BoughtAt) &&
		within(q.Accepted, acceptedAt(o)) && within(q.Closed, o.ClosedAt) &&
		(q.Sort != supervision.LongestWaiting || silent) && (q.Sort != supervision.ByHandling || o.Appeal.Pending()) &&
		(q.Sort != supervision.ByProposal || !o.Proposal.At.IsZero() && !o.Appeal.Pending())
}

// appealStands asks the order what the list is searched by.
func appealStands(state supervision.AppealState, o supervision.Order, now time.Time) bool {
	raises := func(actor supervision.Actor) bool {
		d, err := o.Permit(actor, supervision.OpRaiseAppeal, now)
		return err == nil && d.Allowed
	}
	switch state {
	case supervision.AppealPending:
		return o.Appeal.Pending()
	case supervision.AppealOverdue:
		return o.Appeal.Overdue(now)
	case supervision.AppealOpenToBuyer:
		return raises(supervision.Buyer(o.Buyer))
	case supervision.AppealOpenToSeller:
		return raises(supervision.Seller(o.Seller))
	}
	return true
}

// acceptedAt is when an order was accepted, if that stands.
func acceptedAt(o supervision.Order) (at time.Time) {
	if o.Status == supervision.Accepted || o.Status == supervision.Completed {
		at = o.AcceptedAt
	}
	return at
}

// Order, Search and Records tell the same of an order at the same instant,
// whether or not a worker has come by (R02).
func TestR02_SearchOrderAndRecordsAgreeSweptOrNot(t *testing.T) {
	const orders, rounds, queries = 60, 24, 40
	b := newBench(t)
	random := rand.New(rand.NewPCG(1, 2))
	b.crowd(random, orders)
	settledLate, found := 0, 0
	for round := range rounds {
		var all []supervision.Order
		for i := range orders {
			stored := b.stored(fmt.Sprintf("o-%d", i))
			order, due := stored.Settle(b.Service.Now())
			all = append(all, order)
			settledLate += len(due)
		}
		for range queries {
			actor := pick(random, ben, sue, mia, otherBuyer, supervision.System())
			query := anyQuery(random, b.Service.Now())
			var want []supervision.Order
			for _, order := range all {
				if shows(actor, query, order, b.Service.Now()) {
					want = append(want, order)
				}
			}
			slices.SortFunc(want, sortedBy(query.Sort))
			require.Equal(t, want, b.search(actor, query), "%s %+v", actor, query)
			found += len(want)
			if query.Sort == "" {
				counts, err := b.Service.Count(t.Context(), actor, query.Criteria, supervision.Criteria{})
				require.NoError(t, err)
				require.Equal(t, service.Count{Orders: len(want)}, counts[0], "%s %+v", actor, query)
			}
		}
		for i, order := range all {
			if (i+round)%12 > 0 { // for the next round it stays unsettled
				continue
			}
			require.Equal(t, order, b.order(order.ID))
			replayed, err := supervision.Replay(b.records(order.ID))
			require.NoError(t, err)
			require.Equal(t, order, replayed)
		}
		if round%8 == 7 {
			_, err := b.Service.Settle(t.Context())
			require.NoError(t, err)
		}
		b.Clock.Add(b.toSomeBoundary(random, all))
	}
	assert.Greater(t, settledLate, 100, "most of what time made was not stored yet when it was asked for")
	assert.Greater(t, found, 1000)
}

func sortedBy(sort supervision.Sort) func(x, y supervision.Order) int {
	return func(x, y supervision.Order) int {
		switch sort {
		case supervision.LongestWaiting:
			return cmp.Or(x.TurnSince.Compare(y.TurnSince), strings.Compare(x.ID, y.ID))
		case supervision.ByProposal:
			return cmp.Or(x.Proposal.At.Compare(y.Proposal.At), strings.Compare(x.ID, y.ID))
		case supervision.ByHandling:
			return cmp.Or(x.Appeal.HandleBy.Compare(y.Appeal.HandleBy), strings.Compare(x.ID, y.ID))
		}
		return cmp.Or(y.BoughtAt.Compare(x.BoughtAt), strings.Compare(y.ID, x.ID))
	}
}

// What is searched by an instant changes at that instant and not a tick
// earlier.
func TestSearch_Boundaries(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	finds := func(change func(*supervision.Query)) bool {
		var q supervision.Query
		change(&q)
		return len(b.search(mia, q)) == 1
	}
	silent := func(q *supervision.Query) { q.SilentFor = 5 * day }
	b.Clock.Set(order.TurnSince.Add(5 * day))
	assert.False(t, finds(silent), "R09: at exactly five days not yet")
	b.Clock.Add(tick)
	assert.True(t, finds(silent))

	frozen, err := b.Appeal(t.Context(), order)
	require.NoError(t, err)
	assert.False(t, finds(silent), "R17: frozen time is no silence")
	overdue := func(q *supervision.Query) { q.Appeal = supervision.AppealOverdue }
	b.Clock.Set(frozen.Appeal.HandleBy)
	assert.False(t, finds(overdue), "R19: a ruling would still be in time")
	b.Clock.Add(tick)
	assert.True(t, finds(overdue))

	assert.True(t, finds(func(q *supervision.Query) { q.Bought.From = bought }))
	assert.False(t, finds(func(q *supervision.Query) { q.Bought.From = bought.Add(tick) }))
	assert.True(t, finds(func(q *supervision.Query) { q.Bought.Before = bought.Add(tick) }))
	assert.False(t, finds(func(q *supervision.Query) { q.Bought.Before = bought }))
}

// toSomeBoundary is how long it takes until something changes by time alone, a
// tick more or less.
func (b *bench) toSomeBoundary(random *rand.Rand, all []supervision.Order) time.Duration {
	deadlines := pick(random, all...).Deadlines(b.Service.Now())
	if len(deadlines) == 0 || deadlines[0].At.Sub(b.Service.Now()) > 30*day {
		return time.Hour
	}
	return max(0, deadlines[0].At.Sub(b.Service.Now())+pick(random, -tick, 0, tick))
}

func TestRecords_WhatTimeMadeIsAmongThem(t *testing.T) {
	b := newBench(t, service.WithPolicy(autoAccepting()))
	order := b.reach(supervision.AwaitingAcceptance)
	b.Clock.Add(11 * day)
	unswept := b.records(order.ID)
	require.Len(t, unswept, int(order.Version)+2)
	assert.Equal(t, bought.Add(10*day), unswept[order.Version].At, "R02: at the instant it was due")
	assert.Equal(t, bought.Add(10*day+3*time.Hour), unswept[order.Version+1].At)

	pages := func() (all []supervision.Record) {
		for after := int64(0); ; {
			page, err := b.Service.Records(t.Context(), order.ID, ben, after, 2)
			require.NoError(t, err)
			all = append(all, page...)
			if len(page) < 2 {
				return all
			}
			after = page[1].Seq
		}
	}
	assert.Equal(t, unswept, pages())
	_, err := b.Service.Settle(t.Context())
	require.NoError(t, err)
	assert.Equal(t, unswept, b.records(order.ID))
	assert.Equal(t, unswept, pages())
	last, err := b.Service.Records(t.Context(), order.ID, ben, order.Version+2, 0)
	require.NoError(t, err)
	assert.Empty(t, last)
}

func TestRecords_AWorkerComesInBetween(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Accepted)
	b.Clock.Add(3 * time.Hour)
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Records {
			_, err := b.Service.Settle(t.Context())
			require.NoError(t, err)
		}
	})
	assert.Len(t, b.records(order.ID), int(order.Version)+1, "the completion is there once")
}

func TestRecords_Pages(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	for range supervision.DefaultPage {
		b.do(order.ID, sue, report)
	}
	page, err := b.Service.Records(t.Context(), order.ID, ben, 0, 0)
	require.NoError(t, err)
	assert.Len(t, page, supervision.DefaultPage)
	for _, faulty := range []struct {
		after int64
		limit int
		field string
	}{{-1, 1, "after"}, {0, -1, "limit"}, {0, supervision.MaxPage + 1, "limit"}} {
		_, err := b.Service.Records(t.Context(), order.ID, ben, faulty.after, faulty.limit)
		invalid(t, err, faulty.field)
	}
	_, err = b.Service.Records(t.Context(), order.ID, ben, -1, 1)
	var invalid *supervision.InvalidError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, supervision.Fault{Field: "after", Code: supervision.FaultOutOfRange, Min: "0",
		Message: "give a sequence number, or 0"}, invalid.Faults[0])
}

// To whom an order is none of their business it does not exist: every method
// answers as for an unknown id (R22).
func TestR22_AForeignOrderIsAnUnknownOne(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	b.do("o-1", ben, submit, service.WithKey("k-1"))
	before := b.stored("o-1")
	methods := map[string]func(id string, actor supervision.Actor) error{
		"Order": func(id string, actor supervision.Actor) error {
			_, err := b.Service.Order(t.Context(), id, actor)
			return err
		},
		"Records": func(id string, actor supervision.Actor) error {
			_, err := b.Service.Records(t.Context(), id, actor, 0, 0)
			return err
		},
	}
	for _, c := range everyCommand {
		for name, options := range map[string][]service.DoOption{
			"": nil, " again": {service.WithKey("k-1")}, " dry": {service.DryRun()},
			" at a version": {service.IfVersion(2)},
		} {
			methods[string(c.action.Operation())+name] = func(id string, actor supervision.Actor) error {
				return b.refuse(id, actor, c.action, options...)
			}
		}
	}
	for name, call := range methods {
		// The sides are exchanged as well: a buyer is no seller, even under the
		// same id.
		for _, stranger := range []supervision.Actor{otherBuyer, otherSeller, supervision.Buyer(sue.ID),
			supervision.Seller(ben.ID)} {
			err := call("o-1", stranger)
			require.ErrorIs(t, err, supervision.ErrNotFound, name)
			assert.Equal(t, err.Error(), strings.ReplaceAll(call("x-9", stranger).Error(), "x-9", "o-1"), name)
		}
	}
	assert.Equal(t, before, b.stored("o-1"))
}

func TestR22_SearchShowsAPartyItsOwnOrders(t *testing.T) {
	b := newBench(t)
	b.crowd(rand.New(rand.NewPCG(3, 4)), 20)
	all := b.search(mia, supervision.Query{})
	require.Len(t, all, 20)
	assert.Equal(t, all, b.search(supervision.System(), supervision.Query{}))
	seen := len(b.search(ben, supervision.Query{})) + len(b.search(otherBuyer, supervision.Query{}))
	assert.Equal(t, 20, seen)
	for _, order := range b.search(ben, supervision.Query{}) {
		assert.Equal(t, ben.ID, order.Buyer)
	}
	assert.Empty(t, b.search(supervision.Buyer("nobody"), supervision.Query{}))

	var query supervision.Query
	query.Buyers = []string{otherBuyer.ID}
	b.Store.Repair()
	assert.Empty(t, b.search(ben, query), "naming somebody else does not widen it")
	assert.Empty(t, b.Store.Calls(), "and is not even looked for")
	query = supervision.Query{}
	query.Orders = []string{b.search(otherBuyer, supervision.Query{})[0].ID}
	assert.Empty(t, b.search(ben, query), "nor does naming an order")
	assert.Len(t, b.search(mia, query), 1)
}

func TestSearch_FaultyQueries(t *testing.T) {
	b := newBench(t)
	var q supervision.Query
	q.Orders, q.Products = []string{"o-1", "\n", "\r"}, []string{"\xff"}
	q.Buyers, q.Sellers = []string{strings.Repeat("x", supervision.MaxID+1)}, []string{" x"}
	q.OrderStatus, q.Status, q.Turn, q.Appeal = "owner", "owner", "owner", "lost"
	q.SilentFor, q.Limit, q.Cursor, q.Sort = -1, -1, "?", "oldest"
	never := supervision.Span{From: time.Unix(-1, 0), Before: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	q.Bought, q.Accepted, q.Closed = never, never, never
	page, err := b.Service.Search(t.Context(), mia, q)
	invalid(t, err, "order", "product", "buyer", "seller", "order_status", "status", "turn", "silent_for", "appeal",
		"bought_from", "bought_before", "accepted_from", "accepted_before", "closed_from", "closed_before", "sort",
		"limit",
		"cursor")
	assert.Zero(t, page)
	for _, limit := range []int{-1, supervision.MaxPage + 1} {
		_, err = b.Service.Search(t.Context(), mia, supervision.Query{Limit: limit})
		invalid(t, err, "limit")
	}
	q = supervision.Query{}
	q.SilentFor = 100*365*day + tick
	_, err = b.Service.Search(t.Context(), mia, q)
	invalid(t, err, "silent_for")
	_, err = b.Service.Search(t.Context(), supervision.Actor{}, supervision.Query{})
	invalid(t, err, "actor.role", "actor.id")
	_, err = b.Service.Order(t.Context(), "", supervision.Actor{})
	invalid(t, err, "order", "actor.role", "actor.id")
	assert.Empty(t, b.Store.Calls())
	q.SilentFor = 100 * 365 * day
	assert.Empty(t, b.search(mia, q))
}

func TestSearch_PagesStayCorrectWhileOrdersAreAdded(t *testing.T) {
	b := newBench(t)
	for i := range 10 {
		b.open(fmt.Sprintf("o-%d", i)) // all at the same instant, so ids decide
	}
	query := supervision.Query{Limit: 3}
	var found []supervision.Order
	for page := 0; ; page++ {
		p, err := b.Service.SearchWhole(t.Context(), mia, query)
		require.NoError(t, err)
		found = append(found, p.Orders...)
		if p.Next == "" {
			break
		}
		query.Cursor = p.Next
		b.open(fmt.Sprintf("o-9-%d", page)) // before the page, by its id
		b.Clock.Add(tick)
		b.open(fmt.Sprintf("o-%d-newer", page)) // before the page, by its age
	}
	assert.Equal(t, []string{"o-9", "o-8", "o-7", "o-6", "o-5", "o-4", "o-3", "o-2", "o-1", "o-0"}, ids(found))
}

func TestSearch_NoEmptyLastPage(t *testing.T) {
	b := newBench(t)
	for i := range 4 {
		b.open(fmt.Sprintf("o-%d", i))
	}
	page, err := b.Service.Search(t.Context(), mia, supervision.Query{Limit: 4})
	require.NoError(t, err)
	assert.Len(t, page.Orders, 4)
	assert.Empty(t, page.Next)
}

func TestSearch_TheLargestPageIsFollowedByAnother(t *testing.T) {
	b := newBench(t)
	_, err := b.Service.Adopt(b.ctx, numbered(supervision.MaxPage+1)...)
	require.NoError(t, err)
	query := supervision.Query{Limit: supervision.MaxPage}
	for _, want := range []int{supervision.MaxPage, 1} {
		page, err := b.Service.Search(b.ctx, mia, query)
		require.NoError(t, err)
		assert.Len(t, page.Orders, want)
		query.Cursor = page.Next
	}
	assert.Empty(t, query.Cursor)
}

func TestSearch_ACursorGoesWithItsSearch(t *testing.T) {
	b := newBench(t)
	b.crowd(rand.New(rand.NewPCG(5, 6)), 12)
	first, err := b.Service.Search(t.Context(), ben, supervision.Query{Limit: 1})
	require.NoError(t, err)
	require.NotEmpty(t, first.Next)

	other := supervision.Query{Limit: 1, Cursor: first.Next}
	other.Products = []string{"p-1"}
	_, err = b.Service.Search(t.Context(), ben, other)
	invalid(t, err, "cursor")
	_, err = b.Service.Search(t.Context(), otherBuyer, supervision.Query{Limit: 1, Cursor: first.Next})
	invalid(t, err, "cursor")
	_, err = b.Service.Search(t.Context(), supervision.Seller(ben.ID), supervision.Query{Limit: 1, Cursor: first.Next})
	invalid(t, err, "cursor")
	_, err = b.Service.Search(t.Context(), ben, supervision.Query{Limit: 5, Cursor: first.Next})
	require.NoError(t, err, "the size of a page may change")

	b.Clock.Add(day)
	same := supervision.Query{Limit: 1, Cursor: first.Next}
	same.Buyers = []string{ben.ID}
	_, err = b.Service.Search(t.Context(), ben, same)
	require.NoError(t, err, "time goes on, and a buyer's own name adds nothing")
}

// forged are cursors that no page had; %d is where the digest of a right one
// goes.
var forged = []string{"", "null", "[]", "{}", `{"t":1}`, `{"t":1,"i":"o-1","q":0}`, `{"t":1,"i":"o-1","q":%d,"x":1}`,
	`{"t":1,"i":"o-1","q":%d} {}`, `{"t":1,"i":"","q":%d}`, `{"t":1,"i":"a\u0000","q":%d}`,
	`{"t":"1","i":"o-1","q":%d}`}

func TestSearch_ForgedCursors(t *testing.T) {
	b := newBench(t)
	b.crowd(rand.New(rand.NewPCG(7, 8)), 12)
	page, err := b.Service.Search(t.Context(), ben, supervision.Query{Limit: 1})
	require.NoError(t, err)
	raw, err := base64.RawURLEncoding.DecodeString(page.Next)
	require.NoError(t, err)
	var digest uint64
	_, err = fmt.Sscanf(string(raw[strings.Index(string(raw), `"q":`):]), `"q":%d`, &digest)
	require.NoError(t, err)
	for _, form := range forged[1:] {
		text := strings.Replace(form, "%d", fmt.Sprint(digest), 1)
		_, err := b.Service.Search(t.Context(), ben,
			supervision.Query{Cursor: base64.RawURLEncoding.EncodeToString([]byte(text))})
		invalid(t, err, "cursor")
	}
	for i := range page.Next {
		for _, cursor := range []string{page.Next[:i] + "A" + page.Next[i+1:], page.Next[:i] + "=" + page.Next[i:],
			page.Next[:i]} {
			b.onlyOwn(ben, cursor)
		}
	}
}

// onlyOwn checks that a cursor is refused as such, or at worst shows the actor
// other orders of its own.
func (b *bench) onlyOwn(actor supervision.Actor, cursor string) {
	b.t.Helper()
	page, err := b.Service.Search(b.ctx, actor, supervision.Query{Cursor: cursor})
	if err != nil {
		invalid(b.t, err, "cursor")
		return
	}
	for _, order := range page.Orders {
		require.Equal(b.t, actor.ID, order.Buyer)
	}
}

func TestFind_StoreFailures(t *testing.T) {
	b := newBench(t)
	order := b.open("o-1")
	fail := func(method supervisiontest.Method) {
		b.Store.Repair()
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{method}})
	}
	fail(supervisiontest.Load)
	_, err := b.Service.Order(t.Context(), order.ID, ben)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	fail(supervisiontest.Load)
	_, err = b.Service.Records(t.Context(), order.ID, ben, 0, 0)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	fail(supervisiontest.Records)
	_, err = b.Service.Records(t.Context(), order.ID, ben, 0, 0)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	fail(supervisiontest.Search)
	_, err = b.Service.Search(t.Context(), ben, supervision.Query{})
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	fail(supervisiontest.Search)
	_, err = b.Service.SearchWhole(t.Context(), ben, supervision.Query{})
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	fail(supervisiontest.Count)
	_, err = b.Service.Count(t.Context(), ben, supervision.Criteria{})
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
}
