//go:build !race

package sqlstore_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

var soakFor = flag.Duration("soak", 0, "how long TestSoak runs; 0 for a counted short form")

const (
	soakHosts = 3
	// soakDays are the days that pass for the hosts while a soak runs: silences
	// open, deliveries are accepted by time, flows end.
	soakDays = 25
	// soakAnswers are the answers of the short form.
	soakAnswers = 480
)

// soak is three hosts, each a process, on one database, with a notifier, a disk
// and documents that misbehave.
type soak struct {
	t        *testing.T
	db       *sql.DB
	store    *sqlstore.Store
	prefix   string
	disk     disk
	notifier *notifier
	host     soakHost // what all hosts are told
	hosts    [soakHosts]process
	died     chan error // of hosts that ended by themselves
	reader   *service.Service
	random   *rand.Rand

	newer                            []supervision.RecordID // what is of a newer format at present
	kills, fulls, newers, overwrites int
}

// process is a host while it lives.
type process struct {
	kill context.CancelFunc
	dead chan struct{}
}

// Nothing is lost and nothing is stuck, whatever the notifier, the disk, the
// clocks, other versions and the operating system do. Faults come in turns, one
// after so many answers. The race detector is for TestManyInstances: here
// leases would end before anything is done.
func TestSoak(t *testing.T) {
	for _, d := range databases[:2] {
		t.Run(d.name, func(t *testing.T) {
			d.dsn(t) // skips where there is no server
			t.Parallel()
			s := newSoak(t, d)
			for i := range s.hosts {
				s.start(i)
			}
			turns := []func(){s.kill, s.fill, s.relieve, s.upgrade, s.downgrade}
			ends := time.Now().Add(*soakFor)
			for i := 0; s.goesOn(ends); i++ {
				select {
				case <-s.notifier.turn:
					turns[i%len(turns)]()
				case err := <-s.died:
					t.Fatal("a host ended by itself: ", err)
				}
			}
			s.relieve()
			s.downgrade()
			s.drain()
			for i := range s.hosts {
				s.end(i)
			}
			s.finish()
			s.judge()
		})
	}
}

func newSoak(t *testing.T, d database) *soak {
	s := &soak{t: t, died: make(chan error, soakHosts), random: rand.New(rand.NewPCG(1, 2))}
	dsn := d.dsn(t)
	s.disk, dsn = newDisk(t, d, dsn)
	s.db = d.openAt(t, dsn)
	s.store, s.prefix = d.migrated(t, s.db)
	took, every := *soakFor, 150
	s.host = soakHost{Engine: d.name, DSN: dsn, Prefix: s.prefix, Began: time.Now(), Lease: 2 * time.Second,
		Pace: 400 * time.Millisecond}
	if took == 0 {
		took, every = 8*time.Second, soakAnswers/12
		s.host.Lease, s.host.Pace = 400*time.Millisecond, time.Millisecond
	}
	s.host.Speed = int64(soakDays * supervision.Day / took)
	s.notifier = newNotifier(t, s.host, every)
	s.host.Notifier = s.notifier.URL
	reader, err := service.New(s.store, service.WithClock(s.host.clock()))
	require.NoError(t, err)
	s.reader = reader
	return s
}

func (s *soak) goesOn(ends time.Time) bool {
	if *soakFor > 0 {
		return time.Now().Before(ends)
	}
	return s.notifier.answered() < soakAnswers
}

// start starts a host, or starts it again.
func (s *soak) start(i int) {
	told := s.host
	told.Host = i
	told.Life = s.kills
	told.Skew = time.Duration(i-1) * told.lease() / 20
	text, err := json.Marshal(told)
	require.NoError(s.t, err)
	ctx, kill := context.WithCancel(s.t.Context())
	host := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSoakHost$", "-test.timeout=0")
	host.Env = append(os.Environ(), "SERVICEFLOW_SOAK="+string(text))
	host.Stderr = os.Stderr
	require.NoError(s.t, host.Start())
	dead := make(chan struct{})
	s.hosts[i] = process{kill, dead}
	go func() {
		defer close(dead)
		if err := host.Wait(); ctx.Err() == nil {
			s.died <- err
		}
		s.notifier.ended(i)
	}()
}

// end kills a host, which has no time to say anything.
func (s *soak) end(i int) {
	s.hosts[i].kill()
	<-s.hosts[i].dead
}

// kill has a host die and come again.
func (s *soak) kill() {
	i := s.kills % soakHosts
	s.end(i)
	s.kills++
	s.start(i)
}

func (s *soak) fill() {
	if s.disk.fill() {
		s.fulls++
	}
}

func (s *soak) relieve() { s.disk.relieve() }

// newFormat and oldFormat are how documents begin.
const newFormat, oldFormat = `{"format":99,`, `{"format":1,`

// upgrade has another version write some documents again, which the hosts
// cannot read then: records that wait to be relayed, and an order.
func (s *soak) upgrade() {
	rows, err := s.db.Query("SELECT order_id, min(seq) FROM " + s.prefix +
		"outbox WHERE seq > 0 GROUP BY order_id ORDER BY order_id LIMIT 3")
	require.NoError(s.t, err)
	for rows.Next() {
		var id supervision.RecordID
		require.NoError(s.t, rows.Scan(&id.Order, &id.Seq))
		s.newer = append(s.newer, id)
	}
	require.NoError(s.t, rows.Err())
	s.newer = append(s.newer, supervision.RecordID{Order: s.notifier.some(s.random)})
	s.rewrite(oldFormat, newFormat)
	for _, id := range s.newer {
		s.named(id)
	}
	s.newers += len(s.newer)
}

// downgrade puts the documents back.
func (s *soak) downgrade() {
	s.rewrite(newFormat, oldFormat)
	s.newer = nil
}

func (s *soak) rewrite(from, to string) {
	for _, id := range s.newer {
		s.notifier.newer(id.Order)
		table, row := s.row(id)
		_, err := s.db.Exec(fmt.Sprintf("UPDATE %s SET document = replace(document, '%s', '%s') WHERE %s",
			table, from, to, row))
		require.NoError(s.t, err)
	}
}

// row is where the document of a record is, or that of an order.
func (s *soak) row(id supervision.RecordID) (table, row string) {
	if id.Seq == 0 {
		return s.prefix + "orders", fmt.Sprintf("id = '%s'", id.Order)
	}
	return s.prefix + "records", fmt.Sprintf("order_id = '%s' AND seq = %d", id.Order, id.Seq)
}

// named checks that a reader is told what cannot be read, unless a host that
// had read it before has written it once more.
func (s *soak) named(id supervision.RecordID) {
	_, err := s.reader.Order(context.Background(), id.Order, manager)
	if id.Seq != 0 {
		_, err = s.reader.Records(context.Background(), id.Order, manager, id.Seq-1, 1)
	}
	var newer int
	table, row := s.row(id)
	require.NoError(s.t, s.db.QueryRow("SELECT count(*) FROM "+table+" WHERE "+row+" AND document LIKE '"+newFormat+
		"%'").Scan(&newer))
	if newer == 0 {
		s.overwrites++
		return
	}
	require.ErrorIs(s.t, err, supervision.ErrNewerFormat, "%+v", id)
}

// drain ends all faults and all commands. Where there is time, the hosts relay
// what waits.
func (s *soak) drain() {
	s.notifier.rest()
	if *soakFor == 0 {
		return
	}
	waited := s.waiting()
	began := time.Now()
	require.Eventually(s.t, func() bool {
		now := s.waiting()
		for id := range waited {
			if !now[id] {
				delete(waited, id)
			}
		}
		return len(waited) == 0
	}, time.Minute, 20*time.Millisecond, "stuck: the hosts do not relay what waits")
	s.t.Logf("the hosts had relayed what waited within %.1f leases", time.Since(began).Seconds()/s.host.Lease.Seconds())
}

// waiting returns what is in the outbox.
func (s *soak) waiting() map[supervision.RecordID]bool {
	rows, err := s.db.Query("SELECT order_id, seq FROM " + s.prefix + "outbox")
	require.NoError(s.t, err)
	waits := make(map[supervision.RecordID]bool)
	for rows.Next() {
		var id supervision.RecordID
		require.NoError(s.t, rows.Scan(&id.Order, &id.Seq))
		waits[id] = true
	}
	require.NoError(s.t, rows.Err())
	return waits
}

// finish does what is due a month later, the rest of all claims included.
func (s *soak) finish() {
	later := clock.NewMock()
	later.Set(s.host.clock().Now().Add(30 * supervision.Day))
	last, err := service.New(s.store, service.WithClock(later))
	require.NoError(s.t, err)
	ctx := context.Background()
	for done := 1; done > 0; {
		settled, err := last.Settle(ctx)
		require.NoError(s.t, err)
		noticed, err := last.Notice(ctx)
		require.NoError(s.t, err)
		relayed, err := last.Relay(ctx, func(_ context.Context, e service.Event) error {
			s.notifier.take(e.ID, 0, time.Time{})
			s.notifier.answer(e.ID, true)
			return nil
		})
		require.NoError(s.t, err)
		done = settled + noticed + relayed
	}
	require.Empty(s.t, s.waiting(), "stuck in the outbox")
	due, err := s.store.Due(ctx, later.Now(), supervision.Position{}, 1)
	require.NoError(s.t, err)
	require.Empty(s.t, due, "a due timer is not settled")
	s.host.Skew = later.Now().Sub(s.host.clock().Now())
}
