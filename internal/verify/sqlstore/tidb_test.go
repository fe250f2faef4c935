package sqlstore_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision/service"
)

// regions is into how many regions the tests split what TiDB keeps sorted: the
// rows of each table, and each of its indexes.
const regions = 8

// split splits a table and each of its indexes into regions of as many rows.
// TiDB does it by size, of which a test has too little.
func split(t testing.TB, db *sql.DB, table string) {
	indexes := make(map[string][]string) // their columns
	var names []string
	rows, err := db.Query("SELECT index_name, column_name FROM information_schema.statistics "+
		"WHERE table_schema = database() AND table_name = ? ORDER BY index_name, seq_in_index", table)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var index, column string
		require.NoError(t, rows.Scan(&index, &column))
		if indexes[index] == nil {
			names = append(names, index)
		}
		indexes[index] = append(indexes[index], column)
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, names)
	for _, index := range names {
		at := bounds(t, db, table, indexes[index])
		if len(at) == 0 {
			continue
		}
		of := " INDEX `" + index + "`"
		if index == "PRIMARY" { // the rows themselves
			of = ""
		}
		_, err := db.Exec("SPLIT TABLE " + table + of + " BY " + strings.Join(at, ", "))
		require.NoError(t, err, "%s %s", table, index)
	}
}

// bounds are where regions of as many rows begin. Rows that have nothing in the
// first column all lie in the first region.
func bounds(t testing.TB, db *sql.DB, table string, columns []string) (at []string) {
	by := strings.Join(columns, ", ")
	rows, err := db.Query("SELECT concat_ws(', ', " + "quote(" + strings.Join(columns, "), quote(") + ")) FROM " + table +
		" WHERE " + columns[0] + " IS NOT NULL ORDER BY " + by)
	require.NoError(t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var values string
		require.NoError(t, rows.Scan(&values))
		all = append(all, "("+values+")")
	}
	require.NoError(t, rows.Err())
	for i := 1; i < regions && len(all) >= regions; i++ {
		at = append(at, all[i*len(all)/regions])
	}
	return at
}

// asked is how TiDB tells of the requests that an operator has sent, each to
// one region.
var asked = regexp.MustCompile(`(?:cop_task: \{num: |num_rpc:)(\d+)`)

// looked runs a statement in TiDB and counts the rows that are read of tables
// and indexes, and the requests for them.
func looked(t testing.TB, db *sql.DB, s sent) (rows, requests int, plan string) {
	t.Helper()
	lines, err := db.Query("EXPLAIN ANALYZE "+s.text, s.args...)
	require.NoError(t, err)
	defer lines.Close()
	for lines.Next() {
		var operator, estimated, task, object, execution, info, memory, disk sql.NullString
		var out int
		require.NoError(t, lines.Scan(&operator, &estimated, &out, &task, &object, &execution, &info, &memory, &disk))
		if strings.Contains(operator.String, "Scan_") || strings.Contains(operator.String, "Point_Get_") {
			rows += out
		}
		if sent := asked.FindStringSubmatch(execution.String); sent != nil {
			n, err := strconv.Atoi(sent[1])
			require.NoError(t, err)
			requests += n
		}
		plan += fmt.Sprintln(operator.String, out, object.String, execution.String, info.String)
	}
	require.NoError(t, lines.Err())
	return rows, requests, plan
}

// TiDB keeps the rows of each table by its primary key, so that those of an
// order lie together.
func TestTiDBClustersByOrder(t *testing.T) {
	d := databases[4]
	db := d.open(t)
	_, prefix := d.migrated(t, db)
	for _, table := range tables {
		var kept string
		require.NoError(t, db.QueryRow("SELECT tidb_pk_type FROM information_schema.tables "+
			"WHERE table_schema = database() AND table_name = ?", prefix+table).Scan(&kept))
		require.Equal(t, "CLUSTERED", kept, table)
	}
}

// spread is how an operator spreads what is sorted by time over eight places: by
// the hash of the order's id.
var spread = map[string]string{"orders": "id", "records": "order_id", "outbox": "order_id"}

// The contract holds where the tables lie in partitions by the hash of the
// order's id.
func TestTiDBStoreInPartitions(t *testing.T) {
	d := databases[4]
	db := d.open(t)
	store, prefix := d.migrated(t, db)
	for table, key := range spread {
		_, err := db.Exec("ALTER TABLE " + prefix + table + " PARTITION BY KEY (" + key + ") PARTITIONS 8")
		require.NoError(t, err)
	}
	storetest.Run(t, func(t *testing.T) service.Store {
		t.Cleanup(func() { empty(t, db, prefix) })
		return store
	})
}

// An operation writes the rows of one order and their index entries, each of
// which can lie in another region.
func TestTiDBKeysOfAnOperation(t *testing.T) {
	d := databases[4]
	db := d.open(t)
	b := newBench(t, d.store(t))
	b.opened(t, "order")
	for name, c := range map[string]struct {
		operate func()
		keys    int
	}{
		"open": {func() { b.opened(t, "another") }, 25},
		"do":   {func() { b.do(t, "order", buyer, submit) }, 35},
	} {
		for _, on := range []string{"OFF", "ON"} { // which forgets what was before
			_, err := db.Exec("SET GLOBAL tidb_enable_stmt_summary = " + on)
			require.NoError(t, err)
		}
		c.operate()
		var keys, bytes int
		require.NoError(t, db.QueryRow("SELECT max(max_write_keys), max(max_write_size) FROM "+
			"information_schema.statements_summary WHERE digest_text = 'commit'").Scan(&keys, &bytes))
		t.Logf("%s: %d keys, %d bytes", name, keys, bytes)
		require.Positive(t, keys, name)
		require.LessOrEqual(t, keys, c.keys, name)
	}
}
