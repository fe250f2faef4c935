package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

// question is one call of a store, on an order that has been prepared for it.
type question struct {
	name    string
	prepare func(t *testing.T, b bench, store service.Store, id string)
	ask     func(ctx context.Context, b bench, store service.Store, id string) error
}

// questions are all calls of a store.
var questions = []question{
	{"open", nothing, func(ctx context.Context, b bench, _ service.Store, id string) error {
		_, err := b.Open(ctx, opening(id))
		return err
	}},
	{"create many", nothing, func(ctx context.Context, b bench, _ service.Store, id string) error {
		_, err := b.Adopt(ctx, adoption(id), adoption(id+"-2"))
		return err
	}},
	{"do", opens, func(ctx context.Context, b bench, _ service.Store, id string) error {
		_, err := b.Do(ctx, id, buyer, submit, service.WithKey("k"))
		return err
	}},
	{"save many", func(t *testing.T, b bench, _ service.Store, id string) {
		b.opened(t, id)
		b.opened(t, id+"-2")
	}, func(ctx context.Context, b bench, store service.Store, id string) error {
		var changes []service.Change
		for _, id := range []string{id, id + "-2"} {
			order, _, err := store.Load(ctx, id, "")
			if err != nil {
				return err
			}
			next, records, err := order.Apply(buyer, submit, b.Now())
			if err != nil {
				return err
			}
			changes = append(changes, service.Change{Order: next, Before: order.Version, Records: records, Relay: true})
		}
		return store.Save(ctx, changes...)
	}},
	{"erase", closed, func(ctx context.Context, b bench, _ service.Store, id string) error {
		_, err := b.Erase(ctx, id, "Request 17")
		return err
	}},
	{"remove", closed, func(ctx context.Context, _ bench, store service.Store, id string) error {
		order, _, err := store.Load(ctx, id, "")
		if err != nil {
			return err
		}
		for seq := range order.Version {
			if err := store.Acknowledge(ctx, supervision.RecordID{Order: id, Seq: seq + 1}); err != nil {
				return err
			}
		}
		_, err = store.Remove(ctx, id, order.Version)
		return err
	}},
	{"claim", opens, func(ctx context.Context, b bench, store service.Store, _ string) error {
		_, err := store.Claim(ctx, b.Now(), time.Minute, 10)
		return err
	}},
	{"acknowledge", opens, func(ctx context.Context, _ bench, store service.Store, id string) error {
		return store.Acknowledge(ctx, supervision.RecordID{Order: id, Seq: 1})
	}},
	{"return", opens, func(ctx context.Context, b bench, store service.Store, id string) error {
		place := service.Waiting{RecordID: supervision.RecordID{Order: id, Seq: 1}, Next: b.Now(), Attempts: 1}
		return store.Return(ctx, place)
	}},
	{"aside", opens, func(ctx context.Context, _ bench, store service.Store, _ string) error {
		_, err := store.Delayed(ctx, true, supervision.RecordID{}, 10)
		return err
	}},
	{"noticing", opens, func(ctx context.Context, b bench, store service.Store, _ string) error {
		_, err := store.Noticing(ctx, b.Now(), supervision.Position{}, 10)
		return err
	}},
	{"notice", opensNoticing, func(ctx context.Context, b bench, store service.Store, id string) error {
		due := start.Add(noticed)
		return store.Notice(ctx, service.Noticed{Order: id, Version: 1, At: due, Due: []time.Time{due},
			Given: []time.Time{due}})
	}},
	{"publish", nothing, func(ctx context.Context, b bench, store service.Store, id string) error {
		return store.PutTemplate(ctx, published(id, b.Now()))
	}},
	{"template", publishes, func(ctx context.Context, b bench, store service.Store, id string) error {
		_, err := store.Template(ctx, published(id, b.Now()).TemplateID)
		return err
	}},
	{"latest templates", publishes, func(ctx context.Context, _ bench, store service.Store, id string) error {
		_, err := store.LatestTemplates(ctx, seller.ID, id)
		return err
	}},
	{"search", opens, func(ctx context.Context, b bench, _ service.Store, _ string) error {
		_, err := b.Search(ctx, manager, supervision.Query{})
		return err
	}},
	{"search whole", opens, func(ctx context.Context, b bench, _ service.Store, _ string) error {
		_, err := b.SearchWhole(ctx, manager, supervision.Query{})
		return err
	}},
	{"count", opens, func(ctx context.Context, b bench, _ service.Store, _ string) error {
		_, err := b.Count(ctx, manager, supervision.Criteria{})
		return err
	}},
	{"records", opens, func(ctx context.Context, b bench, _ service.Store, id string) error {
		_, err := b.Records(ctx, id, buyer, 0, 0)
		return err
	}},
	{"due", opens, func(ctx context.Context, b bench, store service.Store, _ string) error {
		_, err := store.Due(ctx, b.Now(), supervision.Position{}, 10)
		return err
	}},
	{"upcoming", opens, func(ctx context.Context, b bench, _ service.Store, _ string) error {
		for _, err := range b.Upcoming(ctx, b.Now(), b.Now().Add(supervision.Day)) {
			if err != nil {
				return err
			}
		}
		return nil
	}},
	{"between", opens, func(ctx context.Context, b bench, store service.Store, _ string) error {
		_, err := store.Between(ctx, start, start.Add(time.Hour), service.RecordPlace{}, 10)
		return err
	}},
}

func nothing(*testing.T, bench, service.Store, string) {}

func opens(t *testing.T, b bench, _ service.Store, id string) { b.opened(t, id) }

// noticed is how long after its opening people are told of an order.
const noticed = 180 * supervision.Day

func opensNoticing(t *testing.T, b bench, _ service.Store, id string) {
	o, policy := opening(id), supervision.Guide()
	policy.Notices.OpenFor = noticed
	o.Policy = policy
	_, err := b.Open(t.Context(), o)
	require.NoError(t, err)
}

func closed(t *testing.T, b bench, _ service.Store, id string) {
	b.opened(t, id)
	b.do(t, id, manager, supervision.Intervene{Reason: "Fraud."})
	b.do(t, id, manager, supervision.DecideAppeal{Outcome: "cancel", Decision: "So be it."})
}

func publishes(t *testing.T, b bench, store service.Store, id string) {
	require.NoError(t, store.PutTemplate(t.Context(), published(id, b.Now())))
}

func published(product string, at time.Time) service.PublishedTemplate {
	return service.PublishedTemplate{
		TemplateID: supervision.TemplateID{Seller: seller.ID, Product: product, Operation: supervision.OpSubmitRequest,
			Version: 1},
		PublishedAt: at, Template: template.Template{Fields: []template.Field{{Key: "k", Label: "K",
			Kind: template.Line}}},
	}
}

func adoption(id string) supervision.Adoption {
	return supervision.Adoption{ID: id, Product: "product", Buyer: buyer.ID, Seller: seller.ID, OpenedAt: start,
		Status: supervision.AwaitingRequest, TurnSince: start}
}

var errPlanted = errors.New("planted")

// Any statement of any call may fail: the error comes out, nothing is left half
// done, and the call that is repeated works.
func TestFailingAtEveryStatement(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db, recorder := d.recorded(t, d.dsn(t))
		store, _ := d.migrated(t, db)
		for _, q := range questions {
			t.Run(q.name, func(t *testing.T) {
				b := newBench(t, store)
				for n, fired := 1, true; fired; n++ {
					id := fmt.Sprintf("%s-%d", q.name, n)
					q.prepare(t, b, store, id)
					recorder.before(n, func() error { return errPlanted })
					err := q.ask(t.Context(), b, store, id)
					if fired = recorder.before(0, nil); fired {
						require.ErrorIs(t, err, errPlanted, "statement %d", n)
						err = q.ask(t.Context(), b, store, id)
					}
					require.NoError(t, err, "statement %d", n)
				}
			})
		}
		page, err := newBench(t, store).Search(t.Context(), manager, supervision.Query{Limit: supervision.MaxPage})
		require.NoError(t, err)
		require.NotEmpty(t, page.Orders)
		for _, order := range page.Orders {
			whole(t, store, order.ID)
		}
	})
}
