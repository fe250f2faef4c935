package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// partitioned returns a store on PostgreSQL whose orders and records lie in a
// partition for each year that their ids begin with, and one for the others.
// Ids are compared byte by byte, so a year is a range of them.
func partitioned(t *testing.T, db *sql.DB, years ...int) (*sqlstore.Store, string) {
	d := databases[1]
	prefix := newPrefix(t, d, db)
	files, err := sqlstore.Schema(d.dialect)
	require.NoError(t, err)
	schema, err := fs.ReadFile(files, "0001_orders.sql")
	require.NoError(t, err)
	text := strings.ReplaceAll(string(schema), "${SERVICEFLOW_PREFIX:-serviceflow_}", prefix)
	for table, key := range map[string]string{"orders": "id", "records": "order_id"} {
		create := regexp.MustCompile(`(CREATE TABLE ` + prefix + table + ` \((?s:.*?)\n\));`)
		require.Regexp(t, create, text)
		text = create.ReplaceAllString(text, "$1 PARTITION BY RANGE ("+key+");")
	}
	for _, table := range []string{prefix + "orders", prefix + "records"} {
		text += fmt.Sprintf("CREATE TABLE %[1]s_others PARTITION OF %[1]s DEFAULT;\n", table)
		for _, year := range years {
			text += fmt.Sprintf("CREATE TABLE %[1]s_%[2]d PARTITION OF %[1]s FOR VALUES FROM ('CS-%[2]d') TO "+
				"('CS-%[3]d');\n",
				table, year, year+1)
		}
	}
	_, err = db.Exec(text)
	require.NoError(t, err)
	store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()), "there is nothing to do")
	return store, prefix
}

// The contract holds on partitioned tables.
func TestPartitionedStore(t *testing.T) {
	db := databases[1].open(t)
	store, prefix := partitioned(t, db, 2026)
	storetest.Run(t, func(t *testing.T) service.Store {
		t.Cleanup(func() { empty(t, db, prefix) })
		return store
	})
}

// A year that has been archived is dropped whole, while its table is still full
// of dead rows, and nothing else is touched.
func TestArchivedPartitionIsDropped(t *testing.T) {
	db := databases[1].open(t)
	store, prefix := partitioned(t, db, 2024, 2025, 2026)
	for year := 2024; year <= 2026; year++ {
		b := newBench(t, store, service.WithoutOutbox())
		b.clock.Set(time.Date(year, time.May, 1, 9, 0, 0, 0, time.UTC))
		for i := range 20 {
			closed(t, b, store, fmt.Sprintf("CS-%d-%d", year, i))
		}
	}
	b := newBench(t, store)
	b.clock.Set(time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC))
	kept := make(map[string]service.History)
	n, err := b.Archive(t.Context(), time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC),
		func(_ context.Context, h service.History) error { kept[h.Order.ID] = h; return nil })
	require.NoError(t, err)
	require.Equal(t, 20, n)
	require.Len(t, kept, 20)

	var left int
	for _, table := range []string{"orders", "records"} {
		require.NoError(t, db.QueryRow("SELECT count(*) FROM "+prefix+table+"_2024").Scan(&left))
		require.Zero(t, left, "only an empty partition may go")
		_, err = db.Exec("DROP TABLE " + prefix + table + "_2024")
		require.NoError(t, err)
	}
	page, err := b.Search(t.Context(), manager, supervision.Query{Limit: supervision.MaxPage})
	require.NoError(t, err)
	require.Len(t, page.Orders, 40)
	b.opened(t, "CS-2024-1") // which goes where the others are
	whole(t, store, "CS-2024-1")
}
