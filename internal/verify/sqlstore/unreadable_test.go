package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

// An order and a record of a newer format keep their places, and hide nothing
// else.
func TestWhatCannotBeReadHidesNothingElse(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		for _, id := range []string{"a", "b", "c"} {
			b.accepted(t, id)
		}
		for _, statement := range []string{
			"UPDATE " + prefix + `orders SET document = '{"format":99}' WHERE id = 'b'`,
			"UPDATE " + prefix + `records SET document = '{"format":99}' WHERE order_id = 'c' AND seq = 1`,
			"DELETE FROM " + prefix + `records WHERE order_id = 'a' AND seq = 1`,
		} {
			_, err := db.Exec(statement)
			require.NoError(t, err)
		}
		unreadable := func(err error, order string, seq int64, cause error) {
			var named *service.UnreadableError
			require.ErrorAs(t, err, &named)
			require.Equal(t, order, named.Order)
			require.Equal(t, seq, named.Seq)
			require.ErrorIs(t, err, cause)
		}

		found, err := store.Search(t.Context(), supervision.Filter{At: start, Limit: 10, Whole: true})
		require.NoError(t, err)
		require.Len(t, found, 3)
		due, err := store.Due(t.Context(), start.Add(supervision.Day), supervision.Position{}, 10)
		require.NoError(t, err)
		require.Len(t, due, 3)
		upcoming, err := store.Upcoming(t.Context(), supervision.DeadlineKinds(), start, start.Add(supervision.Day),
			supervision.Position{}, 10)
		require.NoError(t, err)
		require.Len(t, upcoming, 3)
		for _, list := range [][]service.Found{found, due, upcoming} {
			for _, f := range list {
				require.False(t, f.At.IsZero())
				if f.ID == "b" {
					unreadable(f.Err, "b", 0, supervision.ErrNewerFormat)
					continue
				}
				require.NoError(t, f.Err)
			}
		}
		records, err := store.Records(t.Context(), "c", 0, 10)
		require.NoError(t, err)
		require.Len(t, records, 5)
		unreadable(records[0].Err, "c", 1, supervision.ErrNewerFormat)
		require.NoError(t, records[1].Err)

		claimed, err := store.Claim(t.Context(), start, time.Minute, 10)
		require.NoError(t, err)
		require.Len(t, claimed, 3)
		for _, c := range claimed {
			switch c.RecordID.Order {
			case "a":
				unreadable(c.Err, "a", 1, supervision.ErrMalformed)
			case "b":
				unreadable(c.Err, "b", 0, supervision.ErrNewerFormat)
			case "c":
				unreadable(c.Err, "c", 1, supervision.ErrNewerFormat)
			}
		}

		page, err := b.SearchWhole(t.Context(), manager, supervision.Query{})
		require.NoError(t, err)
		require.Len(t, page.Orders, 2)
		require.Len(t, page.Unreadable, 1)
		list, err := b.Search(t.Context(), manager, supervision.Query{})
		require.NoError(t, err)
		require.Len(t, list.Orders, 3, "a list reads no order")
		require.Empty(t, list.Unreadable)
		shown, err := b.Records(t.Context(), "c", buyer, 0, 0)
		unreadable(err, "c", 1, supervision.ErrNewerFormat)
		require.Len(t, shown, 4)
	})
}

// An order of which it cannot be read what its people were told of is named,
// and the others are noticed (R33).
func TestWhatWasToldCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		for _, id := range []string{"a", "b"} {
			opensNoticing(t, b, store, id)
		}
		_, err := db.Exec("UPDATE " + prefix + "orders SET noticed = '{' WHERE id = 'a'")
		require.NoError(t, err)
		b.clock.Add(noticed)
		n, err := b.Notice(t.Context())
		var failed *service.OrdersError
		require.ErrorAs(t, err, &failed)
		require.Len(t, failed.Failed, 1)
		require.Equal(t, "a", failed.Failed[0].Order)
		require.ErrorIs(t, failed.Failed[0].Err, supervision.ErrMalformed)
		require.Equal(t, 1, n)
		found, err := store.Noticing(t.Context(), start.Add(noticed), supervision.Position{}, 10)
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Zero(t, found[0].Order, "nothing of it is handed out")
		var named *service.UnreadableError
		require.ErrorAs(t, found[0].Err, &named)
		require.Equal(t, "a", named.Order)
	})
}

// A record that a key leads to and that cannot be read is named (R28).
func TestWhatAKeyLeadsToCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		b.opened(t, "o")
		b.do(t, "o", buyer, submit, service.WithKey("k"))
		_, err := db.Exec("UPDATE " + prefix + `records SET document = '{"format":99}' WHERE seq = 2`)
		require.NoError(t, err)
		_, err = b.Do(t.Context(), "o", buyer, submit, service.WithKey("k"))
		var named *service.UnreadableError
		require.ErrorAs(t, err, &named)
		require.Equal(t, "o", named.Order)
		require.ErrorIs(t, err, supervision.ErrNewerFormat)
	})
}

// To a stranger an order that cannot be read does not exist either, whatever it
// asks for.
func TestR22_AStrangerLearnsNothingOfWhatCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		b.opened(t, "o")
		_, err := db.Exec("UPDATE " + prefix + `orders SET document = '{"format":99}' WHERE id = 'o'`)
		require.NoError(t, err)
		for _, c := range []struct {
			actor supervision.Actor
			want  error
		}{
			{buyer, supervision.ErrNewerFormat},
			{seller, supervision.ErrNewerFormat},
			{manager, supervision.ErrNewerFormat},
			{supervision.System(), supervision.ErrNewerFormat},
			{supervision.Buyer("stranger"), supervision.ErrNotFound},
			{supervision.Seller(buyer.ID), supervision.ErrNotFound},
		} {
			_, err := b.Order(t.Context(), "o", c.actor)
			require.ErrorIs(t, err, c.want, c.actor)
			_, err = b.Records(t.Context(), "o", c.actor, 0, 0)
			require.ErrorIs(t, err, c.want, c.actor)
			_, err = b.Do(t.Context(), "o", c.actor, supervision.SubmitRequest{Text: "Fifty seats."})
			require.ErrorIs(t, err, c.want, c.actor)
			require.Equal(t, c.want == supervision.ErrNotFound, errors.Is(err, supervision.ErrNotFound))
		}
	})
}

// A number stays a number, whoever writes to the tables: SQLite keeps anything
// anywhere unless it is told not to.
func TestAColumnHoldsNothingOfAnotherType(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		store, prefix := d.migrated(t, db)
		b := newBench(t, store)
		b.opened(t, "o")
		_, err := b.PublishTemplate(t.Context(), seller, templateOf("product", supervision.OpDeliver),
			template.Template{Title: "A", Fields: []template.Field{{Key: "a", Label: "A", Kind: template.Line}}})
		require.NoError(t, err)
		for table, column := range map[string]string{"orders": "due", "records": "happened_at", "outbox": "attempts",
			"templates": "published_at", "schema": "version"} {
			_, err := db.Exec("UPDATE " + prefix + table + " SET " + column + " = 'soon'")
			require.Error(t, err, "%s.%s", table, column)
			_, err = db.Exec("UPDATE " + prefix + table + " SET " + column + " = 7")
			require.NoError(t, err, "%s.%s", table, column)
		}
	})
}
