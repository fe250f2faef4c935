package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// claims knows who holds which order.
type claims struct {
	mu      sync.Mutex
	holders map[string]int
	next    map[string]int64
}

// take notes a claim, and checks that nobody else holds its orders and that it
// has what waits first.
func (c *claims) take(t *testing.T, who int, claimed []service.Claimed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range claimed {
		id := r.RecordID.Order
		holder, held := c.holders[id]
		assert.Falsef(t, held, "order %s is claimed by %d and %d", id, holder, who)
		assert.Equal(t, c.next[id]+1, r.Seq, "in sequence, order %s", id)
		c.holders[id], c.next[id] = who, r.Seq
	}
}

func (c *claims) release(claimed []service.Claimed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range claimed {
		delete(c.holders, r.RecordID.Order)
	}
}

// Of eight relays, while records are added, no two ever hold the same order.
func TestClaimsShareNoOrder(t *testing.T) {
	each(t, func(t *testing.T, d database) { claimsShareNoOrder(t, d.store(t)) })
}

// What docs/production.md says for a receiver that is back after a long time.
func TestEverythingIsTriedAgainAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		for _, id := range []string{"a", "b"} {
			b.accepted(t, id)
			_, err := b.Relay(t.Context(), func(context.Context, service.Event) error { return errors.New("down") })
			require.Error(t, err)
		}
		require.NoError(t, b.SetAside(t.Context(), supervision.RecordID{Order: "a", Seq: 2}))
		drain := func() (n int) {
			for {
				relayed, err := b.Relay(t.Context(), func(context.Context, service.Event) error { return nil })
				require.NoError(t, err)
				if n += relayed; relayed == 0 {
					return n
				}
			}
		}
		require.Zero(t, drain())
		page, err := os.ReadFile("../../../docs/production.md")
		require.NoError(t, err)
		statement := regexp.MustCompile("`(UPDATE serviceflow_outbox .*)`").FindSubmatch(page)
		require.NotNil(t, statement)
		_, err = db.Exec(strings.ReplaceAll(string(statement[1]), "serviceflow_", prefix))
		require.NoError(t, err)
		require.Equal(t, int(whole(t, store, "a").Version-1+whole(t, store, "b").Version), drain(),
			"but for what is set aside")
	})
}

// Whatever changes many rows of the outbox takes them in the order of their
// keys, and so never waits for somebody who waits for it: it stops at a row that
// is taken, and has none of those behind.
func TestOutboxRowsAreTakenInOrder(t *testing.T) {
	d := databases[1] // which has to be told
	db := d.open(t)
	store, prefix := d.migrated(t, db)
	b := newBench(t, store)
	var ids []supervision.RecordID
	var places []service.Waiting
	for i := range 9 {
		ids = append(ids, supervision.RecordID{Order: fmt.Sprint(i), Seq: 1})
		places = append(places, service.Waiting{RecordID: ids[i]})
	}
	for _, id := range slices.Backward(ids) { // a table that is read from the beginning has them the other way round
		b.opened(t, id.Order)
	}
	slices.Reverse(ids) // and so has the caller
	slices.Reverse(places)
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"return", func() error { return store.Return(t.Context(), places...) }},
		{"acknowledge", func() error { return store.Acknowledge(t.Context(), ids...) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			other, err := db.Begin()
			require.NoError(t, err)
			defer other.Rollback()
			_, err = other.Exec("SELECT 1 FROM " + prefix + "outbox WHERE order_id = '0' FOR UPDATE")
			require.NoError(t, err)
			done := make(chan error)
			go func() { done <- c.call() }()
			count := func(query string) (n int) {
				require.NoError(t, db.QueryRow("SELECT count(*) FROM "+query).Scan(&n))
				return n
			}
			require.Eventually(t, func() bool {
				return count("pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%"+prefix+"outbox%'") > 0
			}, time.Minute, time.Millisecond)
			require.Equal(t, len(ids)-1,
				count("(SELECT 1 FROM "+prefix+"outbox WHERE order_id > '0' FOR UPDATE SKIP LOCKED) free"))
			require.NoError(t, other.Rollback())
			require.NoError(t, <-done)
		})
	}
}

// PostgreSQL finds and claims in one statement: it takes what is free of what
// somebody else is changing, and waits for nobody.
func TestAClaimPassesOverWhatIsTaken(t *testing.T) {
	d := databases[1]
	db := d.open(t)
	store, prefix := d.migrated(t, db)
	b := newBench(t, store)
	b.opened(t, "taken")
	b.opened(t, "free")
	claim := func() string {
		claimed, err := store.Claim(t.Context(), start, time.Minute, 10)
		require.NoError(t, err)
		require.Len(t, claimed, 1)
		return claimed[0].RecordID.Order
	}
	other, err := db.Begin()
	require.NoError(t, err)
	defer other.Rollback()
	_, err = other.Exec("SELECT 1 FROM " + prefix + "outbox WHERE order_id = 'taken' FOR UPDATE")
	require.NoError(t, err)
	require.Equal(t, "free", claim())
	require.NoError(t, other.Rollback())
	require.Equal(t, "taken", claim())
}

// A relay waits for no transaction of the host's that has written other records,
// however many it claims, gives back and acknowledges: MariaDB would read all of
// a short outbox for them, and wait for each row that it reads.
func TestARelayWaitsForNoTransactionOfTheHost(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		if d.dialect == sqlstore.SQLite {
			t.Skip("skipped: it has one writer")
		}
		db := d.open(t)
		for _, orders := range []int{1, 2, 10, 30} {
			store, _ := d.migrated(t, db)
			b := newBench(t, store, service.WithPolicy(supervision.License()))
			for i := range orders {
				b.opened(t, fmt.Sprint(i))
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // others wait for as long, and fail
			defer cancel()
			tx, err := db.BeginTx(ctx, nil)
			require.NoError(t, err)
			defer tx.Rollback()
			joined, err := store.Join(tx)
			require.NoError(t, err)
			host := b.WithStore(joined)
			_, err = host.Do(ctx, "0", seller, supervision.ReportProgress{Text: "Half of it."})
			require.NoError(t, err)
			_, err = host.Open(ctx, supervision.Opening{ID: "another", Product: "p", Buyer: "b", Seller: "s"})
			require.NoError(t, err)

			var claimed []service.Claimed
			for _, again := range []bool{true, false} {
				claimed, err = store.Claim(ctx, start, time.Minute, orders)
				require.NoError(t, err, orders)
				require.Len(t, claimed, orders)
				for _, c := range claimed {
					if again {
						require.NoError(t, store.Return(ctx, service.Waiting{RecordID: c.RecordID}), orders)
					}
				}
			}
			require.NoError(t, store.Acknowledge(ctx, claimed[0].RecordID), orders)
			var others []supervision.RecordID
			for _, c := range claimed[1:] {
				others = append(others, c.RecordID)
			}
			require.NoError(t, store.Acknowledge(ctx, others...), orders)
			require.NoError(t, tx.Rollback())
		}
	})
}

// Nor does settling, whatever share of the orders is due.
func TestSettlingWaitsForNoTransactionOfTheHost(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		if d.dialect == sqlstore.SQLite {
			t.Skip("skipped: it has one writer")
		}
		db := d.open(t)
		store, _ := d.migrated(t, db)
		b := newBench(t, store)
		const due = 10
		for i := range due {
			b.accepted(t, fmt.Sprint(i))
		}
		b.opened(t, "waiting")
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // others wait for as long, and fail
		defer cancel()
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		defer tx.Rollback()
		joined, err := store.Join(tx)
		require.NoError(t, err)
		_, err = b.WithStore(joined).Do(ctx, "waiting", buyer, supervision.SubmitRequest{Text: "Fifty seats."})
		require.NoError(t, err)
		b.clock.Add(supervision.Day)
		settled, err := b.Settle(ctx)
		require.NoError(t, err)
		require.Equal(t, due, settled)
	})
}

// Who creates many orders keeps nobody from creating others: two that adopt at
// once would wait for each other.
func TestCreatingManyLocksNoOtherIDs(t *testing.T) {
	eachThatLooksFirst(t, func(t *testing.T, d database) {
		if d.dialect == sqlstore.SQLite {
			t.Skip("skipped: it has one writer")
		}
		db, recorder := d.recorded(t, d.dsn(t))
		store, prefix := d.migrated(t, db)
		other, err := sqlstore.New(d.openAt(t, recorder.dsn), d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		create := func(s service.Store, ids ...string) error {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var changes []service.Change
			for _, id := range ids {
				order, record, err := supervision.Open(opening(id), start)
				require.NoError(t, err)
				changes = append(changes, service.Change{Order: order, Records: []supervision.Record{record}})
			}
			return s.Create(ctx, changes...)
		}
		for n := 1; ; n++ { // before each statement that it takes
			a, b, c := fmt.Sprint(n, "a"), fmt.Sprint(n, "b"), fmt.Sprint(n, "c")
			recorder.before(n, func() error { return create(other, b) })
			require.NoError(t, create(store, a, c), n)
			if !recorder.before(0, nil) {
				require.Greater(t, n, 2)
				return
			}
		}
	})
}

// eachThatLooksFirst runs a test on every database that finds what it could
// claim before it claims it.
func eachThatLooksFirst(t *testing.T, run func(t *testing.T, d database)) {
	each(t, func(t *testing.T, d database) {
		if d.dialect == sqlstore.Postgres {
			t.Skip("skipped: it claims in one statement; see TestAClaimPassesOverWhatIsTaken")
		}
		run(t, d)
	})
}

func claimsShareNoOrder(t *testing.T, store service.Store) {
	const orders, reports = 20, 15
	b := newBench(t, store, service.WithPolicy(supervision.License()))
	for i := range orders {
		b.opened(t, fmt.Sprint(i))
	}
	c := &claims{holders: make(map[string]int), next: make(map[string]int64)}
	var relays, writers sync.WaitGroup
	var written atomic.Bool
	once := func(call func() error) bool { return assert.NoError(t, call()) }
	for who := range 8 {
		relays.Go(func() { relay(t, store, c, who, start, &written, once) })
	}
	for w := range 4 {
		writers.Go(func() {
			for i := range orders * reports / 4 {
				id := fmt.Sprint((w + 4*i) % orders)
				_, err := b.Do(context.Background(), id, seller, supervision.ReportProgress{Text: "Still at it."})
				assert.NoError(t, err)
			}
		})
	}
	writers.Wait()
	written.Store(true)
	relays.Wait()
	// An empty claim says that nothing is free, not that nothing waits: the
	// last word is that of a relay alone.
	relay(t, store, c, 0, start, &written, once)
	for i := range orders {
		require.EqualValues(t, reports+1, c.next[fmt.Sprint(i)])
	}
}

// A claim takes what it has found only where it is still as it was found.
func TestAClaimTakesOnlyWhatIsStillFree(t *testing.T) {
	eachThatLooksFirst(t, func(t *testing.T, d database) {
		db, recorder := d.recorded(t, d.dsn(t))
		store, prefix := d.migrated(t, db)
		other, err := sqlstore.New(d.openAt(t, recorder.dsn), d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		id := supervision.RecordID{Order: "o", Seq: 1}
		free, ctx := service.Waiting{RecordID: id}, t.Context()
		newBench(t, store).opened(t, id.Order)
		claim := func(s service.Store) []service.Claimed {
			claimed, err := s.Claim(ctx, start, time.Minute, 4) // MySQL looks once for four
			require.NoError(t, err)
			return claimed
		}
		for name, meanwhile := range map[string]func() error{
			"claimed": func() error {
				require.Len(t, claim(other), 1)
				return nil
			},
			"failed": func() error {
				return other.Return(ctx, service.Waiting{RecordID: id, Attempts: 1, Next: start.Add(time.Second)})
			},
			"set aside": func() error { return other.Return(ctx, service.Waiting{RecordID: id, Aside: true}) },
		} {
			require.NoError(t, other.Return(ctx, free))
			require.Len(t, claim(store), 1, "everything is prepared")
			require.NoError(t, other.Return(ctx, free))
			recorder.before(2, meanwhile)
			require.Empty(t, claim(store), "%s since it was found", name)
			require.True(t, recorder.before(0, nil), "%s in between", name)
		}
		require.NoError(t, other.Return(ctx, free))
		recorder.before(2, func() error { return other.Acknowledge(ctx, id) })
		require.Empty(t, claim(store), "relayed since it was found")
	})
}

// A claim whose finds others have taken meanwhile looks for more.
func TestAClaimThatCameTooLateLooksAgain(t *testing.T) {
	eachThatLooksFirst(t, func(t *testing.T, d database) {
		db, recorder := d.recorded(t, d.dsn(t))
		store, prefix := d.migrated(t, db)
		other, err := sqlstore.New(d.openAt(t, recorder.dsn), d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		b := newBench(t, store)
		b.opened(t, "a")
		b.clock.Add(time.Second)
		b.opened(t, "b")
		claim := func(s service.Store) supervision.RecordID {
			claimed, err := s.Claim(t.Context(), b.clock.Now(), time.Minute, 1)
			require.NoError(t, err)
			require.Len(t, claimed, 1)
			return claimed[0].RecordID
		}
		first := claim(store) // prepares everything
		require.Equal(t, "a", first.Order)
		require.NoError(t, store.Return(t.Context(), service.Waiting{RecordID: first}))
		recorder.before(2, func() error {
			require.Equal(t, "a", claim(other).Order)
			return nil
		})
		require.Equal(t, "b", claim(store).Order)
		require.True(t, recorder.before(0, nil), "it was overtaken")
	})
}

// A claim looks at nothing that failed and waits for its next attempt: where
// there is nothing else it marks nothing.
func TestAClaimOfNothingWritesNothing(t *testing.T) {
	eachThatLooksFirst(t, func(t *testing.T, d database) {
		db, recorder := d.recorded(t, d.dsn(t))
		store, _ := d.migrated(t, db)
		newBench(t, store).opened(t, "o")
		require.NoError(t, store.Return(t.Context(), service.Waiting{RecordID: supervision.RecordID{Order: "o", Seq: 1},
			Attempts: 1, Next: start.Add(time.Second)}))
		recorder.sent()
		claimed, err := store.Claim(t.Context(), start, time.Minute, 10)
		require.NoError(t, err)
		require.Empty(t, claimed)
		require.NotContains(t, words(recorder.sent()), "UPDATE")
	})
}

// relay claims and acknowledges until nothing is left. It makes each call by
// try, which reports whether the relay goes on.
func relay(t *testing.T, store service.Store, c *claims, who int, at time.Time, written *atomic.Bool,
	try func(call func() error) bool) {
	ctx := context.Background()
	for {
		over := written.Load()
		var records []service.Claimed
		claim := func() (err error) {
			records, err = store.Claim(ctx, at, time.Hour, 1+who)
			return err
		}
		if !try(claim) {
			return
		}
		if len(records) == 0 {
			if over {
				return
			}
			continue
		}
		c.take(t, who, records)
		ids := make([]supervision.RecordID, len(records))
		for i, r := range records {
			ids[i] = r.RecordID
		}
		c.release(records)
		if !try(func() error { return store.Acknowledge(ctx, ids...) }) {
			return
		}
	}
}

// A claim writes each row beside itself and touches no index, whatever waits:
// that is what the outbox of PostgreSQL has room for.
func TestAClaimTouchesNoIndex(t *testing.T) {
	d := databases[1]
	db := d.open(t)
	store, prefix := d.migrated(t, db)
	outbox := prefix + "outbox"
	_, err := db.Exec("INSERT INTO " + outbox + " (order_id, seq, waits_since, next_at) " +
		"SELECT 'order-' || n, 1, n, n FROM generate_series(1, 1000) n")
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	joined, err := store.Join(tx)
	require.NoError(t, err)
	claimed, err := joined.Claim(t.Context(), start, time.Minute, 500)
	require.NoError(t, err)
	require.Len(t, claimed, 500)
	var beside int
	require.NoError(t, tx.QueryRow("SELECT pg_stat_get_xact_tuples_hot_updated('"+outbox+"'::regclass)").Scan(&beside))
	require.Equal(t, len(claimed), beside)
}

// What waits longest is claimed first even where PostgreSQL reads a small outbox
// from its beginning, and that has come last.
func TestAClaimTakesWhatHasWaitedLongest(t *testing.T) {
	d := databases[1]
	db := d.open(t)
	store, prefix := d.migrated(t, db)
	for _, statement := range []string{
		"INSERT INTO " + prefix + "outbox (order_id, seq, waits_since, next_at) " +
			"SELECT 'order-' || n, 1, n, n FROM generate_series(50, 1, -1) n",
		"ANALYZE " + prefix + "outbox",
	} {
		_, err := db.Exec(statement)
		require.NoError(t, err)
	}
	claimed, err := store.Claim(t.Context(), start, time.Minute, 2)
	require.NoError(t, err)
	require.Len(t, claimed, 2)
	require.Equal(t, []string{"order-1", "order-2"}, []string{claimed[0].RecordID.Order, claimed[1].RecordID.Order})
}
