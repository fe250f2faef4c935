package main

import (
	"context"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
)

var pageContests = memoryPages()

// memoryPages compares pages among many orders with the same pages among few.
func memoryPages() (list []contest) {
	for _, size := range []int{100_000, 1_000_000} {
		for _, page := range []int{1, 100} {
			list = append(list, contest{
				name: fmt.Sprintf("page/memory/%d/%d", size, page),
				what: fmt.Sprintf("page %d of a buyer's orders, %d orders in memory", page, size), against: fmt.Sprintf("itself among %d", fewOrders),
				bound: within(1.5),
				prepare: func(short bool) (match, error) {
					if short {
						size /= 10
					}
					return pageMatch(page, size, func(n int) (supervision.Store, error) { return fill(memory.New(), n) })
				},
			})
		}
	}
	return list
}

// fewOrders is the size that larger ones are compared with. The buyer has busyOrders of them, enough for a hundred pages, spread over all.
const (
	fewOrders  = 10_000
	busyOrders = 2_500
)

// nth returns the order of a store filled with n that is number i, without its records: one in n/busyOrders is the buyer's, the others are
// those of a buyer in a thousand.
func nth(i, n int) supervision.Opening {
	o := opening(i)
	o.Product = fmt.Sprintf("product-%d", i%50)
	o.Seller = fmt.Sprintf("seller-%d", i%200)
	if i%(n/busyOrders) != 0 {
		o.Buyer = fmt.Sprintf("buyer-%d", i%1000)
	}
	return o
}

// fill opens n orders, a minute apart.
func fill(store supervision.Store, n int) (supervision.Store, error) {
	for i := range n {
		order, record, err := supervision.Open(nth(i, n), bought.Add(time.Duration(i)*time.Minute))
		if err != nil {
			return nil, err
		}
		if err := store.Create(context.Background(), supervision.Change{Order: order, Records: []supervision.Record{record}}); err != nil {
			return nil, err
		}
	}
	return store, nil
}

func pageMatch(page, many int, filled func(n int) (supervision.Store, error)) (match, error) {
	var sides [2]side
	for i, n := range [2]int{many, fewOrders} {
		store, err := filled(n)
		if err != nil {
			return match{}, err
		}
		service, err := supervision.New(store)
		if err != nil {
			return match{}, err
		}
		query, err := turn(service, page)
		if err != nil {
			return match{}, err
		}
		sides[i] = func(b *bench) error {
			for range b.N {
				found, err := service.Search(context.Background(), buyer, query)
				if err != nil {
					return err
				}
				if len(found.Orders) != supervision.DefaultPage {
					return fmt.Errorf("a page of %d orders", len(found.Orders))
				}
			}
			return nil
		}
	}
	return alike(sides[0], sides[1])
}

// turn pages to a page as a user does, and returns its query.
func turn(service *supervision.Service, page int) (query supervision.Query, err error) {
	for range page - 1 {
		found, err := service.Search(context.Background(), buyer, query)
		if err != nil {
			return query, err
		}
		query.Cursor = found.Next
	}
	return query, nil
}
