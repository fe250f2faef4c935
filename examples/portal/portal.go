// Command portal is a host of the library: the Service Supervision page of a
// marketplace, in a browser.
//
//	go run ./examples/portal
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/benbjohnson/clock"
	"golang.org/x/sync/errgroup"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	settings, err := parseSettings(os.Args[1:])
	if err == nil {
		err = serve(ctx, settings, os.Stdout)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "portal:", err)
		os.Exit(1)
	}
}

type settings struct {
	addr, file, postgres, smtp string
	Demo, https                bool
}

func parseSettings(args []string) (s settings, err error) {
	dir, err := os.UserCacheDir() // keeps the demonstration out of the directory it is started in
	if err != nil {
		dir = os.TempDir()
	}
	flags := flag.NewFlagSet("portal", flag.ContinueOnError)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&s.file, "file", filepath.Join(dir, "serviceflow-portal", "portal.db"),
		"SQLite `file`; delete it to begin anew")
	flags.StringVar(&s.postgres, "postgres", "", "`URL` of a PostgreSQL database to use instead of the file")
	flags.BoolVar(&s.Demo, "demo", false, "let everybody move the clock forward")
	flags.BoolVar(&s.https, "https", false, "browsers come through a TLS proxy: cookies are Secure")
	flags.StringVar(&s.smtp, "smtp", "",
		"`address` of a mail server to send notices to, such as a catcher on this machine")
	return s, flags.Parse(args)
}

// serve runs the portal until the context ends, and then lets running requests
// finish.
func serve(ctx context.Context, s settings, out io.Writer) error {
	db, err := openDatabase(ctx, s)
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := newPortal(ctx, db, s, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("%w: choose another -addr", err)
	}
	fmt.Fprintf(out, "Service Supervision at http://%s\nData in %s\n", listener.Addr(), db.where)

	server := newServer(p)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { p.work(ctx); return nil })
	group.Go(func() error { return server.Serve(listener) })
	group.Go(func() error {
		<-ctx.Done()
		ending, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return server.Shutdown(ending)
	})
	if err := group.Wait(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// newServer has time-outs into which uploads have to fit; event streams move
// their own deadline.
func newServer(p *portal) *http.Server {
	server := &http.Server{Handler: p.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelWarn)}
	server.RegisterOnShutdown(p.live.close) // event streams never end by themselves
	return server
}

// portal is the host: what it adds to the library is people's sessions, files,
// words and pages.
type portal struct {
	svc     *service.Service
	clock   *demoClock
	db      *database
	live    *hub
	Tongues tongues
	log     *slog.Logger
	settings
}

// newPortal prepares the tables and, in an empty database, the demonstration
// market.
func newPortal(ctx context.Context, db *database, s settings, log *slog.Logger) (*portal, error) {
	clock := &demoClock{Clock: clock.New()}
	if err := db.readClock(ctx, clock); err != nil {
		return nil, err
	}
	svc, err := service.New(db.store, service.WithClock(clock), service.WithLogger(log),
		service.WithInterval(200*time.Millisecond)) // an open page hears as soon of what the other party did
	if err != nil {
		return nil, err
	}
	p := &portal{svc: svc, clock: clock, db: db, live: newHub(), Tongues: parseTongues(), log: log, settings: s}
	return p, p.seed(ctx)
}

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
		p.every(ctx, time.Hour, "sweeping", func(ctx context.Context) error { return p.sweep(ctx, time.Now()) })
	})
	others.Go(func() { p.every(ctx, 2*time.Second, "mailing", p.mail) })
	_ = p.svc.Run(ctx, p.publish) // the context's error
}

// route is one address and who may ask for it: anyone, members, or one role
// alone. What is posted to it is read up to a size; 0 leaves that to the page.
type route struct {
	pattern string
	anyone  bool
	role    supervision.Role
	form    int64
	page    func(*visit) error
}

// routes lists every address. Tests read it, so that none goes untested.
func (p *portal) routes() []route {
	list := []route{
		{"GET /login", true, "", 0, (*visit).showLogin},
		{"POST /login", true, "", smallForm, (*visit).login},
		{"POST /language", true, "", smallForm, (*visit).choose},
		{"POST /logout", true, "", 0, (*visit).logout},
		{"/", false, "", 0, (*visit).notFound},
		{"GET /{$}", false, "", 0, (*visit).home},
		{"GET /orders", false, "", 0, (*visit).showList},
		{"GET /events", false, "", 0, (*visit).stream},
		{"GET /orders/{id}", false, "", 0, (*visit).showOrder},
		{"GET /orders/{id}/events", false, "", 0, (*visit).stream},
		{"GET /orders/{id}/files/{digest}/{name}", false, "", 0, (*visit).download},
		{"GET /orders/{id}/record", false, "", 0, (*visit).showDocument},
		{"GET /orders/{id}/record.json", false, "", 0, (*visit).exportJSON},
		{"GET /orders/{id}/record.csv", false, "", 0, (*visit).exportCSV},
		{"GET /orders/{id}/{task}", false, "", 0, (*visit).showTask},
		{"POST /orders/{id}/{task}", false, "", 0, (*visit).perform},
		{"GET /notices", false, "", 0, (*visit).showNotices},
		{"POST /notices", false, "", 0, (*visit).readNotices},
		{"GET /market", false, supervision.RoleBuyer, 0, (*visit).showMarket},
		{"POST /market/{product}", false, supervision.RoleBuyer, smallForm, (*visit).buy},
		{"GET /templates", false, supervision.RoleSeller, 0, (*visit).showTemplates},
		{"GET /templates/{product}/{operation}", false, supervision.RoleSeller, 0, (*visit).showEditor},
		{"POST /templates/{product}/{operation}", false, supervision.RoleSeller, textForm, (*visit).edit},
		{"GET /overview", false, supervision.RoleManager, 0, (*visit).showOverview},
		{"GET /many/{operation}", false, supervision.RoleSeller, 0, (*visit).many},
		{"POST /many/{operation}", false, supervision.RoleSeller, textForm, (*visit).many},
	}
	if p.Demo {
		list = append(list, route{"POST /clock", false, "", smallForm, (*visit).jump})
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
	mux.HandleFunc("GET /assets/{file}", serveAsset)
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

// leaps are how far one press moves the demonstration clock.
var leaps = map[string]time.Duration{"1h": time.Hour, "3h": 3 * time.Hour, "1d": supervision.Day,
	"5d": 5 * supervision.Day}

func (v *visit) jump() error {
	v.err = v.db.forward(v.ctx(), leaps[v.r.PostFormValue("leap")], v.clock)
	v.announce(v.ctx(), "")
	return v.redirect(v.Next())
}
