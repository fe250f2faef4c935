package storetest

import (
	"context"
	"runtime"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const saysCanceled = "a canceled context is returned as its error before anything has changed, or as " +
	"[ErrUnknownOutcome] when that cannot be known"

// aboutContexts calls every method with a context that has ended, and looks
// whether anything has changed.
var aboutContexts = append(ended(),
	sentence{"canceled while Save runs leaves a whole change or none", saysCanceled, func(c *check) {
		h := c.begin("order").request()
		c.save(h)
		for round := range 40 {
			next := h.rival().seller(supervision.ReportProgress{Text: "Half of it is done."}, hour)
			canceled, cancel := context.WithCancel(ctx)
			saved := make(chan error)
			go func() { saved <- c.Save(canceled, next.change()) }()
			for range round * round {
				runtime.Gosched()
			}
			cancel()
			h = c.eitherOr(<-saved, h, next)
		}
	}},
)

// eitherOr returns the history that the store follows after a save that may
// have been canceled. One whose outcome is unknown may yet come, unless it is
// repeated: of the two one loses.
func (c *check) eitherOr(err error, before, after *history) *history {
	if isUnknown(err) {
		if err = c.Save(ctx, after.change()); err != nil {
			require.ErrorIs(c, err, service.ErrConflict, "a save is repeated")
			err = nil
		}
	}
	order, _, loadErr := c.Load(ctx, before.order.ID, "")
	require.NoError(c, loadErr)
	saved := order.Version == after.order.Version
	if err == nil {
		require.True(c, saved, "Save returned no error")
	} else {
		require.ErrorIs(c, err, context.Canceled)
		require.False(c, saved, "Save returned %q", err)
	}
	kept := before
	if saved {
		kept = after
		kept.isStored()
	}
	c.holds(kept)
	return kept
}

// ended gives every method a sentence.
func ended() []sentence {
	var list []sentence
	for _, m := range methods {
		list = append(list, sentence{"ended before " + m.name, saysCanceled, func(c *check) { c.refusesEnded(m) }})
	}
	return list
}

type method struct {
	name string
	call func(c *check, ctx context.Context, h *history) error
}

var methods = []method{
	{"Create", func(c *check, ctx context.Context, _ *history) error {
		return c.Create(ctx, c.open(opening("new"), day0).change())
	}},
	{"Load", func(c *check, ctx context.Context, h *history) error {
		_, _, err := c.Load(ctx, h.order.ID, "")
		return err
	}},
	{"Save", func(c *check, ctx context.Context, h *history) error {
		return c.Save(ctx, h.rival().manager(supervision.AddNote{Text: "Asked both."}, hour).key("late").change())
	}},
	{"Search", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Search(ctx, supervision.Filter{At: day0, Limit: 10})
		return err
	}},
	{"Search for one order", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Search(ctx,
			supervision.Filter{Criteria: supervision.Criteria{Orders: []string{"nobody's"}}, At: day0, Limit: 10})
		return err
	}},
	{"Count", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Count(ctx, 10, supervision.Filter{At: day0})
		return err
	}},
	{"Records", func(c *check, ctx context.Context, h *history) error {
		_, err := c.Records(ctx, h.order.ID, 0, 10)
		return err
	}},
	{"Due", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Due(ctx, day0, supervision.Position{}, 10)
		return err
	}},
	{"Upcoming", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Upcoming(ctx, supervision.DeadlineKinds(), ever.From, ever.Before, supervision.Position{}, 10)
		return err
	}},
	{"Claim", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Claim(ctx, day0, hour, 10)
		return err
	}},
	{"Acknowledge", func(c *check, ctx context.Context, h *history) error {
		return c.Acknowledge(ctx, h.records[0].ID())
	}},
	{"Return", func(c *check, ctx context.Context, h *history) error {
		return c.Return(ctx, service.Waiting{RecordID: h.records[0].ID(), Aside: true})
	}},
	{"Delayed", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Delayed(ctx, true, supervision.RecordID{}, 10)
		return err
	}},
	{"Noticing", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Noticing(ctx, day0, supervision.Position{}, 10)
		return err
	}},
	{"Notice", func(c *check, ctx context.Context, h *history) error {
		return c.Notice(ctx, service.Noticed{Order: h.order.ID, Version: h.order.Version, Due: []time.Time{day0},
			Given: []time.Time{day0}})
	}},
	{"Backlog", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Backlog(ctx, 10)
		return err
	}},
	{"PutTemplate", func(c *check, ctx context.Context, _ *history) error {
		return c.PutTemplate(ctx, published(2))
	}},
	{"Template", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Template(ctx, published(1).TemplateID)
		return err
	}},
	{"LatestTemplates", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.LatestTemplates(ctx, "seller", "product")
		return err
	}},
	{"Between", func(c *check, ctx context.Context, _ *history) error {
		_, err := c.Between(ctx, day0, day0.Add(hour), service.RecordPlace{}, 10)
		return err
	}},
	{"Erase", func(c *check, ctx context.Context, h *history) error {
		return c.Erase(ctx, h.rival().manager(supervision.AddNote{Text: "Asked both."}, hour).key("late").change(), nil)
	}},
	{"Remove", func(c *check, ctx context.Context, h *history) error {
		_, err := c.Remove(ctx, h.order.ID, h.order.Version)
		return err
	}},
}

func (c *check) refusesEnded(m method) {
	h := c.open(opening("order"), day0).appeal()
	c.create(h)
	require.NoError(c, c.PutTemplate(ctx, published(1)))

	canceled, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(c, m.call(c, canceled, h), context.Canceled)
	overdue, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
	defer cancel()
	require.ErrorIs(c, m.call(c, overdue, h), context.DeadlineExceeded)

	c.holds(h)
	c.lacks("new")
	require.Nil(c, c.keyed("order", supervision.Manager("manager"), "late"))
	c.latest("seller", "product", published(1))
	c.waiting(h.records...)
}
