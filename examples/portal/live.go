package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// hub tells open pages that something has happened; they fetch for themselves
// what they may see. Each relayed record reaches the pages of this process
// only: with several processes the host would send it around between them.
type hub struct {
	svc       *service.Service
	mu        sync.Mutex
	listeners map[*listener]bool
	closed    chan struct{}
	closing   sync.Once
}

// listener is one open page: on one order, or on all that its actor may see.
type listener struct {
	actor supervision.Actor
	order string
	news  chan struct{} // holds one: several pieces of news are fetched at once
}

const (
	maxListeners = 1000
	heartbeat    = 20 * time.Second
)

func newHub(svc *service.Service) *hub {
	return &hub{svc: svc, listeners: make(map[*listener]bool), closed: make(chan struct{})}
}

// publish is what the service relays records to. It never fails: whoever misses
// one sees it with the next.
func (h *hub) publish(ctx context.Context, r supervision.Record) error {
	sees := make(map[supervision.Actor]bool)
	for _, l := range h.snapshot() {
		if l.order == "" {
			seen, asked := sees[l.actor]
			if !asked {
				_, err := h.svc.Order(ctx, r.Order, l.actor) // who sees an order is the library's to say (R22)
				seen = err == nil
				sees[l.actor] = seen
			}
			if !seen {
				continue
			}
		} else if l.order != r.Order {
			continue
		}
		l.tell()
	}
	return nil
}

// wake tells everybody: the clock has moved.
func (h *hub) wake() {
	for _, l := range h.snapshot() {
		l.tell()
	}
}

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
func (h *hub) join(actor supervision.Actor, order string) (*listener, bool) {
	l := &listener{actor, order, make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.listeners) >= maxListeners {
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

func (v *visit) streamList() error { return v.stream("", func() (bool, error) { return false, nil }) }

// streamOrder follows an order that the visitor may see, from the version that
// the page shows.
func (v *visit) streamOrder() error {
	id := v.r.PathValue("id")
	return v.stream(id, func() (bool, error) {
		order, err := v.svc.Order(v.r.Context(), id, v.actor())
		seen, malformed := strconv.ParseInt(v.r.FormValue("seen"), 10, 64)
		return malformed == nil && seen < order.Version, err
	})
}

// stream sends an event for each piece of news until the page is closed. Only
// after it has joined does it ask whether the page is late already: nothing can
// slip through between.
func (v *visit) stream(order string, late func() (bool, error)) error {
	l, ok := v.live.join(v.actor(), order)
	if !ok {
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

// follow ends when the page has gone or the portal stops.
func (v *visit) follow(l *listener) {
	pulse := time.NewTicker(heartbeat)
	defer pulse.Stop()
	err := v.emit("retry: 2000\n\n")
	for err == nil {
		select {
		case <-v.r.Context().Done():
			return
		case <-v.live.closed:
			return
		case <-l.news:
			err = v.emit("data: changed\n\n")
		case <-pulse.C:
			err = v.emit(": still here\n\n")
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
