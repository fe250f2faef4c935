package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// due is when the orders of the settling contests become Completed, noticed
// when it is noticed.
var (
	due     = bought.Add(7*time.Hour + 3*time.Hour)
	noticed = bought.AddDate(1, 0, 0)
)

var settleContests = func() (list []contest) {
	for i, factor := range []float64{12, 6} {
		d := []database{postgres, sqlite}[i]
		list = append(list,
			contest{
				name:    "settle/" + d.name + "/set",
				what:    "`Service.Settle` of 100,000 due orders on " + d.name + ", two writers, for each order",
				against: "one hand-written set-based statement for each table, in one transaction", bound: faster(0.3),
				wall: true, rounds: 3,
				iterations: [2]int{100_000, 100_000},
				prepare:    func(bool) (match, error) { return settleMatch(d, (*backlog).settleSet) },
			},
			contest{
				name: "settle/" + d.name + "/each", what: "the same",
				against: "one order at a time, 1,000 of them: load, then a transaction of its own",
				bound:   faster(factor),
				wall:    true, rounds: 3, iterations: [2]int{100_000, 1000},
				prepare: func(bool) (match, error) { return settleMatch(d, (*backlog).settleEach) },
			},
			contest{
				name: "settle/" + d.name + "/ceiling", what: "the set-based statements: what this machine has to give",
				against: "one order at a time, 1,000 of them", bound: faster(factor),
				wall: true, rounds: 3, iterations: [2]int{100_000, 1000},
				prepare: func(bool) (match, error) { return ceilingMatch(d) },
			},
		)
	}
	return list
}()

// backlog is orders that time has made due, or what they leave in the outbox,
// copied for every measurement from one seed.
type backlog struct {
	*hand
	seeded int
}

// seed stores one accepted order, and n of its like in tables of their own.
func (b *backlog) seed(n int) error {
	b.seeded = n
	order, records, err := play(0, len(flow))
	if err != nil {
		return err
	}
	if err := b.peer.store.Create(context.Background(), service.Change{Order: order, Records: records}); err != nil {
		return err
	}
	name := orderIDs[0]
	const columns = "product, buyer, seller, bought_at, status, waiting_since, due, accepted_at, closed_at, " +
		"closed_as, handle_by, version"
	number := "printf('%07d', n)"
	if b.name == "postgres" {
		number = "lpad(n::text, 7, '0')"
	}
	b.remove = append(b.remove, func() { _ = b.run("DROP TABLE IF EXISTS " + b.peer.prefix + "seed") })
	return b.run(
		"CREATE TABLE " + b.peer.prefix + "seed AS SELECT 'CS-20240129-' || " + number + " AS id, " + columns +
			", replace(document, '" + name + "', 'CS-20240129-' || " + number + ") AS document FROM " + b.peer.prefix +
			"orders, " + b.series(n),
	)
}

// series is a table of the numbers from 1 to n.
func (d database) series(n int) string {
	if d.name == "postgres" {
		return fmt.Sprintf("generate_series(1, %d::bigint) AS series (n)", n)
	}
	return fmt.Sprintf("(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %d) "+
		"SELECT n FROM s) AS series", n)
}

// refill puts the first n orders of the seed back into the tables of a side,
// and nothing else.
func (b *backlog) refill(t tables, n int) error {
	const columns = "id, product, buyer, seller, bought_at, status, waiting_since, due, accepted_at, closed_at, " +
		"closed_as, handle_by, version, document"
	statements := []string{
		"DELETE FROM " + t.prefix + "orders", "DELETE FROM " + t.prefix + "records",
		"DELETE FROM " + t.prefix + "outbox",
		fmt.Sprintf("INSERT INTO %sorders (%s) SELECT %s FROM %sseed ORDER BY id LIMIT %d", t.prefix, columns, columns,
			b.peer.prefix, n),
	}
	if b.name == "postgres" {
		for i, table := range []string{"orders", "records", "outbox"} {
			statements[i] = "TRUNCATE " + t.prefix + table
		}
		statements = append(statements, "ANALYZE "+t.prefix+"orders", "CHECKPOINT")
	} else {
		statements = append(statements, "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return b.run(statements...)
}

func (d database) backlog(n int) (*backlog, *service.Service, error) {
	g, err := d.open()
	if err != nil {
		return nil, nil, err
	}
	h, err := g.byHand()
	b := &backlog{hand: h}
	if err == nil {
		err = b.seed(n)
	}
	var svc *service.Service
	if err == nil {
		mock := clock.NewMock()
		mock.Set(noticed)
		svc, err = service.New(g.ours.store, service.WithClock(mock), service.WithWriters(writers))
	}
	if err != nil {
		g.close()
	}
	return b, svc, err
}

func settleMatch(d database, byHand byHand) (match, error) {
	l, service, err := d.backlog(100_000)
	if err != nil {
		return match{}, err
	}
	ctx := context.Background()
	return match{
		ours: func(b *bench) error {
			if err := l.refill(l.ours, b.N); err != nil {
				return err
			}
			b.start()
			settled, err := service.Settle(ctx)
			if err == nil && settled != b.N {
				return fmt.Errorf("%d of %d orders settled", settled, b.N)
			}
			return err
		},
		peer:  l.side(ctx, byHand),
		close: l.close,
	}, nil
}

func ceilingMatch(d database) (match, error) {
	l, _, err := d.backlog(100_000)
	if err != nil {
		return match{}, err
	}
	ctx := context.Background()
	return match{l.side(ctx, (*backlog).settleSet), l.side(ctx, (*backlog).settleEach), l.close}, nil
}

// byHand settles n orders without the library.
type byHand func(b *backlog, ctx context.Context, n int) error

func (b *backlog) side(ctx context.Context, settle byHand) side {
	return func(in *bench) error {
		if err := b.refill(b.peer, in.N); err != nil {
			return err
		}
		in.start()
		if err := settle(b, ctx, in.N); err != nil {
			return err
		}
		in.StopTimer()
		var settled int
		err := b.QueryRow(b.text("SELECT count(*) FROM {outbox}")).Scan(&settled)
		if err == nil && settled != in.N {
			return fmt.Errorf("%d of %d orders settled", settled, in.N)
		}
		return err
	}
}

// What a set-based statement makes of the documents: the same as the library.
const (
	pgSettle = `WITH settled AS (
	UPDATE {orders} SET status = 'completed', due = NULL, waiting_since = NULL, version = version + 1,
		document = (document::jsonb || jsonb_build_object('status', 'completed', 'version', version + 1,
			'updated_at', to_char(to_timestamp(due / 1000000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			'turn_since', to_char(to_timestamp(due / 1000000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			'passed', document::jsonb->'passed' || '"accepted"', 'closed_at',
			to_char(to_timestamp(due / 1000000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))::text
	WHERE due <= $1 RETURNING id, version, closed_at),
added AS (
	INSERT INTO {records} (order_id, seq, happened_at, document) SELECT id, version, closed_at,
	json_build_object('format', 1, 'order', id, 'seq', version,
		'at', to_char(to_timestamp(closed_at / 1000000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'actor', json_build_object('role', 'system', 'id', 'system'), 'operation', 'complete', 'from', 'accepted',
		'to', 'completed',
		'action', json_build_object())::text FROM settled)
INSERT INTO {outbox} (order_id, seq, waits_since, next_at) SELECT id, version, closed_at, closed_at FROM settled`

	liteRecords = `INSERT INTO {records} (order_id, seq, happened_at, document) SELECT id, version + 1, due,
	json_object('format', 1, 'order', id, 'seq', version + 1,
	'at', strftime('%Y-%m-%dT%H:%M:%SZ', due / 1000000, 'unixepoch'), 'actor', json_object('role', 'system',
	'id', 'system'),
	'operation', 'complete', 'from', 'accepted', 'to', 'completed', 'action', json_object()) FROM {orders}
	WHERE due <= ?`
	liteWaits = `INSERT INTO {outbox} (order_id, seq, waits_since, next_at) SELECT id, version + 1, due, due
	FROM {orders} WHERE due <= ?`
	liteOrders = `UPDATE {orders} SET status = 'completed', due = NULL, waiting_since = NULL, version = version + 1,
	document = json_set(document, '$.status', 'completed', '$.version', version + 1,
		'$.updated_at', strftime('%Y-%m-%dT%H:%M:%SZ', due / 1000000, 'unixepoch'),
		'$.turn_since', strftime('%Y-%m-%dT%H:%M:%SZ', due / 1000000, 'unixepoch'),
		'$.passed[#]', 'accepted', '$.closed_at', strftime('%Y-%m-%dT%H:%M:%SZ', due / 1000000, 'unixepoch'))
		WHERE due <= ?`
)

// settleSet settles all orders at once, in SQL.
func (b *backlog) settleSet(ctx context.Context, _ int) error {
	statements := []string{liteRecords, liteWaits, liteOrders}
	if b.name == "postgres" {
		statements = []string{pgSettle}
	}
	tx, err := b.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, b.text(s), noticed.UnixMicro()); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// settleEach settles one order after the other, as a worker without batches
// does: it loads it and saves it in a transaction.
func (b *backlog) settleEach(ctx context.Context, n int) error {
	ids, err := b.dueIDs(ctx, n)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := b.complete(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (b *backlog) dueIDs(ctx context.Context, n int) (ids []string, err error) {
	rows, err := b.QueryContext(ctx, b.text("SELECT id FROM {orders} WHERE due <= ? ORDER BY due, id LIMIT ?"),
		noticed.UnixMicro(), n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (b *backlog) complete(ctx context.Context, id string) error {
	var document []byte
	if err := b.load.QueryRowContext(ctx, id).Scan(&document); err != nil {
		return err
	}
	var o handOrder
	if err := json.Unmarshal(document, &o); err != nil {
		return err
	}
	before := o.Version
	r := handRecord{
		Format: 1, Order: id, Seq: before + 1, At: due, Actor: supervision.System(), Operation: "complete",
		From: o.Status, To: "completed",
		Action: struct{}{},
	}
	o.pass()
	o.Status, o.Version, o.UpdatedAt, o.TurnSince, o.ClosedAt = r.To, r.Seq, due, due, due
	order, err := json.Marshal(o)
	if err != nil {
		return err
	}
	record, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tx, err := b.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	result, err := tx.StmtContext(ctx, b.finish).ExecContext(ctx, o.Status, o.Version, string(order), id, before)
	if err := once(result, err); err != nil {
		return err
	}
	if err := b.note(ctx, tx, &o, due, record); err != nil {
		return err
	}
	return tx.Commit()
}
