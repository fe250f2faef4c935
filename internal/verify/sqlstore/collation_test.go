package sqlstore_test

import (
	"fmt"
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Ids are compared and sorted by their bytes, in a database that sorts text as
// a language does as well. PostgreSQL has such databases from version 15 on.
func TestStoreWhereTextSortsByLanguage(t *testing.T) {
	d := databases[1]
	address, err := url.Parse(d.dsn(t))
	require.NoError(t, err)
	admin := d.open(t)
	var version int
	require.NoError(t, admin.QueryRow("SELECT current_setting('server_version_num')::int").Scan(&version))
	if version < 150000 {
		t.Skip("skipped: PostgreSQL has databases of a language from version 15 on")
	}
	name := fmt.Sprintf("t%d_language", os.Getpid())
	_, err = admin.Exec("CREATE DATABASE " + name +
		" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'")
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)") // a worker of autovacuum may be in it
		require.NoError(t, err)
	})

	address.Path = "/" + name
	t.Run("contract", func(t *testing.T) {
		db := d.openAt(t, address.String())
		var byLanguage bool
		require.NoError(t, db.QueryRow("SELECT 'a' < 'B'").Scan(&byLanguage))
		require.True(t, byLanguage, "by bytes B comes before a")
		store, prefix := d.migrated(t, db)
		storetest.Run(t, func(t *testing.T) service.Store {
			t.Cleanup(func() { empty(t, db, prefix) })
			return store
		})
	})
}
