package storetest

import (
	"reflect"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// aboutCopies keeps what a caller does to its own values afterwards from
// changing what is stored.
var aboutCopies = []sentence{
	{"of what Create is given", saysCopies, func(c *check) {
		for _, h := range c.rich() {
			c.isCopied(h, func(change service.Change) error { return c.Create(ctx, change) })
		}
	}},
	{"of what Save is given", saysCopies, func(c *check) {
		for _, h := range c.rich() {
			opened := &history{c: c, order: h.order, records: h.records[:1]}
			opened.order, _ = supervision.Replay(h.records[:1])
			c.create(opened)
			h.stored = 1
			c.isCopied(h, func(change service.Change) error { return c.Save(ctx, change) })
		}
	}},
	{"of what Erase is given", saysCopies, func(c *check) {
		h := c.rich()[2]
		c.create(h)
		change, erased := h.erasure()
		last := erased[len(erased)-1] // a delivery with attachments
		order, record := c.text(change.Order), c.text(last)
		require.NoError(c, c.Erase(ctx, change, erased))
		spoil(reflect.ValueOf(&change))
		spoil(reflect.ValueOf(erased))
		require.NotEqual(c, record, c.text(last), "the case itself is wrong: it has to change the record")
		have, _, err := c.Load(ctx, h.order.ID, "")
		require.NoError(c, err)
		require.Equal(c, order, c.text(have), "the order after the caller changed its own")
		records, err := c.Records(ctx, h.order.ID, last.Seq-1, 1)
		require.NoError(c, err)
		require.Equal(c, record, c.text(records[0]), "the erased record after the caller changed its own")
	}},
	{"of what Notice is given and Noticing returns", saysCopies, func(c *check) {
		h := c.noticing("order", day0)
		c.create(h)
		at, zone := noticePlace(h).At, time.FixedZone("UTC+8", 8*60*60)
		given := []time.Time{at.In(zone), at.Add(tick).In(zone)}
		n := service.Noticed{Order: "order", Version: 1, At: at.In(zone), Due: given, Given: given,
			Next: at.Add(day).In(zone)}
		require.NoError(c, c.Notice(ctx, n))
		given[0] = day0
		for range 2 {
			found, err := c.Noticing(ctx, at.Add(day).In(zone), supervision.Position{}, 10)
			require.NoError(c, err)
			require.Len(c, found, 1)
			require.Equal(c, supervision.Position{At: at.Add(day), ID: "order"}, found[0].Position, "in UTC")
			require.Equal(c, []time.Time{at, at.Add(tick)}, found[0].Given,
				"in UTC, and whatever became of the caller's own")
			c.same(h.order, found[0].Order, "the order")
			found[0].Given[0] = day0
			spoil(reflect.ValueOf(found))
		}
	}},
	{"of what Upcoming returns", saysCopies, func(c *check) {
		c.comesOutCopied(func(*history) any {
			found, err := c.Upcoming(ctx, supervision.DeadlineKinds(), ever.From, ever.Before,
				supervision.Position{}, 10)
			require.NoError(c, err)
			require.NotEmpty(c, found)
			return found
		})
	}},
	{"of what PutTemplate is given", saysCopies, func(c *check) {
		t := published(1)
		want := c.text(t)
		require.NoError(c, c.PutTemplate(ctx, t))
		spoil(reflect.ValueOf(&t))
		stored, err := c.Template(ctx, published(1).TemplateID)
		require.NoError(c, err)
		require.Equal(c, want, c.text(stored))
	}},
	{"of what Load returns", saysCopies, func(c *check) {
		c.comesOutCopied(func(h *history) any {
			keyed := h.records[slices.IndexFunc(h.records, func(r supervision.Record) bool { return r.Key != "" })]
			order, record, err := c.Load(ctx, h.order.ID, keyed.OwnedKey())
			require.NoError(c, err)
			require.NotNil(c, record)
			unasked, _, err := c.Load(ctx, h.order.ID, "")
			require.NoError(c, err)
			return &loaded{order, unasked, record}
		})
	}},
	{"of what Search returns", saysCopies, func(c *check) {
		c.comesOutCopied(func(*history) any {
			found, err := c.Search(ctx, supervision.Filter{At: day0, Limit: 10})
			require.NoError(c, err)
			require.NotEmpty(c, found)
			return found
		})
	}},
	{"of what Records returns", saysCopies, func(c *check) {
		c.comesOutCopied(func(h *history) any {
			records, err := c.Records(ctx, h.order.ID, 0, 10)
			require.NoError(c, err)
			require.NotEmpty(c, records)
			return records
		})
	}},
	{"of what Due returns", saysCopies, func(c *check) {
		c.comesOutCopied(func(*history) any {
			due, err := c.Due(ctx, day0.Add(100*day), supervision.Position{}, 10)
			require.NoError(c, err)
			require.NotEmpty(c, due)
			return due
		})
	}},
	{"of what Claim returns", saysCopies, func(c *check) {
		h := c.rich()[0]
		c.create(h)
		claimed, err := c.Store.Claim(ctx, day0.Add(100*day), hour, 10)
		require.NoError(c, err)
		require.Len(c, claimed, 1)
		record, order := c.text(claimed[0].Record), c.text(claimed[0].Order)
		spoil(reflect.ValueOf(claimed))
		again, err := c.Store.Claim(ctx, day0.Add(101*day), hour, 10)
		require.NoError(c, err)
		require.Len(c, again, 1)
		require.Equal(c, record, c.text(again[0].Record))
		require.Equal(c, order, c.text(again[0].Order))
		c.holds(h)
	}},
	{"of what Between returns", saysCopies, func(c *check) {
		c.comesOutCopied(func(*history) any {
			records, err := c.Between(ctx, day0, day0.Add(100*day), service.RecordPlace{}, 10)
			require.NoError(c, err)
			require.NotEmpty(c, records)
			return records
		})
	}},
	{"of what Template returns", saysCopies, func(c *check) {
		require.NoError(c, c.PutTemplate(ctx, published(1)))
		for range 2 {
			t, err := c.Template(ctx, published(1).TemplateID)
			require.NoError(c, err)
			c.same(published(1), t, "the template")
			spoil(reflect.ValueOf(&t))
		}
	}},
	{"of what LatestTemplates returns", saysCopies, func(c *check) {
		require.NoError(c, c.PutTemplate(ctx, published(1)))
		for range 2 {
			latest, err := c.LatestTemplates(ctx, "seller", "product")
			require.NoError(c, err)
			require.Len(c, latest, 1)
			c.same(published(1), latest[0], "the template")
			spoil(reflect.ValueOf(&latest))
		}
	}},
}

// loaded is what Load returns with and without a key.
type loaded struct {
	Order, Unasked supervision.Order
	Record         *supervision.Record
}

// rich are orders with everything that is kept by reference: values,
// attachments, a delivery, an appeal with notes and a ruling. The last of them
// is due.
func (c *check) rich() []*history {
	files := func() []supervision.Attachment { return []supervision.Attachment{file, file} }
	filled := c.filled("filled").key("key")
	ruled := c.open(opening("ruled"), day0).
		buyer(supervision.SubmitRequest{Text: "Deploy it.", Attachments: files()}, hour).
		buyer(supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "No answer.", Demand: "An answer.",
			Attachments: files()}, 6*day).
		manager(supervision.AddNote{Text: "Asked both.", Attachments: files()}, hour).
		manager(supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "Go on."}, hour).key("key")
	due := c.open(opening("due"), day0).request().seller(supervision.AcceptRequest{}, hour).
		seller(supervision.Deliver{Result: "Done.", Attachments: files()}, hour).key("key").accepted()
	return []*history{filled, ruled, due}
}

// isCopied checks that what a history hands to the store is no longer the
// store's business afterwards.
func (c *check) isCopied(h *history, store func(service.Change) error) {
	order, records := c.text(h.order), c.text(h.records)
	change := h.change()
	require.NoError(c, store(change))
	id, all := h.order.ID, len(h.records)
	spoil(reflect.ValueOf(&change))
	have, _, err := c.Load(ctx, id, "")
	require.NoError(c, err)
	require.Equal(c, order, c.text(have), "the order after the caller changed its own")
	stored, err := c.Records(ctx, id, 0, all+1)
	require.NoError(c, err)
	require.Equal(c, records, c.text(stored), "the records after the caller changed its own")
}

// comesOutCopied checks that a result can be changed without changing what
// comes next.
func (c *check) comesOutCopied(ask func(h *history) any) {
	list := c.rich()
	c.create(list...)
	for _, h := range list {
		result := ask(h)
		want := c.text(result)
		spoil(reflect.ValueOf(result))
		require.NotEqual(c, want, c.text(result), "the case itself is wrong: it has to change the result")
		require.Equal(c, want, c.text(ask(h)), "the same question again, after the caller changed the answer")
	}
	c.holds(list...)
}
