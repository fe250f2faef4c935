package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// portal is the host: what it adds to the library is people's sessions, files,
// words and pages.
type portal struct {
	svc   *service.Service
	clock *demoClock
	db    *database
	live  *hub
	pages pages
	log   *slog.Logger
	demo  bool
	https bool
}

// relayInterval is how soon an open page hears of what the other party did.
const relayInterval = 200 * time.Millisecond

// newPortal prepares the tables and, in an empty database, the demonstration
// market.
func newPortal(ctx context.Context, db *database, s settings, log *slog.Logger) (*portal, error) {
	clock, err := db.clock(ctx)
	if err != nil {
		return nil, err
	}
	svc, err := service.New(db.store, service.WithClock(clock), service.WithLogger(log),
		service.WithInterval(relayInterval))
	if err != nil {
		return nil, err
	}
	pages, err := parsePages()
	if err != nil {
		return nil, err
	}
	p := &portal{svc: svc, clock: clock, db: db, live: newHub(svc), pages: pages, log: log, demo: s.demo,
		https: s.https}
	return p, p.seed(ctx)
}

// work settles what time brings and tells open pages what happened, until the
// context ends.
func (p *portal) work(ctx context.Context) {
	if err := p.svc.Run(ctx, p.live.publish); err != nil && ctx.Err() == nil {
		p.log.Error("worker ended", "error", err)
	}
}

func (p *portal) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", serveAssets())
	mux.HandleFunc("GET /login", p.anyone((*visit).showLogin))
	mux.HandleFunc("POST /login", p.anyone((*visit).login))
	mux.HandleFunc("POST /logout", p.anyone((*visit).logout))
	mux.HandleFunc("/", p.member((*visit).notFound))

	mux.HandleFunc("GET /{$}", p.member((*visit).home))
	mux.HandleFunc("GET /orders", p.member((*visit).showList))
	mux.HandleFunc("GET /events", p.member((*visit).streamList))
	mux.HandleFunc("GET /orders/{id}", p.member((*visit).showOrder))
	mux.HandleFunc("GET /orders/{id}/events", p.member((*visit).streamOrder))
	mux.HandleFunc("GET /orders/{id}/files/{digest}", p.member((*visit).download))
	mux.HandleFunc("GET /orders/{id}/{task}", p.member((*visit).showTask))
	mux.HandleFunc("POST /orders/{id}/{task}", p.member((*visit).perform))

	mux.HandleFunc("GET /market", p.only(supervision.RoleBuyer, (*visit).showMarket))
	mux.HandleFunc("POST /market/{product}", p.only(supervision.RoleBuyer, (*visit).buy))
	mux.HandleFunc("GET /templates", p.only(supervision.RoleSeller, (*visit).showTemplates))
	mux.HandleFunc("GET /templates/{product}", p.only(supervision.RoleSeller, (*visit).showEditor))
	mux.HandleFunc("POST /templates/{product}", p.only(supervision.RoleSeller, (*visit).edit))
	mux.HandleFunc("GET /appeals", p.only(supervision.RoleManager, (*visit).showQueue))
	if p.demo {
		mux.HandleFunc("POST /clock", p.member((*visit).jump))
	}
	return p.protect(mux)
}
