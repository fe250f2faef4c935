package storetest

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysCopies       = "values go in and come out as copies"
	saysMicroseconds = "instants keep their microseconds and come back in UTC"
)

var aboutValues = []sentence{
	{"orders of every kind come back as they went in", saysCopies, func(c *check) {
		crowd := c.crowd(80, 1)
		seen := make(map[supervision.Status]bool)
		for _, h := range crowd {
			seen[h.order.Status] = true
		}
		require.Len(c, seen, len(supervision.Statuses()),
			"the case itself is wrong: it has to have an order of every status")
		c.holds(crowd...)
	}},
	{"records of a stored order replay to the order", saysCopies, func(c *check) {
		for _, h := range c.crowd(20, 2) {
			records, err := c.Records(ctx, h.order.ID, 0, 100)
			require.NoError(c, err)
			order, err := supervision.Replay(records)
			require.NoError(c, err)
			c.same(h.order, order, "replayed from the stored records")
		}
	}},
	{"the longest texts come back, in four-byte runes and emoji", saysCopies, func(c *check) {
		for id, text := range []string{
			strings.Repeat("𐍈", supervision.MaxText),
			strings.Repeat("👩‍👩‍👧‍👦🏳️‍🌈😀", 300),
			"<a href=\"x\">&amp; 'quoted' \\n \\u0000 \u2028 100% _ -- ; $1 ?\r\n\tend",
			"caf\u00e9 cafe\u0301 \u212b \u00c5 İ ı ß ﬁ",
		} {
			h := c.open(opening(fmt.Sprint("text ", id)), day0).buyer(supervision.SubmitRequest{
				Text: text, Attachments: []supervision.Attachment{{Name: firstLine(text), Ref: firstLine(text)}},
			}, hour)
			c.create(h)
			c.holds(h)
		}
	}},
	{"quotation marks and backslashes come back, from calls with several orders", saysCopies, func(c *check) {
		odd := []string{`\`, `\\`, `"`, `\"`, `{a,"b"}`, `NULL`, `a\\\b"`, `''`, `$1 ?`}
		list := make([]*history, len(odd))
		for i, text := range odd {
			list[i] = c.open(supervision.Opening{ID: text, Product: text, Buyer: "b" + text, Seller: text}, day0)
			list[i].buyer(supervision.SubmitRequest{Text: text}, hour).key(text)
		}
		require.NoError(c, c.Create(ctx, changes(list...)...))
		for _, h := range list {
			h.isStored()
			c.holds(h)
			h.seller(supervision.RejectRequest{Reason: h.order.ID}, hour).key(h.order.ID)
		}
		c.save(list...)
		c.holds(list...)
		for _, h := range list {
			require.NotNil(c, c.keyed(h.order.ID, supervision.Seller(h.order.Seller), h.order.ID))
			c.finds(supervision.Filter{Criteria: supervision.Criteria{Products: []string{h.order.Product}}, At: day0,
				Limit: 10}, h)
		}
	}},
	{"what is absent comes back absent", saysCopies, func(c *check) {
		c.begin("bare")
		order, _, err := c.Load(ctx, "bare", "")
		require.NoError(c, err)
		require.Nil(c, order.Request)
		require.Nil(c, order.Delivery)
		require.Nil(c, order.Appeal)
		for _, instant := range []time.Time{order.Reminder.At, order.AcceptedAt, order.ClosedAt} {
			require.True(c, instant.IsZero())
		}
		require.Zero(c, order.FrozenFrom)
		records, err := c.Records(ctx, "bare", 0, 1)
		require.NoError(c, err)
		require.Len(c, records, 1)
		require.Empty(c, records[0].Key)
		require.Zero(c, records[0].From)
		require.Zero(c, records[0].Finding)
	}},
	{"the values of a form keep their types", saysCopies, func(c *check) {
		h := c.filled("form")
		c.create(h)
		c.holds(h)
		order, _, err := c.Load(ctx, "form", "")
		require.NoError(c, err)
		require.Equal(c, h.order.Request.Values, order.Request.Values, "compared with their types")
		records, err := c.Records(ctx, "form", 1, 1)
		require.NoError(c, err)
		require.Equal(c, h.records[1].Action, records[0].Action, "compared with their types")
	}},
	{"instants keep their microseconds", saysMicroseconds, func(c *check) {
		for id, at := range []time.Time{
			day0.Truncate(time.Second).Add(time.Second - tick), day0.Truncate(time.Second).Add(tick),
			time.Date(1970, 1, 1, 0, 0, 0, 1000, time.UTC),
			time.Date(8999, 12, 31, 23, 59, 59, 999999000, time.UTC),
		} {
			h := c.open(opening(fmt.Sprint("order ", id)), at).deliver()
			c.create(h)
			c.holds(h)
		}
	}},
	{"instants come back in UTC", saysMicroseconds, instantsInUTC},
	{"instants in questions count whatever their zone", saysMicroseconds, zonesInQuestions},
}

func instantsInUTC(c *check) {
	zone := time.FixedZone("UTC+8", 8*60*60)
	h := c.open(opening("order"), day0.In(zone)).request().seller(supervision.AcceptRequest{}, hour).
		seller(supervision.Deliver{Result: "Done.", EnabledAt: day0.Add(hour).In(zone)}, hour).accepted()
	appealed := c.open(opening("appealed"), day0.In(zone)).appeal().manager(supervision.AddNote{Text: "Asked both."},
		hour).
		manager(supervision.DecideAppeal{Outcome: appeal.Accept, Decision: "It was delivered."}, hour)
	c.create(h, appealed)
	t := published(1)
	t.PublishedAt = day0.In(zone)
	require.NoError(c, c.PutTemplate(ctx, t))

	inUTC := func(what string, v any) {
		n := 0
		instants(reflect.ValueOf(v), func(t time.Time) {
			n++
			require.Equal(c, time.UTC, t.Location(), "%s: %s", what, t)
		})
		require.Positive(c, n, "%s: there is no instant in it", what)
	}
	order, _, err := c.Load(ctx, "order", "")
	require.NoError(c, err)
	inUTC("Load", order)
	order, _, err = c.Load(ctx, "appealed", "")
	require.NoError(c, err)
	inUTC("Load", order)
	found, err := c.Search(ctx, supervision.Filter{At: day0, Limit: 10})
	require.NoError(c, err)
	inUTC("Search", found)
	records, err := c.Records(ctx, "appealed", 0, 10)
	require.NoError(c, err)
	inUTC("Records", records)
	due, err := c.Due(ctx, day0.Add(30*day), supervision.Position{}, 10)
	require.NoError(c, err)
	inUTC("Due", due)
	for at := day0.Add(30 * day); at.Before(day0.Add(32 * day)); at = at.Add(day) {
		claimed, err := c.Store.Claim(ctx, at.In(zone), hour, 100)
		require.NoError(c, err)
		require.NotEmpty(c, claimed)
		inUTC("Claim", claimed)
		require.Equal(c, at.Add(hour), claimed[0].ClaimedUntil)
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: claimed[0].RecordID, Attempts: 1,
			Next: at.In(zone)}))
	}
	stored, err := c.Template(ctx, t.TemplateID)
	require.NoError(c, err)
	inUTC("Template", stored)
	require.Equal(c, day0, stored.PublishedAt)
	latest, err := c.LatestTemplates(ctx, "seller", "product")
	require.NoError(c, err)
	inUTC("LatestTemplates", latest)
}

// accepted lets the buyer accept what is delivered.
func (h *history) accepted() *history {
	return h.buyer(supervision.AcceptProduct{}, hour)
}

func zonesInQuestions(c *check) {
	zone := time.FixedZone("UTC-11", -11*60*60)
	h := c.begin("order").accept()
	c.save(h)
	due := h.order.NextDue()
	filter := supervision.Filter{At: due.In(zone), Limit: 10,
		After: supervision.Position{At: day0.Add(tick).In(zone), ID: ""}}
	filter.Status, filter.Bought = supervision.Completed,
		supervision.Span{From: day0.In(zone), Before: day0.Add(tick).In(zone)}
	found, err := c.Search(ctx, filter)
	require.NoError(c, err)
	c.sameOrders([]*history{h}, found, "searched with instants of another zone")
	list, err := c.Due(ctx, due.In(zone), supervision.Position{At: due.Add(-tick).In(zone), ID: "z"}, 10)
	require.NoError(c, err)
	require.Len(c, list, 1, "due at an instant of another zone")
	claimed, err := c.Claim(ctx, due.In(zone), hour, 10)
	require.NoError(c, err)
	require.Len(c, claimed, 1)
	claimed, err = c.Claim(ctx, due.Add(hour-tick), hour, 10)
	require.NoError(c, err)
	require.Empty(c, claimed, "the lease of a claim at an instant of another zone")
}

// firstLine is what of a text fits into the name of an attachment.
func firstLine(text string) string {
	line := []rune(strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == '\t' || r == '\u2028' {
			return -1
		}
		return r
	}, text))
	return strings.TrimSpace(string(line[:min(len(line), 250)]))
}
