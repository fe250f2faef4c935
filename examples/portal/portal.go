package main

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// portal is the host: what it adds to the library is people's sessions, files,
// words and pages.
type portal struct {
	svc     *service.Service
	clock   *demoClock
	db      *database
	live    *hub
	tongues tongues
	log     *slog.Logger
	demo    bool
	https   bool
	mailer
}

// relayInterval is how soon an open page hears of what the other party did.
const relayInterval = 200 * time.Millisecond

// newPortal prepares the tables and, in an empty database, the demonstration
// market.
func newPortal(ctx context.Context, db *database, s settings, log *slog.Logger) (*portal, error) {
	clock := &demoClock{Clock: clock.New()}
	if err := db.readClock(ctx, clock); err != nil {
		return nil, err
	}
	svc, err := service.New(db.store, service.WithClock(clock), service.WithLogger(log),
		service.WithInterval(relayInterval))
	if err != nil {
		return nil, err
	}
	tongues, err := parseTongues()
	if err != nil {
		return nil, err
	}
	p := &portal{svc: svc, clock: clock, db: db, live: newHub(), tongues: tongues, log: log, demo: s.demo,
		https: s.https, mailer: mailer{s.smtp, "http://" + s.addr}}
	return p, p.seed(ctx)
}

// How often what nobody refers to is removed, and notices are mailed.
const (
	sweepInterval = time.Hour
	mailInterval  = 2 * time.Second
)

// every does something now and then, until the context ends.
func (p *portal) every(ctx context.Context, interval time.Duration, what string, do func(context.Context) error) {
	for ctx.Err() == nil {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn(what+" failed", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(interval):
		}
	}
}

// work settles what time brings, tells open pages what happened and removes
// what nobody needs, until the context ends.
func (p *portal) work(ctx context.Context) {
	var others sync.WaitGroup
	defer others.Wait()
	others.Go(func() { p.every(ctx, time.Second, "hearing other processes", p.listen) })
	others.Go(func() {
		p.every(ctx, sweepInterval, "sweeping", func(ctx context.Context) error { return p.sweep(ctx, time.Now()) })
	})
	others.Go(func() { p.every(ctx, mailInterval, "mailing", p.mail) })
	if err := p.svc.Run(ctx, p.publish); err != nil && ctx.Err() == nil {
		p.log.Error("worker ended", "error", err)
	}
}

// route is one address and who may ask for it: anyone, members, or one role
// alone.
type route struct {
	pattern string
	anyone  bool
	role    supervision.Role
	page    func(*visit) error
}

// routes lists every address. Tests read it, so that none goes untested.
func (p *portal) routes() []route {
	list := []route{
		{"GET /login", true, "", (*visit).showLogin},
		{"POST /login", true, "", (*visit).login},
		{"POST /language", true, "", (*visit).choose},
		{"POST /logout", true, "", (*visit).logout},
		{"/", false, "", (*visit).notFound},
		{"GET /{$}", false, "", (*visit).home},
		{"GET /orders", false, "", (*visit).showList},
		{"GET /events", false, "", (*visit).stream},
		{"GET /orders/{id}", false, "", (*visit).showOrder},
		{"GET /orders/{id}/events", false, "", (*visit).stream},
		{"GET /orders/{id}/files/{digest}/{name}", false, "", (*visit).download},
		{"GET /orders/{id}/record", false, "", (*visit).showDocument},
		{"GET /orders/{id}/record.json", false, "", (*visit).exportJSON},
		{"GET /orders/{id}/record.csv", false, "", (*visit).exportCSV},
		{"GET /orders/{id}/{task}", false, "", (*visit).showTask},
		{"POST /orders/{id}/{task}", false, "", (*visit).perform},
		{"POST /orders/{id}/{task}/files", false, "", (*visit).upload},
		{"GET /notices", false, "", (*visit).showNotices},
		{"POST /notices", false, "", (*visit).readNotices},
		{"GET /market", false, supervision.RoleBuyer, (*visit).showMarket},
		{"POST /market/{product}", false, supervision.RoleBuyer, (*visit).buy},
		{"GET /templates", false, supervision.RoleSeller, (*visit).showTemplates},
		{"GET /templates/{product}", false, supervision.RoleSeller, (*visit).showEditor},
		{"POST /templates/{product}", false, supervision.RoleSeller, (*visit).edit},
		{"GET /overview", false, supervision.RoleManager, (*visit).showOverview},
		{"GET /many/{operation}", false, supervision.RoleSeller, (*visit).showMany},
		{"POST /many/{operation}", false, supervision.RoleSeller, (*visit).performMany},
	}
	if p.demo {
		list = append(list, route{"POST /clock", false, "", (*visit).jump})
	}
	return list
}

// contentPolicy lets a page load what the portal itself serves, and nothing
// inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// handler serves the routes. Every answer says what a browser shall not do with
// it, and what other sites have a browser send is refused.
func (p *portal) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/", serveAssets)
	for _, r := range p.routes() {
		mux.HandleFunc(r.pattern, p.serve(r))
	}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(p.serve(route{anyone: true, page: func(*visit) error { return errOtherSite }}))
	next := origin.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{"Content-Security-Policy": contentPolicy,
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			"Permissions-Policy": "camera=(), geolocation=(), microphone=()", "Cache-Control": "no-store"} {
			w.Header().Set(name, value)
		}
		if p.https {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// demoClock is the wall clock plus an offset that only grows. Timers run in
// real time: the service measures pauses with them, and computes everything
// else from Now.
type demoClock struct {
	clock.Clock
	ahead atomic.Int64 // a time.Duration
}

func (c *demoClock) Now() time.Time                  { return c.Clock.Now().Add(time.Duration(c.ahead.Load())) }
func (c *demoClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }
func (c *demoClock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// leap is how far one press moves the demonstration clock.
type leap struct {
	Value, Label string
	length       time.Duration
}

var leaps = []leap{{"1h", "+1 hour", time.Hour}, {"3h", "+3 hours", 3 * time.Hour},
	{"1d", "+1 day", supervision.Day}, {"5d", "+5 days", 5 * supervision.Day}}

// jump moves the demonstration clock forward for everybody.
func (v *visit) jump() error {
	if err := v.readForm(smallForm); err != nil {
		return err
	}
	for _, l := range leaps {
		if l.Value == v.r.PostFormValue("leap") {
			if err := v.db.forward(v.r.Context(), l.length, v.clock); err != nil {
				return err
			}
			v.announce(v.r.Context(), "")
		}
	}
	return v.redirect(localPath(v.r.PostFormValue("next")))
}
