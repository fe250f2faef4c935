package main

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// stream is a page's open connection.
type stream struct {
	t      *testing.T
	status int
	lines  chan string
	end    context.CancelFunc
}

func (p *person) stream(path string) *stream {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	p.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.site.url+path, nil)
	require.NoError(p.t, err)
	response, err := p.client.Do(r)
	require.NoError(p.t, err)
	s := &stream{p.t, response.StatusCode, make(chan string, 100), cancel}
	go func() {
		defer close(s.lines)
		defer response.Body.Close()
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			if lines.Text() != "" {
				s.lines <- lines.Text()
			}
		}
	}()
	if s.status == http.StatusOK {
		s.hears("retry")
	}
	return s
}

// hears waits for a line that begins with a text.
func (s *stream) hears(text string) {
	s.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case line, open := <-s.lines:
			require.True(s.t, open, "the stream has ended")
			if strings.HasPrefix(line, text) {
				return
			}
		case <-timeout:
			require.Fail(s.t, "waited in vain for "+text)
		}
	}
}

// TestStreams_OfOneSession: whoever opens pages without end takes only its own.
func TestStreams_OfOneSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	greedy, order := s.as(t, harbor), s.order(t, "data-migration", harbor)
	var open []*stream
	for range maxSessionStreams {
		open = append(open, greedy.stream("/events"))
	}
	over := greedy.stream("/events")
	assert.Equal(t, http.StatusServiceUnavailable, over.status)
	others := s.as(t, "seller-cloudline").stream("/events")
	require.Equal(t, http.StatusOK, others.status)
	require.Equal(t, http.StatusOK, s.as(t, harbor).stream("/events").status, "another session of the account")

	open[0].end()
	require.Eventually(t, func() bool { return greedy.stream("/events").status == http.StatusOK },
		patience, 10*time.Millisecond, "a page that is closed makes room")
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Buyer(harbor), textRequest("Move it."))
	require.NoError(t, err)
	others.hears("data: changed")

	for i := range maxAccountStreams + 1 {
		l, ok := s.live.join(supervision.Buyer("many"), string(rune('a'+i)), "")
		assert.Equal(t, i < maxAccountStreams, ok)
		if ok {
			defer s.live.leave(l)
		}
	}
}

// TestStreams_AreBounded: all people together have so many pages open at most.
func TestStreams_AreBounded(t *testing.T) {
	h := newHub()
	for i := range maxStreams + 1 {
		id := strconv.Itoa(i)
		_, ok := h.join(supervision.Buyer(id), id, "")
		require.Equal(t, i < maxStreams, ok, i)
	}
}

// TestStreams_OfALatePage: a page hears at once of what happened while it was
// loading.
func TestStreams_OfALatePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor, byBuyer(textRequest("Move it.")))
	require.Eventually(t, func() bool {
		stats, err := s.svc.Stats(t.Context())
		return err == nil && stats.Waiting.Orders == 0
	}, patience, 20*time.Millisecond, "until nothing else is told")
	buyer := s.as(t, harbor)
	buyer.stream(at(order, "events?seen=1")).hears("data: changed")
	current := buyer.stream(at(order, "events?seen=2"))
	require.Equal(t, http.StatusSeeOther, buyer.post("/logout", nil).StatusCode)
	s.announce(t.Context(), "")
	for line := range current.lines {
		assert.Fail(t, "a page that is not late hears "+line)
	}
}

// TestPages_Follow: these pages follow what happens, that of an order from the
// version that it shows.
func TestPages_Follow(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer, seen := s.as(t, harbor), at(order, "events?seen=1")
	for path, want := range map[string]string{"/orders": "/events", "/notices": "/events", "/market": "",
		at(order): seen, at(order, "submit_request"): seen, at(order, "record"): ""} {
		_, live, _ := strings.Cut(buyer.get(path).body, ` data-live="`)
		live, _, _ = strings.Cut(live, `"`)
		assert.Equal(t, want, live, path)
	}
}

// TestStreams_OfStrangers: nobody hears that something happens to an order that
// is not theirs (R22).
func TestStreams_OfStrangers(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	var strangers []*listener
	for _, actor := range []supervision.Actor{supervision.Buyer("stranger"), supervision.Seller("stranger")} {
		l, ok := s.live.join(actor, actor.ID, "")
		require.True(t, ok)
		strangers = append(strangers, l)
	}
	assert.Equal(t, http.StatusNotFound, s.as(t, northwind).stream(at(order, "events")).status)
	heard := []*stream{s.as(t, harbor).stream(at(order, "events")), s.as(t, "seller-cloudline").stream("/events"),
		s.as(t, "manager-mei").stream("/events")}
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Buyer(harbor), textRequest("Move it."))
	require.NoError(t, err)
	for _, stream := range heard {
		stream.hears("data: changed")
	}
	for _, l := range strangers {
		assert.Empty(t, l.news)
	}
}

// TestStreams_OfOneOrder: an order's page hears of no other.
func TestStreams_OfOneOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page, ok := s.live.join(supervision.Buyer(harbor), "page", "KG-1031")
	require.True(t, ok)
	s.spread(t.Context(), "KG-1027")
	assert.Empty(t, page.news)
	for range 2 { // a page that is slow holds up nobody
		s.spread(t.Context(), "KG-1031")
		assert.Len(t, page.news, 1)
	}
}

// TestStreams_GoOn: a page that stays open hears from time to time that it is
// still there, for longer than the server gives any other request.
func TestStreams_GoOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.live.heartbeat = time.Second
	p := s.as(t, harbor)
	page := (&person{t, s.hurried(t, 2*time.Second), p.client}).stream("/orders/KG-1032/events")
	for range 3 {
		page.hears(": still here")
	}
}

// TestStreams_EndWithTheSession: a page that was left open hears nothing more
// once its visitor has logged out.
func TestStreams_EndWithTheSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as(t, harbor)
	stream := p.stream("/events")
	require.Equal(t, http.StatusSeeOther, p.post("/logout", nil).StatusCode)
	s.announce(t.Context(), "")
	for timeout := time.After(patience); ; {
		select {
		case _, open := <-stream.lines:
			if !open {
				return
			}
		case <-timeout:
			require.Fail(t, "the stream goes on")
		}
	}
}

// TestStreams_TwoProcesses: on PostgreSQL each page hears of everything,
// whichever process relays it, and all follow one clock.
func TestStreams_TwoProcesses(t *testing.T) {
	t.Parallel()
	schema := postgresSchema(t)
	one := startSite(t, settings{postgres: schema, Demo: true})
	two := startSite(t, settings{postgres: schema, Demo: true})
	order := one.order(t, "data-migration", harbor)
	pages := []*stream{one.as(t, harbor).stream(at(order, "events")), two.as(t, harbor).stream(at(order, "events")),
		one.as(t, "seller-cloudline").stream("/events"), two.as(t, "seller-cloudline").stream("/events")}
	_, err := two.svc.Do(t.Context(), order.ID, supervision.Buyer(harbor), textRequest("Move it."))
	require.NoError(t, err)
	for _, page := range pages {
		page.hears("data: changed")
	}
	one.as(t, harbor).post("/clock", map[string][]string{"leap": {"5d"}})
	for _, page := range pages {
		page.hears("data: changed")
	}
	assert.Eventually(t, func() bool { return two.svc.Now().After(time.Now().Add(4 * supervision.Day)) }, patience,
		10*time.Millisecond, "the market's own records may have been heard first")
}

// TestList_SaysWhatIsNew: rows do not move under somebody's finger; how many
// orders are new is said, and they show when they are asked for.
func TestList_SaysWhatIsNew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seller := s.logIn(t, "seller-cloudline", "/orders")
	seller.attends()
	order := s.order(t, "data-migration", harbor)
	seller.sees("#fresh", "1 new. Show them.")
	assert.NotContains(t, seller.texts("#list th a"), order.ID)
	seller.press("1 new. Show them.")
	seller.sees("#list th a", order.ID)
}
