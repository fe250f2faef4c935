package main

import (
	"errors"
	"net/http"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/words"
)

// problem is an error as RFC 9457 writes it, explained in the caller's
// language; machines read Type, codes and Refusal.
type problem struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Unreadable string `json:"unreadable,omitempty"` // the order that is stored and cannot be read
	words.Explanation
}

var (
	errUnknownCaller = errors.New("say who you are")
	errNotYours      = errors.New("only the host may")
	errNoKey         = errors.New("send an Idempotency-Key")
)

// problems says what each typed error is to a client.
var problems = []struct {
	is     error
	kind   string
	status int
}{
	{errUnknownCaller, "unauthenticated", http.StatusUnauthorized},
	{errNotYours, "refused", http.StatusForbidden},
	{errNoKey, "no-idempotency-key", http.StatusBadRequest},
	{supervision.ErrNotFound, "not-found", http.StatusNotFound},
	{supervision.ErrRefused, "refused", http.StatusConflict},
	{supervision.ErrMalformed, "malformed", http.StatusBadRequest},
	{supervision.ErrInvalid, "invalid", http.StatusUnprocessableEntity},
	{service.ErrStale, "changed", http.StatusPreconditionFailed},
	{service.ErrConflict, "busy", http.StatusServiceUnavailable},
	{service.ErrExists, "exists", http.StatusConflict},
	{service.ErrKeyReused, "key-reused", http.StatusUnprocessableEntity},
	{service.ErrUnknownOutcome, "unknown-outcome", http.StatusServiceUnavailable},
}

func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	language := words.Preferred(r.Header.Get("Accept-Language"))
	p := problem{Type: "about:blank", Status: http.StatusInternalServerError, Explanation: language.Explain(err)}
	for _, known := range problems {
		if errors.Is(err, known.is) {
			p.Type, p.Status = "/problems/"+known.kind, known.status
			break
		}
	}
	var unreadable *service.UnreadableError
	switch {
	case errors.As(err, &unreadable): // what is malformed is the store's
		p.Type, p.Status, p.Unreadable = "/problems/unreadable", http.StatusInternalServerError, unreadable.Order
	case errors.Is(err, supervision.ErrMalformed): // for the client's author; it repeats nothing of the body
		p.Detail, language = err.Error(), words.English()
	case errors.As(err, new(*http.MaxBytesError)):
		p.Status = http.StatusRequestEntityTooLarge
	case p.Refusal != nil && p.Refusal.Reason == supervision.ReasonRole:
		p.Status = http.StatusForbidden
	case p.Status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Basic")
	case p.Status == http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1") // the same key does it once
	}
	p.Title = http.StatusText(p.Status)
	w.Header().Set("Content-Language", language.Tag)
	write(w, "application/problem+json", p.Status, p)
}
