package sqlstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
)

// voluminous is an accepted order with an appeal behind it of which the notes
// alone are 600 kB, since JSON makes six bytes of each character.
func voluminous(id string) supervision.Adoption {
	text := strings.Repeat("<", supervision.MaxNoted/supervision.MaxNotes)
	a := adoption(id)
	a.Status, a.TurnSince, a.AcceptedAt = supervision.Accepted, time.Time{}, start
	a.Request = &supervision.Request{Text: text, SubmittedAt: start}
	a.Delivery = &supervision.Delivery{Result: text, DeliveredAt: start}
	a.Appeal = &appeal.Appeal{Manager: manager.ID, Reason: text, RaisedAt: start,
		Ruling: &appeal.Ruling{Outcome: appeal.Resume, Decision: text, At: start, By: manager.ID}}
	for range supervision.MaxNotes {
		a.Appeal.Notes = append(a.Appeal.Notes, appeal.Note{At: start, By: manager.ID, Text: text})
	}
	return a
}

// A batch of large orders is adopted and settled in one transaction, though it is
// more than MariaDB and TiDB take in one packet: the driver sends long values by
// themselves.
func TestABatchOfLargeOrders(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		orders := 30 // 20 MB a statement, and max_allowed_packet is 16 MB
		if d.name == tidbName {
			orders = 120 // 80 MB a statement and twice that a transaction, where it is 64 MB
		}
		var list []supervision.Adoption
		for i := range orders {
			list = append(list, voluminous(fmt.Sprintf("order-%d", i)))
		}
		db, recorder := d.recorded(t, d.dsn(t))
		store, _ := d.migrated(t, db)
		b := newBench(t, store)
		recorder.sent()
		adopted, err := b.Adopt(t.Context(), list...)
		require.NoError(t, err)
		for _, a := range adopted {
			require.NoError(t, a.Err)
		}
		b.clock.Add(3 * time.Hour)
		n, err := b.Settle(t.Context())
		require.NoError(t, err)
		require.Equal(t, orders, n)
		if d.dialect != sqlstore.SQLite { // which has a statement for each row
			require.Less(t, len(recorder.sent()), orders, "not one order at a time")
		}
		require.Equal(t, supervision.Completed, whole(t, store, "order-0").Status)
	})
}

// The largest row that there can be is an adoption that quotes as much as it
// may. TiDB refuses a row above 6 MB unless it is told otherwise.
func TestTheLargestRowIsStored(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		a := voluminous("order")
		line, text := strings.Repeat("<", 256), strings.Repeat("<", supervision.MaxText)
		for range supervision.MaxHistory {
			a.History = append(a.History, supervision.Quote{Who: line, What: line, Text: text})
		}
		var files []appeal.Attachment
		for range supervision.MaxAttachments {
			files = append(files, appeal.Attachment{Name: line, Ref: line, Digest: line[:128]})
		}
		a.Request.Attachments, a.Delivery.Attachments = files, files
		a.Appeal.Attachments, a.Appeal.Ruling.Attachments = files, files
		dsn := d.dsn(t)
		if d.name == tidbName {
			b := newBench(t, d.store(t))
			_, err := b.Adopt(t.Context(), a)
			require.ErrorContains(t, err, "8025", "the entry is too large")
			_, err = b.Order(t.Context(), a.ID, manager)
			require.ErrorIs(t, err, supervision.ErrNotFound)
			dsn += "?tidb_txn_entry_size_limit=8388608"
		}
		store, _ := d.migrated(t, d.openAt(t, dsn))
		adopted, err := newBench(t, store).Adopt(t.Context(), a)
		require.NoError(t, err)
		require.NoError(t, adopted[0].Err)
		records, err := store.Records(t.Context(), a.ID, 0, 1)
		require.NoError(t, err)
		document, err := records[0].Record.MarshalJSON()
		require.NoError(t, err)
		require.Greater(t, len(document), 6<<20)
		require.Less(t, len(document), 7<<20)
		whole(t, store, a.ID)
	})
}
