package storetest

import (
	"context"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

// storing breaks what Create and Save keep of an order.
func storing(change func(o *supervision.Order)) func(*broken) {
	return func(b *broken) {
		b.create = func(ctx context.Context, c service.Change) error {
			c.Order = c.Order.Clone()
			change(&c.Order)
			return b.Store.Create(ctx, c)
		}
	}
}

// loading breaks what Load returns.
func loading(change func(o *supervision.Order)) func(*broken) {
	return func(b *broken) {
		b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
			order, record, err := b.Store.Load(ctx, id, key)
			change(&order)
			return order, record, err
		}
	}
}

// naming breaks how an id is told from another.
func naming(as func(id string) string) func(*broken) {
	return func(b *broken) {
		stored := make(map[string]string)
		b.create = func(ctx context.Context, c service.Change) error {
			if _, taken := stored[as(c.Order.ID)]; taken {
				return service.ErrExists
			}
			stored[as(c.Order.ID)] = c.Order.ID
			return b.Store.Create(ctx, c)
		}
		b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
			return b.Store.Load(ctx, stored[as(id)], key)
		}
	}
}

func faultsOfValues() []fault {
	const (
		asGiven   = "Values/orders of every kind come back as they went in"
		lookAlike = "IDs/ids that look alike are different orders"
		unknown   = "IDs/an id that only looks like a stored one is unknown"
	)
	return []fault{
		{"instants cut to seconds", []string{"Values/instants keep their microseconds", asGiven,
			"Search/newest first, and by the bytes of the id where opened at the same instant"},
			storing(func(o *supervision.Order) { o.OpenedAt = o.OpenedAt.Truncate(time.Second) })},
		{"instants counted in nanoseconds", []string{"Values/instants keep their microseconds"},
			loading(func(o *supervision.Order) { o.OpenedAt = time.Unix(0, o.OpenedAt.UnixNano()).UTC() })},
		{"the first second of 1970 as one instant", []string{"Values/instants keep their microseconds"},
			loading(func(o *supervision.Order) {
				if o.OpenedAt.Unix() == 0 {
					o.OpenedAt = time.Unix(0, 0).UTC()
				}
			})},
		{"instants cut to milliseconds", []string{"Values/instants keep their microseconds"},
			storing(func(o *supervision.Order) { o.TurnSince = o.TurnSince.Truncate(time.Millisecond) })},
		{"instants in the zone of the host", []string{"Values/instants come back in UTC"},
			loading(func(o *supervision.Order) { o.UpdatedAt = o.UpdatedAt.In(time.FixedZone("CST", 8*60*60)) })},
		{"instants of a form published elsewhere", []string{"Values/instants come back in UTC"}, func(b *broken) {
			b.template = func(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
				t, err := b.Store.Template(ctx, id)
				t.PublishedAt = t.PublishedAt.Local().In(time.FixedZone("CST", 8*60*60))
				return t, err
			}
		}},
		{"questions compared by the wall clock", []string{"Values/instants in questions count whatever their zone"},
			asking(func(f *supervision.Filter) {
				at := f.At
				f.At = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(),
					time.UTC)
			})},
		{"backslashes of several orders halved",
			[]string{"Values/quotation marks and backslashes come back, from calls with several orders"},
			func(b *broken) {
				b.createAll = func(ctx context.Context, changes ...service.Change) error {
					for i := range changes {
						request := *changes[i].Order.Request
						request.Text = strings.ReplaceAll(request.Text, `\\`, `\`)
						changes[i].Order.Request = &request
					}
					return b.Store.Create(ctx, changes...)
				}
			}},
		{"texts cut", []string{"Values/the longest texts come back, in four-byte runes and emoji"},
			storing(func(o *supervision.Order) {
				if o.Request != nil && len(o.Request.Text) > 4000 {
					o.Request.Text = o.Request.Text[:4000]
				}
			})},
		{"runes of three bytes at most", []string{"Values/the longest texts come back, in four-byte runes and emoji",
			"Values/the values of a form keep their types"},
			storing(func(o *supervision.Order) {
				if o.Request != nil {
					o.Request.Text = noEmoji(o.Request.Text)
					if notes, ok := o.Request.Values["notes"].(string); ok {
						o.Request.Values["notes"] = noEmoji(notes)
					}
				}
			})},
		{"line ends changed", []string{"Values/the longest texts come back, in four-byte runes and emoji"},
			storing(func(o *supervision.Order) {
				if o.Request != nil {
					o.Request.Text = strings.ReplaceAll(o.Request.Text, "\n", "\r\n")
				}
			})},
		{"empty instead of absent", []string{"Values/what is absent comes back absent", asGiven},
			loading(func(o *supervision.Order) {
				if o.Request == nil {
					o.Request = &supervision.Request{}
				}
			})},
		{"lists of a form as JSON has them", []string{"Values/the values of a form keep their types"},
			loading(func(o *supervision.Order) {
				if o.Request != nil {
					values := make(template.Values)
					for key, value := range o.Request.Values {
						if list, ok := value.([]string); ok { // written like the original
							value = []any{list[0], list[1]}
						}
						values[key] = value
					}
					o.Request.Values = values
				}
			})},
		{"a dropped attachment", []string{asGiven}, storing(func(o *supervision.Order) {
			if o.Delivery != nil {
				o.Delivery.Attachments = nil
			}
		})},
		{"records without what was submitted", []string{"Values/records of a stored order replay to the order"},
			func(b *broken) {
				b.records = func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord,
					error) {
					records, err := b.Store.Records(ctx, id, after, limit)
					for i, r := range records {
						if _, ok := r.Record.Action.(supervision.RaiseAppeal); ok {
							records[i].Record.Action = supervision.RaiseAppeal{}
						}
					}
					return records, err
				}
			}},
		{"one order for all ids", []string{"Create/stores a new order", "Load/returns the order with that id"},
			naming(func(string) string { return "" })},
		{"ids without regard to case", []string{lookAlike, unknown}, naming(strings.ToLower)},
		{"ids without trailing blanks", []string{unknown},
			naming(func(id string) string { return strings.TrimRight(id, " ") })},
		{"ids without inner blanks", []string{lookAlike},
			naming(func(id string) string { return strings.Join(strings.Fields(id), " ") })},
		{"ids in one normal form", []string{lookAlike, unknown},
			naming(func(id string) string { return strings.ReplaceAll(id, "e\u0301", "\u00e9") })},
		{"keys without regard to case", []string{"IDs/keys that look alike are different keys"}, func(b *broken) {
			b.load = func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
				own := strings.LastIndex(key, "\t") + 1
				return b.Store.Load(ctx, id, key[:own]+strings.ToUpper(key[own:]))
			}
		}},
	}
}

func noEmoji(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return -1
		}
		return r
	}, text)
}
