package storetest

import (
	"context"
	"slices"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func faultsOfUpcoming() []fault {
	const (
		each   = "Upcoming/returns every instant of each kind, and of all"
		bounds = "Upcoming/from the first instant, and before the last"
		behind = "Upcoming/begins behind a position, at most limit"
		alike  = "Upcoming/sorts by the bytes of the id where something comes at the same instant"
	)
	asking := func(change func(u *upcoming)) func(*broken) {
		return func(b *broken) {
			b.upcoming = func(ctx context.Context, u upcoming) ([]service.Found, error) {
				change(&u)
				return u.ask(ctx, b.Store)
			}
		}
	}
	var list []fault
	for _, kind := range supervision.DeadlineKinds() {
		if kind == supervision.DeadlineReminder || kind == supervision.DeadlineOpenFor {
			continue
		}
		list = append(list, fault{"nothing of kind " + string(kind), []string{each}, asking(func(u *upcoming) {
			u.kinds = slices.DeleteFunc(slices.Clone(u.kinds),
				func(k supervision.DeadlineKind) bool { return k == kind })
		})})
	}
	return append(list,
		fault{"every kind, whatever is asked for", []string{
			"Upcoming/returns nothing from an empty store, and of no kind"},
			asking(func(u *upcoming) { u.kinds = supervision.DeadlineKinds() })},
		fault{"what comes at the last instant", []string{bounds},
			asking(func(u *upcoming) { u.before = u.before.Add(tick) })},
		fault{"nothing at the first instant", []string{bounds},
			asking(func(u *upcoming) { u.from = u.from.Add(tick) })},
		fault{"instants from which it begins cut to a tick", []string{bounds},
			asking(func(u *upcoming) { u.from = u.from.Truncate(tick) })},
		fault{"instants before which it ends cut to a tick", []string{bounds},
			asking(func(u *upcoming) { u.before = u.before.Truncate(tick) })},
		fault{"a position's instant skipped", []string{behind, alike}, asking(func(u *upcoming) {
			if u.after.ID != "" {
				u.after.ID = "zzz"
			}
		})},
		fault{"a second page of what comes after the last", []string{behind}, asking(func(u *upcoming) {
			if u.after != (supervision.Position{}) {
				u.before = ever.Before
			}
		})},
		fault{"what is behind a position before the first instant", []string{behind}, asking(func(u *upcoming) {
			if u.after.ID != "" {
				u.from = u.after.At
			}
		})},
		fault{"a list without a limit", []string{behind}, asking(func(u *upcoming) { u.limit = 1000 })},
		fault{"one order for all", []string{each}, func(b *broken) {
			b.upcoming = func(ctx context.Context, u upcoming) ([]service.Found, error) {
				found, err := u.ask(ctx, b.Store)
				for i := range found {
					found[i].Order = found[0].Order
				}
				return found, err
			}
		}},
		fault{"what came once", []string{"Upcoming/forgets what comes no more"}, func(b *broken) {
			var met []service.Found
			b.upcoming = func(ctx context.Context, u upcoming) ([]service.Found, error) {
				found, err := u.ask(ctx, b.Store)
				met = append(met, found...)
				return met, err
			}
		}},
	)
}
