package sqlstore_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

func TestMigrateByManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		if d.name == galeraName {
			t.Skip("skipped: the lock of a migration holds on one node, so one host migrates")
		}
		db := d.open(t)
		require.NoError(t, db.Ping()) // one connection alone makes a new SQLite file one with a WAL
		prefix := newPrefix(t, d, db)
		var all sync.WaitGroup
		results := make(chan error, 16)
		for range cap(results) {
			all.Go(func() {
				store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix))
				if err == nil {
					err = store.Migrate(context.Background())
				}
				results <- err
			})
		}
		all.Wait()
		for range cap(results) {
			require.NoError(t, <-results)
		}
		store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		require.NoError(t, store.Validate(t.Context()))
	})
}

func TestValidateTellsWhatToDo(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		prefix := newPrefix(t, d, db)
		store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		err = store.Validate(t.Context())
		require.ErrorIs(t, err, sqlstore.ErrSchema)
		require.ErrorContains(t, err, "run Migrate")
		require.NoError(t, store.Migrate(t.Context()))
		require.NoError(t, store.Validate(t.Context()))

		_, err = db.Exec("INSERT INTO " + prefix + "schema (version, oldest) VALUES (98, 1)") // by a newer host
		require.NoError(t, err)
		require.NoError(t, store.Validate(t.Context()), "which has only added to them")
		require.NoError(t, store.Migrate(t.Context()))

		_, err = db.Exec("INSERT INTO " + prefix + "schema (version, oldest) VALUES (99, 2)") // by one newer still
		require.NoError(t, err)
		err = store.Validate(t.Context())
		require.ErrorIs(t, err, sqlstore.ErrSchema)
		require.ErrorContains(t, err, "upgrade this host")
		require.ErrorIs(t, store.Migrate(t.Context()), sqlstore.ErrSchema)

		_, err = db.Exec("DELETE FROM " + prefix + "schema") // by nobody who should
		require.NoError(t, err)
		require.ErrorContains(t, store.Validate(t.Context()), "run Migrate")
	})
}

func TestStoresWithDifferentPrefixesShareNothing(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		one, _ := d.migrated(t, db)
		two, _ := d.migrated(t, db)
		newBench(t, one).opened(t, "o")
		_, _, err := two.Load(t.Context(), "o", "")
		require.ErrorIs(t, err, supervision.ErrNotFound)
	})
}

// gooseTo runs the schema's files up to a version with goose.
func gooseTo(t *testing.T, d database, db *sql.DB, prefix string, version int64) {
	t.Setenv("SERVICEFLOW_PREFIX", prefix)
	files, err := sqlstore.Schema(d.dialect)
	require.NoError(t, err)
	dialect := map[sqlstore.Dialect]goose.Dialect{
		sqlstore.SQLite: goose.DialectSQLite3, sqlstore.Postgres: goose.DialectPostgres,
		sqlstore.MySQL: goose.DialectMySQL,
	}[d.dialect]
	provider, err := goose.NewProvider(dialect, db, files, goose.WithTableName(prefix+"goose"))
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = db.Exec("DROP TABLE " + prefix + "goose") })
	_, err = provider.UpTo(context.Background(), version)
	require.NoError(t, err)
}

func latest(t *testing.T, files fs.FS) int64 {
	names, err := fs.Glob(files, "*.sql")
	require.NoError(t, err)
	return int64(len(names))
}

func TestGooseRunsTheSameFiles(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		prefix := newPrefix(t, d, db)
		files, err := sqlstore.Schema(d.dialect)
		require.NoError(t, err)
		gooseTo(t, d, db, prefix, latest(t, files))
		store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		require.NoError(t, store.Validate(t.Context()))
		require.NoError(t, store.Migrate(t.Context()), "and Migrate finds nothing to do")
		b := newBench(t, store)
		b.accepted(t, "o")
		whole(t, store, "o")
	})
}

const firstVersion = "testdata/version1.json"

var update = flag.Bool("update", false, "write "+firstVersion+" anew; only while no database of that version is in use")

// rows are the contents of the tables as a version wrote them: a list of
// columns for each row.
type rows map[string][]map[string]any

// What the first version has written is readable after an upgrade to the
// present one.
func TestUpgradeFromTheFirstVersion(t *testing.T) {
	if *update {
		writeFirstVersion(t)
	}
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		prefix := newPrefix(t, d, db)
		gooseTo(t, d, db, prefix, 1)
		insert(t, d, db, prefix)
		store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		require.NoError(t, store.Migrate(t.Context()))
		require.NoError(t, store.Validate(t.Context()))

		require.Equal(t, supervision.Accepted, whole(t, store, "accepted").Status)
		frozen := whole(t, store, "frozen")
		require.Equal(t, "No answer.", frozen.Appeal.Reason)
		b := newBench(t, store)
		b.clock.Add(30 * supervision.Day)
		_, err = b.Do(t.Context(), "frozen", buyer, appealed, service.WithKey("k"))
		require.NoError(t, err, "its idempotency key is known")
		n, err := b.Settle(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, n)
		page, err := b.SearchWhole(t.Context(), seller,
			supervision.Query{Criteria: supervision.Criteria{Appeal: supervision.AppealPending}})
		require.NoError(t, err)
		require.Equal(t, []supervision.Order{frozen}, page.Orders)
		forms, err := store.LatestTemplates(t.Context(), seller.ID, "product")
		require.NoError(t, err)
		require.Len(t, forms, 2)
		require.True(t, forms[0].Withdrawn())
		require.Equal(t, "Region", forms[1].Template.Title)
		require.Len(t, drained(t, store), 9)
	})
}

var appealed = supervision.RaiseAppeal{Ground: "seller_silent", Reason: "No answer.", Demand: "An answer."}

// insert puts the first version's rows into the tables.
func insert(t *testing.T, d database, db *sql.DB, prefix string) {
	data, err := os.ReadFile(firstVersion)
	require.NoError(t, err)
	var content rows
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&content))
	for table, list := range content {
		for _, row := range list {
			var columns, marks []string
			var values []any
			for column, value := range row {
				mark := "?"
				if d.dialect == sqlstore.Postgres {
					mark = "$" + strconv.Itoa(len(marks)+1)
				}
				columns, marks, values = append(columns, column), append(marks, mark), append(values, value)
			}
			_, err := db.Exec("INSERT INTO "+prefix+table+" ("+strings.Join(columns,
				", ")+") VALUES ("+strings.Join(marks, ", ")+")", values...)
			require.NoError(t, err)
		}
	}
}

func writeFirstVersion(t *testing.T) {
	d := databases[0]
	db := d.open(t)
	store, prefix := d.migrated(t, db)
	b := newBench(t, store)
	_, err := b.PublishTemplate(t.Context(), seller, templateOf("another", supervision.OpSubmitRequest),
		template.Template{Title: "Another", Fields: []template.Field{{Key: "a", Label: "A", Kind: template.Line}}})
	require.NoError(t, err)
	b.opened(t, "frozen")
	b.do(t, "frozen", buyer, submit)
	b.accepted(t, "accepted")
	b.clock.Add(6 * supervision.Day)
	b.do(t, "frozen", buyer, appealed, service.WithKey("k"))
	for _, op := range []supervision.Operation{supervision.OpSubmitRequest, supervision.OpDeliver} {
		_, err = b.PublishTemplate(t.Context(), seller, templateOf("product", op), template.Template{Title: "Region",
			Fields: []template.Field{{Key: "region", Label: "Region", Kind: template.Line}}})
		require.NoError(t, err)
	}
	withdrawn := templateOf("product", supervision.OpDeliver)
	withdrawn.Version = 1
	_, err = b.WithdrawTemplate(t.Context(), seller, withdrawn)
	require.NoError(t, err)
	content := make(rows)
	for _, table := range tables {
		content[table] = dump(t, db, prefix+table)
	}
	data, err := json.MarshalIndent(content, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(firstVersion, append(data, '\n'), 0o644))
}

func templateOf(product string, op supervision.Operation) supervision.TemplateID {
	return supervision.TemplateID{Seller: seller.ID, Product: product, Operation: op}
}

func dump(t *testing.T, db *sql.DB, table string) (list []map[string]any) {
	found, err := db.Query("SELECT * FROM " + table)
	require.NoError(t, err)
	defer found.Close()
	columns, err := found.Columns()
	require.NoError(t, err)
	for found.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, found.Scan(into...))
		row := make(map[string]any)
		for i, column := range columns {
			row[column] = values[i]
		}
		list = append(list, row)
	}
	require.NoError(t, found.Err())
	return list
}

// A database that cannot be asked says nothing about its tables.
func TestValidateTellsAnOutageFromMissingTables(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		store, err := sqlstore.New(db, d.dialect, sqlstore.WithPrefix(newPrefix(t, d, db)))
		require.NoError(t, err)
		require.ErrorIs(t, store.Validate(t.Context()), sqlstore.ErrSchema)
		require.NoError(t, store.Migrate(t.Context()))
		gone := d.open(t)
		require.NoError(t, gone.Close())
		store, err = sqlstore.New(gone, d.dialect)
		require.NoError(t, err)
		err = store.Validate(t.Context())
		require.Error(t, err)
		require.NotErrorIs(t, err, sqlstore.ErrSchema)
	})
}
