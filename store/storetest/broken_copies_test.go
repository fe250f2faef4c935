package storetest

import (
	"context"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// faultsOfContexts swallow the context of every method.
func faultsOfContexts() []fault {
	swallow := fault{name: "contexts that nobody looks at", break_: func(b *broken) {
		right, without := b.Store, context.WithoutCancel
		b.create = func(ctx context.Context, c service.Change) error { return right.Create(without(ctx), c) }
		b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
			return right.Load(without(ctx), id, key)
		}
		b.save = func(ctx context.Context, c ...service.Change) error { return right.Save(without(ctx), c...) }
		b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
			return right.Search(without(ctx), f)
		}
		b.count = func(ctx context.Context, limit int, f ...supervision.Filter) ([]int, error) {
			return right.Count(without(ctx), limit, f...)
		}
		b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
			return right.Records(without(ctx), id, after, limit)
		}
		b.due = func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
			error) {
			return right.Due(without(ctx), at, after, limit)
		}
		b.backlog = func(ctx context.Context, limit int) (service.Backlog, error) {
			return right.Backlog(without(ctx), limit)
		}
		b.upcoming = func(ctx context.Context, u upcoming) ([]service.Found, error) {
			return u.ask(without(ctx), right)
		}
		b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
			return right.Claim(without(ctx), at, lease, limit)
		}
		b.acknowledge = func(ctx context.Context, ids ...supervision.RecordID) error {
			return right.Acknowledge(without(ctx), ids...)
		}
		b.return_ = func(ctx context.Context, places ...service.Waiting) error {
			return right.Return(without(ctx), places...)
		}
		b.delayed = func(ctx context.Context, aside bool, after supervision.RecordID,
			limit int) ([]service.Waiting, error) {
			return right.Delayed(without(ctx), aside, after, limit)
		}
		b.noticing = func(ctx context.Context, at time.Time, after supervision.Position,
			limit int) ([]service.Noticing, error) {
			return right.Noticing(without(ctx), at, after, limit)
		}
		b.notice = func(ctx context.Context, list ...service.Noticed) error {
			return right.Notice(without(ctx), list...)
		}
		b.putTemplate = func(ctx context.Context, t service.PublishedTemplate) error {
			return right.PutTemplate(without(ctx), t)
		}
		b.template = func(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
			return right.Template(without(ctx), id)
		}
		b.latest = func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
			return right.LatestTemplates(without(ctx), seller, product)
		}
		b.between = func(ctx context.Context, from, before time.Time, after service.RecordPlace,
			limit int) ([]service.PlacedRecord, error) {
			return right.Between(without(ctx), from, before, after, limit)
		}
		b.erase = func(ctx context.Context, c service.Change, erased []supervision.Record) error {
			return right.Erase(without(ctx), c, erased)
		}
		b.remove = func(ctx context.Context, id string, version int64) (bool, error) {
			return right.Remove(without(ctx), id, version)
		}
	}}
	late := fault{name: "contexts looked at when it is too late", fails: []string{
		"Context/ended before Create", "Context/ended before Save", "Context/ended before PutTemplate",
		"Context/ended before Acknowledge",
		"Context/ended before Claim", "Context/ended before Return",
	}}
	late.break_ = func(b *broken) {
		swallow.break_(b)
		create, save, put, claim := b.create, b.save, b.putTemplate, b.claim
		acknowledge, giveBack := b.acknowledge, b.return_
		b.create = func(ctx context.Context, c service.Change) error { return firstOf(create(ctx, c), ctx.Err()) }
		b.save = func(ctx context.Context, c ...service.Change) error { return firstOf(save(ctx, c...), ctx.Err()) }
		b.putTemplate = func(ctx context.Context,
			t service.PublishedTemplate) error {
			return firstOf(put(ctx, t), ctx.Err())
		}
		b.acknowledge = func(ctx context.Context, ids ...supervision.RecordID) error {
			return firstOf(acknowledge(ctx, ids...), ctx.Err())
		}
		b.return_ = func(ctx context.Context, places ...service.Waiting) error {
			return firstOf(giveBack(ctx, places...), ctx.Err())
		}
		b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
			records, err := claim(ctx, at, lease, limit)
			return records, firstOf(err, ctx.Err())
		}
	}
	deaf := fault{name: "a save that goes on when it is canceled",
		fails: []string{"Context/canceled while Save runs leaves a whole change or none"}}
	deaf.break_ = func(b *broken) {
		b.save = func(ctx context.Context, c ...service.Change) error {
			if ctx.Done() != nil {
				<-ctx.Done()
			}
			return firstOf(b.Store.Save(context.WithoutCancel(ctx), c...), ctx.Err())
		}
	}
	for _, m := range methods {
		swallow.fails = append(swallow.fails, "Context/ended before "+m.name)
	}
	return []fault{swallow, late, deaf}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// faultsOfCopies hand out, or keep, what belongs to the other side.
func faultsOfCopies() []fault {
	return []fault{
		{"orders kept as given to Create", []string{"Copies/of what Create is given"}, func(b *broken) {
			given := make(map[string]supervision.Order)
			b.create = func(ctx context.Context, c service.Change) error {
				given[c.Order.ID] = c.Order
				return b.Store.Create(ctx, c)
			}
			b.load = func(_ context.Context, id, _ string) (supervision.Order, *supervision.Record, error) {
				return given[id].Clone(), nil, nil
			}
		}},
		{"records kept as given to Save", []string{"Copies/of what Save is given"}, func(b *broken) {
			given := make(map[string][]supervision.Record)
			b.save = func(ctx context.Context, changes ...service.Change) error {
				for _, c := range changes {
					given[c.Order.ID] = append(given[c.Order.ID], c.Records...)
				}
				return b.Store.Save(ctx, changes...)
			}
			b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
				records, err := b.Store.Records(ctx, id, after, limit)
				records = records[:1]
				for _, r := range given[id] {
					records = append(records, service.FoundRecord{RecordID: r.ID(), Record: r})
				}
				return records, err
			}
		}},
		{"erased records kept as given", []string{"Copies/of what Erase is given"}, func(b *broken) {
			var given []supervision.Record
			b.erase = func(ctx context.Context, change service.Change, erased []supervision.Record) error {
				given = erased
				return b.Store.Erase(ctx, change, erased)
			}
			b.records = func(_ context.Context, _ string, after int64, _ int) ([]service.FoundRecord, error) {
				for _, r := range given {
					if r.Seq == after+1 {
						return []service.FoundRecord{{RecordID: r.ID(), Record: r}}, nil
					}
				}
				return nil, nil
			}
		}},
		{"notices kept as given", []string{"Copies/of what Notice is given and Noticing returns"}, func(b *broken) {
			var given []time.Time
			b.notice = func(ctx context.Context, list ...service.Noticed) error {
				given = list[0].Given
				return b.Store.Notice(ctx, list...)
			}
			b.noticing = func(ctx context.Context, at time.Time, after supervision.Position,
				limit int) ([]service.Noticing, error) {
				found, err := b.Store.Noticing(ctx, at, after, limit)
				found[0].Given = given
				return found, err
			}
		}},
		{"notices in the zone of the host", []string{"Copies/of what Notice is given and Noticing returns"},
			func(b *broken) {
				b.noticing = func(ctx context.Context, at time.Time, after supervision.Position,
					limit int) ([]service.Noticing, error) {
					found, err := b.Store.Noticing(ctx, at, after, limit)
					found[0].At = found[0].At.In(time.FixedZone("CST", 8*60*60))
					return found, err
				}
			}},
		{"templates kept as given", []string{"Copies/of what PutTemplate is given"}, func(b *broken) {
			var given service.PublishedTemplate
			b.putTemplate = func(_ context.Context, t service.PublishedTemplate) error { given = t; return nil }
			b.template = func(context.Context, supervision.TemplateID) (service.PublishedTemplate, error) {
				return given, nil
			}
		}},
		{"answers given twice", []string{
			"Copies/of what Load returns", "Copies/of what Search returns", "Copies/of what Records returns",
			"Copies/of what Due returns",
			"Copies/of what Claim returns", "Copies/of what Template returns", "Copies/of what LatestTemplates returns",
			"Copies/of what Between returns", "Copies/of what Upcoming returns",
		}, func(b *broken) {
			b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
				a := once(b, "load"+id+key, func() answer {
					order, record, err := b.Store.Load(ctx, id, key)
					return answer{order: order, record: record, err: err}
				})
				return a.order, a.record, a.err
			}
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				a := once(b, "search", func() answer {
					found, err := b.Store.Search(ctx, f)
					return answer{orders: found, err: err}
				})
				return a.orders, a.err
			}
			b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
				a := once(b, "records"+id, func() answer {
					records, err := b.Store.Records(ctx, id, after, limit)
					return answer{records: records, err: err}
				})
				return a.records, a.err
			}
			b.due = func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
				error) {
				a := once(b, "due", func() answer {
					due, err := b.Store.Due(ctx, at, after, limit)
					return answer{due: due, err: err}
				})
				return a.due, a.err
			}
			b.upcoming = func(ctx context.Context, u upcoming) ([]service.Found, error) {
				a := once(b, "upcoming", func() answer {
					found, err := u.ask(ctx, b.Store)
					return answer{due: found, err: err}
				})
				return a.due, a.err
			}
			b.claim = func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed,
				error) {
				a := once(b, "claim", func() answer {
					claimed, err := b.Store.Claim(ctx, at, lease, limit)
					return answer{claimed: claimed, err: err}
				})
				return a.claimed, a.err
			}
			b.template = func(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
				a := once(b, "template", func() answer {
					t, err := b.Store.Template(ctx, id)
					return answer{template: t, err: err}
				})
				return a.template, a.err
			}
			b.latest = func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
				a := once(b, "latest", func() answer {
					latest, err := b.Store.LatestTemplates(ctx, seller, product)
					return answer{latest: latest, err: err}
				})
				return a.latest, a.err
			}
			b.between = func(ctx context.Context, from, before time.Time, after service.RecordPlace,
				limit int) ([]service.PlacedRecord, error) {
				a := once(b, "between", func() answer {
					placed, err := b.Store.Between(ctx, from, before, after, limit)
					return answer{placed: placed, err: err}
				})
				return a.placed, a.err
			}
		}},
	}
}

// answer is what a method returned.
type answer struct {
	order    supervision.Order
	record   *supervision.Record
	orders   []service.Found
	records  []service.FoundRecord
	due      []service.Found
	claimed  []service.Claimed
	template service.PublishedTemplate
	latest   []service.PublishedTemplate
	placed   []service.PlacedRecord
	err      error
}

// once gives the first answer to a question again and again, without copying
// it.
func once(b *broken, question string, ask func() answer) answer {
	if b.answers == nil {
		b.answers = make(map[string]answer)
	}
	if _, known := b.answers[question]; !known {
		b.answers[question] = ask()
	}
	return b.answers[question]
}
