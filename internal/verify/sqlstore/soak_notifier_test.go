//go:build !race

package sqlstore_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/koogallery/serviceflow/supervision"
)

// notifier is what the hosts of a soak hand their records to. It fails, hangs,
// makes them panic and lies; and it keeps the soak's books.
type notifier struct {
	*httptest.Server
	host  soakHost      // what all hosts are told
	turn  chan struct{} // the next fault's, after every so many answers
	every int

	mu     sync.Mutex
	random *rand.Rand
	rests  bool
	died   [soakHosts]time.Time // when each host died last
	orders map[string]bool      // those that have been of a newer format
	given  map[supervision.RecordID]*handed
	done   []done
	wrong  []string

	late, lateNewer []float64      // first handings, in leases after they happened
	verdicts        map[string]int // what became of handings
	again           map[string]int // why what had been received was handed over again
	named           int            // handings of what cannot be read
}

// handed is what is known of a record or a notice.
type handed struct {
	answered bool   // publish returned nil
	kept     bool   // it was received
	why      string // why it will be handed over again, as far as is known
	host     int    // who handed it over last, and when
	at       time.Time
	// acknowledged is when a host's store had acknowledged it.
	acknowledged time.Time
}

func newNotifier(t *testing.T, h soakHost, every int) *notifier {
	n := &notifier{host: h, every: every, turn: make(chan struct{}, 100), random: rand.New(rand.NewPCG(3, 4)),
		orders: make(map[string]bool), given: make(map[supervision.RecordID]*handed),
		verdicts: make(map[string]int), again: make(map[string]int)}
	mux := http.NewServeMux()
	mux.HandleFunc("/publish", n.published)
	mux.HandleFunc("/failed", func(_ http.ResponseWriter, r *http.Request) { n.failed(read[handing](t, r)) })
	mux.HandleFunc("/acknowledged", func(_ http.ResponseWriter, r *http.Request) {
		n.acknowledged(read[acknowledgement](t, r))
	})
	mux.HandleFunc("/did", func(w http.ResponseWriter, r *http.Request) {
		assert.NoError(t, json.NewEncoder(w).Encode(n.did(read[done](t, r))))
	})
	n.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		n.CloseClientConnections()
		n.Close()
	})
	return n
}

func read[T any](t *testing.T, r *http.Request) (v T) {
	if err := json.NewDecoder(r.Body).Decode(&v); r.Context().Err() == nil {
		assert.NoError(t, err)
	}
	return v
}

// published is what the notifier makes of a record.
func (n *notifier) published(w http.ResponseWriter, r *http.Request) {
	var h handing
	if json.NewDecoder(r.Body).Decode(&h) != nil {
		return // of a host that died at it
	}
	n.take(h.ID, h.Host, h.At)
	n.mu.Lock()
	chance := n.random.IntN(100)
	if n.rests {
		chance = 99
	}
	n.mu.Unlock()
	verdict, kept, status := "received", true, http.StatusOK
	switch {
	case chance < 6:
		verdict, kept, status = "failed", false, http.StatusInternalServerError
	case chance < 9:
		verdict, kept, status = "received, said that it failed", true, http.StatusInternalServerError
	case chance < 12:
		verdict, kept, status = "lost, said that it was received", false, http.StatusOK
	case chance < 14:
		verdict, kept, status = "hung", false, 0
	case chance < 16:
		verdict, kept, status = "received, then hung", true, 0
	case chance < 18:
		verdict, kept, status = "panicked", false, http.StatusTeapot
	case chance < 19:
		verdict, kept, status = "received, then hung for longer than the lease", true, http.StatusLocked
	}
	n.mu.Lock()
	n.verdicts[verdict]++
	g := n.given[h.ID]
	g.kept = g.kept || kept
	if g.why = ""; kept && status != http.StatusOK {
		g.why = verdict
	}
	n.mu.Unlock()
	if status == 0 {
		<-r.Context().Done()
		return
	}
	n.answer(h.ID, status == http.StatusOK)
	w.WriteHeader(status)
}

// take takes note that a record is handed over, whatever becomes of it.
func (n *notifier) take(id supervision.RecordID, host int, happened time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	g := n.given[id]
	if g == nil {
		g = &handed{}
		n.given[id] = g
		if _, notice := id.Notice(); !notice && !happened.IsZero() {
			late := float64(n.host.clock().Now().Sub(happened)) / float64(n.host.lease())
			if n.orders[id.Order] {
				n.lateNewer = append(n.lateNewer, late)
			} else {
				n.late = append(n.late, late)
			}
		}
		before := supervision.RecordID{Order: id.Order, Seq: id.Seq - 1}
		if id.Seq > 1 && (n.given[before] == nil || !n.given[before].answered) {
			n.wrong = append(n.wrong, fmt.Sprintf("%s: record %d was handed over before record %d had been", id.Order,
				id.Seq, before.Seq))
		}
	} else if g.answered || g.kept {
		why := n.because(g)
		n.again[why]++
		if why == unexplained {
			n.wrong = append(n.wrong, fmt.Sprintf("%+v was handed over again after it had been acknowledged", id))
		}
	}
	g.host, g.at = host, time.Now()
}

// because says why a record that has been received is handed over again. What
// was acknowledged just now, another relay may have claimed before.
func (n *notifier) because(g *handed) string {
	switch acknowledged := !g.acknowledged.IsZero(); {
	case g.why != "":
		return g.why
	case acknowledged && time.Since(g.acknowledged) > 2*n.host.Lease:
		return unexplained
	case acknowledged:
		return "it was acknowledged when the lease had ended"
	case n.died[g.host].After(g.at):
		return "the host died before it acknowledged"
	}
	return "the lease ended before it was acknowledged"
}

const unexplained = "unexplained"

// acknowledged takes note of what a host's store has acknowledged, or has not.
func (n *notifier) acknowledged(a acknowledgement) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range a.IDs {
		switch g := n.given[id]; {
		case g == nil: // a notice that has lapsed
		case a.Failed && g.why == "":
			g.why = "the store failed to acknowledge"
		case !a.Failed:
			g.acknowledged = time.Now()
		}
	}
}

// answer takes note of what publish returns.
func (n *notifier) answer(id supervision.RecordID, received bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.given[id].answered = n.given[id].answered || received
}

// failed: a host took an attempt for a failed one.
func (n *notifier) failed(h handing) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if h.Unreadable {
		n.named++
		return
	}
	if g := n.given[h.ID]; g != nil && g.why == "" && g.answered && g.host == h.Host {
		g.why = "the answer came when the lease had ended"
	}
}

// did takes note of what came of a command, and says what to do next.
func (n *notifier) did(d done) news {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.done = append(n.done, d)
	if len(n.done)%n.every == 0 && !n.rests {
		select {
		case n.turn <- struct{}{}:
		default:
		}
	}
	return news{n.newest(), n.rests}
}

// newest is the number of the newest order: one for every dozen commands.
func (n *notifier) newest() int { return len(n.done) / 12 }

func (n *notifier) answered() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.done)
}

// some is an order that is being worked on.
func (n *notifier) some(random *rand.Rand) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var opened []string
	for _, d := range n.done[max(0, len(n.done)-200):] {
		if d.Outcome == "ok" {
			opened = append(opened, d.Order)
		}
	}
	return opened[random.IntN(len(opened))]
}

// rest: from now on the notifier receives everything, and nobody gives
// commands.
func (n *notifier) rest() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rests = true
}

func (n *notifier) newer(order string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.orders[order] = true
}

func (n *notifier) ended(host int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.died[host] = time.Now()
}
