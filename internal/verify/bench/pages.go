package main

import (
	"context"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// pageContests compares pages among many orders with the same pages among few.
var pageContests = func() (list []contest) {
	for _, d := range []database{sqlite, postgres} {
		filled := remembered(d.fill)
		for _, size := range []int{100_000, 1_000_000} {
			for _, page := range []int{1, 100} {
				list = append(list, contest{
					name:    fmt.Sprintf("page/%s/%d/%d", d.name, size, page),
					what:    fmt.Sprintf("page %d of a buyer's orders among %d on %s", page, size, d.name),
					against: fmt.Sprintf("the same among %d", fewOrders),
					bound:   within(1.5), wall: true, rounds: 7,
					prepare: func(short bool) (match, error) {
						if short {
							size = 2 * fewOrders
						}
						return pageMatch(page, size, filled)
					},
				})
			}
		}
	}
	return list
}()

// fewOrders is the size that larger ones are compared with. The buyer has
// busyOrders of them, enough for a hundred pages, spread over all.
const (
	fewOrders  = 10_000
	busyOrders = 2_500
	century    = 100 * 365 * 24 * 3_600_000_000 // in microseconds
)

// remembered keeps stores once they are filled, until the program ends.
func remembered(fill func(int) (service.Store, error)) func(int) (service.Store, error) {
	stores := make(map[int]service.Store)
	return func(n int) (service.Store, error) {
		if s := stores[n]; s != nil {
			return s, nil
		}
		s, err := fill(n)
		if err == nil {
			stores[n] = s
		}
		return s, err
	}
}

// crowd says where n orders stand: of 100 one is frozen, five are accepted,
// fourteen wait for a party, and the others are completed.
const crowd = `SELECT o.*, n, bought_at + 30000000 * n AS bought,
	CASE WHEN n % 100 = 0 THEN 'frozen' WHEN n % 100 < 6 THEN 'accepted' WHEN n % 100 < 13 THEN 'awaiting_delivery'
	WHEN n % 100 < 20 THEN 'awaiting_acceptance' ELSE 'completed' END AS stands`

// fill writes n orders, opened half a minute apart, by one statement. One in
// n/busyOrders is the buyer's; a thousand others share the rest. What is
// accepted was due when the statistics were made, and is due later now: that
// is how statistics of a queue are.
func (d database) fill(n int) (service.Store, error) {
	g, err := d.open()
	if err != nil {
		return nil, err
	}
	order, records, err := play(0, 0)
	if err == nil {
		err = g.peer.store.Create(context.Background(), service.Change{Order: order, Records: records})
	}
	if err != nil {
		return nil, err
	}
	number, at := "printf('%07d', n)", "strftime('%Y-%m-%dT%H:%M:%SZ', bought_at / 1000000 + 30 * n, 'unixepoch')"
	if d.name == "postgres" {
		number, at = "lpad(n::text, 7, '0')",
			`to_char(to_timestamp(bought_at / 1000000 + 30 * n) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
	}
	id := "'CS-20240129-' || " + number
	named := fmt.Sprintf("CASE WHEN n %% %d = 0 THEN buyer ELSE 'buyer-' || (n %% 1000) END", n/busyOrders)
	const product, seller = "'product-' || (n % 50)", "'seller-' || (n % 199)"
	document := "document"
	for _, part := range [][2]string{
		{order.ID, id}, {order.Product, product}, {order.Buyer, named}, {order.Seller, seller},
		{order.OpenedAt.Format(time.RFC3339), at},
	} {
		document = fmt.Sprintf("replace(%s, '%s', %s)", document, part[0], part[1])
	}
	statements := []string{
		fmt.Sprintf(`INSERT INTO %sorders (id, product, buyer, seller, bought_at, status, waiting_since, due,
			accepted_at,
	closed_at, closed_as, handle_by, version, document)
SELECT %s, %s, %s, %s, bought, stands, CASE WHEN stands LIKE 'awaiting%%' THEN bought END,
	CASE WHEN stands = 'accepted' THEN bought END, CASE WHEN stands IN ('accepted', 'completed') THEN bought END,
	CASE WHEN stands IN ('accepted', 'completed') THEN bought END,
	CASE WHEN stands IN ('accepted', 'completed') THEN 'completed' END, CASE WHEN stands = 'frozen' THEN bought END,
	version, %s
FROM (%s FROM %sorders o, %s) crowd`,
			g.ours.prefix, id, product, named, seller, document, crowd, g.peer.prefix, d.series(n)),
		"ANALYZE",
		fmt.Sprintf("UPDATE %sorders SET due = due + %d, closed_at = closed_at + %d WHERE due IS NOT NULL",
			g.ours.prefix, century, century),
	}
	if d.name == "postgres" {
		statements[1] = "VACUUM ANALYZE " + g.ours.prefix + "orders"
		statements = append(statements, "VACUUM "+g.ours.prefix+"orders")
	}
	return g.ours.store, g.run(statements...)
}

func pageMatch(page, many int, filled func(n int) (service.Store, error)) (match, error) {
	var sides [2]side
	for i, n := range [2]int{many, fewOrders} {
		store, err := filled(n)
		if err != nil {
			return match{}, err
		}
		service, err := service.New(store)
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
func turn(service *service.Service, page int) (query supervision.Query, err error) {
	for range page - 1 {
		found, err := service.Search(context.Background(), buyer, query)
		if err != nil {
			return query, err
		}
		query.Cursor = found.Next
	}
	return query, nil
}
