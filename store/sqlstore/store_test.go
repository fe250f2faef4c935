package sqlstore_test

import (
	"database/sql"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

var dialects = []sqlstore.Dialect{sqlstore.SQLite, sqlstore.Postgres, sqlstore.MySQL}

func TestFaultyArgumentsAreRefused(t *testing.T) {
	db := new(sql.DB)
	for _, prefix := range []string{"", "1a_", "Shop_", "shop-", "shop.", "shop ", `shop"`, "é_",
		strings.Repeat("a", 33)} {
		_, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.WithPrefix(prefix))
		require.ErrorIs(t, err, sqlstore.ErrOption, prefix)
	}
	for _, prefix := range []string{"a", "_", "shop_2_", strings.Repeat("a", 32)} {
		_, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.WithPrefix(prefix))
		require.NoError(t, err, prefix)
	}
	for _, dialect := range []sqlstore.Dialect{0, 4, 255} {
		_, err := sqlstore.New(db, dialect)
		require.ErrorIs(t, err, sqlstore.ErrOption)
		_, err = sqlstore.Schema(dialect)
		require.ErrorIs(t, err, sqlstore.ErrOption)
	}
	_, err := sqlstore.New(nil, sqlstore.SQLite)
	require.ErrorIs(t, err, sqlstore.ErrOption)
	store, err := sqlstore.New(db, sqlstore.SQLite)
	require.NoError(t, err)
	_, err = store.Join(nil)
	require.ErrorIs(t, err, sqlstore.ErrOption)
	_, err = store.JoinTx(nil)
	require.ErrorIs(t, err, sqlstore.ErrOption)
}

// The dialects' files tell the same story: what one has, all have, and each
// records its version last.
func TestSchemaFilesBelongTogether(t *testing.T) {
	var first []string
	for _, dialect := range dialects {
		files, err := sqlstore.Schema(dialect)
		require.NoError(t, err)
		names, err := fs.Glob(files, "*.sql")
		require.NoError(t, err)
		if first == nil {
			first = names
		}
		require.Equal(t, first, names, dialect.String())
		for i, name := range names {
			text, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			version := strconv.Itoa(i + 1) // migrate counts them
			require.Regexp(t, "^0*"+version+"_", name)
			records := regexp.MustCompile(`schema \(version, oldest\) VALUES \(` + version + `, (\d+)\);\n$`)
			oldest := records.FindStringSubmatch(string(text))
			require.NotNil(t, oldest, "%s of %s", name, dialect)
			n, err := strconv.Atoi(oldest[1])
			require.NoError(t, err)
			require.True(t, 1 <= n && n <= i+1, "%s of %s: its own code works on it", name, dialect)
		}
	}
}
