package main

import (
	"context"
	"fmt"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// countContests compares the numbers on the tabs of a page with the page.
var countContests = func() (list []contest) {
	for _, d := range []database{sqlite, postgres} {
		filled := remembered(d.fill)
		for _, actor := range []supervision.Actor{supervision.Manager("manager-1"), supervision.Seller("seller-7")} {
			list = append(list, contest{
				name: fmt.Sprintf("counts/%s/%s", d.name, actor.Role),
				what: fmt.Sprintf("`Service.Count` for six tabs of a %s among 1000000 orders on %s", actor.Role,
					d.name),
				against: fmt.Sprintf("one page of %d", supervision.DefaultPage),
				bound:   within(2), wall: true, rounds: 7,
				prepare: func(short bool) (match, error) {
					size := 1_000_000
					if short {
						size = 2 * fewOrders
					}
					return countMatch(actor, size, filled)
				},
			})
		}
	}
	return list
}()

// tabs are what a page of orders offers at one click.
var tabs = []supervision.Criteria{
	{},
	{Turn: supervision.RoleBuyer},
	{Turn: supervision.RoleSeller},
	{Appeal: supervision.AppealPending},
	{OrderStatus: supervision.OrderCompleted},
	{OrderStatus: supervision.OrderCanceled},
}

func countMatch(actor supervision.Actor, n int, filled func(n int) (service.Store, error)) (match, error) {
	store, err := filled(n)
	if err != nil {
		return match{}, err
	}
	svc, err := service.New(store)
	if err != nil {
		return match{}, err
	}
	return alike(func(b *bench) error {
		for range b.N {
			counts, err := svc.Count(context.Background(), actor, tabs...)
			if err != nil {
				return err
			}
			if counts[4].Orders == 0 || counts[5].Orders != 0 {
				return fmt.Errorf("counted %v", counts)
			}
		}
		return nil
	}, func(b *bench) error {
		for range b.N {
			found, err := svc.Search(context.Background(), actor, supervision.Query{})
			if err != nil {
				return err
			}
			if len(found.Orders) != supervision.DefaultPage {
				return fmt.Errorf("a page of %d orders", len(found.Orders))
			}
		}
		return nil
	})
}
