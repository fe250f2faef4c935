package sqlstore_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

// proxy stands between a host and its database server, and can lose the
// connection.
type proxy struct {
	net.Listener
	server string
	mu     sync.Mutex
	// loseWhen says of what a client sends, or of a server's answer, whether
	// the connection is lost instead of passing it on.
	loseRequest, loseAnswer func(data []byte) bool
}

// through starts a proxy before a server, or before one node of a cluster, and
// returns it with the address as the driver takes it.
func through(t *testing.T, d database) (*proxy, string) {
	dsn, _, _ := strings.Cut(d.dsn(t), ",")
	local, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = local.Close() })
	address := addressIn(t, d, dsn)
	p := &proxy{Listener: local, server: address}
	go p.serve()
	dsn = strings.Replace(dsn, address, local.Addr().String(), 1)
	if d.dialect == sqlstore.Postgres {
		dsn += map[bool]string{true: "&", false: "?"}[strings.Contains(dsn, "?")] +
			"sslmode=disable" // the proxy has to read what is sent
	}
	return p, dsn
}

// addressIn finds host and port in a DSN.
func addressIn(t *testing.T, d database, dsn string) string {
	rest, end := dsn, "/"
	if d.dialect == sqlstore.MySQL {
		_, rest, _ = strings.Cut(dsn, "(")
		end = ")"
	} else {
		_, rest, _ = strings.Cut(dsn, "://")
		if _, after, ok := strings.Cut(rest, "@"); ok {
			rest = after
		}
	}
	address, _, found := strings.Cut(rest, end)
	if _, _, err := net.SplitHostPort(address); !found || err != nil {
		t.Skip("skipped: the DSN names no TCP host and port")
	}
	return address
}

func (p *proxy) serve() {
	for {
		client, err := p.Accept()
		if err != nil {
			return
		}
		go p.join(client)
	}
}

func (p *proxy) join(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	go p.pass(server, client, func() func([]byte) bool { return p.loseRequest })
	p.pass(client, server, func() func([]byte) bool { return p.loseAnswer })
}

// pass copies until the connection is closed or lost.
func (p *proxy) pass(to io.WriteCloser, from io.Reader, lose func() func([]byte) bool) {
	defer to.Close()
	data := make([]byte, 1<<16)
	for {
		n, err := from.Read(data)
		p.mu.Lock()
		lost := lose()
		loses := n > 0 && lost != nil && lost(data[:n])
		p.mu.Unlock()
		if loses || err != nil {
			return
		}
		if _, err := to.Write(data[:n]); err != nil {
			return
		}
	}
}

// lose sets what loses the connection from now on.
func (p *proxy) lose(request, answer func([]byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loseRequest, p.loseAnswer = request, answer
}
