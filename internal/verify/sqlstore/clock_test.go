package sqlstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// A host whose clock is far ahead of the database's is refused, in a joined
// transaction as well, and nothing of it is stored.
func TestAClockThatIsFarAheadIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		_, prefix := d.migrated(t, db)
		store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix), sqlstore.WithClockLimit(time.Minute))
		require.NoError(t, err)
		b := newBench(t, store)
		b.clock.Set(time.Now())
		b.opened(t, "o")
		b.do(t, "o", buyer, submit)
		closed(t, b, store, "closed")

		b.clock.Set(time.Now().Add(time.Hour))
		_, err = b.Do(t.Context(), "o", seller, supervision.AcceptRequest{})
		require.ErrorIs(t, err, service.ErrClock)
		_, err = b.Open(t.Context(), supervision.Opening{ID: "p", Product: "product", Buyer: "buyer", Seller: "seller"})
		require.ErrorIs(t, err, service.ErrClock)
		tx, err := db.Begin()
		require.NoError(t, err)
		defer tx.Rollback()
		joined, err := store.Join(tx)
		require.NoError(t, err)
		_, err = b.WithStore(joined).Do(t.Context(), "o", seller, supervision.AcceptRequest{})
		require.ErrorIs(t, err, service.ErrClock)
		require.NoError(t, tx.Rollback())
		_, err = b.Erase(t.Context(), "closed", "Request 17")
		require.ErrorIs(t, err, service.ErrClock)

		b.clock.Set(time.Now())
		b.do(t, "o", seller, supervision.AcceptRequest{})
		order, _, err := store.Load(t.Context(), "o", "")
		require.NoError(t, err)
		require.Equal(t, int64(3), order.Version)
	})
}

// Of what is stored together the record that is furthest ahead counts, wherever
// it stands.
func TestTheLatestRecordIsComparedWithTheClock(t *testing.T) {
	db := databases[0].open(t)
	store, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.WithClockLimit(time.Hour))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	now := time.Now()
	ahead := now.Add(2 * time.Hour)
	open := func(id string, at time.Time) service.Change {
		order, record, err := supervision.Open(opening(id), at)
		require.NoError(t, err)
		return service.Change{Order: order, Records: []supervision.Record{record}}
	}
	err = store.Create(t.Context(), open("a", now), open("b", ahead), open("c", now))
	require.ErrorIs(t, err, service.ErrClock, "the second of three orders")

	first := open("o", now)
	require.NoError(t, store.Create(t.Context(), first), "nothing is ahead")
	submitted, records, err := first.Order.Apply(buyer, submit, now)
	require.NoError(t, err)
	accepted, more, err := submitted.Apply(seller, supervision.AcceptRequest{}, ahead)
	require.NoError(t, err)
	err = store.Save(t.Context(), service.Change{Order: accepted, Before: 1, Records: append(records, more...)})
	require.ErrorIs(t, err, service.ErrClock, "the second of two records")
	require.EqualValues(t, 1, whole(t, store, "o").Version)
}

// The clock goes on while a host's transaction lasts: what happens late in a
// long one is not ahead of it.
func TestAClockGoesOnInALongTransaction(t *testing.T) {
	d := databases[1] // whose now() is when the transaction began
	db := d.open(t)
	_, prefix := d.migrated(t, db)
	store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix), sqlstore.WithClockLimit(time.Millisecond))
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	var at time.Time
	for long := false; !long; {
		require.NoError(t, tx.QueryRow("SELECT clock_timestamp(), clock_timestamp() > now() + interval '2 ms'").
			Scan(&at, &long))
	}
	joined, err := store.Join(tx)
	require.NoError(t, err)
	order, record, err := supervision.Open(opening("o"), at)
	require.NoError(t, err)
	require.NoError(t, joined.Create(t.Context(), service.Change{Order: order, Records: []supervision.Record{record}}))
}
