package sqlstore_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// replica is a PostgreSQL primary with a standby, which can fail over once.
type replica struct {
	t   *testing.T
	dsn string // of whichever takes writes
	db  *sql.DB
}

// newReplica returns the pair that the environment names, if it acknowledges as
// it is said to: sync, or async.
func newReplica(t *testing.T, acknowledges string) replica {
	r := replica{t: t, dsn: os.Getenv("SERVICEFLOW_REPLICA")}
	if r.dsn == "" {
		t.Skip("skipped: source .ci/replica to set SERVICEFLOW_REPLICA")
	}
	r.db = databases[1].openAt(t, r.dsn)
	var state string
	if err := r.db.QueryRow("SELECT sync_state FROM pg_stat_replication").Scan(&state); err != nil ||
		state != acknowledges {
		t.Skipf("skipped: there is no standby that is %s", acknowledges)
	}
	return r
}

// failOver kills the primary with -9 and promotes the standby.
func (r replica) failOver() {
	output, err := exec.Command(os.Getenv("SERVICEFLOW_FAILOVER")).CombinedOutput()
	require.NoError(r.t, err, string(output))
}

// cut waits until the standby has everything, and keeps from it what comes then.
func (r replica) cut() {
	var sender int
	require.Eventually(r.t, func() bool {
		err := r.db.QueryRow("SELECT pid FROM pg_stat_replication WHERE flush_lsn = pg_current_wal_lsn()").Scan(&sender)
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	require.NoError(r.t, syscall.Kill(sender, syscall.SIGSTOP))
}

// hosts returns three stores on the same tables, each with its own connections.
func (r replica) hosts() (hosts []service.Store) {
	d := databases[1]
	_, prefix := d.migrated(r.t, r.db)
	for range 3 {
		store, err := sqlstore.New(d.openAt(r.t, r.dsn), d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(r.t, err)
		hosts = append(hosts, store)
	}
	return hosts
}

// The primary of a synchronous standby is killed under the load of three hosts,
// and the standby promoted. The hosts follow, nothing that was acknowledged is
// lost, every command is applied once, and no two relays hold the same order.
func TestFailOver(t *testing.T) {
	r := newReplica(t, "sync")
	hosts := r.hosts()
	l := newLoad(t, hosts...)
	l.run(r.failOver)
	require.NotZero(t, l.failed.Load(), "it came in the middle")
	l.keptEverything(hosts[1])
}

// With an asynchronous standby what it had not received is gone. The order has
// gone back to an earlier version, whole. A command that is repeated with its
// key is applied as if for the first time. Another record takes the number of
// the one that is lost, and is relayed under the same ID.
func TestFailOverLosesWhatTheStandbyHadNot(t *testing.T) {
	r := newReplica(t, "async")
	hosts := r.hosts()
	received := make(map[supervision.RecordID][]string)
	before, after := r.reporter(hosts[0], received), r.reporter(hosts[1], received)
	before.opened(t, "o")
	before.report("It has begun.")
	before.relay()
	r.cut()
	lost := before.report("Half of it is done.", service.WithKey("k"))
	before.relay()
	r.failOver()

	require.EqualValues(t, 3, lost.Order.Version, "it was acknowledged")
	require.EqualValues(t, 2, whole(t, hosts[1], "o").Version, "the order has gone back")
	_, err := after.Do(t.Context(), "o", seller, supervision.ReportProgress{Text: "As I saw it."},
		service.IfVersion(lost.Order.Version))
	require.ErrorIs(t, err, service.ErrStale, "who insists on what it was is told")
	other := after.report("All of it is done.")
	require.Equal(t, lost.Order.Version, other.Order.Version, "the number is given again")
	again := after.report("Half of it is done.", service.WithKey("k"))
	require.False(t, again.Repeated, "nobody remembers the key")
	after.relay()
	require.Equal(t, map[supervision.RecordID][]string{
		{Order: "o", Seq: 2}: {"It has begun."},
		{Order: "o", Seq: 3}: {"Half of it is done.", "All of it is done."},
		{Order: "o", Seq: 4}: {"Half of it is done."},
	}, received, "reports by the ID of the event")
}

// reporter reports as the seller, through one host, and receives what it relays.
type reporter struct {
	bench
	t        *testing.T
	received map[supervision.RecordID][]string
}

func (r replica) reporter(host service.Store, received map[supervision.RecordID][]string) reporter {
	return reporter{newBench(r.t, host, service.WithPolicy(supervision.License())), r.t, received}
}

func (u reporter) report(text string, options ...service.DoOption) service.Result {
	result, err := u.Do(u.t.Context(), "o", seller, supervision.ReportProgress{Text: text}, options...)
	require.NoError(u.t, err)
	return result
}

func (u reporter) relay() {
	receive := func(_ context.Context, e service.Event) error {
		if report, ok := e.Record.Action.(supervision.ReportProgress); ok {
			u.received[e.ID] = append(u.received[e.ID], report.Text)
		}
		return nil
	}
	for n := 1; n > 0; {
		var err error
		n, err = u.Relay(u.t.Context(), receive)
		require.NoError(u.t, err)
	}
}
