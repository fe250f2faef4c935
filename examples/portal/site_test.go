package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// site is a portal that runs for one test, with the demonstration market in it.
type site struct {
	*portal
	url string
}

func newSite(t *testing.T) *site {
	t.Helper()
	return startSite(t, settings{file: seeded(t), Demo: true})
}

const (
	harbor    = "buyer-harbor"
	northwind = "buyer-northwind"
)

func textRequest(text string) supervision.SubmitRequest { return supervision.SubmitRequest{Text: text} }

// requestTemplate names the request template of a product.
func requestTemplate(id string) supervision.TemplateID {
	return products[id].template(supervision.OpSubmitRequest)
}

// filled is a database with the demonstration in it: filling one is slower than
// copying it.
var filled struct {
	once sync.Once
	data []byte
}

// seeded returns a database file of the test's own.
func seeded(t *testing.T) string {
	t.Helper()
	filled.once.Do(func() {
		file := filepath.Join(t.TempDir(), "market.db")
		db, err := openDatabase(t.Context(), settings{file: file})
		require.NoError(t, err)
		_, err = newPortal(t.Context(), db, settings{}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.NoError(t, db.Close())
		filled.data, err = os.ReadFile(file)
		require.NoError(t, err)
	})
	file := filepath.Join(t.TempDir(), "portal.db")
	require.NoError(t, os.WriteFile(file, filled.data, 0o600))
	return file
}

func startSite(t *testing.T, s settings) *site {
	t.Helper()
	return startLogged(t, s, t.Output())
}

// startLogged is startSite with what the portal logs written elsewhere.
func startLogged(t *testing.T, s settings, log io.Writer) *site {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	db, err := openDatabase(ctx, s)
	require.NoError(t, err)
	p, err := newPortal(ctx, db, s,
		slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})))
	require.NoError(t, err)
	var workers sync.WaitGroup
	workers.Go(func() { p.work(ctx) })
	server := httptest.NewUnstartedServer(nil)
	server.Config = newServer(p)
	server.Start()
	t.Cleanup(func() {
		p.live.close()
		server.Close()
		cancel()
		workers.Wait()
		require.NoError(t, db.Close())
	})
	return &site{p, server.URL}
}

// hurried is the same portal on a server that gives a request so long.
func (s *site) hurried(t *testing.T, timeout time.Duration) *site {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = newServer(s.portal)
	server.Config.ReadTimeout, server.Config.WriteTimeout = timeout, timeout
	server.Start()
	t.Cleanup(server.Close)
	return &site{s.portal, server.URL}
}

// order opens a fresh order and lets actions happen to it.
func (s *site) order(t *testing.T, product string, buyer string, steps ...step) supervision.Order {
	t.Helper()
	return s.open(t, "T-"+t.Name(), product, buyer, steps...)
}

// open is order with an id.
func (s *site) open(t *testing.T, id, product, buyer string, steps ...step) supervision.Order {
	t.Helper()
	p, ok := products[product]
	require.True(t, ok)
	order, err := s.svc.Open(t.Context(), p.opening(id, buyer))
	require.NoError(t, err)
	return s.after(t, order, steps...)
}

// freshOrder is a portal with a fresh order of harbor's, on which nothing has
// happened yet.
func freshOrder(t *testing.T) (*site, supervision.Order) {
	t.Helper()
	s := newSite(t)
	return s, s.order(t, "data-migration", harbor)
}

// orderAt is a portal with an order of harbor's that has come to a status.
func orderAt(t *testing.T, status supervision.Status) (*site, supervision.Order) {
	t.Helper()
	s := newSite(t)
	return s, s.reached(t, "data-migration", status)
}

// appealing is a portal with an order on which both parties can appeal at any
// time.
func appealing(t *testing.T) (*site, supervision.Order) {
	t.Helper()
	s := newSite(t)
	return s, s.reached(t, "crm", supervision.AwaitingDelivery)
}

// reached opens a fresh order of harbor's, brings it to a status and lets
// actions happen to it.
func (s *site) reached(t *testing.T, product string, to supervision.Status, steps ...step) supervision.Order {
	t.Helper()
	p, ok := products[product]
	require.True(t, ok)
	env := supervisiontest.Env{Service: s.svc, Clock: clock.NewMock()}
	order, err := env.Reach(t.Context(), p.opening("T-"+t.Name(), harbor), to)
	require.NoError(t, err)
	return s.after(t, order, steps...)
}

// after lets actions happen to an order.
func (s *site) after(t *testing.T, order supervision.Order, steps ...step) supervision.Order {
	t.Helper()
	for _, step := range steps {
		actor := supervision.Buyer(order.Buyer)
		if step.role == supervision.RoleSeller {
			actor = supervision.Seller(order.Seller)
		}
		result, err := s.svc.Do(t.Context(), order.ID, actor, step.action)
		require.NoError(t, err)
		order = result.Order
	}
	return order
}

type step struct {
	role   supervision.Role
	action supervision.Action
}

func byBuyer(a supervision.Action) step  { return step{supervision.RoleBuyer, a} }
func bySeller(a supervision.Action) step { return step{supervision.RoleSeller, a} }

// at is an order's address, and a task's on it.
func at(o supervision.Order, task ...string) string {
	return strings.Join(append([]string{address(o.ID)}, task...), "/")
}

// person is somebody with a browser that knows no scripts.
type person struct {
	t      *testing.T
	site   *site
	client *http.Client
}

func (s *site) visitor(t *testing.T) *person {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &person{t, s, &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (s *site) as(t *testing.T, account string) *person {
	p := s.visitor(t)
	require.Equal(t, http.StatusSeeOther, p.post("/login", url.Values{"account": {account}}).StatusCode)
	return p
}

// everybody is one person for each account, by its id.
func (s *site) everybody(t *testing.T) map[string]*person {
	people := make(map[string]*person)
	for _, a := range market.Accounts {
		people[a.ID] = s.as(t, a.ID)
	}
	return people
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

func (p *person) do(r *http.Request, err error) answer {
	p.t.Helper()
	require.NoError(p.t, err)
	response, err := p.client.Do(r)
	require.NoError(p.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	return answer{response, string(body)}
}

func (p *person) get(path string) answer {
	p.t.Helper()
	return p.do(http.NewRequest(http.MethodGet, p.site.url+path, nil))
}

func (p *person) post(path string, form url.Values) answer {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodPost, p.site.url+path, strings.NewReader(form.Encode()))
	require.NoError(p.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(r, nil)
}
