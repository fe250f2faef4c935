package sqlstore_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
)

// What a process had been told to be done when it was killed is there; what it
// had not is whole or absent.
func TestKilledProcess(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		dsn := d.dsn(t)
		db := d.openAt(t, dsn)
		store, prefix := d.migrated(t, db)
		child := exec.Command(os.Args[0], "-test.run=^TestWriteUntilKilled$")
		child.Env = append(os.Environ(), "SERVICEFLOW_WRITER="+d.name, "SERVICEFLOW_DSN="+dsn,
			"SERVICEFLOW_PREFIX="+prefix)
		output, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		acknowledged := make(map[string]int64)
		lines := bufio.NewScanner(output)
		for n := 0; lines.Scan(); n++ {
			var id string
			var version int64
			if _, err := fmt.Sscan(lines.Text(), &id, &version); err == nil {
				acknowledged[id] = version
			}
			if n == 150 {
				require.NoError(t, child.Process.Kill())
			}
		}
		require.Error(t, child.Wait(), "the process was killed")
		require.NotEmpty(t, acknowledged)
		quiet(t, db, prefix)
		var written int64
		for w := range writers {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d", w, i)
				if _, _, err := store.Load(t.Context(), id, ""); err != nil {
					require.ErrorIs(t, err, supervision.ErrNotFound)
					require.NotContains(t, acknowledged, id)
					break
				}
				version := whole(t, store, id).Version
				require.GreaterOrEqual(t, version, acknowledged[id])
				require.LessOrEqual(t, version, acknowledged[id]+1, "at most one more was on its way")
				written += version
			}
		}
		require.Len(t, drained(t, store), int(written), "and each record waits to be relayed")
	})
}

const writers = 4

// quiet waits until the server has done what the process had sent before it was
// killed.
func quiet(t *testing.T, db *sql.DB, prefix string) {
	last, unchanged := -1, 0
	require.Eventually(t, func() bool {
		var records int
		require.NoError(t, db.QueryRow("SELECT count(*) FROM "+prefix+"records").Scan(&records))
		if unchanged++; records != last {
			last, unchanged = records, 0
		}
		return unchanged == 5
	}, 30*time.Second, 20*time.Millisecond)
}

// TestWriteUntilKilled is the process that is killed.
func TestWriteUntilKilled(t *testing.T) {
	name := os.Getenv("SERVICEFLOW_WRITER")
	if name == "" {
		t.Skip("run by TestKilledProcess")
	}
	for _, d := range databases {
		if d.name != name {
			continue
		}
		store, err := sqlstore.New(d.openAt(t, os.Getenv("SERVICEFLOW_DSN")), d.dialect,
			sqlstore.WithPrefix(os.Getenv("SERVICEFLOW_PREFIX")))
		require.NoError(t, err)
		b := newBench(t, store)
		for w := range writers {
			go func() {
				for i := 0; ; i++ {
					id := fmt.Sprintf("%d-%d", w, i)
					b.opened(t, id)
					fmt.Println(id, 1)
					for version, s := range story(i)[:4] {
						_, err := b.Do(context.Background(), id, s.actor, s.action)
						require.NoError(t, err)
						fmt.Println(id, version+2)
					}
				}
			}()
		}
		select {} // until it is killed
	}
}
