package sqlstore_test

import (
	"database/sql"
	"encoding/json"
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

// crowd fills the tables with 20,000 orders of 499 buyers, 97 sellers and 49
// products: of 100 orders one is frozen, one accepted and 18 wait for the
// seller, the others are completed. Of the oldest, 100 are long silent, 20 are
// canceled and 20 wait to be confirmed. Of 500 a refund is proposed. Each has a
// record that waits to be relayed.
const crowd = `INSERT INTO {orders} (id, product, buyer, seller, bought_at, status, waiting_since, due, accepted_at,
closed_at, closed_as,
	handle_by, buyer_appeal, blackout_begins, blackout_ends, proposed_at, proposed_amount, proposed_currency,
	notice_at, version, document)
SELECT id, product, buyer, seller, bought_at, status, waiting_since,
	CASE WHEN status = 'accepted' THEN bought_at + 15 * {day} END,
	CASE WHEN status IN ('accepted', 'completed') THEN bought_at END,
	CASE WHEN status = 'accepted' THEN bought_at + 15 * {day}
		WHEN status IN ('completed', 'canceled') THEN bought_at END,
	CASE WHEN status = 'canceled' THEN 'canceled' WHEN status IN ('accepted', 'completed') THEN 'completed' END,
	CASE WHEN status = 'frozen' THEN bought_at END,
	waiting_since + 5 * {day} + 1,
	CASE WHEN waiting_since IS NOT NULL THEN bought_at + 350 * {day} END,
	CASE WHEN waiting_since IS NOT NULL THEN bought_at + 365 * {day} END,
	CASE WHEN proposed THEN bought_at END, CASE WHEN proposed THEN 100 END, CASE WHEN proposed THEN 'CNY' END,
	CASE WHEN waiting_since IS NOT NULL THEN waiting_since + 4 * {day} END,
	1, document
FROM (SELECT n, document, CONCAT('order-', n) AS id, CONCAT('product-', n % 49) AS product,
	n % 1000 IN (1, 2) AS proposed,
		CONCAT('buyer-', n % 499) AS buyer,
	CONCAT('seller-', n % 97) AS seller, {start} + n * 1000000 AS bought_at,
	CASE WHEN n < 2000 AND n % 100 = 99 THEN 'canceled' WHEN n < 2000 AND n % 100 = 98 THEN 'awaiting_confirmation'
		WHEN n % 100 = 0 THEN 'frozen' WHEN n % 100 = 1 THEN 'accepted'
		WHEN n % 100 < 20 THEN 'awaiting_delivery' ELSE 'completed' END AS status,
	CASE WHEN n < 5000 AND n % 100 IN (2, 3) THEN {start}
		WHEN n % 100 BETWEEN 2 AND 19 OR n < 2000 AND n % 100 = 98
		THEN {start} + 10 * {day} + n * 1000000 END AS waiting_since
	FROM (SELECT document FROM {orders} WHERE id = 'sample') o,
	(SELECT {start} - {start} + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n
		FROM {ten} a, {ten} b, {ten} c, {ten} e, (SELECT 0 AS d UNION ALL SELECT 1) f) numbers) crowd`

const ten = `(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
	UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)`

func fill(t testing.TB, d database, db *sql.DB, prefix string) {
	for _, statement := range []string{
		crowd,
		"INSERT INTO {records} (order_id, seq, happened_at, document) SELECT id, 1, bought_at, document " +
			"FROM {orders} WHERE id <> 'sample'",
		"INSERT INTO {outbox} (order_id, seq, waits_since, next_at) SELECT id, 1, bought_at, bought_at FROM {orders} " +
			"WHERE id <> 'sample'",
	} {
		statement = strings.NewReplacer("{start}", fmt.Sprint(start.UnixMicro()), "{day}",
			fmt.Sprint(supervision.Day.Microseconds()), "{ten}", ten,
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

// What the list is searched by is found through an index that has it: a page of
// 20 looks at few of the 20,000 orders, whatever is rare, and nothing reads
// all.
func TestPlans(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		dsn := d.dsn(t)
		if d.name == tidbName { // which plans without statistics where loading them takes longer than this
			dsn += "?tidb_stats_load_sync_wait=60000"
		}
		db, recorder := d.recorded(t, dsn)
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		b.opened(t, "sample")
		fill(t, d, db, prefix)
		if d.name == tidbName {
			for _, table := range []string{"orders", "records", "outbox"} {
				split(t, db, prefix+table)
			}
		}
		now := start.Add(15 * supervision.Day)
		b.clock.Set(now)
		buyer, seller := supervision.Buyer("buyer-7"), supervision.Seller("seller-7")
		for name, c := range map[string]struct {
			actor supervision.Actor
			query supervision.Query
			finds int // on the first page
			rows  int // looked at, at most
		}{
			"everything":             {manager, query(supervision.Criteria{}), 20, 30},
			"a buyer's page":         {buyer, query(supervision.Criteria{}), 20, 50},
			"a seller's page":        {seller, query(supervision.Criteria{}), 20, 50},
			"a product's page":       {manager, query(supervision.Criteria{Products: []string{"product-7"}}), 20, 50},
			"a minute's orders":      {manager, query(supervision.Criteria{Bought: minute(time.Hour)}), 20, 70},
			"what was accepted then": {manager, query(supervision.Criteria{Accepted: minute(time.Hour)}), 20, 150},
			"what was closed then":   {manager, query(supervision.Criteria{Closed: minute(time.Hour)}), 20, 150},
			"a rare status":          {manager, query(supervision.Criteria{Status: supervision.Canceled}), 20, 100},
			"a rare order status": {manager, query(supervision.Criteria{OrderStatus: supervision.OrderCanceled}),
				20, 100},
			"a rare status to wait at": {manager,
				query(supervision.Criteria{Status: supervision.AwaitingConfirmation}), 20, 100},
			"open orders": {manager, query(supervision.Criteria{OrderStatus: supervision.OrderProcessing}), 20, 250},
			"a buyer's open orders": {buyer,
				query(supervision.Criteria{OrderStatus: supervision.OrderProcessing}), 8, 100},
			"a seller's turn": {seller, query(supervision.Criteria{Turn: supervision.RoleSeller}), 20, 150},
			"a seller's orders of some buyers": {seller,
				query(supervision.Criteria{Buyers: []string{"buyer-7", "buyer-8", "buyer-104"}}), 2, 300},
			"some orders": {manager, query(supervision.Criteria{Orders: []string{"order-7", "order-19999", "x"}}), 2,
				10},
			"some products": {manager,
				query(supervision.Criteria{Products: []string{"product-7", "product-8"}}), 20, 1000},
			"silent orders":   {manager, query(supervision.Criteria{SilentFor: 14 * supervision.Day}), 20, 250},
			"pending appeals": {manager, query(supervision.Criteria{Appeal: supervision.AppealPending}), 20, 100},
			"overdue appeals": {manager, query(supervision.Criteria{Appeal: supervision.AppealOverdue}), 20, 250},
			"appeals to raise": {manager, query(supervision.Criteria{Appeal: supervision.AppealOpenToBuyer}), 20,
				250},
			"hardly any to raise": {manager, query(supervision.Criteria{Appeal: supervision.AppealOpenToSeller}), 1,
				50},
			"a buyer's appeals to raise": {buyer,
				query(supervision.Criteria{Appeal: supervision.AppealOpenToBuyer}), 2, 100},
			"longest waiting first": {manager, supervision.Query{Sort: supervision.LongestWaiting}, 20, 150},
			"longest waiting first, at a rare status": {manager, supervision.Query{Sort: supervision.LongestWaiting,
				Criteria: supervision.Criteria{Status: supervision.AwaitingConfirmation}}, 20, 100},
			"proposed refunds":           {manager, supervision.Query{Sort: supervision.ByProposal}, 20, 250},
			"a buyer's proposed refunds": {buyer, supervision.Query{Sort: supervision.ByProposal}, 1, 250},
			"by handling date":           {manager, supervision.Query{Sort: supervision.ByHandling}, 20, 250},
		} {
			t.Run(name, func(t *testing.T) {
				recorder.sent()
				filter, _, err := c.query.Filter(c.actor, now)
				require.NoError(t, err)
				for page := range 2 {
					found, err := store.Search(t.Context(), filter)
					require.NoError(t, err)
					if page == 0 {
						require.Len(t, found, c.finds)
					}
					d.looksAtFew(t, db, prefix, last(recorder.sent()), c.rows)
					if len(found) < filter.Limit {
						break
					}
					filter.After = found[len(found)-1].Position
				}
			})
		}
		for name, c := range map[string]struct {
			actor supervision.Actor
			tabs  []supervision.Criteria
			want  []int
			rows  int
		}{
			"a manager's tabs": {manager, []supervision.Criteria{
				{}, {Turn: supervision.RoleSeller}, {Appeal: supervision.AppealPending}, {Status: supervision.Canceled},
				{OrderStatus: supervision.OrderCompleted}, {Appeal: supervision.AppealOpenToBuyer},
			}, []int{51, 51, 51, 20, 51, 51}, 700},
			"a seller's tabs": {seller, []supervision.Criteria{
				{}, {Turn: supervision.RoleSeller}, {Appeal: supervision.AppealOpenToBuyer},
				{Status: supervision.Frozen},
			}, []int{51, 39, 1, 2}, 250},
		} {
			t.Run(name, func(t *testing.T) {
				var filters []supervision.Filter
				for _, tab := range c.tabs {
					filter, _, err := supervision.Query{Criteria: tab}.Filter(c.actor, now)
					require.NoError(t, err)
					filters = append(filters, filter)
				}
				recorder.sent()
				counts, err := store.Count(t.Context(), 51, filters...)
				require.NoError(t, err)
				require.Equal(t, c.want, counts)
				d.looksAtFew(t, db, prefix, last(recorder.sent()), c.rows)
			})
		}
		for name, send := range map[string]func(){
			"due orders": func() { due(t, store, supervision.Position{}) },
			"due orders behind the first": func() {
				due(t, store, supervision.Position{At: now.Add(time.Hour), ID: "x"})
			},
			"what is upcoming": func() { upcoming(t, store, now, supervision.Position{}) },
			"what is upcoming behind the first": func() {
				upcoming(t, store, now, supervision.Position{At: now.Add(90 * time.Minute), ID: "x"})
			},
			"orders with notices due": func() { notices(t, store, now, supervision.Position{}) },
			"orders with notices due behind the first": func() {
				notices(t, store, now, supervision.Position{At: start.Add(4 * supervision.Day), ID: "order-2"})
			},
			"the records that wait to relay": func() { claim(t, store, now) },
			"what waits in the outbox": func() {
				backlog, err := store.Backlog(t.Context(), 50)
				require.NoError(t, err)
				require.Equal(t, service.Backlog{Since: start, Fresh: 50}, backlog)
			},
			"a minute's records":                  func() { between(t, store, 0) },
			"a minute's records behind the first": func() { between(t, store, 10*time.Second) },
		} {
			t.Run(name, func(t *testing.T) {
				recorder.sent()
				send()
				for _, s := range recorder.sent() {
					if strings.Contains(s.text, "LIMIT") {
						d.looksAtFew(t, db, prefix, s, 150)
					}
				}
			})
		}
	})
}

func query(c supervision.Criteria) supervision.Query { return supervision.Query{Criteria: c} }

// minute is a minute of the time in which the crowd bought.
func minute(begins time.Duration) supervision.Span {
	return supervision.Span{From: start.Add(begins), Before: start.Add(begins + time.Minute)}
}

func due(t *testing.T, store service.Store, after supervision.Position) {
	list, err := store.Due(t.Context(), start.Add(15*supervision.Day+2*time.Hour), after, 20)
	require.NoError(t, err)
	require.NotEmpty(t, list)
}

func upcoming(t *testing.T, store service.Store, now time.Time, after supervision.Position) {
	list, err := store.Upcoming(t.Context(), supervision.DeadlineKinds(), now.Add(time.Hour), now.Add(2*time.Hour),
		after, 20)
	require.NoError(t, err)
	require.Len(t, list, 20)
}

func notices(t *testing.T, store service.Store, at time.Time, after supervision.Position) {
	list, err := store.Noticing(t.Context(), at, after, 20)
	require.NoError(t, err)
	require.Len(t, list, 20)
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

// looksAtFew checks that a statement looks at no more rows than it may. SQLite
// tells its plan only: that must not read a table from end to end, unless in
// the order of an index and up to a limit.
func (d database) looksAtFew(t *testing.T, db *sql.DB, prefix string, s sent, most int) {
	t.Helper()
	if d.dialect == sqlstore.SQLite {
		for line := range strings.Lines(explain(t, d, db, s)) {
			scans := strings.Contains(line, "SCAN "+prefix) && !strings.Contains(line, " INDEX ")
			require.False(t, scans, line)
		}
		return
	}
	if d.name == tidbName { // which reads an index by 64 entries, and rows in requests to several regions
		rows, requests, plan := looked(t, db, s)
		t.Logf("%d rows in %d requests", rows, requests)
		require.LessOrEqual(t, rows, 2*most+64, "%s\n%s", s.text, plan)
		require.LessOrEqual(t, requests, 5*regions, "%s\n%s", s.text, plan)
		return
	}
	rows := d.rowsLookedAt(t, db, prefix, s)
	if d.dialect == sqlstore.MySQL { // which counts what it sorts in temporary tables
		most *= 2
	}
	t.Log(rows)
	require.LessOrEqual(t, rows, most, "%s\n%s", s.text, explain(t, d, db, s))
}

// rowsLookedAt runs a statement and counts the rows that it looks at.
func (d database) rowsLookedAt(t *testing.T, db *sql.DB, prefix string, s sent) (rows int) {
	t.Helper()
	if d.dialect == sqlstore.MySQL {
		conn, err := db.Conn(t.Context())
		require.NoError(t, err)
		defer conn.Close()
		handled := func() (total int) {
			counts, err := conn.QueryContext(t.Context(), "SHOW SESSION STATUS LIKE 'Handler_read%'")
			require.NoError(t, err)
			defer counts.Close()
			for counts.Next() {
				var name string
				var n int
				require.NoError(t, counts.Scan(&name, &n))
				total += n
			}
			require.NoError(t, counts.Err())
			return total
		}
		before := handled()
		own := handled() - before
		found, err := conn.QueryContext(t.Context(), s.text, s.args...)
		require.NoError(t, err)
		for found.Next() {
		}
		require.NoError(t, found.Close())
		return handled() - before - 2*own
	}
	var plan []byte
	require.NoError(t, db.QueryRow("EXPLAIN (ANALYZE, FORMAT JSON) "+s.text, s.args...).Scan(&plan))
	var nodes []struct{ Plan node }
	require.NoError(t, json.Unmarshal(plan, &nodes))
	return nodes[0].Plan.rows()
}

// node is what is said of one step of a plan of PostgreSQL.
type node struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Removed  float64 `json:"Rows Removed by Filter"`
	Loops    float64 `json:"Actual Loops"`
	Plans    []node
}

// rows counts what is read of tables.
func (n node) rows() (total int) {
	if n.Relation != "" {
		total = int((n.Rows + n.Removed) * n.Loops)
	}
	for _, below := range n.Plans {
		total += below.rows()
	}
	return total
}

// The outbox is empty most of the time, and that is what its statistics say
// when a crowd of records comes, if they say anything. No statement of a claim
// depends on them.
func TestClaimPlanWithStaleStatistics(t *testing.T) {
	d := databases[1]
	db, recorder := d.recorded(t, d.dsn(t))
	store, prefix := d.migrated(t, db)
	newBench(t, store).opened(t, "sample")
	fill(t, d, db, prefix)
	outbox := prefix + "outbox"
	for _, c := range []struct{ statistics, forget string }{
		{"of an empty outbox", "VACUUM ANALYZE " + outbox},
		{"none", "DELETE FROM pg_statistic WHERE starelid = '" + outbox + "'::regclass"},
	} {
		t.Run(c.statistics, func(t *testing.T) {
			for _, statement := range []string{"DELETE FROM " + outbox, c.forget, "INSERT INTO " + outbox +
				" (order_id, seq, waits_since, next_at) SELECT id, 1, bought_at, bought_at FROM " + prefix + "orders"} {
				if _, err := db.Exec(statement); err != nil {
					t.Skip("skipped: only a superuser can change statistics: ", err)
				}
			}
			recorder.sent()
			claimed, err := store.Claim(t.Context(), start.Add(supervision.Day), time.Minute, 10)
			require.NoError(t, err)
			require.Len(t, claimed, 10)
			require.NoError(t, store.Acknowledge(t.Context(), claimed[0].RecordID))
			statements := recorder.sent()
			require.Equal(t, []string{"WITH", "DELETE"}, words(statements))
			for _, s := range statements {
				d.looksAtFew(t, db, prefix, s, 100)
			}
		})
	}
}

// Among 20 million orders, of which 200,000 have become due as the statistics
// have it, the counts of a page are planned for what their limits need. A plan
// that PostgreSQL takes for costly is compiled first, which takes longer than
// to count.
func TestCountPlanOfManyDueOrders(t *testing.T) {
	d := databases[1]
	db, recorder := d.recorded(t, d.dsn(t))
	store, prefix := d.migrated(t, db)
	newBench(t, store).opened(t, "sample")
	fill(t, d, db, prefix)
	if _, err := db.Exec("UPDATE pg_class SET reltuples = 1000 * reltuples WHERE relname LIKE '" + prefix +
		"orders%'"); err != nil {
		t.Skip("skipped: only a superuser can change statistics: ", err)
	}
	var compiles float64
	require.NoError(t, db.QueryRow("SELECT setting::float FROM pg_settings WHERE name = 'jit_above_cost'").
		Scan(&compiles))
	aDay := supervision.Span{From: start, Before: start.Add(supervision.Day)}
	for name, query := range map[string]supervision.Query{
		"canceled":           {Criteria: supervision.Criteria{Status: supervision.Canceled}},
		"completed":          {Criteria: supervision.Criteria{OrderStatus: supervision.OrderCompleted}},
		"open":               {Criteria: supervision.Criteria{OrderStatus: supervision.OrderProcessing}},
		"waiting":            {Criteria: supervision.Criteria{Turn: supervision.RoleSeller}},
		"appeals to raise":   {Criteria: supervision.Criteria{Appeal: supervision.AppealOpenToBuyer}},
		"appeals of sellers": {Criteria: supervision.Criteria{Appeal: supervision.AppealOpenToSeller}},
		"overdue appeals":    {Criteria: supervision.Criteria{Appeal: supervision.AppealOverdue}},
		"silent for a week":  {Criteria: supervision.Criteria{SilentFor: 7 * supervision.Day}},
		"accepted in a day":  {Criteria: supervision.Criteria{Accepted: aDay}},
		"closed in a day":    {Criteria: supervision.Criteria{Closed: aDay}},
		"proposed refunds":   {Sort: supervision.ByProposal},
	} {
		t.Run(name, func(t *testing.T) {
			filter, _, err := query.Filter(manager, start.Add(40*supervision.Day))
			require.NoError(t, err)
			recorder.sent()
			_, err = store.Count(t.Context(), 1001, filter)
			require.NoError(t, err)
			s := last(recorder.sent())
			var plan []byte
			require.NoError(t, db.QueryRow("EXPLAIN (FORMAT JSON) "+s.text, s.args...).Scan(&plan))
			var nodes []struct {
				Plan struct {
					Cost float64 `json:"Total Cost"`
				}
			}
			require.NoError(t, json.Unmarshal(plan, &nodes))
			require.Less(t, nodes[0].Plan.Cost, compiles/6, explain(t, d, db, s))
			require.NotContains(t, string(plan), "Seq Scan")
		})
	}
}

// What waits or is accepted is counted in an index as well: that it is not due
// stands there, so that no order is fetched for it once PostgreSQL has vacuumed.
func TestCountFetchesNoOrders(t *testing.T) {
	d := databases[1]
	db, recorder := d.recorded(t, d.dsn(t))
	store, prefix := d.migrated(t, db)
	newBench(t, store).opened(t, "sample")
	fill(t, d, db, prefix)
	visible := "UPDATE pg_class SET relallvisible = relpages WHERE relname = '" + prefix + "orders'"
	if _, err := db.Exec(visible); err != nil {
		t.Skip("skipped: only a superuser can change statistics: ", err)
	}
	now := start.Add(15 * supervision.Day)
	for _, actor := range []supervision.Actor{manager, supervision.Seller("seller-7"), supervision.Buyer("buyer-7")} {
		t.Run(string(actor.Role), func(t *testing.T) {
			var filters []supervision.Filter
			for _, tab := range []supervision.Criteria{
				{}, {Turn: supervision.RoleSeller}, {Status: supervision.Accepted}, {Appeal: supervision.AppealPending},
				{OrderStatus: supervision.OrderCompleted},
			} {
				filter, _, err := supervision.Query{Criteria: tab}.Filter(actor, now)
				require.NoError(t, err)
				filters = append(filters, filter)
			}
			recorder.sent()
			_, err := store.Count(t.Context(), 1001, filters...)
			require.NoError(t, err)
			s := last(recorder.sent())
			var plan []byte
			require.NoError(t, db.QueryRow("EXPLAIN (ANALYZE, FORMAT JSON) "+s.text, s.args...).Scan(&plan))
			var nodes []struct{ Plan node }
			require.NoError(t, json.Unmarshal(plan, &nodes))
			require.Zero(t, nodes[0].Plan.fetched(), explain(t, d, db, s))
		})
	}
}

// fetched counts what is read of tables and not of an index alone.
func (n node) fetched() (total int) {
	if n.Relation != "" && n.Type != "Index Only Scan" {
		total = int((n.Rows + n.Removed) * n.Loops)
	}
	for _, below := range n.Plans {
		total += below.fetched()
	}
	return total
}
