package sqlstore_test

import (
	"testing"

	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision/service"
)

func TestStore(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		db := d.open(t)
		store, prefix := d.migrated(t, db)
		storetest.Run(t, func(t *testing.T) service.Store {
			t.Cleanup(func() { empty(t, db, prefix) })
			return store
		})
	})
}
