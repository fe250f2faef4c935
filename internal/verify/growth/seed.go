package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// now is when the tables are looked at. Their orders were bought in the three
// years before, at equal distances.
var now = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

const (
	span = 3 * 365 * supervision.Day
	// pending are the youngest orders, accepted but not completed yet; due they
	// are one after the other, second by second from now on.
	pending = 1_000
	// perBuyer is how many orders a buyer has, sellers how many there are.
	perBuyer, sellers = 20, 200
)

func orderID(n int) string { return fmt.Sprintf("CS-%09d", n) }

// played is the order of the few that the nth was copied from, and how many
// copies were before.
func played(n int) (of, before int) { return n % (*few - pending), n / (*few - pending) }

func buyer(n int) supervision.Actor {
	of, before := played(n)
	return supervision.Buyer(fmt.Sprintf("buyer-%d", of%(*few/perBuyer)+before**few/perBuyer))
}

func seller(n int) supervision.Actor {
	of, _ := played(n)
	return supervision.Seller(fmt.Sprintf("seller-%d", of%sellers))
}

// move is what one party does to an order.
type move struct {
	by     func(supervision.Order) supervision.Actor
	action supervision.Action
}

func byBuyer(o supervision.Order) supervision.Actor  { return supervision.Buyer(o.Buyer) }
func bySeller(o supervision.Order) supervision.Actor { return supervision.Seller(o.Seller) }
func byManager(supervision.Order) supervision.Actor  { return supervision.Manager("manager-1") }

var (
	submit  = move{byBuyer, supervision.SubmitRequest{Text: "Please set up the shop for the summer campaign."}}
	accept  = move{bySeller, supervision.AcceptRequest{}}
	report  = move{bySeller, supervision.ReportProgress{Text: "The first half of the pages is done and can be looked at."}}
	deliver = move{bySeller, supervision.Deliver{Result: "All pages are done; the passwords are in the vault."}}
	take    = move{byBuyer, supervision.AcceptProduct{}}

	// Each makes five records after the opening; the completed one by time.
	completed = []move{submit, accept, deliver, take}
	accepted  = []move{submit, accept, report, deliver, take}
	working   = []move{submit, accept, report, report, report}
	delivered = []move{submit, accept, report, report, deliver}
	frozen    = []move{submit, accept, report, report, {byManager, supervision.Intervene{Reason: "A complaint came in."}}}
	canceled  = []move{submit, accept, report, {byManager, supervision.Intervene{Reason: "A complaint came in."}},
		{byManager, supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "It was never begun."}}}
)

// story says how the nth order went: nearly all old ones are completed, of a
// fifth of them, the youngest, seven in ten are open.
func (s *side) story(n int) []move {
	switch young := n >= s.orders*4/5; {
	case n >= s.orders-pending:
		return accepted
	case young && n%10 == 0:
		return frozen
	case young && n%10 < 4:
		return working
	case young && n%10 < 7:
		return delivered
	case n%100 == 9:
		return canceled
	}
	return completed
}

// change plays the nth order by the rules.
func (s *side) change(n int) (service.Change, error) {
	at := now.Add(-span + span/time.Duration(s.orders)*time.Duration(n))
	at = at.Truncate(supervision.Day).Add(at.Sub(at.Truncate(supervision.Day)) * 5 / 6) // ends before midnight
	if n >= s.orders-pending {
		at = now.Add(time.Duration(n-s.orders+pending+1)*time.Second - supervision.Guide().CompletionDelay - 5*time.Minute)
	}
	order, first, err := supervision.Open(supervision.Opening{ID: orderID(n), Product: fmt.Sprintf("product-%d", n%50),
		Buyer: buyer(n).ID, Seller: seller(n).ID}, at)
	change := service.Change{Records: []supervision.Record{first}}
	for _, m := range s.story(n) {
		if err != nil {
			return service.Change{}, fmt.Errorf("order %d: %w", n, err)
		}
		at = at.Add(time.Minute)
		var records []supervision.Record
		order, records, err = order.Apply(m.by(order), m.action, at)
		change.Records = append(change.Records, records...)
	}
	if err == nil && order.Status == supervision.Accepted {
		var records []supervision.Record
		order, records = order.Settle(now)
		change.Records = append(change.Records, records...)
	}
	if err == nil && len(change.Records) != 6 {
		err = fmt.Errorf("order %d has %d records", n, len(change.Records))
	}
	change.Order = order
	return change, err
}

// play stores the orders by the library, batch by batch.
func (s *side) play(ctx context.Context) error {
	const batch = 500
	for from := 0; from < s.orders; from += batch {
		if err := s.create(ctx, from, min(from+batch, s.orders)); err != nil {
			return err
		}
	}
	return s.analyze(ctx)
}

// copies stores the orders of another side many times, all but the pending ones
// under ids and buyers of their own, and up to a hundred days earlier. Indexes
// are made afterwards, as a large import does; so they are denser than those
// that have grown.
func (s *side) copies(ctx context.Context, of *side) error {
	indexes, err := s.dropIndexes(ctx)
	if err != nil {
		return err
	}
	var work []func() error
	for k := range (s.orders - pending) / (of.orders - pending) {
		work = append(work, func() error { return s.copy(ctx, of, k) })
	}
	if err := together(work); err != nil {
		return err
	}
	if err := s.create(ctx, s.orders-pending, s.orders); err != nil {
		return err
	}
	work = nil
	for _, create := range indexes {
		work = append(work, func() error { return s.index(ctx, create) })
	}
	if err := together(work); err != nil {
		return err
	}
	return s.analyze(ctx)
}

// together does work, four at a time.
func together(work []func() error) error {
	next, failed := make(chan func() error), make(chan error, len(work))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for do := range next {
				failed <- do()
			}
		})
	}
	for _, do := range work {
		next <- do
	}
	close(next)
	all.Wait()
	close(failed)
	var errs []error
	for err := range failed {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// index makes an index, with the memory that a large one takes.
func (s *side) index(ctx context.Context, create string) error {
	tx, err := s.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, statement := range []string{"SET LOCAL maintenance_work_mem = '512MB'", create} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// The statements of a copy. A story begins and ends on the same day, so that its
// instants lie on three: that one, that until which an appeal is to be ruled on,
// and the scheduled end's.
const (
	varied = `WITH o AS (SELECT o.*,
	'"CS-' || lpad((split_part(id, '-', 2)::bigint + $1::bigint)::text, 9, '0') || '"' AS new_id,
	'"buyer-' || (split_part(buyer, '-', 2)::bigint + $2::bigint) || '"' AS new_buyer, $3::bigint * 86400000000 AS earlier,
	to_timestamp(bought_at / 1000000) AT TIME ZONE 'UTC' AS began FROM {of}orders o WHERE id < $4),
d AS (SELECT o.*, date(began) AS day, date(began) - $3::integer AS new_day FROM o) `
	document = `replace(replace(replace(replace(replace(%s.document, '"' || d.id || '"', new_id),
	'"' || d.buyer || '"', new_buyer), day::text, new_day::text), (day + 3)::text, (new_day + 3)::text),
	(day + 365)::text, (new_day + 365)::text)`
	copyOrders = varied + `INSERT INTO {to}orders (id, product, buyer, seller, bought_at, status, waiting_since, due,
	accepted_at, closed_at, closed_as, handle_by, buyer_appeal, seller_appeal, blackout_begins, blackout_ends, notice_at,
	version, document)
SELECT trim('"' FROM new_id), product, trim('"' FROM new_buyer), seller, bought_at - earlier, status,
	waiting_since - earlier, due - earlier, accepted_at - earlier, closed_at - earlier, closed_as, handle_by - earlier,
	buyer_appeal - earlier, seller_appeal - earlier, blackout_begins - earlier, blackout_ends - earlier,
	notice_at - earlier, version, {d.document} FROM d ORDER BY id`
	copyRecords = varied + `INSERT INTO {to}records (order_id, seq, happened_at, idem_key, document)
SELECT trim('"' FROM new_id), r.seq, r.happened_at - earlier, r.idem_key, {r.document} FROM d
JOIN {of}records r ON r.order_id = d.id ORDER BY d.id, r.seq`
)

func (s *side) copy(ctx context.Context, of *side, k int) error {
	for _, statement := range []string{copyOrders, copyRecords} {
		statement = strings.NewReplacer("{to}", s.prefix, "{of}", of.prefix, "{d.document}", fmt.Sprintf(document, "d"),
			"{r.document}", fmt.Sprintf(document, "r")).Replace(statement)
		if _, err := s.ExecContext(ctx, statement, k*(of.orders-pending), k*of.orders/perBuyer, k%100,
			orderID(of.orders-pending)); err != nil {
			return err
		}
	}
	return nil
}

func (s *side) create(ctx context.Context, from, before int) error {
	var changes []service.Change
	for n := from; n < before; n++ {
		change, err := s.change(n)
		if err != nil {
			return err
		}
		changes = append(changes, change)
	}
	return s.store.Create(ctx, changes...)
}

func (s *side) analyze(ctx context.Context) error {
	for _, table := range []string{"orders", "records"} {
		if _, err := s.ExecContext(ctx, "VACUUM ANALYZE "+s.prefix+table); err != nil {
			return err
		}
	}
	return nil
}

// readBack reads some of the orders whole: replaying the records gives the
// order (R21), and it is listed as it is.
func (s *side) readBack(ctx context.Context) error {
	random := chance()
	for range 1_000 {
		order, err := supervisiontest.Whole(ctx, s.store, orderID(random.IntN(s.orders)))
		if err != nil {
			return err
		}
		found, err := s.store.Search(ctx, supervision.Filter{Criteria: supervision.Criteria{Orders: []string{order.ID}},
			At: now, Limit: 1})
		if err != nil {
			return err
		}
		listed := order.Listing()
		listed.NoticeAt = time.Time{}
		if found[0].Listing != listed {
			return fmt.Errorf("order %s is listed as %+v, and is %+v", order.ID, found[0].Listing, listed)
		}
	}
	return nil
}

// dropIndexes drops the indexes that keep nothing unique, and returns what
// makes them.
func (s *side) dropIndexes(ctx context.Context) (create []string, err error) {
	rows, err := s.QueryContext(ctx, `SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = ANY($1) AND indexdef NOT LIKE 'CREATE UNIQUE%'`, []string{s.prefix + "orders", s.prefix + "records"})
	if err != nil {
		return nil, err
	}
	var drop []string
	for rows.Next() {
		var name, definition string
		if err := rows.Scan(&name, &definition); err != nil {
			return nil, err
		}
		drop, create = append(drop, "DROP INDEX "+name), append(create, definition)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, statement := range drop {
		if _, err := s.ExecContext(ctx, statement); err != nil {
			return nil, err
		}
	}
	return create, nil
}
