package sqlstore_test

import (
	"io/fs"
	"os"
	"regexp"
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

// tables returns the columns of each table, by its name without the prefix.
func tables(t *testing.T, dialect sqlstore.Dialect) map[string][]string {
	t.Helper()
	schema, err := sqlstore.Schema(dialect)
	require.NoError(t, err)
	files, err := fs.Glob(schema, "*.sql")
	require.NoError(t, err)
	create := regexp.MustCompile(`(?s)CREATE TABLE [^}]*}(\w+) \((.*?)\)[^,)\n]*;`)
	list := make(map[string][]string)
	for _, file := range files {
		text, err := fs.ReadFile(schema, file)
		require.NoError(t, err)
		for _, table := range create.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(table[2]) {
				if words := strings.Fields(line); len(words) > 1 {
					list[table[1]] = append(list[table[1]], words[0])
				}
			}
		}
	}
	return list
}
