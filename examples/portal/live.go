package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// hub has the open pages of this process. They are told that something has
// happened, and fetch for themselves what they may see.
type hub struct {
	mu        sync.Mutex
	listeners map[*listener]bool
	heartbeat time.Duration
	open      context.Context
	close     context.CancelFunc // ends all streams, so that the server can stop
}

// listener is one open page: on one order, or on all that its actor may see.
type listener struct {
	actor   supervision.Actor
	session string
	order   string
	news    chan struct{} // holds one: several pieces of news are fetched at once
}

// Bounds of open streams, so that one visitor cannot take everybody's.
const (
	maxSessionStreams = 8
	maxAccountStreams = 64
	maxStreams        = 5000
)

func newHub() *hub {
	h := &hub{listeners: make(map[*listener]bool), heartbeat: 20 * time.Second}
	h.open, h.close = context.WithCancel(context.Background())
	return h
}

// join adds a listener; false where there are too many.
func (h *hub) join(actor supervision.Actor, session, order string) (*listener, bool) {
	l := &listener{actor, session, order, make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	bySession, byAccount := 0, 0
	for other := range h.listeners {
		if other.session == session {
			bySession++
		}
		if other.actor == actor {
			byAccount++
		}
	}
	if bySession >= maxSessionStreams || byAccount >= maxAccountStreams || len(h.listeners) >= maxStreams {
		return nil, false
	}
	h.listeners[l] = true
	return l, true
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
}

// publish is what the service relays records to: it keeps the notices, and
// tells open pages. A page that misses something sees it with the next.
func (p *portal) publish(ctx context.Context, e service.Event) error {
	err := p.notify(ctx, e)
	p.announce(ctx, e.ID.Order)
	return err
}

// announce tells the pages of every process that something has happened to an
// order; "" stands for the clock, which has moved for all.
func (p *portal) announce(ctx context.Context, order string) {
	if p.db.channel == "" {
		p.spread(ctx, order)
	} else if err := p.db.exec(ctx, `SELECT pg_notify($1, $2)`, p.db.channel, order); err != nil && ctx.Err() == nil {
		p.log.Warn("other processes have not been told", "error", err)
	}
}

// spread tells the pages of this process. Who sees an order is the library's to
// say (R22).
func (p *portal) spread(ctx context.Context, id string) {
	order, err := supervision.Order{}, error(nil)
	if id != "" {
		order, err = p.svc.Order(ctx, id, supervision.System())
	}
	p.live.mu.Lock()
	defer p.live.mu.Unlock()
	for l := range p.live.listeners {
		_, hidden := order.For(l.actor)
		if id == "" || (l.order == "" || l.order == id) && cmp.Or(err, hidden) == nil {
			select {
			case l.news <- struct{}{}:
			default:
			}
		}
	}
}

// listen hears what this and other processes announce, where there are others.
// At first everybody is told, for something may have been missed.
func (p *portal) listen(ctx context.Context) error {
	if p.db.channel == "" {
		return nil
	}
	conn, err := pgx.Connect(ctx, p.postgres)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "LISTEN "+pgx.Identifier{p.db.channel}.Sanitize())
	for news := new(pgconn.Notification); err == nil; news, err = conn.WaitForNotification(ctx) {
		if news.Payload == "" {
			if err := p.db.readClock(ctx, p.clock); err != nil {
				return err
			}
		}
		p.spread(ctx, news.Payload)
	}
	return err
}

// stream sends an event for each piece of news until the page has gone, its
// session has ended or the portal stops: of an order from the version that the
// page shows. Only after it has joined does it ask whether the page is late
// already: nothing can slip through between.
func (v *visit) stream() error {
	l, ok := v.live.join(v.actor(), v.session, v.order.ID)
	if !ok {
		v.w.Header().Set("Retry-After", "10")
		v.w.WriteHeader(http.StatusServiceUnavailable)
		return nil
	}
	defer v.live.leave(l)
	const news = "data: changed\n\n"
	text := "retry: 2000\n\n"
	if v.order.ID != "" {
		if err := v.look(v.order.ID); err != nil {
			return err
		}
		if seen, err := strconv.ParseInt(v.r.FormValue("seen"), 10, 64); err == nil && seen < v.order.Version {
			text += news
		}
	}
	v.w.Header().Set("Content-Type", "text/event-stream")
	pulse := time.NewTicker(v.live.heartbeat)
	defer pulse.Stop()
	for v.Known && v.emit(text) == nil {
		text = ": still here\n\n"
		select {
		case <-v.ctx().Done():
			return nil
		case <-v.live.open.Done():
			return nil
		case <-l.news:
			text = news
		case <-pulse.C:
		}
		if err := v.identify(); err != nil {
			return nil
		}
	}
	return nil
}

// emit writes to the stream and gives it time until well after the next
// heartbeat.
func (v *visit) emit(text string) error {
	control := http.NewResponseController(v.w)
	until := time.Now().Add(3 * v.live.heartbeat)
	lasting := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(until))
	_, err := fmt.Fprint(v.w, text)
	return errors.Join(lasting, err, control.Flush())
}
