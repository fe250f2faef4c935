package sqlstore_test

import (
	"context"
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

// What is sent once everything is prepared, by operation. Reading and writing
// are one round trip each in PostgreSQL, and for an operation in MariaDB, where
// BLOCK is a transaction in one statement; the others need a transaction around
// theirs.
var statements = map[sqlstore.Dialect]map[string][]string{
	sqlstore.Postgres: {
		"open":   {"SELECT", "WITH"},
		"do":     {"SELECT", "WITH"},
		"key":    {"SELECT", "WITH"},
		"refuse": {"SELECT"},
		"search": {"SELECT"},
		"count":  {"SELECT"},
		"settle": {"SELECT", "WITH"},
		"relay":  {"WITH", "DELETE"},
	},
	sqlstore.SQLite: {
		"open":   {"SELECT", "BEGIN", "INSERT", "INSERT", "INSERT", "COMMIT"},
		"do":     {"SELECT", "BEGIN", "UPDATE", "INSERT", "INSERT", "COMMIT"},
		"key":    {"SELECT", "BEGIN", "UPDATE", "INSERT", "INSERT", "COMMIT"},
		"refuse": {"SELECT"},
		"search": {"SELECT"},
		"count":  {"SELECT"},
	},
	sqlstore.MySQL: {
		"open":   {"SELECT", "BEGIN", "INSERT", "INSERT", "INSERT", "COMMIT"},
		"do":     {"SELECT", "BLOCK"},
		"key":    {"SELECT", "BLOCK"},
		"refuse": {"SELECT"},
		"search": {"SELECT"},
		"count":  {"SELECT"},
		"settle": {"SELECT", "BEGIN", "SELECT", "INSERT", "INSERT", "INSERT", "COMMIT"},
		"relay": {"SELECT", "SELECT", "ISOLATION", "BEGIN", "UPDATE", "COMMIT",
			"SELECT", "ISOLATION", "BEGIN", "DELETE",
			"COMMIT"},
	},
}

// unblocked are the statements that take the place of a block on servers that
// refuse it: MySQL, TiDB.
var unblocked = []string{"BEGIN", "UPDATE", "INSERT", "INSERT", "COMMIT"}

func TestStatementsOfEachOperation(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		dsn := d.dsn(t)
		if d.dialect == sqlstore.MySQL {
			dsn += "?interpolateParams=true" // spares preparing what is sent once
		}
		db, recorder := d.recorded(t, dsn)
		db.SetMaxOpenConns(1) // everything is prepared on one connection
		store, _ := d.migrated(t, db)
		b := newBench(t, store)
		ctx := context.Background()
		operations := map[string]func(id string){
			"open": func(id string) { b.opened(t, id) },
			"do":   func(id string) { b.do(t, id, buyer, submit) },
			"key":  func(id string) { b.do(t, id, seller, supervision.AcceptRequest{}, service.WithKey("k")) },
			"refuse": func(id string) {
				_, err := b.Do(ctx, id, buyer, supervision.AcceptProduct{})
				require.ErrorIs(t, err, supervision.ErrRefused)
			},
			"search": func(string) { searched(t, b) },
			"count": func(string) {
				_, err := b.Count(ctx, buyer, supervision.Criteria{}, supervision.Criteria{Turn: supervision.RoleBuyer})
				require.NoError(t, err)
			},
			"settle": func(id string) { settleMany(t, b, recorder, id) },
			"relay":  func(id string) { relayMany(t, b, recorder, id) },
		}
		mariaDB := d.dialect == sqlstore.MySQL && isMariaDB(t, db)
		for _, id := range []string{"warm-up", "counted"} {
			for _, name := range []string{"open", "do", "key", "refuse", "search", "count", "settle", "relay"} {
				recorder.sent()
				operations[name](id)
				want, counted := statements[d.dialect][name]
				if at := slices.Index(want, "BLOCK"); at >= 0 && !mariaDB {
					want = slices.Replace(slices.Clone(want), at, at+1, unblocked...)
				}
				if got := words(recorder.sent()); counted && id == "counted" {
					require.Equal(t, want, got, name)
				}
			}
		}
	})
}

func searched(t *testing.T, b bench) {
	_, err := b.Search(context.Background(), manager, supervision.Query{})
	require.NoError(t, err)
}

// A page of summaries reads no documents: what comes back is a few hundred
// bytes of each order, however much has been written in it.
func TestAPageOfSummariesReadsNoDocuments(t *testing.T) {
	const orders, most = 5, 300
	each(t, func(t *testing.T, d database) {
		db, recorder := d.recorded(t, d.dsn(t))
		store, _ := d.migrated(t, db)
		b := newBench(t, store)
		for i := range orders {
			id := fmt.Sprintf("order-%d", i)
			b.opened(t, id)
			b.do(t, id, buyer, supervision.SubmitRequest{Text: strings.Repeat("x", supervision.MaxText)})
		}
		for name, criteria := range map[string]supervision.Criteria{
			"of all": {}, "in parts": {OrderStatus: supervision.OrderProcessing},
			"of some": {Orders: []string{"order-1", "order-2", "order-3", "order-4", "order-0"}},
		} {
			recorder.sent()
			before := recorder.received
			page, err := b.Search(t.Context(), manager, supervision.Query{Criteria: criteria})
			require.NoError(t, err)
			require.Len(t, page.Orders, orders, name)
			require.Less(t, recorder.received-before, orders*most, name)
			for _, s := range recorder.sent() {
				require.NotContains(t, s.text, "document", name)
			}
			before = recorder.received
			whole, err := b.SearchWhole(t.Context(), manager, supervision.Query{Criteria: criteria})
			require.NoError(t, err)
			require.Len(t, whole.Orders, orders, name)
			require.Greater(t, recorder.received-before, orders*supervision.MaxText, name)
		}
	})
}

func relayed(t *testing.T, b bench) (n int) {
	n, err := b.Relay(context.Background(), func(context.Context, service.Event) error { return nil })
	require.NoError(t, err)
	return n
}

// relayMany relays what waits, and then one record of each of some orders.
func relayMany(t *testing.T, b bench, recorder *recorder, id string) {
	const orders = 30
	for relayed(t, b) > 0 {
	}
	for i := range orders {
		b.opened(t, fmt.Sprintf("%s-relayed-%d", id, i))
	}
	recorder.sent()
	require.Equal(t, orders, relayed(t, b))
}

// A batch in MySQL, which first looks at the versions of its orders, holds them
// until it is written: nobody changes one in between.
func TestABatchHoldsTheOrdersItHasLookedAt(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		if d.dialect != sqlstore.MySQL {
			t.Skip("skipped: it looks and writes at once")
		}
		db, recorder := d.recorded(t, d.dsn(t)+"?interpolateParams=true")
		db.SetMaxOpenConns(1) // everything is prepared on one connection
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		settleMany(t, b, recorder, "warm-up")
		other := d.open(t)
		var id string
		free := func() error {
			return other.QueryRow("SELECT id FROM "+prefix+"orders WHERE id = ? FOR UPDATE NOWAIT", "held-0").Scan(&id)
		}
		b.accepted(t, "held-0")
		b.accepted(t, "held-1")
		require.NoError(t, free())
		b.clock.Add(3 * time.Hour)
		recorder.sent()
		var held error
		recorder.before(4, func() error { held = free(); return nil })
		n, err := b.Settle(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Equal(t, []string{"SELECT", "BEGIN", "SELECT", "INSERT"}, words(recorder.sent())[:4])
		require.Error(t, held, "another could have changed it")
		require.NoError(t, free())
	})
}

// settleMany accepts orders, and settles them in one step.
func settleMany(t *testing.T, b bench, recorder *recorder, id string) {
	const orders = 30
	for i := range orders {
		order := fmt.Sprintf("%s-%d", id, i)
		b.accepted(t, order)
	}
	b.clock.Add(3 * time.Hour)
	recorder.sent()
	n, err := b.Settle(context.Background())
	require.NoError(t, err)
	require.Equal(t, orders, n)
}

func isMariaDB(t *testing.T, db *sql.DB) bool {
	var version string
	require.NoError(t, db.QueryRow("SELECT version()").Scan(&version))
	return strings.Contains(version, "MariaDB")
}

// words returns the first word of each statement.
func words(list []sent) []string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = strings.Fields(s.text)[0]
		if strings.HasPrefix(s.text, "BEGIN NOT ATOMIC") {
			words[i] = "BLOCK"
		}
	}
	return words
}
