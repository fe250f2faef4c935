package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// TestForeignOrders: at every address, an order of somebody else's is answered
// exactly as one that does not exist (R22).
func TestForeignOrders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor)
	unknown := supervision.Order{ID: "T-unknown"}
	for name, stranger := range map[string]*person{"buyer": s.as(t, northwind), "seller": s.as(t, "seller-brightdesk")} {
		for _, tail := range [][]string{nil, {"events"}, {"request"}, {"appeal"}, {"nothing"}, {"files", "sha256:00", "name"}} {
			t.Run(name+" "+strings.Join(tail, "/"), func(t *testing.T) {
				foreign, never := stranger.get(at(order, tail...)), stranger.get(at(unknown, tail...))
				assert.Equal(t, http.StatusNotFound, foreign.StatusCode)
				assert.Equal(t, never.StatusCode, foreign.StatusCode)
				assert.Equal(t, blind(never.body, unknown), blind(foreign.body, order))
			})
		}
		form := url.Values{"operation": {"submit_request"}, "text": {"Mine."}, "confirm": {"yes"}}
		assert.Equal(t, http.StatusNotFound, stranger.post(at(order, "request"), form).StatusCode)
		assert.Equal(t, http.StatusNotFound, stranger.post(at(unknown, "request"), form).StatusCode)
	}
	assert.Equal(t, order.Version, s.version(t, order))
	assert.Equal(t, http.StatusOK, s.as(t, "manager-mei").get(at(order)).StatusCode)
}

// blind takes out of a page what the visitor has typed into the address, and
// the time.
func blind(body string, o supervision.Order) string {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(body, o.ID, "")) {
		if !strings.Contains(line, "data-now") && !strings.Contains(line, "Demonstration clock") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// TestCrossOrigin: what another site has a browser send does nothing.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor)
	buyer := s.as(t, harbor)
	form := url.Values{"operation": {"submit_request"}, "text": {"Mine."}, "confirm": {"yes"}, "version": {"1"},
		"key": {"k"}}
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"} {
		r, err := http.NewRequest(http.MethodPost, s.url+at(order, "request"), strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header, value)
		assert.Equal(t, http.StatusForbidden, buyer.do(r, nil).StatusCode, header)
	}
	assert.Equal(t, order.Version, s.version(t, order))
	assert.Equal(t, http.StatusSeeOther, buyer.post(at(order, "request"), form).StatusCode)
}

// TestHeaders: every answer forbids what a page does not need.
func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/login", "/orders", "/orders/none", "/assets/portal.js", "/assets/portal.css"} {
		h := s.as(t, harbor).get(path).Header
		assert.Equal(t, contentPolicy, h.Get("Content-Security-Policy"), path)
		assert.NotContains(t, h.Get("Content-Security-Policy"), "unsafe", path)
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		assert.Empty(t, h.Get("Strict-Transport-Security"), path)
	}
	assert.Equal(t, http.StatusNotFound, s.visitor(t).get("/assets/").StatusCode, "no listing")
}

// TestSession: the cookie is out of scripts' reach, and worth nothing after
// logging out.
func TestSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.visitor(t)
	away := p.get("/orders?turn=buyer")
	assert.Equal(t, "/login?next=%2Forders%3Fturn%3Dbuyer", away.Header.Get("Location"))
	in := p.post("/login", url.Values{"account": {harbor}, "next": {"/orders?turn=buyer"}})
	assert.Equal(t, "/orders?turn=buyer", in.Header.Get("Location"))
	cookie := in.Cookies()[0]
	assert.True(t, cookie.HttpOnly)
	assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	var stored int
	require.NoError(t,
		s.db.QueryRow(`SELECT count(*) FROM portal_session WHERE token = $1`, cookie.Value).Scan(&stored))
	assert.Zero(t, stored, "the database lets nobody log in")

	require.Equal(t, http.StatusSeeOther, p.post("/logout", nil).StatusCode)
	stale := s.visitor(t)
	r, err := http.NewRequest(http.MethodGet, s.url+"/orders", nil)
	require.NoError(t, err)
	r.AddCookie(cookie)
	assert.Equal(t, http.StatusSeeOther, stale.do(r, nil).StatusCode)
	assert.Equal(t, http.StatusOK, p.post("/login", url.Values{"account": {"nobody"}}).StatusCode)
}

func TestLocalPath(t *testing.T) {
	for given, want := range map[string]string{
		"/orders?x=1": "/orders?x=1", "": "/", "orders": "/", "//elsewhere.example": "/", `/\elsewhere.example`: "/",
		"https://elsewhere.example": "/", "/a\nb": "/",
	} {
		assert.Equal(t, want, localPath(given), given)
	}
}

// TestRolesHavePagesOfTheirOwn: what a role does not have is not there.
func TestRolesHavePagesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pages := map[string]string{"/market": harbor, "/templates": "seller-cloudline",
		"/templates/erp-suite": "seller-cloudline", "/appeals": "manager-mei"}
	for _, who := range []string{harbor, "seller-cloudline", "manager-mei"} {
		p := s.as(t, who)
		for page, owner := range pages {
			want := http.StatusNotFound
			if who == owner {
				want = http.StatusOK
			}
			assert.Equal(t, want, p.get(page).StatusCode, "%s at %s", who, page)
		}
	}
	other := s.as(t, "seller-brightdesk")
	assert.Equal(t, http.StatusNotFound, other.get("/templates/erp-suite").StatusCode)
	assert.Equal(t, http.StatusNotFound,
		other.post("/templates/erp-suite", url.Values{"do": {"confirm"}}).StatusCode)
}

// TestBuy_Twice: a button pressed twice buys once, and neither its form nor its
// buyer chooses the order's id.
func TestBuy_Twice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	buyer := s.as(t, harbor)
	form := buyer.get("/market").form(url.Values{"order": {".."}})
	first := buyer.post("/market/erp-suite", form).Header.Get("Location")
	assert.Regexp(t, `^/orders/KG-[A-Z2-7]{10}$`, first)
	assert.Contains(t, buyer.get(first).body, "Product purchased.")
	assert.Equal(t, first, buyer.post("/market/erp-suite", form).Header.Get("Location"))
	assert.NotEqual(t, first, buyer.post("/market/crm", form).Header.Get("Location"))
	assert.NotEqual(t, first, s.as(t, northwind).post("/market/erp-suite", form).Header.Get("Location"))
}

// TestAssets: what lies beside the assets is not served with them.
func TestAssets(t *testing.T) {
	t.Parallel()
	p := newSite(t).visitor(t)
	assert.Equal(t, http.StatusOK, p.get("/assets/portal.css").StatusCode)
	for _, path := range []string{"/assets/", "/assets/..%2fpages/list.html", "/assets/%2e%2e/pages/list.html",
		"/assets/..%2f..%2fmain.go", "/assets//pages/list.html", "/assets/../pages/list.html"} {
		assert.NotContains(t, p.get(path).body, "define", path)
		assert.NotEqual(t, http.StatusOK, p.get(path).StatusCode, path)
	}
}

// TestDone_IsNotTheAddress: an address cannot have a page say that something was
// done.
func TestDone_IsNotTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	buyer := s.as(t, harbor)
	assert.NotContains(t, buyer.get("/orders/KG-1027?done=accept_product").body, `class="notice good"`)
	assert.NotContains(t, s.as(t, "seller-cloudline").get("/templates/erp-suite?published=7").body, "is published")
}

// TestTemplate_StaleTab: a draft that was begun before somebody else published
// does not take that version's place unseen.
func TestTemplate_StaleTab(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seller := s.as(t, "seller-cloudline")
	draft := seller.get("/templates/erp-suite").form(url.Values{"title": {"Mine"}, "do": {"confirm"},
		"fields[0].kind": {"line"}, "fields[0].label": {"Name"}, "fields[0].key": {"name"}})
	require.Equal(t, http.StatusSeeOther, seller.post("/templates/erp-suite", draft).StatusCode)
	draft.Set("title", "Overtaken")
	stale := seller.post("/templates/erp-suite", draft)
	assert.Equal(t, http.StatusConflict, stale.StatusCode)
	assert.Contains(t, stale.body, "Version 2 was published while you were writing.")
	assert.Contains(t, stale.body, "Overtaken", "and what was typed is kept")
	current, err := s.svc.Template(t.Context(), "seller-cloudline", "erp-suite", 0)
	require.NoError(t, err)
	assert.Equal(t, "Mine", current.Template.Title)
	draft = stale.form(draft)
	draft.Set("version", "2")
	assert.Equal(t, http.StatusSeeOther, seller.post("/templates/erp-suite", draft).StatusCode)
}

// TestServe: the portal starts with nothing prepared, says where it is, and
// stops although a page is open.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	told, teller := io.Pipe()
	ended := make(chan error, 1)
	file := filepath.Join(t.TempDir(), "new", "portal.db")
	go func() { ended <- serve(ctx, settings{addr: "127.0.0.1:0", file: file}, teller) }()
	line := make([]byte, 200)
	n, err := told.Read(line)
	require.NoError(t, err)
	go io.Copy(io.Discard, told)
	address, _, _ := strings.Cut(strings.TrimPrefix(string(line[:n]), "Service Supervision at "), "\n")

	p := (&site{url: address}).as(t, harbor)
	r, err := http.NewRequest(http.MethodGet, address+"/events", nil)
	require.NoError(t, err)
	stream, err := p.client.Do(r)
	require.NoError(t, err)
	defer stream.Body.Close()
	assert.Equal(t, "text/event-stream", stream.Header.Get("Content-Type"))
	assert.Equal(t, http.StatusNotFound, p.post("/clock", url.Values{"leap": {"5d"}}).StatusCode,
		"no demonstration, no clock to move")
	stop()
	require.NoError(t, <-ended)
}

// TestServer_TimesOut: no connection is held for ever.
func TestServer_TimesOut(t *testing.T) {
	server := newServer(newSite(t).portal)
	for name, d := range map[string]time.Duration{"header": server.ReadHeaderTimeout, "read": server.ReadTimeout,
		"write": server.WriteTimeout, "idle": server.IdleTimeout} {
		assert.Positive(t, d, name)
	}
}
