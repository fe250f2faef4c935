package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/verify/galera"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// galeraNode is one of a Galera cluster, with the host that prefers it.
type galeraNode struct {
	t           *testing.T
	db          *sql.DB         // connects to this node alone
	store, host *sqlstore.Store // on db; and on whichever node answers, this one first
}

// galeraNodes returns the nodes of the cluster. Each has a host whose tables
// were migrated once, through the first.
func galeraNodes(t *testing.T) (nodes []galeraNode) {
	d := databases[slices.IndexFunc(databases, func(d database) bool { return d.name == galeraName })]
	addresses := strings.Split(d.dsn(t), ",")
	_, prefix := d.migrated(t, d.openAt(t, addresses[0]))
	for i, address := range addresses {
		connector, err := galera.Nodes(slices.Concat(addresses[i:], addresses[:i])...)
		require.NoError(t, err)
		n := galeraNode{t: t, db: d.openAt(t, address)}
		n.store, err = sqlstore.New(n.db, d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		require.NoError(t, n.store.Validate(t.Context()))
		host := sql.OpenDB(connector)
		t.Cleanup(func() { _ = host.Close() })
		n.host, err = sqlstore.New(host, d.dialect, sqlstore.WithPrefix(prefix))
		require.NoError(t, err)
		nodes = append(nodes, n)
	}
	return nodes
}

// status is a number that the node counts.
func (n galeraNode) status(name string) (value int) {
	require.NoError(n.t, n.db.QueryRow(`SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS
WHERE VARIABLE_NAME = '`+name+"'").Scan(&value))
	return value
}

// rivals are the transactions that lost to one of another node.
func (n galeraNode) rivals() int {
	return n.status("wsrep_local_cert_failures") + n.status("wsrep_local_bf_aborts")
}

// pid finds the node's process.
func (n galeraNode) pid() int {
	var file string
	require.NoError(n.t, n.db.QueryRow("SELECT @@pid_file").Scan(&file))
	text, err := os.ReadFile(file)
	if err != nil {
		n.t.Skip("skipped: killing a node takes its process: ", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(n.t, err)
	return pid
}

// start starts a node that was killed, by its command line, and waits until it
// has what it missed.
func (n galeraNode) start(command []string) {
	again := exec.Command(command[0], command[1:]...)
	again.Dir, again.SysProcAttr = "/", &syscall.SysProcAttr{Setsid: true}
	require.NoError(n.t, again.Start())
	go func() { _ = again.Wait() }() // it outlives the test
	require.Eventually(n.t, func() bool {
		var state string
		err := n.db.QueryRow(`SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS
WHERE VARIABLE_NAME = 'wsrep_local_state_comment'`).Scan(&state)
		return err == nil && state == "Synced"
	}, 2*time.Minute, 50*time.Millisecond)
}

// What certification refuses counts as contention: hosts of three nodes write
// the same order, and none sees anything but success and conflicts.
func TestGaleraCertificationIsContention(t *testing.T) {
	nodes := galeraNodes(t)
	newBench(t, nodes[0].host, service.WithPolicy(supervision.License())).opened(t, "o")
	before := 0
	for _, n := range nodes {
		before += n.rivals()
	}
	const commands = 60
	var all sync.WaitGroup
	for _, n := range nodes {
		for range 2 {
			b := newBench(t, n.host, service.WithPolicy(supervision.License()))
			all.Go(func() {
				for done := 0; done < commands; {
					_, err := b.Do(context.Background(), "o", seller, supervision.ReportProgress{Text: "Still at it."})
					switch {
					case err == nil:
						done++
					case !assert.ErrorIs(t, err, service.ErrConflict):
						return
					}
				}
			})
		}
	}
	all.Wait()
	after := 0
	for _, n := range nodes {
		after += n.rivals()
	}
	t.Logf("%d transactions lost to one of another node", after-before)
	require.Greater(t, after, before, "certification had something to refuse")
	require.EqualValues(t, 1+2*len(nodes)*commands, whole(t, nodes[0].store, "o").Version)
}

// Of two hosts' transactions on two nodes that do something to the same order
// the second to commit is refused as a deadlock, by the host's own commit, and
// has stored nothing.
func TestGaleraJoinedCommitMayFail(t *testing.T) {
	nodes := galeraNodes(t)
	newBench(t, nodes[0].store).opened(t, "o")
	var transactions []*sql.Tx
	for i, n := range nodes[:2] {
		tx, err := n.db.Begin()
		require.NoError(t, err)
		defer tx.Rollback()
		joined, err := n.store.Join(tx)
		require.NoError(t, err)
		newBench(t, joined).do(t, "o", buyer, supervision.SubmitRequest{Text: fmt.Sprintf("I came as %d.", i)})
		transactions = append(transactions, tx)
	}
	require.NoError(t, transactions[0].Commit())
	var refused *mysql.MySQLError
	require.ErrorAs(t, transactions[1].Commit(), &refused)
	require.EqualValues(t, 1213, refused.Number)
	order := whole(t, nodes[1].store, "o")
	require.EqualValues(t, 2, order.Version)
	require.Equal(t, "I came as 0.", order.Request.Text)
}

// A node is killed under load. Its clients go on through another, nothing that
// was acknowledged is lost, no two relays hold the same order; the node that
// comes back has everything.
func TestGaleraNodeKilled(t *testing.T) {
	nodes := galeraNodes(t)
	var hosts []service.Store
	for _, n := range nodes {
		hosts = append(hosts, n.host)
	}
	victim := nodes[1]
	pid := victim.pid()
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	require.NoError(t, err)
	l := newLoad(t, hosts...)
	l.run(func() { require.NoError(t, syscall.Kill(pid, syscall.SIGKILL)) })
	require.Error(t, victim.db.Ping(), "the node is dead")
	l.keptEverything(nodes[0].store)

	victim.start(strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00"))
	l.keptEverything(victim.store)
}
