// Package galera connects to a Galera cluster, of which every node takes
// writes. Its driver for database/sql is called galera; it takes the nodes'
// addresses as those of go-sql-driver/mysql, separated by commas, and connects
// to one node after the other, so that whatever a host does goes through all.
package galera

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/go-sql-driver/mysql"
)

func init() { sql.Register("galera", new(turns)) }

// Connector connects to the first of its nodes that answers. A host gives its
// own node first.
type Connector []driver.Connector

// Nodes returns a connector to the nodes at the addresses, with what each
// connection needs: a statement waits for what other nodes have committed.
func Nodes(addresses ...string) (Connector, error) {
	var nodes Connector
	for _, address := range addresses {
		config, err := mysql.ParseDSN(address)
		if err != nil {
			return nil, err
		}
		config.InterpolateParams = true
		config.Params = map[string]string{"wsrep_sync_wait": "15"}
		node, err := mysql.NewConnector(config)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
	return nodes, nil
}

// Connect implements driver.Connector.
func (c Connector) Connect(ctx context.Context) (conn driver.Conn, err error) {
	for _, node := range c {
		if conn, err = node.Connect(ctx); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// Driver implements driver.Connector.
func (c Connector) Driver() driver.Driver { return mysql.MySQLDriver{} }

// turns is the driver. It counts whose turn it is.
type turns struct{ taken atomic.Uint64 }

// Open implements driver.Driver.
func (d *turns) Open(addresses string) (driver.Conn, error) {
	nodes, err := Nodes(strings.Split(addresses, ",")...)
	if err != nil {
		return nil, err
	}
	turn := int(d.taken.Add(1) % uint64(len(nodes)))
	return slices.Concat(nodes[turn:], nodes[:turn]).Connect(context.Background())
}
