package sqlstore_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// crowd fills the tables with 20,000 orders of 500 buyers, 100 sellers and 50
// products: of 100 orders one is frozen, one accepted and two are long silent;
// 16 wait for somebody and the rest are completed. Each has a record that waits
// to be relayed.
const crowd = `INSERT INTO {orders} (id, product, buyer, seller, bought_at, status, waiting_since, due, accepted_at, completed_at, handle_by, version, document)
SELECT CONCAT('order-', n), CONCAT('product-', n % 50), CONCAT('buyer-', n % 500), CONCAT('seller-', n % 100), {start} + n * 1000000,
	CASE WHEN n % 100 = 0 THEN 'frozen' WHEN n % 100 = 1 THEN 'accepted' WHEN n % 100 < 20 THEN 'awaiting_delivery' ELSE 'completed' END,
	CASE WHEN n % 100 IN (2, 3) THEN {start} WHEN n % 100 BETWEEN 4 AND 19 THEN {start} + 864000000000 + n * 1000000 END,
	CASE WHEN n % 100 = 1 THEN {start} + n * 1000000 END,
	CASE WHEN n % 100 = 1 OR n % 100 > 19 THEN {start} + n * 1000000 END,
	CASE WHEN n % 100 = 1 OR n % 100 > 19 THEN {start} + n * 1000000 END,
	CASE WHEN n % 100 = 0 THEN {start} + n * 1000000 END,
	1, o.document
FROM (SELECT document FROM {orders} WHERE id = 'sample') o, (SELECT {start} - {start} + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n
	FROM {ten} a, {ten} b, {ten} c, {ten} e, (SELECT 0 AS d UNION ALL SELECT 1) f) numbers`

const ten = `(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
	UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)`

func fill(t testing.TB, d database, db *sql.DB, prefix string) {
	for _, statement := range []string{
		crowd,
		"INSERT INTO {records} (order_id, seq, happened_at, document) SELECT id, 1, bought_at, document FROM {orders} WHERE id <> 'sample'",
		"INSERT INTO {outbox} (order_id, seq, waits_since, next_at) SELECT id, 1, bought_at, bought_at FROM {orders} WHERE id <> 'sample'",
	} {
		statement = strings.NewReplacer("{start}", fmt.Sprint(start.UnixMicro()), "{ten}", ten,
			"{orders}", prefix+"orders", "{records}", prefix+"records", "{outbox}", prefix+"outbox").Replace(statement)
		_, err := db.Exec(statement)
		require.NoError(t, err)
	}
	for _, table := range []string{"orders", "records", "outbox"} {
		analyze := "ANALYZE "
		if d.dialect == sqlstore.MySQL {
			analyze = "ANALYZE TABLE "
		}
		_, err := db.Exec(analyze + prefix + table)
		require.NoError(t, err)
	}
}

// What the list is searched by is found through an index that has it: nothing
// reads all orders.
func TestPlans(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db, recorder := d.recorded(t, d.dsn(t))
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		b.opened(t, "sample")
		fill(t, d, db, prefix)
		now := start.Add(15 * supervision.Day)
		b.clock.Set(now)
		one := supervision.Buyer("buyer-7")
		search := func(actor supervision.Actor, c supervision.Criteria) func() {
			return func() {
				_, err := b.Search(t.Context(), actor, supervision.Query{Criteria: c})
				require.NoError(t, err)
			}
		}
		for name, c := range map[string]struct {
			send  func()
			index string
		}{
			"a buyer's page": {search(one, supervision.Criteria{}), "orders_buyer"},
			"a buyer's open orders": {search(one,
				supervision.Criteria{OrderStatus: supervision.OrderProcessing}), "orders_buyer"},
			"a seller's page": {search(supervision.Seller("seller-7"), supervision.Criteria{}),
				"orders_seller"},
			"a product's page": {search(manager, supervision.Criteria{Product: "product-7"}),
				"orders_product"},
			"everything, newest first": {search(manager, supervision.Criteria{}), "orders_all"},
			"a day's orders": {search(manager,
				supervision.Criteria{BoughtFrom: start, BoughtBefore: start.Add(time.Minute)}), "orders_all"},
			"silent orders": {search(manager, supervision.Criteria{SilentFor: 14 * supervision.Day}),
				"orders_waiting"},
			"pending appeals": {search(manager, supervision.Criteria{Appeal: supervision.AppealPending}),
				"orders_appeal"},
			"overdue appeals": {search(manager, supervision.Criteria{Appeal: supervision.AppealOverdue}),
				"orders_appeal"},
			"a buyer's second page": {func() { secondPage(t, b, one) }, "orders_buyer"},
			"due orders":            {func() { due(t, store, supervision.Position{}) }, "orders_due"},
			"due orders behind the first": {func() {
				due(t, store,
					supervision.Position{At: start.Add(time.Hour), ID: "x"})
			}, "orders_due"},
			"the records that wait to relay": {func() { claim(t, store, now) }, "outbox_lanes"},
			"a minute's records":             {func() { between(t, store, 0) }, "records_between"},
			"a minute's records behind the first": {func() { between(t, store, 10*time.Second) },
				"records_between"},
		} {
			t.Run(name, func(t *testing.T) {
				recorder.sent()
				c.send()
				plan := explain(t, d, db, last(recorder.sent()))
				t.Log(plan)
				require.Contains(t, plan, c.index)
				for line := range strings.Lines(plan) {
					for _, scan := range []string{"Seq Scan on " + prefix, "SCAN " + prefix + "orders\n",
						"SCAN " + prefix + "records\n", " ALL "} {
						require.True(t, !strings.Contains(line, scan) || strings.Contains(line, "<"),
							line) // <of a result>
					}
				}
			})
		}
	})
}

func secondPage(t *testing.T, b bench, actor supervision.Actor) {
	first, err := b.Search(t.Context(), actor, supervision.Query{})
	require.NoError(t, err)
	require.NotEmpty(t, first.Next)
	_, err = b.Search(t.Context(), actor, supervision.Query{Cursor: first.Next})
	require.NoError(t, err)
}

func due(t *testing.T, store service.Store, after supervision.Position) {
	list, err := store.Due(t.Context(), start.Add(2*time.Hour), after, 20)
	require.NoError(t, err)
	require.NotEmpty(t, list)
}

func between(t *testing.T, store service.Store, after time.Duration) {
	var place service.RecordPlace
	if after > 0 {
		place = service.RecordPlace{At: start.Add(after), RecordID: supervision.RecordID{Order: "order", Seq: 1}}
	}
	list, err := store.Between(t.Context(), start, start.Add(time.Minute), place, 20)
	require.NoError(t, err)
	require.Len(t, list, 20)
	require.ErrorIs(t, list[0].Err, supervision.ErrMalformed, "what is a record in this test cannot be read")
}

func claim(t *testing.T, store service.Store, at time.Time) {
	claimed, err := store.Claim(t.Context(), at, time.Minute, 10)
	require.NoError(t, err)
	require.Len(t, claimed, 10)
}

// last returns the last statement that looks for something: it has a limit.
func last(list []sent) sent {
	for _, s := range slices.Backward(list) {
		if strings.Contains(s.text, "LIMIT") {
			return s
		}
	}
	return sent{}
}

func explain(t *testing.T, d database, db *sql.DB, s sent) string {
	word := map[sqlstore.Dialect]string{
		sqlstore.SQLite: "EXPLAIN QUERY PLAN ", sqlstore.Postgres: "EXPLAIN ", sqlstore.MySQL: "EXPLAIN ",
	}[d.dialect]
	rows, err := db.Query(word+s.text, s.args...)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var plan strings.Builder
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rows.Scan(into...))
		for _, value := range values {
			plan.WriteString(" " + value.String)
		}
		plan.WriteString("\n")
	}
	require.NoError(t, rows.Err())
	return plan.String()
}

// The outbox is empty most of the time, and that is what its statistics say
// when a crowd of records comes. No statement of a claim depends on them.
func TestClaimPlanWithStaleStatistics(t *testing.T) {
	d := databases[1]
	db, recorder := d.recorded(t, d.dsn(t))
	store, prefix := d.migrated(t, db)
	newBench(t, store).opened(t, "sample")
	fill(t, d, db, prefix)
	if _, err := db.Exec("UPDATE pg_class SET reltuples = 0 WHERE relname LIKE '" + prefix + "outbox%'"); err != nil {
		t.Skip("skipped: only a superuser can change statistics: ", err)
	}
	recorder.sent()
	claim(t, store, start.Add(supervision.Day))
	statements := recorder.sent()
	require.Equal(t, []string{"SELECT", "UPDATE", "SELECT"}, words(statements))
	for _, s := range statements {
		plan := explain(t, d, db, s)
		t.Log(plan)
		require.NotContains(t, plan, "Seq Scan")
	}
}
