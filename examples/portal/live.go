package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// hub has the open pages of this process. They are told that something has
// happened, and fetch for themselves what they may see.
type hub struct {
	mu        sync.Mutex
	listeners map[*listener]bool
	closed    chan struct{}
	closing   sync.Once
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
	heartbeat         = 20 * time.Second
)

func newHub() *hub { return &hub{listeners: make(map[*listener]bool), closed: make(chan struct{})} }

func (l *listener) tell() {
	select {
	case l.news <- struct{}{}:
	default:
	}
}

func (h *hub) snapshot() []*listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]*listener, 0, len(h.listeners))
	for l := range h.listeners {
		list = append(list, l)
	}
	return list
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

// close ends all streams, so that the server can stop.
func (h *hub) close() { h.closing.Do(func() { close(h.closed) }) }

// publish is what the service relays records to: it keeps the notices, and tells
// open pages. A page that misses something sees it with the next.
func (p *portal) publish(ctx context.Context, e service.Event) error {
	err := p.notify(ctx, e.Record)
	p.announce(ctx, e.Record.Order)
	return err
}

// announce tells the pages of every process that something has happened to an
// order; "" stands for the clock, which has moved for all.
func (p *portal) announce(ctx context.Context, order string) {
	if p.db.channel == "" {
		p.tell(ctx, order)
		return
	}
	if _, err := p.db.ExecContext(ctx, `SELECT pg_notify($1, $2)`, p.db.channel, order); err != nil &&
		ctx.Err() == nil {
		p.log.Warn("other processes have not been told", "error", err)
	}
}

// tell tells the pages of this process.
func (p *portal) tell(ctx context.Context, order string) {
	sees := make(map[supervision.Actor]bool)
	for _, l := range p.live.snapshot() {
		if order != "" {
			seen, asked := sees[l.actor]
			if l.order != "" && l.order != order {
				continue
			}
			if !asked {
				_, err := p.svc.Order(ctx, order, l.actor) // who sees an order is the library's to say (R22)
				seen = err == nil
				sees[l.actor] = seen
			}
			if !seen {
				continue
			}
		}
		l.tell()
	}
}

// hear listens to what this and other processes announce, until the context
// ends. After an interruption everybody is told, for something may be missed.
func (p *portal) hear(ctx context.Context) {
	for p.db.channel != "" && ctx.Err() == nil {
		if err := p.listen(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("other processes cannot be heard", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (p *portal) listen(ctx context.Context) error {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		pg := driver.(*stdlib.Conn).Conn()
		defer pg.Close(context.WithoutCancel(ctx)) // it is of no use to anybody else
		if _, err := pg.Exec(ctx, "LISTEN "+pgx.Identifier{p.db.channel}.Sanitize()); err != nil {
			return err
		}
		order := ""
		for {
			if order == "" {
				if err := p.db.readClock(ctx, p.clock); err != nil {
					return err
				}
			}
			p.tell(ctx, order)
			news, err := pg.WaitForNotification(ctx)
			if err != nil {
				return err
			}
			order = news.Payload
		}
	})
}

func (v *visit) streamList() error { return v.stream("", func() (bool, error) { return false, nil }) }

// streamOrder follows an order that the visitor may see, from the version that
// the page shows.
func (v *visit) streamOrder() error {
	return v.stream(v.order.ID, func() (bool, error) {
		order, err := v.svc.Order(v.r.Context(), v.order.ID, v.actor())
		seen, malformed := strconv.ParseInt(v.r.FormValue("seen"), 10, 64)
		return malformed == nil && seen < order.Version, err
	})
}

// stream sends an event for each piece of news until the page is closed. Only
// after it has joined does it ask whether the page is late already: nothing can
// slip through between.
func (v *visit) stream(order string, late func() (bool, error)) error {
	l, ok := v.live.join(v.actor(), v.session, order)
	if !ok {
		v.w.Header().Set("Retry-After", "10")
		http.Error(v.w, "too many open pages", http.StatusServiceUnavailable)
		return nil
	}
	defer v.live.leave(l)
	missed, err := late()
	if err != nil {
		return err
	}
	if missed {
		l.tell()
	}
	v.w.Header().Set("Content-Type", "text/event-stream")
	v.follow(l)
	return nil
}

// follow ends when the page has gone, its session has ended or the portal
// stops.
func (v *visit) follow(l *listener) {
	pulse := time.NewTicker(heartbeat)
	defer pulse.Stop()
	err := v.emit("retry: 2000\n\n")
	for err == nil && v.known {
		text := ": still here\n\n"
		select {
		case <-v.r.Context().Done():
			return
		case <-v.live.closed:
			return
		case <-l.news:
			text = "data: changed\n\n"
		case <-pulse.C:
		}
		if err = v.identify(); err == nil && v.known {
			err = v.emit(text)
		}
	}
}

// emit writes to the stream and gives it time until well after the next
// heartbeat.
func (v *visit) emit(text string) error {
	control := http.NewResponseController(v.w)
	err := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Now().Add(3*heartbeat)))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := fmt.Fprint(v.w, text); err != nil {
		return err
	}
	return control.Flush()
}
