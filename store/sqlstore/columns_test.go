package sqlstore_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

// TestColumnsAreAContract: every column that docs/compatibility.md promises
// is in the tables of every dialect.
func TestColumnsAreAContract(t *testing.T) {
	page, err := os.ReadFile("../../docs/compatibility.md")
	require.NoError(t, err)
	promised := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| `(\\w+)` \\|").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, promised)
	for _, dialect := range dialects {
		tables := tables(t, dialect)
		for _, row := range promised {
			assert.Contains(t, tables[row[1]], row[2], "%s: table %s", dialect, row[1])
		}
	}
}

// A dialect has the columns of the others, each as empty as theirs may be, and
// their keys and indexes.
func TestTablesAreTheSameInEveryDialect(t *testing.T) {
	first := shape(t, dialects[0])
	require.Contains(t, first, "orders_seller_status on orders (seller, status, bought_at, id)")
	require.Contains(t, first, "records.order_id NOT NULL")
	for _, dialect := range dialects[1:] {
		require.ElementsMatch(t, first, shape(t, dialect), dialect.String())
	}
}

var (
	tableText = regexp.MustCompile(`(?s)CREATE TABLE [^}]*}(\w+) \((.*?)\)(?:;| STRICT| WITH| ENGINE)`)
	indexText = regexp.MustCompile(`CREATE (UNIQUE )?INDEX [^}]*}(\w+) ON [^}]*}(\w+) \((.*?)\)(.*);`)
	innerText = regexp.MustCompile(`^(UNIQUE |PRIMARY )?(?:INDEX|KEY) ?(\w*) ?\((.*?)\)`)
	limits    = regexp.MustCompile(`NOT NULL|PRIMARY KEY|DEFAULT \d+`)
	// carried is what an index has besides the columns by which it is sorted.
	carried = regexp.MustCompile(`(, id|, next_at), (due|claimed_until)$`)
)

// shape describes the tables of a dialect, a line for each column and key.
func shape(t *testing.T, dialect sqlstore.Dialect) (lines []string) {
	index := func(unique, name, table, columns string) {
		lines = append(lines, unique+name+" on "+table+" ("+carried.ReplaceAllString(columns, "$1")+")")
	}
	text := schemaText(t, dialect)
	for _, table := range tableText.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(table[2]) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "--")
			if key := innerText.FindStringSubmatch(line); key != nil {
				index(key[1], key[2], table[1], key[3])
			} else if words := strings.Fields(line); len(words) > 1 {
				lines = append(lines, strings.Join(append([]string{table[1] + "." + words[0]},
					limits.FindAllString(line, -1)...), " "))
			}
		}
	}
	for _, i := range indexText.FindAllStringSubmatch(text, -1) {
		index(i[1], i[2], i[3], i[4])
		if _, column, partial := strings.Cut(i[5], " WHERE "); partial {
			column = strings.TrimSuffix(column, " IS NOT NULL")
			require.Contains(t, strings.Split(i[4], ", "), column, "%s: %s has the rows that have a place in it", dialect,
				i[2])
		}
	}
	return lines
}

// Ids and words are compared and sorted by their bytes, whatever language the
// database is made for: each column says so, in the dialects that have to be
// told. Nobody compares documents.
func TestTextsAreComparedByTheirBytes(t *testing.T) {
	for dialect, c := range map[sqlstore.Dialect]struct{ text, bytes string }{
		sqlstore.Postgres: {`^(\w+) +text`, `COLLATE "C"`},
		sqlstore.MySQL:    {`^(\w+) +(?:VAR|CHAR|\w*TEXT|\w*BLOB)`, `VARBINARY\(|COLLATE \w+_bin`},
	} {
		text, n := regexp.MustCompile(c.text), 0
		for _, table := range tableText.FindAllStringSubmatch(schemaText(t, dialect), -1) {
			for line := range strings.Lines(table[2]) {
				column := text.FindStringSubmatch(strings.TrimSpace(line))
				if column == nil || column[1] == "document" || column[1] == "noticed" {
					continue
				}
				n++
				assert.Regexp(t, c.bytes, line, "%s: table %s", dialect, table[1])
			}
		}
		require.Equal(t, 13, n, "columns of ids and words in %s", dialect)
	}
}

// What an order may lack sorts no order that lacks it: where an index may leave
// rows out, those of what is over cost it nothing. MySQL has no such indexes.
func TestIndexesLeaveOutWhatHasNoPlaceInThem(t *testing.T) {
	for _, dialect := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.Postgres} {
		lines, partial := shape(t, dialect), 0
		for _, i := range indexText.FindAllStringSubmatch(schemaText(t, dialect), -1) {
			sorted := strings.Split(carried.ReplaceAllString(i[4], "$1"), ", ")
			for _, column := range sorted {
				if column != "id" && slices.Contains(lines, i[3]+"."+column) { // which is not NOT NULL
					partial++
					assert.Equal(t, " WHERE "+column+" IS NOT NULL", i[5], "%s: %s", dialect, i[2])
				}
			}
		}
		require.Greater(t, partial, 10, dialect)
	}
}

// tables returns the columns of each table, by its name without the prefix.
func tables(t *testing.T, dialect sqlstore.Dialect) map[string][]string {
	t.Helper()
	list := make(map[string][]string)
	for _, table := range tableText.FindAllStringSubmatch(schemaText(t, dialect), -1) {
		for line := range strings.Lines(table[2]) {
			if words := strings.Fields(line); len(words) > 1 {
				list[table[1]] = append(list[table[1]], words[0])
			}
		}
	}
	return list
}

// schemaText is what all files of a dialect say.
func schemaText(t *testing.T, dialect sqlstore.Dialect) string {
	t.Helper()
	schema, err := sqlstore.Schema(dialect)
	require.NoError(t, err)
	files, err := fs.Glob(schema, "*.sql")
	require.NoError(t, err)
	var all strings.Builder
	for _, file := range files {
		text, err := fs.ReadFile(schema, file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}
