package sqlstore_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// archivable is how many orders there are to archive, closedBefore until when
// they have closed.
const archivable = 60

var closedBefore = start.Add(supervision.Day)

// A process that archives is killed again and again, until one comes to the
// end. After each kill every order is whole in the sink, or in the store, or in
// both; nothing else is removed, and no more is handed over twice than was under
// way.
func TestR35_KilledArchive(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		dsn := d.dsn(t)
		db := d.openAt(t, dsn)
		store, prefix := d.migrated(t, db)
		orders, waiting := archives(t, store)
		sink := t.TempDir()
		handed, kills := make(map[string]int), 0
		for done := false; !done; {
			child := exec.Command(os.Args[0], "-test.run=^TestArchiveUntilKilled$")
			child.Env = append(os.Environ(), "SERVICEFLOW_ARCHIVER="+d.name, "SERVICEFLOW_DSN="+dsn,
				"SERVICEFLOW_PREFIX="+prefix, "SERVICEFLOW_SINK="+sink)
			output, err := child.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, child.Start())
			lines := bufio.NewScanner(output)
			for n := 0; lines.Scan(); n++ {
				if slices.Contains(orders.ids, lines.Text()) {
					handed[lines.Text()]++
				}
				if n == 5+3*kills { // in the sink, or behind it, in turn
					require.NoError(t, child.Process.Kill())
				}
			}
			if done = child.Wait() == nil; !done {
				kills++
			}
			quiet(t, db, prefix)
			orders.check(t, store, sink)
		}
		require.Greater(t, kills, 2, "it was killed in the middle")
		twice := 0
		for _, id := range orders.ids {
			if id != "waiting" {
				twice += max(0, handed[id]-1)
				_, _, err := store.Load(t.Context(), id, "")
				require.ErrorIs(t, err, supervision.ErrNotFound, "a whole run archives what there is: %s", id)
			}
		}
		require.LessOrEqual(t, twice, kills, "each kill has one order handed over again at most")
		require.Equal(t, waiting, drained(t, store), "what waits to be relayed is left alone")
		t.Logf("%d kills, %d orders handed over twice", kills, twice)
	})
}

// stock are orders as they were before anybody archived them.
type stock struct {
	ids  []string // which may be handed over
	were map[string]supervision.Order
}

// archives stores orders that are to be archived, and three that are to stay:
// one that is open, one that closed later, and one of which records wait to be
// relayed.
func archives(t *testing.T, store *sqlstore.Store) (s stock, waiting []supervision.RecordID) {
	b := newBench(t, store)
	settle := func() {
		b.clock.Add(3 * time.Hour)
		for n := -1; n != 0; {
			var err error
			n, err = b.Settle(t.Context())
			require.NoError(t, err)
		}
	}
	for i := range archivable {
		b.accepted(t, fmt.Sprint(i))
		s.ids = append(s.ids, fmt.Sprint(i))
	}
	settle()
	b.opened(t, "open")
	drained(t, store)
	b.accepted(t, "waiting")
	settle()
	s.ids = append(s.ids, "waiting")
	s.were = make(map[string]supervision.Order)
	for seq := range whole(t, store, "waiting").Version {
		waiting = append(waiting, supervision.RecordID{Order: "waiting", Seq: seq + 1})
	}
	b.clock.Set(closedBefore)
	silent := newBench(t, store, service.WithoutOutbox())
	silent.clock.Set(closedBefore)
	silent.accepted(t, "later")
	silent.clock.Add(3 * time.Hour)
	_, err := silent.Settle(t.Context())
	require.NoError(t, err)
	for _, id := range append(s.ids, "open", "later") {
		s.were[id] = whole(t, store, id)
	}
	return s, waiting
}

// check holds that every order is where it has to be.
func (s stock) check(t *testing.T, store *sqlstore.Store, sink string) {
	t.Helper()
	for id, was := range s.were {
		if _, _, err := store.Load(t.Context(), id, ""); err == nil {
			require.Equal(t, was, whole(t, store, id))
			continue
		}
		document, err := os.ReadFile(filepath.Join(sink, id))
		require.NoError(t, err, "order %s is neither in the store nor in the sink", id)
		var history service.History
		require.NoError(t, json.Unmarshal(document, &history))
		require.Equal(t, was, history.Order)
		require.Empty(t, history.Findings)
		made, err := supervision.Replay(history.Records)
		require.NoError(t, err)
		require.Equal(t, was, made)
	}
}

// TestArchiveUntilKilled is the process that is killed. Its sink has a document
// whole or not at all.
func TestArchiveUntilKilled(t *testing.T) {
	name, sink := os.Getenv("SERVICEFLOW_ARCHIVER"), os.Getenv("SERVICEFLOW_SINK")
	if name == "" {
		t.Skip("run by TestR35_KilledArchive")
	}
	d := databases[slices.IndexFunc(databases, func(d database) bool { return d.name == name })]
	store, err := sqlstore.New(d.openAt(t, os.Getenv("SERVICEFLOW_DSN")), d.dialect,
		sqlstore.WithPrefix(os.Getenv("SERVICEFLOW_PREFIX")))
	require.NoError(t, err)
	b := newBench(t, store, service.WithBatch(7))
	b.clock.Set(closedBefore.Add(supervision.Day))
	_, err = b.Archive(context.Background(), closedBefore, func(_ context.Context, h service.History) error {
		fmt.Println("begins")
		f, err := os.CreateTemp(sink, "half-")
		if err != nil {
			return err
		}
		if _, err := h.WriteTo(f); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		err = os.Rename(f.Name(), filepath.Join(sink, h.Order.ID))
		fmt.Println(h.Order.ID)
		return err
	})
	require.NoError(t, err)
}
