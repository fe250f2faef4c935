package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// asking breaks Search by what is asked.
func asking(change func(f *supervision.Filter)) func(*broken) {
	return func(b *broken) {
		b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
			change(&f)
			return b.Store.Search(ctx, f)
		}
	}
}

// finding breaks Search by what it finds.
func finding(change func(b *broken, f supervision.Filter, found []service.Found)) func(*broken) {
	return func(b *broken) {
		b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
			found, err := b.Store.Search(ctx, f)
			change(b, f, found)
			return found, err
		}
	}
}

// alikeInCase breaks Search by comparing one field of the criteria without
// regard to case.
func alikeInCase(field func(c *supervision.Criteria) *[]string, of func(l supervision.Listing) string) func(*broken) {
	return func(b *broken) {
		b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
			asked := *field(&f.Criteria)
			*field(&f.Criteria) = nil
			found, err := b.Store.Search(ctx, f)
			return slices.DeleteFunc(found, func(o service.Found) bool {
				l := o.Listing
				if f.Whole {
					l = o.Order.Listing()
				}
				return asked != nil && !slices.ContainsFunc(asked, func(id string) bool {
					return strings.EqualFold(id, of(l))
				})
			}), err
		}
	}
}

// sorting breaks Search by how it sorts.
func sorting(compare func(a, b supervision.Order) int) func(*broken) {
	return func(b *broken) {
		b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
			found, err := b.Store.Search(ctx, f)
			slices.SortStableFunc(found, func(a, b service.Found) int { return compare(a.Order, b.Order) })
			return found, err
		}
	}
}

// counting breaks Count by what is asked.
func counting(change func(limit *int, filters []supervision.Filter)) func(*broken) {
	return func(b *broken) {
		b.count = func(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
			filters = slices.Clone(filters)
			change(&limit, filters)
			return b.Store.Count(ctx, limit, filters...)
		}
	}
}

// countSearching counts what Search finds by filters that are changed.
func countSearching(ctx context.Context, s service.Store, limit int, filters []supervision.Filter,
	change func(f *supervision.Filter)) (counts []int, err error) {
	for _, f := range filters {
		change(&f)
		found, failed := s.Search(ctx, f)
		counts, err = append(counts, min(len(found), limit)), errors.Join(err, failed)
	}
	return counts, err
}

func faultsOfSearching() []fault {
	const (
		listings        = "Search/finds the listing of an order of every kind, as created and as saved"
		counts          = "Count/counts what Search finds, for each filter in its place"
		alone, together = "Search/by every field alone", "Search/by any fields together"
		toWhom          = "Search/to whom an appeal is open, in and out of the blackout"
		sorted          = "Search/longest waiting first, by handling date, and by proposals"
		equalWaits      = "Search/by the bytes of the id where they have waited as long"
		equalInstants   = "Search/newest first, and by the bytes of the id where opened at the same instant"
		lookAlike       = "IDs/ids that look alike are different orders"
		everyPage       = "Pages/every order is on one page, whatever the size of pages"
	)
	return []fault{
		{"statuses as stored", []string{"Search/knows both transitions that time makes one after the other", alone,
			together}, func(b *broken) {
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				all, err := b.Store.Search(ctx, supervision.Filter{At: f.At, After: f.After, Limit: 1000})
				found := slices.DeleteFunc(all, func(o service.Found) bool {
					l := o.Order.Listing()
					l.AcceptedAt, l.ClosedAt = time.Time{}, time.Time{}
					return !f.Matches(l)
				})
				return found[:min(len(found), f.Limit)], err
			}
		}},
		{"an order where there is none", []string{"Search/finds nothing in an empty store"}, func(b *broken) {
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				found, err := b.Store.Search(ctx, f)
				return append(found, service.Found{}), err
			}
		}},
		{"results settled by the store", []string{"Search/returns orders as stored, by what time has made of them"},
			func(b *broken) {
				b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
					found, err := b.Store.Search(ctx, f)
					for i := range found {
						found[i].Order, _ = found[i].Order.Settle(f.At)
					}
					return found, err
				}
			}},
		{"listings as first stored", []string{listings}, func(b *broken) {
			first := make(map[string]supervision.Listing)
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				found, err := b.Store.Search(ctx, f)
				for i := range found {
					if l := found[i].Listing; !f.Whole && first[l.ID].ID == "" {
						first[l.ID] = l
					} else if !f.Whole {
						found[i].Listing = first[l.ID]
					}
				}
				return found, err
			}
		}},
		{"whole orders unasked", []string{listings}, asking(func(f *supervision.Filter) { f.Whole = true })},
		{"an index that is not kept", []string{"Search/moves an order with its status"}, func(b *broken) {
			first := make(map[string]supervision.Listing)
			b.create = func(ctx context.Context, c service.Change) error {
				first[c.Order.ID] = c.Order.Listing()
				return b.Store.Create(ctx, c)
			}
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				all, err := b.Store.Search(ctx, supervision.Filter{At: f.At, Limit: 1000})
				return slices.DeleteFunc(all, func(o service.Found) bool { return !f.Matches(first[o.ID]) }), err
			}
		}},
		{"a forgotten seller", []string{alone, together}, asking(func(f *supervision.Filter) { f.Sellers = nil })},
		{"a forgotten product", []string{alone}, asking(func(f *supervision.Filter) { f.Products = nil })},
		{"only the first of several orders", []string{alone},
			asking(func(f *supervision.Filter) { f.Orders = f.Orders[:min(len(f.Orders), 1)] })},
		{"only the first of several buyers", []string{alone},
			asking(func(f *supervision.Filter) { f.Buyers = f.Buyers[:min(len(f.Buyers), 1)] })},
		{"only the first of several sellers", []string{alone},
			asking(func(f *supervision.Filter) { f.Sellers = f.Sellers[:min(len(f.Sellers), 1)] })},
		{"only the first of several products", []string{alone},
			asking(func(f *supervision.Filter) { f.Products = f.Products[:min(len(f.Products), 1)] })},
		{"orders without regard to case", []string{lookAlike}, alikeInCase(
			func(c *supervision.Criteria) *[]string { return &c.Orders },
			func(l supervision.Listing) string { return l.ID })},
		{"products without regard to case", []string{lookAlike}, alikeInCase(
			func(c *supervision.Criteria) *[]string { return &c.Products },
			func(l supervision.Listing) string { return l.Product })},
		{"buyers without regard to case", []string{lookAlike}, alikeInCase(
			func(c *supervision.Criteria) *[]string { return &c.Buyers },
			func(l supervision.Listing) string { return l.Buyer })},
		{"sellers without regard to case", []string{lookAlike}, alikeInCase(
			func(c *supervision.Criteria) *[]string { return &c.Sellers },
			func(l supervision.Listing) string { return l.Seller })},
		{"spans without a first instant forgotten", []string{alone}, asking(func(f *supervision.Filter) {
			for _, s := range []*supervision.Span{&f.Bought, &f.Accepted, &f.Closed} {
				if s.From.IsZero() {
					s.Before = time.Time{}
				}
			}
		})},
		{"the first page, whatever the place, of those whose turn it is", []string{together},
			asking(func(f *supervision.Filter) {
				if f.Turn != "" {
					f.After = supervision.Position{}
				}
			})},
		{"orders at another place", []string{"Search/returns orders as stored, by what time has made of them"},
			finding(func(_ *broken, _ supervision.Filter, found []service.Found) {
				for i := range found {
					found[i].Position.At = found[i].Position.At.Add(tick)
				}
			})},
		{"listings with their orders", []string{listings},
			finding(func(b *broken, f supervision.Filter, found []service.Found) {
				for i := range found {
					found[i].Order, _, _ = b.Store.Load(ctx, found[i].ID, "")
				}
			})},
		{"accepted before, the instant included", []string{alone}, asking(func(f *supervision.Filter) {
			if !f.Accepted.Before.IsZero() {
				f.Accepted.Before = f.Accepted.Before.Add(tick)
			}
		})},
		{"closed from, the instant excluded", []string{alone}, asking(func(f *supervision.Filter) {
			if !f.Closed.From.IsZero() {
				f.Closed.From = f.Closed.From.Add(tick)
			}
		})},
		{"bought from, cut to a tick", []string{alone},
			asking(func(f *supervision.Filter) { f.Bought.From = f.Bought.From.Truncate(tick) })},
		{"bought before, cut to a tick", []string{alone},
			asking(func(f *supervision.Filter) { f.Bought.Before = f.Bought.Before.Truncate(tick) })},
		{"silent and overdue at an instant cut to a tick", []string{alone},
			asking(func(f *supervision.Filter) { f.At = f.At.Truncate(tick) })},
		{"what time will close as closed", []string{alone}, asking(func(f *supervision.Filter) {
			if f.Closed != (supervision.Span{}) {
				f.At = f.At.Add(2000 * day)
			}
		})},
		{"appeals open a tick early", []string{alone, toWhom}, asking(func(f *supervision.Filter) {
			if f.Appeal == supervision.AppealOpenToBuyer || f.Appeal == supervision.AppealOpenToSeller {
				f.At = f.At.Add(tick)
			}
		})},
		{"appeals open to the other party", []string{alone, toWhom}, asking(func(f *supervision.Filter) {
			if f.Appeal == supervision.AppealOpenToBuyer {
				f.Appeal = supervision.AppealOpenToSeller
			}
		})},
		{"appeals open in the blackout", []string{toWhom}, func(b *broken) {
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				all, err := b.Store.Search(ctx, supervision.Filter{At: f.At, Limit: 1000})
				return slices.DeleteFunc(all, func(o service.Found) bool {
					l := o.Order.Listing()
					l.BlackoutBegins = time.Time{}
					return !f.Matches(l)
				}), err
			}
		}},
		{"proposals on what time has completed", []string{sorted,
			"Search/by proposals, as long as the seller may answer them"}, asking(func(f *supervision.Filter) {
			if f.Sort == supervision.ByProposal {
				f.At = day0
			}
		})},
		{"one sort for all", []string{sorted, equalWaits},
			asking(func(f *supervision.Filter) { f.Sort = supervision.Newest })},
		{"shortest waiting first", []string{sorted}, func(b *broken) {
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				found, err := b.Store.Search(ctx, f)
				if f.Sort == supervision.LongestWaiting {
					slices.Reverse(found)
				}
				return found, err
			}
		}},
		{"a forgotten turn", []string{alone}, asking(func(f *supervision.Filter) { f.Turn = "" })},
		{"a forgotten order status", []string{alone}, asking(func(f *supervision.Filter) { f.OrderStatus = "" })},
		{"overdue appeals that are only pending", []string{alone}, asking(func(f *supervision.Filter) {
			if f.Appeal == supervision.AppealOverdue {
				f.Appeal = supervision.AppealPending
			}
		})},
		{"appeals overdue a tick early", []string{alone}, asking(func(f *supervision.Filter) {
			if f.Appeal == supervision.AppealOverdue {
				f.At = f.At.Add(tick)
			}
		})},
		{"silence a tick early", []string{alone}, asking(func(f *supervision.Filter) {
			if f.SilentFor > tick {
				f.SilentFor -= tick
			}
		})},
		{"bought before, the instant included", []string{alone}, asking(func(f *supervision.Filter) {
			if !f.Bought.Before.IsZero() {
				f.Bought.Before = f.Bought.Before.Add(tick)
			}
		})},
		{"bought from, the instant excluded", []string{alone}, asking(func(f *supervision.Filter) {
			if !f.Bought.From.IsZero() {
				f.Bought.From = f.Bought.From.Add(tick)
			}
		})},
		{"counts that forget the appeal", []string{counts}, counting(func(_ *int, filters []supervision.Filter) {
			for i := range filters {
				filters[i].Appeal = ""
			}
		})},
		{"counts of later instants", []string{counts}, counting(func(_ *int, filters []supervision.Filter) {
			for i := range filters {
				filters[i].At = filters[i].At.Add(30 * day)
			}
		})},
		{"one filter's count for all", []string{counts}, counting(func(_ *int, filters []supervision.Filter) {
			for i := range filters {
				filters[i] = filters[0]
			}
		})},
		{"counts of what is behind a place", []string{counts}, func(b *broken) {
			b.count = func(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
				return countSearching(ctx, b.Store, limit, filters, func(f *supervision.Filter) { f.Limit = limit })
			}
		}},
		{"counts of a page", []string{counts}, func(b *broken) {
			b.count = func(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
				return countSearching(ctx, b.Store, limit, filters,
					func(f *supervision.Filter) { f.After = supervision.Position{} })
			}
		}},
		{"a limit of nothing that is none", []string{"Count/counts up to the limit"},
			counting(func(limit *int, _ []supervision.Filter) {
				if *limit == 0 {
					*limit = 1000
				}
			})},
		{"no limit of a count", []string{"Count/counts up to the limit"},
			counting(func(limit *int, _ []supervision.Filter) { *limit = 1000 })},
		{"counts where nothing is", []string{"Count/counts nothing in an empty store, and for no filter"},
			func(b *broken) {
				b.count = func(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
					counts, err := b.Store.Count(ctx, limit, filters...)
					return append(counts, 0), err
				}
			}},
		{"no limit", []string{"Search/at most as many as the limit"},
			asking(func(f *supervision.Filter) { f.Limit = 1000 })},
		{"a limit of its own", []string{"Search/more than the biggest page, if it has to"},
			asking(func(f *supervision.Filter) { f.Limit = min(f.Limit, 500) })},
		{"oldest first", []string{alone},
			sorting(func(a, b supervision.Order) int { return a.BoughtAt.Compare(b.BoughtAt) })},
		{"latest changed first", []string{"Pages/pages stay correct while orders move on"},
			sorting(func(a, b supervision.Order) int { return b.UpdatedAt.Compare(a.UpdatedAt) })},
		{"equal instants in ascending order of ids", []string{equalInstants},
			sorting(func(a, b supervision.Order) int {
				if c := b.BoughtAt.Compare(a.BoughtAt); c != 0 {
					return c
				}
				return strings.Compare(a.ID, b.ID)
			})},
		{"equal instants sorted without regard to case", []string{equalInstants},
			sorting(func(a, b supervision.Order) int {
				if c := b.BoughtAt.Compare(a.BoughtAt); c != 0 {
					return c
				}
				return strings.Compare(strings.ToLower(b.ID), strings.ToLower(a.ID))
			})},
		{"a cursor that skips equal instants", []string{
			"Pages/orders opened at the same instant are not skipped between pages",
			"Pages/a page begins behind a place where no order is",
		}, asking(func(f *supervision.Filter) { f.After.ID = "" })},
		{"a cursor that skips equal waits", []string{
			"Pages/orders opened at the same instant are not skipped between pages",
		}, asking(func(f *supervision.Filter) {
			if f.Sort == supervision.LongestWaiting && f.After.ID != "" {
				f.After.ID = "\U0010ffff"
			}
		})},
		{"the first page of all but the newest", []string{everyPage}, asking(func(f *supervision.Filter) {
			if f.Sort == supervision.LongestWaiting || f.Sort == supervision.ByHandling {
				f.After = supervision.Position{}
			}
		})},
		{"the first page behind an instant at which nothing was bought",
			[]string{"Pages/a page begins behind a place where no order is"}, func(b *broken) {
				bought := make(map[time.Time]bool)
				b.create = func(ctx context.Context, c service.Change) error {
					bought[c.Order.BoughtAt] = true
					return b.Store.Create(ctx, c)
				}
				asking(func(f *supervision.Filter) {
					if !bought[f.After.At] {
						f.After = supervision.Position{}
					}
				})(b)
			}},
		{"equal instants of one buyer in ascending order of ids", []string{equalInstants}, func(b *broken) {
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				found, err := b.Store.Search(ctx, f)
				if f.Buyers != nil {
					slices.Reverse(found)
					slices.SortStableFunc(found, func(a, b service.Found) int {
						return b.Position.At.Compare(a.Position.At)
					})
				}
				return found, err
			}
		}},
		{"a cursor that repeats its order", []string{everyPage},
			asking(func(f *supervision.Filter) {
				if f.After.ID != "" {
					f.After.ID += "\x00"
				}
			})},
		{"pages by offset", []string{"Pages/pages stay correct while orders are added"}, func(b *broken) {
			offset := 0
			b.search = func(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
				if f.After == (supervision.Position{}) {
					offset = 0
				}
				limit := f.Limit
				f.Limit, f.After = offset+limit, supervision.Position{}
				found, err := b.Store.Search(ctx, f)
				page := found[min(offset, len(found)):]
				offset += limit
				return page, err
			}
		}},
	}
}
