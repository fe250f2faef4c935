package pgxstore_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// statements is a tracer of pgx that writes down what is sent.
type statements struct {
	mu   sync.Mutex
	sent []string
	// count counts down to the statement around which hook is called: before it
	// is sent, or when it has been answered.
	count int
	after bool
	hook  func()
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, strings.ToUpper(strings.Fields(data.SQL)[0]))
	s.count--
	s.call(false)
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.call(true)
}

func (s *statements) call(after bool) {
	if s.count == 0 && s.after == after && s.hook != nil {
		s.hook()
		s.hook = nil
	}
}

// words returns the first word of each statement since the last call.
func (s *statements) words() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := s.sent
	s.sent = nil
	return sent
}

// around has a function called before or after the nth statement from now, and
// tells whether the one set before has been called.
func (s *statements) around(n int, after bool, hook func()) (called bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	called = s.hook == nil
	s.count, s.after, s.hook = n, after, hook
	return called
}

// wire is the network between a pool and the server.
type wire struct {
	mu sync.Mutex
	// writes counts what was sent: one a round trip.
	writes int
	// fate is what becomes of what is sent next and holds text.
	fate fate
	text string
	// cancel ends the context of what is late.
	cancel func()
	// down says that nobody can connect.
	down bool
}

// fate is what becomes of what is sent.
type fate int

const (
	arrives fate = iota
	lost         // with the connection, before the server has it
	unheard      // the server has done it, and its answer is lost with the connection
	late         // the server has done it, and its answer comes when the context has ended
)

var errDown = errors.New("the network is down")

// through has a pool connect through the wire.
func (w *wire) through(c *pgxpool.Config) {
	dial := c.ConnConfig.DialFunc
	c.ConnConfig.TLSConfig, c.ConnConfig.Fallbacks = nil, nil // what is sent has to be read
	c.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.down {
			return nil, errDown
		}
		conn, err := dial(ctx, network, address)
		return &cable{Conn: conn, wire: w, expired: make(chan struct{})}, err
	}
}

// next sets what becomes of what is sent next and holds a text.
func (w *wire) next(text string, fate fate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text, w.fate = text, fate
}

// roundTrips returns how many there have been since the last call.
func (w *wire) roundTrips() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	writes := w.writes
	w.writes = 0
	return writes
}

func (w *wire) send(data []byte) fate {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes++
	if w.fate == arrives || !strings.Contains(string(data), w.text) {
		return arrives
	}
	fate := w.fate
	w.fate = arrives
	return fate
}

// cable is one connection.
type cable struct {
	net.Conn
	wire *wire
	mu   sync.Mutex
	// held says that nothing is read until a deadline, which closes expired.
	held    bool
	expired chan struct{}
}

func (c *cable) Write(data []byte) (int, error) {
	fate := c.wire.send(data)
	if fate == lost {
		return len(data), c.Close()
	}
	n, err := c.Conn.Write(data)
	if fate == arrives || err != nil {
		return n, err
	}
	var first [1]byte
	_, err = c.Conn.Read(first[:]) // the server has done it
	if fate == unheard || err != nil {
		return n, errors.Join(err, c.Close())
	}
	c.mu.Lock()
	c.held = true
	c.mu.Unlock()
	c.wire.cancel()
	return n, nil
}

func (c *cable) Read(data []byte) (int, error) {
	c.mu.Lock()
	held := c.held
	c.mu.Unlock()
	if held {
		<-c.expired
	}
	return c.Conn.Read(data)
}

func (c *cable) SetDeadline(t time.Time) error {
	err := c.Conn.SetDeadline(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held && !t.IsZero() {
		c.held = false
		close(c.expired)
	}
	return err
}
