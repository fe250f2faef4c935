package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// paths fills in a route's address for an order and a file of it.
func (r route) path(o supervision.Order, ref string) (method, path string) {
	method, path, found := strings.Cut(r.pattern, " ")
	if !found {
		method, path = http.MethodGet, r.pattern
	}
	digest, name, _ := strings.Cut(ref, "/")
	return method, strings.NewReplacer("{id}", url.PathEscape(o.ID), "{task}", "submit_request", "{digest}", digest,
		"{name}", name, "{product}", "erp-suite", "many/{operation}", "many/accept_request",
		"{operation}", "submit_request", "{$}", "", "{case}", "1").Replace(path)
}

// TestEveryRoute: at every address, whoever has not logged in is asked to, what
// another role has is not there, and an order or file of somebody else's is
// answered exactly as one that does not exist (R22).
func TestEveryRoute(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "erp-suite", harbor)
	owner := s.as(t, harbor)
	form := owner.get(at(order, "submit_request")).form(url.Values{"values.company": {"x"}, "values.users": {"1"},
		"values.region": {"eu"}, "values.contact": {"a@b.example"}, "confirm": {"yes"}})
	form.Add("attachments", owner.attach(at(order, "submit_request"), form, "plan.txt", "plan").ref(t))
	require.Equal(t, http.StatusSeeOther, owner.send(at(order, "submit_request"), form).StatusCode)
	version, ref := s.version(t, order), form.Get("attachments")
	unknown := supervision.Order{ID: "T-unknown"}
	people := s.everybody(t)
	for _, r := range s.routes() {
		t.Run(r.pattern, func(t *testing.T) {
			method, path := r.path(order, ref)
			_, never := r.path(unknown, ref)
			request := func(p *person, path string) answer {
				if method == http.MethodPost {
					return p.send(path, url.Values{"operation": {"submit_request"}, "confirm": {"draft"}})
				}
				if strings.HasSuffix(path, "/events") {
					return answer{Response: &http.Response{StatusCode: p.stream(path).status}}
				}
				return p.get(path)
			}
			if !r.anyone {
				away := request(s.visitor(t), path)
				if method == http.MethodPost {
					assert.Equal(t, http.StatusUnauthorized, away.StatusCode)
				} else if !strings.HasSuffix(path, "/events") {
					assert.Equal(t, "/login?next="+url.QueryEscape(path), away.Header.Get("Location"))
				}
			}
			for _, a := range market.Accounts {
				foreign := a.ID != order.Buyer && a.ID != order.Seller && a.Role != supervision.RoleManager &&
					a.Role != supervision.RoleSystem
				switch p := people[a.ID]; {
				case r.anyone:
				case r.role != "" && r.role != a.Role:
					assert.Equal(t, http.StatusNotFound, request(p, path).StatusCode, a.ID)
				case !strings.Contains(r.pattern, "{id}"):
				case foreign:
					theirs, none := request(p, path), request(p, never)
					assert.Equal(t, http.StatusNotFound, theirs.StatusCode, a.ID)
					assert.Equal(t, none.StatusCode, theirs.StatusCode, a.ID)
					assert.Equal(t, blind(none.body, unknown), blind(theirs.body, order), a.ID)
				default:
					assert.NotEqual(t, http.StatusNotFound, request(p, path).StatusCode, a.ID)
					assert.Equal(t, http.StatusNotFound, request(p, never).StatusCode, a.ID)
				}
			}
		})
	}
	assert.Equal(t, version, s.version(t, order))
}

// TestRoutes_AreWhose: these addresses need no login, and these belong to one
// role; TestEveryRoute holds the portal to it.
func TestRoutes_AreWhose(t *testing.T) {
	t.Parallel()
	whose := map[string][]string{}
	for _, r := range newSite(t).routes() {
		switch {
		case r.anyone:
			whose["anyone"] = append(whose["anyone"], r.pattern)
		case r.role != "":
			whose[string(r.role)] = append(whose[string(r.role)], r.pattern)
		}
	}
	assert.Equal(t, map[string][]string{
		"anyone": {"GET /login", "POST /login", "POST /language", "POST /logout"},
		"buyer":  {"GET /market", "POST /market/{product}"},
		"seller": {"GET /templates", "GET /templates/{product}/{operation}", "POST /templates/{product}/{operation}",
			"GET /many/{operation}", "POST /many/{operation}"},
		"manager": {"GET /overview"},
	}, whose)
}

// blind takes out of a page what the visitor has typed into the address, the
// time, and how many notices have come meanwhile.
func blind(body string, o supervision.Order) string {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(body, o.ID, "")) {
		if !strings.Contains(line, "data-now") && !strings.Contains(line, "Demonstration clock") &&
			!strings.Contains(line, `id="bell"`) && !strings.Contains(line, "<title>") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// TestCrossOrigin: what another site has a browser send does nothing, at any
// address.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.as(t, harbor)
	form := url.Values{"operation": {"submit_request"}, "text": {"Mine."}, "confirm": {"yes"}, "version": {"1"},
		"key": {"k"}, "account": {northwind}, "leap": {"5d"}, "do": {"confirm"}}
	writes := 0
	for _, r := range s.routes() {
		method, path := r.path(order, "sha256:00/name")
		if method == http.MethodGet {
			continue
		}
		writes++
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site",
			"Origin": "https://elsewhere.example"} {
			request, err := http.NewRequest(method, s.url+path, strings.NewReader(form.Encode()))
			require.NoError(t, err)
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set(header, value)
			refused := buyer.do(request, nil)
			assert.Equal(t, http.StatusForbidden, refused.StatusCode, "%s with %s", r.pattern, header)
			assert.Empty(t, refused.Cookies(), r.pattern)
		}
	}
	assert.GreaterOrEqual(t, writes, 7)
	assert.Equal(t, order.Version, s.version(t, order))
	assert.Zero(t, s.clock.ahead.Load())
	assert.Equal(t, http.StatusSeeOther, buyer.send(at(order, "submit_request"), form).StatusCode,
		"still the same session")
}

// TestHeaders: every answer forbids what a page does not need, and is kept
// nowhere; behind TLS the browser is told to stay there.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for _, https := range []bool{false, true} {
		s := startSite(t, settings{file: seeded(t), https: https})
		in := s.visitor(t).post("/login", url.Values{"account": {harbor}})
		require.Equal(t, https, in.Cookies()[0].Secure)
		token := in.Cookies()[0]
		for _, path := range []string{"/login", "/orders", "/orders/KG-1027", "/orders/KG-1027/record.json",
			"/orders/KG-1027/record.csv", "/orders/none", "/assets/portal.js", "/assets/portal.css"} {
			r, err := http.NewRequest(http.MethodGet, s.url+path, nil)
			require.NoError(t, err)
			r.AddCookie(token)
			h := s.visitor(t).do(r, nil).Header
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
					"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
				"Permissions-Policy": "camera=(), geolocation=(), microphone=()",
			} {
				assert.Equal(t, want, h.Get(name), "%s of %s", name, path)
			}
			assert.Equal(t, https, h.Get("Strict-Transport-Security") == "max-age=31536000", path)
			kept := "no-store"
			if strings.HasPrefix(path, "/assets/") {
				kept = "max-age=300"
			}
			assert.Equal(t, kept, h.Get("Cache-Control"), path)
		}
	}
}

// TestSession: the cookie is out of scripts' reach, minted anew by each login,
// and worth nothing after logging out or twelve hours.
func TestSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.visitor(t)
	away := p.get("/orders?turn=buyer")
	assert.Equal(t, "/login?next=%2Forders%3Fturn%3Dbuyer", away.Header.Get("Location"))
	chosen := &http.Cookie{Name: sessionCookie, Value: "chosen by somebody else"}
	logIn := func(with *http.Cookie) *http.Cookie {
		form := url.Values{"account": {harbor}, "next": {"/orders?turn=buyer"}}
		r, err := http.NewRequest(http.MethodPost, s.url+"/login", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(with)
		in := s.visitor(t).do(r, nil)
		assert.Equal(t, "/orders?turn=buyer", in.Header.Get("Location"))
		return in.Cookies()[0]
	}
	known := func(cookie *http.Cookie) bool {
		r, err := http.NewRequest(http.MethodGet, s.url+"/orders", nil)
		require.NoError(t, err)
		r.AddCookie(cookie)
		return s.visitor(t).do(r, nil).StatusCode == http.StatusOK
	}
	first := logIn(chosen)
	assert.NotEqual(t, logIn(chosen).Value, first.Value, "nobody can tell what it will be")
	assert.False(t, known(chosen))
	assert.True(t, known(first))
	second := logIn(first)
	assert.NotEqual(t, first.Value, second.Value)
	assert.False(t, known(first), "the session before ends")
	assert.True(t, known(second))
	assert.True(t, second.HttpOnly)
	assert.Equal(t, http.SameSiteLaxMode, second.SameSite)
	assert.Equal(t, int(sessionLength.Seconds()), second.MaxAge)
	var stored int
	require.NoError(t,
		s.db.QueryRow(`SELECT count(*) FROM portal_session WHERE token = $1`, second.Value).Scan(&stored))
	assert.Zero(t, stored, "the database lets nobody log in")

	now := time.Now()
	token, err := s.db.startSession(t.Context(), market.Accounts[0], "", now)
	require.NoError(t, err)
	for after, want := range map[time.Duration]bool{0: true, sessionLength - time.Microsecond: true,
		sessionLength: false, sessionLength + time.Microsecond: false} {
		_, ok, err := s.db.session(t.Context(), hashed(token), now.Add(after))
		require.NoError(t, err)
		assert.Equal(t, want, ok, after)
	}

	elsewhere := logIn(chosen)
	out, err := http.NewRequest(http.MethodPost, s.url+"/logout", nil)
	require.NoError(t, err)
	out.AddCookie(second)
	gone := s.visitor(t).do(out, nil)
	require.Equal(t, http.StatusSeeOther, gone.StatusCode)
	assert.Negative(t, gone.Cookies()[0].MaxAge, "the browser forgets it")
	assert.False(t, known(second))
	assert.True(t, known(elsewhere), "the account's other browsers stay logged in")
	assert.Equal(t, http.StatusOK, p.post("/login", url.Values{"account": {"nobody"}}).StatusCode)

	_, err = s.db.startSession(t.Context(), market.Accounts[0], "", now.Add(sessionLength))
	require.NoError(t, err)
	require.NoError(t,
		s.db.QueryRow(`SELECT count(*) FROM portal_session WHERE token = $1`, hashed(token)).Scan(&stored))
	assert.Zero(t, stored, "what has ended is forgotten")
}

func TestLocalPath(t *testing.T) {
	for given, want := range map[string]string{
		"/orders?x=1": "/orders?x=1", "": "/", "orders": "/", "//elsewhere.example": "/", `/\elsewhere.example`: "/",
		"https://elsewhere.example": "/", "/a\nb": "/", "/\r/elsewhere.example": "/", "/\t/elsewhere.example": "/",
	} {
		assert.Equal(t, want, localPath(given), given)
	}
}

// TestNext: no form leads away from the portal, whoever made the link to it.
func TestNext(t *testing.T) {
	t.Parallel()
	p := newSite(t).as(t, harbor)
	assert.Contains(t, p.get("/login?next=//elsewhere.example").body, `name="next" value="/"`)
	for _, form := range []string{"/language", "/clock"} {
		_, body, _ := strings.Cut(p.get("/orders?turn=buyer").body, `action="`+form+`"`)
		next := hiddenInput.FindStringSubmatch(body)
		assert.Equal(t, []string{"next", "/orders?turn=buyer"}, next[1:], form)
	}
	for path, typed := range map[string]url.Values{"/login": {"account": {harbor}}, "/language": {"language": {"en"}},
		"/clock": {"leap": {"1h"}}} {
		for next, want := range map[string]string{"//elsewhere.example": "/", "https://elsewhere.example/": "/",
			"/market": "/market"} {
			typed.Set("next", next)
			assert.Equal(t, want, p.post(path, typed).Header.Get("Location"), path)
			assert.Equal(t, want, p.post(path+"?"+typed.Encode(), typed).Header.Get("Location"), path)
		}
	}
}

// TestForms_AreBounded: nobody has the portal read without end.
func TestForms_AreBounded(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer, seller := s.as(t, harbor), s.as(t, "seller-cloudline")
	long := func(n int) url.Values { return url.Values{"account": {strings.Repeat("x", n)}, "do": {"update"}} }
	assert.Equal(t, http.StatusOK, buyer.post("/login", long(smallForm-100)).StatusCode)
	assert.Equal(t, http.StatusRequestEntityTooLarge, buyer.post("/login", long(smallForm)).StatusCode)
	assert.Equal(t, http.StatusOK, seller.post("/templates/crm/deliver", long(textForm-100)).StatusCode)
	for _, r := range s.routes() {
		method, path := r.path(order, "")
		reads := r.pattern != "POST /logout" && r.pattern != "POST /notices" && r.pattern != "POST /orders/{id}/{task}"
		if method != http.MethodPost || !reads {
			continue
		}
		p := map[bool]*person{true: seller, false: buyer}[r.role == supervision.RoleSeller]
		assert.Equal(t, http.StatusRequestEntityTooLarge, p.post(path, long(textForm)).StatusCode, r.pattern)
		garbled, err := http.NewRequest(method, s.url+path, strings.NewReader("a=%zz"))
		require.NoError(t, err)
		garbled.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		assert.Equal(t, http.StatusBadRequest, p.do(garbled, nil).StatusCode, r.pattern)
	}

	form := buyer.get(at(order, "submit_request")).form(url.Values{"text": {strings.Repeat("x", textForm+1<<20)}})
	texts := buyer.send(at(order, "submit_request"), form)
	assert.Equal(t, http.StatusUnprocessableEntity, texts.StatusCode)
	assert.Contains(t, texts.body, "Send fewer or smaller files at a time.")
	assert.Less(t, len(texts.body), textForm+1<<19, "nor is more of it kept")
	form["text"] = slices.Repeat([]string{""}, textForm/partCost+1)
	assert.Contains(t, buyer.send(at(order, "submit_request"), form).body, "Send fewer or smaller files at a time.")
}

// TestSlowLine: a form may take as long as it needs, while something comes.
func TestSlowLine(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.as(t, harbor)
	path := at(order, "submit_request")
	form := buyer.get(path).form(url.Values{"text": {"Move it."}})
	slow := &person{t, s.hurried(t, time.Nanosecond), buyer.client}
	answer := slow.send(path, form, upload{"attachments", "large.txt", strings.Repeat("x", maxFile)})
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, answer.body, "large.txt")
}

// TestTemplates_AreTheirSellers: a seller has the templates of its own products
// alone.
func TestTemplates_AreTheirSellers(t *testing.T) {
	t.Parallel()
	other := newSite(t).as(t, "seller-brightdesk")
	assert.Equal(t, http.StatusNotFound, other.get("/templates/erp-suite/submit_request").StatusCode)
	assert.Equal(t, http.StatusNotFound,
		other.post("/templates/erp-suite/submit_request", url.Values{"do": {"confirm"}}).StatusCode)
	assert.Equal(t, http.StatusNotFound, other.get("/templates/helpdesk/remind").StatusCode, "what has no template")
	assert.Equal(t, http.StatusOK, other.get("/templates/helpdesk/deliver").StatusCode)
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
	others := s.as(t, northwind).post("/market/erp-suite", form).Header.Get("Location")
	assert.Regexp(t, `^/orders/KG-[A-Z2-7]{10}$`, others)
	assert.NotEqual(t, first, others, "nobody takes another's id")
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

// TestDone_IsNotTheAddress: an address cannot have a page say that something
// was done.
func TestDone_IsNotTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	buyer := s.as(t, harbor)
	assert.NotContains(t, buyer.get("/orders/KG-1027?done=accept_product").body, `class="notice good"`)
	assert.NotContains(t, s.as(t, "seller-cloudline").get("/templates/erp-suite/submit_request?published=7").body,
		"is published")
}

// TestDone_IsDone: no page says that something was done which has failed.
func TestDone_IsDone(t *testing.T) {
	t.Parallel()
	s := startLogged(t, settings{file: seeded(t)}, io.Discard)
	seller, path := s.as(t, "seller-cloudline"), "/templates/crm/deliver"
	form := seller.get(path).form(url.Values{"do": {"confirm"}, "fields[0].kind": {"line"},
		"fields[0].label": {"Name"}})
	require.NoError(t, s.db.exec(t.Context(), `CREATE TRIGGER full BEFORE INSERT ON serviceflow_templates
		BEGIN SELECT RAISE(ABORT, 'full'); END`))
	require.Equal(t, http.StatusInternalServerError, seller.post(path, form).StatusCode)
	assert.NotContains(t, seller.get(path).body, `class="notice good"`)
}

// TestTemplate_StaleTab: a draft that was begun before somebody else published
// does not take that version's place unseen.
func TestTemplate_StaleTab(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seller := s.as(t, "seller-cloudline")
	draft := seller.get("/templates/erp-suite/submit_request").form(url.Values{"title": {"Mine"}, "do": {"confirm"},
		"fields[0].kind": {"line"}, "fields[0].label": {"Name"}, "fields[0].key": {"name"}})
	require.Equal(t, http.StatusSeeOther, seller.post("/templates/erp-suite/submit_request", draft).StatusCode)
	draft.Set("title", "Overtaken")
	stale := seller.post("/templates/erp-suite/submit_request", draft)
	assert.Equal(t, http.StatusConflict, stale.StatusCode)
	assert.Contains(t, stale.body, "Version 2 was published while you were writing.")
	assert.Contains(t, stale.body, "Overtaken", "and what was typed is kept")
	current, err := s.svc.Template(t.Context(), requestTemplate("erp-suite"))
	require.NoError(t, err)
	assert.Equal(t, "Mine", current.Template.Title)
	withdraw := url.Values{"version": {"1"}, "do": {"withdrawn"}}
	assert.Equal(t, http.StatusConflict, seller.post("/templates/erp-suite/submit_request", withdraw).StatusCode,
		"nor is what one has not seen withdrawn")
	draft = stale.form(draft)
	draft.Set("version", "2")
	assert.Equal(t, http.StatusSeeOther, seller.post("/templates/erp-suite/submit_request", draft).StatusCode)
}

// TestServe: the portal starts with nothing prepared, says where it is, and
// stops although a page is open.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	told, teller := io.Pipe()
	ended := make(chan error, 1)
	file := filepath.Join(t.TempDir(), "new %41#1?", "portal.db")
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
	dir, err := os.Stat(filepath.Dir(file))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), dir.Mode().Perm(), "nobody else on this machine reads it")
	assert.FileExists(t, file)
	stop()
	require.NoError(t, <-ended)
}

// TestSettings: the portal is for its own machine and nobody moves its clock,
// unless it is told otherwise.
func TestSettings(t *testing.T) {
	usual, err := parseSettings(nil)
	require.NoError(t, err)
	assert.Equal(t, settings{addr: "127.0.0.1:8080", file: usual.file}, usual)
	told, err := parseSettings([]string{"-addr", "a", "-file", "f", "-postgres", "p", "-smtp", "m", "-demo", "-https"})
	require.NoError(t, err)
	assert.Equal(t, settings{addr: "a", file: "f", postgres: "p", smtp: "m", Demo: true, https: true}, told)
}

// TestWork: a portal that runs sweeps and mails by itself.
func TestWork(t *testing.T) {
	t.Parallel()
	file, mail := seeded(t), catchMail(t)
	db, err := openDatabase(t.Context(), settings{file: file})
	require.NoError(t, err)
	require.NoError(t, db.exec(t.Context(), `INSERT INTO portal_kept VALUES ('buyer-harbor', '/old', 'x', 0)`))
	require.NoError(t, db.exec(t.Context(),
		`INSERT INTO portal_notice VALUES ('buyer-harbor', 'KG-1027', 1, 0, 1, 0)`))
	require.NoError(t, db.Close())
	s := startSite(t, settings{file: file, smtp: mail.addr})
	require.Eventually(t, func() bool {
		kept, _, err := s.db.kept(t.Context(), harbor, "/old")
		return err == nil && kept == "" && len(mail.mails(t, accounts[harbor].mail())) > 0
	}, patience, 10*time.Millisecond)
}

// TestEvery_GoesOn: what fails is logged and done again, until nobody wants it
// any more.
func TestEvery_GoesOn(t *testing.T) {
	var log strings.Builder
	p := &portal{log: slog.New(slog.NewTextHandler(&log, nil))}
	ctx, stop := context.WithCancel(t.Context())
	tries := 0
	p.every(ctx, time.Nanosecond, "mailing", func(context.Context) error {
		if tries++; tries == 3 {
			stop()
		}
		return errors.New("down")
	})
	assert.Equal(t, 3, tries)
	assert.Equal(t, 2, strings.Count(log.String(), "mailing failed"), "the last one was interrupted")
}

// TestBroken: what is wrong in the portal is logged, and told to nobody else.
func TestBroken(t *testing.T) {
	t.Parallel()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	t.Cleanup(func() { log.Close() })
	s := startLogged(t, settings{file: seeded(t)}, log)
	p := s.as(t, harbor)
	require.NoError(t, s.db.exec(t.Context(), `DROP TABLE portal_kept`))
	for _, broken := range []answer{p.get("/orders/KG-1031/submit_request"),
		p.post("/language", url.Values{"language": {"en"}})} {
		assert.Equal(t, http.StatusInternalServerError, broken.StatusCode)
		assert.Contains(t, broken.body, "Please try again in a moment.")
		assert.NotContains(t, broken.body, "portal_kept")
	}
	logged, err := os.ReadFile(log.Name())
	require.NoError(t, err)
	assert.Len(t, regexp.MustCompile(`request failed.*no such table: portal_kept`).FindAll(logged, -1), 2)
}

// TestProblems: whatever goes wrong, people read what they can do about it; and
// who has gone reads nothing.
func TestProblems(t *testing.T) {
	t.Parallel()
	s := startLogged(t, settings{file: seeded(t)}, io.Discard)
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{errNoSession, http.StatusUnauthorized, "Log in in a new window."},
		{errOtherSite, http.StatusForbidden, "The form was sent from another site."},
		{supervision.ErrNotFound, http.StatusNotFound, "There is no such page, or it is not yours to see."},
		{errMalformedForm, http.StatusBadRequest, "The address or the form is faulty."},
		{&http.MaxBytesError{}, http.StatusRequestEntityTooLarge, "The form is too large."},
		{service.ErrExists, http.StatusConflict, "Go back, reload the page and try again."},
		{service.ErrConflict, http.StatusConflict, "Go back, reload the page and try again."},
		{service.ErrStale, http.StatusConflict, "Go back, reload the page and try again."},
		{supervision.ErrRefused, http.StatusForbidden, "This is not yours to do now."},
		{service.ErrUnknownOutcome, http.StatusServiceUnavailable, "Please try again in a moment."},
		{io.ErrUnexpectedEOF, http.StatusInternalServerError, "Please try again in a moment."},
	} {
		w := httptest.NewRecorder()
		v := &visit{portal: s.portal, w: w, r: httptest.NewRequest(http.MethodGet, "/", nil), L: s.Tongues[0]}
		v.fail(fmt.Errorf("somewhere: %w", c.err))
		assert.Equal(t, c.status, w.Code, c.err)
		assert.Contains(t, w.Body.String(), c.says, c.err)
		assert.NotContains(t, w.Body.String(), "somewhere")
	}
	w := httptest.NewRecorder()
	(&visit{portal: s.portal, w: w}).fail(context.Canceled)
	assert.Empty(t, w.Body)
}

// TestServer_TimesOut: no connection is held for ever.
func TestServer_TimesOut(t *testing.T) {
	server := newServer(newSite(t).portal)
	for name, d := range map[string]time.Duration{"header": server.ReadHeaderTimeout, "read": server.ReadTimeout,
		"write": server.WriteTimeout, "idle": server.IdleTimeout} {
		assert.Positive(t, d, name)
	}
}
