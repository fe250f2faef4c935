package storetest

import (
	"context"
	"fmt"
	"reflect"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// faultsOfColumns forget one field of a listing where orders are saved, one or
// several at once: it keeps what it had, or is never cleared.
func faultsOfColumns() (list []fault) {
	const listings = "Search/finds the listing of an order of every kind, as created and as saved"
	for i := range reflect.TypeFor[supervision.Listing]().NumField() {
		name := reflect.TypeFor[supervision.Listing]().Field(i).Name
		kept, cleared := true, true
		switch name {
		case "ID", "Product", "BoughtAt", "NoticeAt": // never change, or are none of Search's
			continue
		case "Buyer", "Seller", "Status": // are never cleared
			cleared = false
		}
		for _, many := range []bool{false, true} {
			what := fmt.Sprintf("by a save of several orders: %t", many)
			if kept {
				list = append(list, fault{name + " is not changed " + what, []string{listings},
					listing(i, many, func(was, _ reflect.Value) bool { return !was.IsZero() })})
			}
			if cleared {
				list = append(list, fault{name + " is not cleared " + what, []string{listings},
					listing(i, many, func(_, is reflect.Value) bool { return is.IsZero() })})
			}
		}
	}
	return list
}

// listing breaks a field of the listings that are found: a save of one order, or
// of several, leaves it as it was where stays says so.
func listing(field int, many bool, stays func(was, is reflect.Value) bool) func(*broken) {
	return func(b *broken) {
		stored := make(map[string]*supervision.Listing)
		b.create = func(ctx context.Context, c service.Change) error {
			l := c.Order.Listing()
			stored[l.ID] = &l
			return b.Store.Create(ctx, c)
		}
		b.save = func(ctx context.Context, changes ...service.Change) error {
			for _, c := range changes {
				l := c.Order.Listing()
				was, is := reflect.ValueOf(stored[l.ID]).Elem().Field(field), reflect.ValueOf(&l).Elem().Field(field)
				if (len(changes) > 1) == many && stays(was, is) {
					is.Set(was)
				}
				stored[l.ID] = &l
			}
			return b.Store.Save(ctx, changes...)
		}
		b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
			found, err := b.Store.Search(ctx, f)
			for i := range found {
				if l := stored[found[i].ID]; !f.Whole && l != nil {
					notice := found[i].Listing.NoticeAt
					found[i].Listing = *l
					found[i].Listing.NoticeAt = notice
				}
			}
			return found, err
		}
	}
}
