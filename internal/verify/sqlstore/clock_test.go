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

		b.clock.Set(time.Now())
		b.do(t, "o", seller, supervision.AcceptRequest{})
		order, _, err := store.Load(t.Context(), "o", "")
		require.NoError(t, err)
		require.Equal(t, int64(3), order.Version)
	})
}
