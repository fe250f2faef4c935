package storetest

import (
	"context"
	"errors"
	"slices"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func faultsOfWriting() []fault {
	return []fault{
		{"the second of two changes lost", []string{"Save/stores one change, two and three, of one record and of several"},
			func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					if len(changes) == 2 {
						changes = changes[:1]
					}
					return b.Store.Save(ctx, changes...)
				}
			}},
		{"the second of two orders lost", []string{"Save/stores one change, two and three, of one record and of several"},
			func(b *broken) {
				b.createAll = func(ctx context.Context, changes ...service.Change) error {
					if len(changes) == 2 {
						changes = changes[:1]
					}
					return b.Store.Create(ctx, changes...)
				}
			}},
		{"lost updates", []string{
			"Save/returns a conflict for an order that has moved on", "Save/leaves an order in conflict as it is",
			"Race/one of many who save a version wins",
		}, func(b *broken) {
			b.save = func(ctx context.Context, changes ...service.Change) error {
				for i := range changes {
					if stored, _, err := b.Store.Load(ctx, changes[i].Order.ID, ""); err == nil {
						changes[i].Before = stored.Version
					}
				}
				return b.Store.Save(ctx, changes...)
			}
		}},
		{"several records that come too late in silence",
			[]string{"Save/returns a conflict for an order that has moved on"}, func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					if err := b.Store.Save(ctx, changes...); len(changes[0].Records) == 1 {
						return err
					}
					return nil
				}
			}},
		{"several taken ids that nobody is told of", []string{"Create/returns ErrExists where the id is taken"},
			func(b *broken) {
				b.createAll = func(ctx context.Context, changes ...service.Change) error {
					if err := b.Store.Create(ctx, changes...); len(changes) == 1 {
						return err
					}
					return nil
				}
			}},
		{"saves from a version to come", []string{"Save/returns a conflict for a version the order does not have yet"},
			func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					for i := range changes {
						if stored, _, err := b.Store.Load(ctx, changes[i].Order.ID, ""); err == nil {
							changes[i].Before = min(changes[i].Before, stored.Version)
						}
					}
					return b.Store.Save(ctx, changes...)
				}
			}},
		{"conflicts that nobody is told of", []string{
			"Save/stores the other changes of a call that has a conflict", "Race/one of many who save a version wins",
			"Race/those who save the same orders in opposite order go on",
		}, func(b *broken) {
			b.save = func(ctx context.Context, changes ...service.Change) error {
				if err := b.Store.Save(ctx, changes...); !isConflict(err) {
					return err
				}
				return nil
			}
		}},
		{"a conflict that names every order of the call",
			[]string{"Save/stores the other changes of a call that has a conflict"}, func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					err := b.Store.Save(ctx, changes...)
					var conflict *service.ConflictError
					if errors.As(err, &conflict) {
						conflict.Orders = nil
						for _, change := range changes {
							conflict.Orders = append(conflict.Orders, change.Order.ID)
						}
					}
					return err
				}
			}},
		{"a conflict that names nobody", []string{"Save/returns a conflict for an order that has moved on"},
			func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					if err := b.Store.Save(ctx, changes...); isConflict(err) {
						return service.ErrConflict
					}
					return nil
				}
			}},
		{"a conflict that fails the whole call",
			[]string{"Save/stores the other changes of a call that has a conflict"}, func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					conflict := &service.ConflictError{}
					for _, change := range changes {
						if stored, _,
							err := b.Store.Load(ctx, change.Order.ID, ""); err != nil ||
							stored.Version != change.Before {
							conflict.Orders = append(conflict.Orders, change.Order.ID)
						}
					}
					if conflict.Orders != nil {
						return conflict
					}
					return b.Store.Save(ctx, changes...)
				}
			}},
		{"saves that stop at the first conflict",
			[]string{"Save/stores the other changes of a call that has a conflict"}, func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					for _, change := range changes {
						if err := b.Store.Save(ctx, change); err != nil {
							return err
						}
					}
					return nil
				}
			}},
		{"a save of the order without its records", []string{
			"Save/stores a change whose order still has the version",
			"Save/stores the order with its records, keys and outbox rows",
			"Race/who loads an order finds its records, and no more",
		}, func(b *broken) {
			b.save = func(ctx context.Context, changes ...service.Change) error {
				for i := range changes {
					changes[i].Records = nil
				}
				return b.Store.Save(ctx, changes...)
			}
		}},
		{"a save of one record only", []string{"Save/stores hundreds of changes in one call",
			"Save/stores the order with its records, keys and outbox rows"},
			func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					for i := range changes {
						changes[i].Records = changes[i].Records[:1]
					}
					return b.Store.Save(ctx, changes...)
				}
			}},
		{"a creation of one record only", []string{"Create/stores an order that comes with several records"},
			func(b *broken) {
				b.create = func(ctx context.Context, change service.Change) error {
					change.Records = change.Records[:1]
					return b.Store.Create(ctx, change)
				}
			}},
		{"changes of nothing", []string{"Create/stores no change without records"}, func(b *broken) {
			b.save = func(ctx context.Context, changes ...service.Change) error {
				return b.Store.Save(ctx,
					slices.DeleteFunc(changes, func(c service.Change) bool { return len(c.Records) == 0 })...)
			}
		}},
		{"a creation without the outbox", []string{"Create/stores the order with its record, key and outbox row"},
			func(b *broken) {
				b.create = func(ctx context.Context, change service.Change) error {
					change.Relay = false
					return b.Store.Create(ctx, change)
				}
			}},
		{"everything in the outbox", []string{"Save/keeps a silent change out of the outbox",
			"Claim/returns nothing where nothing waits"}, func(b *broken) {
			b.create = func(ctx context.Context, change service.Change) error {
				change.Relay = true
				return b.Store.Create(ctx, change)
			}
		}},
		{"saves of several that make orders",
			[]string{"Save/returns a conflict for an order that is not there and makes none"}, func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					for _, change := range changes {
						if len(changes) > 1 && change.Before == 0 {
							_ = b.Store.Create(ctx, change)
						}
					}
					return b.Store.Save(ctx, changes...)
				}
			}},
		{"saves that make orders", []string{"Save/returns a conflict for an order that is not there and makes none"},
			func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					for _, change := range changes {
						if b.Store.Create(ctx, change) == nil {
							return nil
						}
					}
					return b.Store.Save(ctx, changes...)
				}
			}},
		{"creations that overwrite", []string{
			"Create/returns ErrExists where the id is taken", "Create/leaves the order that has the id as it is",
			"Race/one of many who create an order wins",
		}, func(b *broken) {
			b.create = func(ctx context.Context, change service.Change) error {
				err := b.Store.Create(ctx, change)
				if stored, _, _ := b.Store.Load(ctx, change.Order.ID, ""); errors.Is(err, service.ErrExists) {
					change.Before = stored.Version
					return b.Store.Save(ctx, change)
				}
				return err
			}
		}},
		{"a call that fails whole for one taken id",
			[]string{"Create/stores the other orders of a call in which ids are taken"}, func(b *broken) {
				b.createAll = func(ctx context.Context, changes ...service.Change) error {
					var exists service.ExistsError
					for _, change := range changes {
						if _, _, err := b.Store.Load(ctx, change.Order.ID, ""); err == nil {
							exists.Orders = append(exists.Orders, change.Order.ID)
						}
					}
					if exists.Orders != nil {
						return &exists
					}
					return b.Store.Create(ctx, changes...)
				}
			}},
		{"calls that create a hundred orders at most", []string{"Create/stores hundreds of orders in one call"},
			func(b *broken) {
				b.createAll = func(ctx context.Context, changes ...service.Change) error {
					return b.Store.Create(ctx, changes[:min(len(changes), 100)]...)
				}
			}},
		{"one record of each of many orders", []string{"Create/stores hundreds of orders in one call"},
			func(b *broken) {
				b.createAll = func(ctx context.Context, changes ...service.Change) error {
					for i := range changes {
						changes[i].Records = changes[i].Records[:1]
					}
					return b.Store.Create(ctx, changes...)
				}
			}},
		{"a failed creation that is found by its buyer", []string{"Create/leaves the order that has the id as it is"},
			func(b *broken) {
				buyer := ""
				b.create = func(ctx context.Context, change service.Change) error {
					err := b.Store.Create(ctx, change)
					if err != nil {
						buyer = change.Order.Buyer
					}
					return err
				}
				b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
					found, err := b.Store.Search(ctx, f)
					if slices.Equal(f.Buyers, []string{buyer}) {
						found = append(found, service.Found{})
					}
					return found, err
				}
			}},
		{"an error for no order at all", []string{"Create/does nothing when it is called with nothing"},
			func(b *broken) {
				b.createAll = func(ctx context.Context, changes ...service.Change) error {
					return b.Store.Create(ctx, append(changes, service.Change{})...)
				}
			}},
		{"writes that leave out what they refuse", refusals(), func(b *broken) {
			b.createAll = func(ctx context.Context, changes ...service.Change) error {
				return errors.Join(refused(changes), b.Store.Create(ctx, readable(changes)...))
			}
			b.save = func(ctx context.Context, changes ...service.Change) error {
				return errors.Join(refused(changes), b.Store.Save(ctx, readable(changes)...))
			}
		}},
		{"writes that leave out what could not be read", refusals(), func(b *broken) {
			b.createAll = func(ctx context.Context, changes ...service.Change) error {
				return b.Store.Create(ctx, readable(changes)...)
			}
			b.save = func(ctx context.Context, changes ...service.Change) error {
				return b.Store.Save(ctx, readable(changes)...)
			}
		}},
		{"another error for who comes too late", []string{"Race/one of many who save a version wins"},
			func(b *broken) {
				b.save = func(ctx context.Context, changes ...service.Change) error {
					if err := b.Store.Save(ctx, changes...); err != nil {
						return service.ErrExists
					}
					return nil
				}
			}},
		{"another error for a taken id", []string{"Create/returns ErrExists where the id is taken",
			"Race/one of many who create an order wins"}, func(b *broken) {
			b.create = func(ctx context.Context, change service.Change) error {
				if err := b.Store.Create(ctx, change); err != nil {
					return service.ErrConflict
				}
				return nil
			}
		}},
		{"a failed creation that adds to the outbox", []string{"Create/leaves the order that has the id as it is"},
			func(b *broken) {
				b.create = func(ctx context.Context, change service.Change) error {
					err := b.Store.Create(ctx, change)
					if err != nil {
						stored, _, _ := b.Store.Load(ctx, change.Order.ID, "")
						_ = b.Store.Save(ctx,
							service.Change{Order: stored, Before: stored.Version, Records: change.Records, Relay: true})
					}
					return err
				}
			}},
		{"templates that can be overwritten",
			[]string{"Templates/never changes a version", "Templates/one of many who publish a version wins"},
			func(b *broken) {
				b.putTemplate = func(ctx context.Context, t service.PublishedTemplate) error {
					_ = b.Store.PutTemplate(ctx, t)
					return nil
				}
			}},
		{"templates with gaps", []string{"Templates/refuses a version that does not follow"}, func(b *broken) {
			b.putTemplate = func(ctx context.Context, t service.PublishedTemplate) error {
				last := 0
				latest, _ := b.Store.LatestTemplates(ctx, t.Seller, t.Product)
				for _, l := range latest {
					if l.Operation == t.Operation {
						last = l.Version
					}
				}
				if t.Version > last {
					t.Version = last + 1
				}
				return b.Store.PutTemplate(ctx, t)
			}
		}},
		{"the first version, whatever version is asked for",
			[]string{"Templates/stores versions, each as it was published"}, func(b *broken) {
				b.template = func(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
					id.Version = min(id.Version, 1)
					return b.Store.Template(ctx, id)
				}
			}},
		{"the first version as the latest", []string{"Templates/returns the latest",
			"Templates/returns the latest for each operation, sorted"}, func(b *broken) {
			b.latest = func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
				latest, err := b.Store.LatestTemplates(ctx, seller, product)
				for i := range latest {
					id := latest[i].TemplateID
					id.Version = 1
					latest[i], err = b.Store.Template(ctx, id)
				}
				return latest, err
			}
		}},
		{"the latest version by its digits", []string{"Templates/returns the latest"}, func(b *broken) {
			b.latest = func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
				latest, err := b.Store.LatestTemplates(ctx, seller, product)
				for i := range latest {
					id := latest[i].TemplateID
					id.Version = min(id.Version, 9)
					latest[i], err = b.Store.Template(ctx, id)
				}
				return latest, err
			}
		}},
		{"the latest templates of a product whose versions are a seller's latest",
			[]string{"Templates/are kept by seller, product and operation"}, func(b *broken) {
				latest := make(map[supervision.TemplateID]int) // by seller and operation
				b.putTemplate = func(ctx context.Context, t service.PublishedTemplate) error {
					of := supervision.TemplateID{Seller: t.Seller, Operation: t.Operation}
					latest[of] = max(latest[of], t.Version)
					return b.Store.PutTemplate(ctx, t)
				}
				b.latest = func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
					list, err := b.Store.LatestTemplates(ctx, seller, product)
					return slices.DeleteFunc(list, func(t service.PublishedTemplate) bool {
						return t.Version != latest[supervision.TemplateID{Seller: seller, Operation: t.Operation}]
					}), err
				}
			}},
		{"the latest templates in any order", []string{"Templates/returns the latest for each operation, sorted",
			"Templates/are kept by seller, product and operation"}, func(b *broken) {
			b.latest = func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
				latest, err := b.Store.LatestTemplates(ctx, seller, product)
				slices.Reverse(latest)
				return latest, err
			}
		}},
		{"withdrawals that are forgotten", []string{"Templates/stores withdrawals among them"}, func(b *broken) {
			b.latest = func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
				latest, err := b.Store.LatestTemplates(ctx, seller, product)
				return slices.DeleteFunc(latest, service.PublishedTemplate.Withdrawn), err
			}
		}},
		{"a template for every operation", []string{"Templates/are kept by seller, product and operation",
			"Templates/returns the latest for each operation, sorted"}, func(b *broken) {
			b.putTemplate = func(ctx context.Context, t service.PublishedTemplate) error {
				t.Operation = supervision.OpDeliver
				return b.Store.PutTemplate(ctx, t)
			}
			b.template = func(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
				asked := id.Operation
				id.Operation = supervision.OpDeliver
				t, err := b.Store.Template(ctx, id)
				t.Operation = asked
				return t, err
			}
		}},
		{"templates that cannot be read", []string{"Templates/refuses what could not be read again"},
			func(b *broken) {
				b.putTemplate = func(ctx context.Context, t service.PublishedTemplate) error {
					if t.Validate() != nil {
						return nil
					}
					return b.Store.PutTemplate(ctx, t)
				}
			}},
		{"templates of a product, whoever sells it",
			[]string{"Templates/are kept by seller, product and operation",
				"Templates/returns ErrNotFound where there is none"},
			func(b *broken) {
				b.putTemplate = func(ctx context.Context, t service.PublishedTemplate) error {
					t.Seller = "anybody"
					return b.Store.PutTemplate(ctx, t)
				}
				b.template = func(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
					seller := id.Seller
					id.Seller = "anybody"
					t, err := b.Store.Template(ctx, id)
					t.Seller = seller
					return t, err
				}
			}},
	}
}

// refusals names every case about what is refused.
func refusals() (names []string) {
	for _, s := range aboutRefusing {
		names = append(names, "Refusing/"+s.name)
	}
	return names
}

func readable(changes []service.Change) []service.Change {
	unreadable := func(c service.Change) bool { return c.Validate() != nil }
	return slices.DeleteFunc(slices.Clone(changes), unreadable)
}

func refused(changes []service.Change) (err error) {
	for _, c := range changes {
		err = errors.Join(err, c.Validate())
	}
	return err
}
