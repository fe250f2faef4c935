package sqlstore_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// cluster is a PostgreSQL server of the test's own.
type cluster struct {
	t         *testing.T
	bin, data string
	port      int
}

// ownCluster starts a server that the test may restart. It needs PostgreSQL's
// programs, and root to become their user.
func ownCluster(t *testing.T) cluster {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	_, err := user.Lookup("postgres")
	if len(found) == 0 || os.Getuid() != 0 || err != nil {
		t.Skip("skipped: restarting a server needs PostgreSQL's programs, their user postgres, and root to become " +
			"that user")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "serviceflow")
	require.NoError(t, err)
	c := cluster{t, found[len(found)-1], filepath.Join(dir, "data"), free.Addr().(*net.TCPAddr).Port}
	require.NoError(t, free.Close())
	require.NoError(t, os.Chmod(dir, 0o777))
	t.Cleanup(func() {
		c.run("pg_ctl", "stop", "-D", c.data, "-m", "immediate")
		_ = os.RemoveAll(dir)
	})
	require.NoError(t, c.run("initdb", "-D", c.data, "--auth=trust", "--username=postgres"))
	require.NoError(t, c.run("pg_ctl", "start", "-D", c.data, "-w", "-l", filepath.Join(dir, "log"), "-o",
		fmt.Sprintf("-p %d -k %s -c listen_addresses=127.0.0.1", c.port, dir)))
	return c
}

func (c cluster) run(program string, args ...string) error {
	command := exec.Command("runuser",
		append([]string{"-u", "postgres", "--", filepath.Join(c.bin, program)}, args...)...)
	command.Dir = "/"
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, output)
	}
	return nil
}

// The server is restarted twice in the middle of a load, once without letting
// it finish anything. Hosts repeat what fails with its key: every command is
// applied once.
func TestServerRestartedInTheMiddleOfALoad(t *testing.T) {
	c := ownCluster(t)
	d := databases[1]
	db := d.openAt(t, fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", c.port))
	store, _ := d.migrated(t, db)
	const clients, commands = 8, 60
	var done, failed atomic.Int64
	var all sync.WaitGroup
	for i := range clients {
		b := newBench(t, store, service.WithPolicy(supervision.License()))
		all.Go(func() {
			id := fmt.Sprint(i)
			insist(t, &failed, func() error { _, err := b.Open(context.Background(), opening(id)); return err })
			for n := range commands {
				insist(t, &failed, func() error {
					_, err := b.Do(context.Background(), id, seller, supervision.ReportProgress{Text: "Still at it."},
						service.WithKey(fmt.Sprint(n)))
					return err
				})
				done.Add(1)
			}
		})
	}
	for i, mode := range []string{"immediate", "fast"} {
		require.Eventually(t, func() bool { return done.Load() > int64(clients*commands*(i+1)/4) }, time.Minute,
			time.Millisecond)
		require.NoError(t, c.run("pg_ctl", "restart", "-D", c.data, "-m", mode, "-w", "-l",
			filepath.Join(filepath.Dir(c.data), "log")))
	}
	all.Wait()
	t.Logf("%d attempts failed", failed.Load())
	require.NotZero(t, failed.Load(), "the restarts came in the middle")
	for i := range clients {
		require.EqualValues(t, 1+commands, whole(t, store, fmt.Sprint(i)).Version)
	}
}

// insist repeats a command until it succeeds, as a host does.
func insist(t *testing.T, failed *atomic.Int64, command func() error) bool {
	for began := time.Now(); ; failed.Add(1) {
		err := command()
		if err == nil {
			return true
		}
		if !assert.WithinDuration(t, began, time.Now(), time.Minute, err) {
			return false
		}
		time.Sleep(10 * time.Millisecond) // the server needs a while to come back
	}
}
