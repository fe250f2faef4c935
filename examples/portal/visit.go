package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// visit is one request and who makes it.
type visit struct {
	*portal
	w     http.ResponseWriter
	r     *http.Request
	who   account
	known bool
}

// anyone serves a page to whoever asks.
func (p *portal) anyone(page func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{portal: p, w: w, r: r}
		if err := v.identify(); err != nil {
			v.fail(err)
		} else if err := page(v); err != nil {
			v.fail(err)
		}
	}
}

// member serves a page to people who have logged in, and asks the others to.
func (p *portal) member(page func(*visit) error) http.HandlerFunc {
	return p.anyone(func(v *visit) error {
		if v.known {
			return page(v)
		}
		next := ""
		if v.r.Method == http.MethodGet {
			next = "?" + query("next", v.r.URL.RequestURI())
		}
		http.Redirect(v.w, v.r, "/login"+next, http.StatusSeeOther)
		return nil
	})
}

// only serves a page that other roles do not have.
func (p *portal) only(role supervision.Role, page func(*visit) error) http.HandlerFunc {
	return p.member(func(v *visit) error {
		if v.who.Role != role {
			return v.notFound()
		}
		return page(v)
	})
}

func (v *visit) actor() supervision.Actor { return v.who.actor() }

func (v *visit) notFound() error { return supervision.ErrNotFound }

// home is where each role begins.
func (v *visit) home() error {
	path := "/orders"
	if v.who.Role == supervision.RoleManager {
		path = "/appeals"
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

type errorPage struct {
	layout
	Text string
}

// fail answers with what went wrong. An order that is somebody else's looks
// like one that does not exist (R22).
func (v *visit) fail(err error) {
	status, title, text := http.StatusInternalServerError, "Something went wrong", "Please try again in a moment."
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, context.Canceled):
		return // nobody waits for the answer
	case errors.Is(err, supervision.ErrNotFound):
		status, title, text = http.StatusNotFound, "Not found", "There is no such page, or it is not yours to see."
	case errors.As(err, &tooLarge):
		status, title = http.StatusRequestEntityTooLarge, "Too much at once"
		text = "The files are too large together. Go back and send fewer or smaller ones."
	case errors.Is(err, errMalformedForm), errors.Is(err, supervision.ErrInvalid):
		status, title, text = http.StatusBadRequest, "That did not work",
			"The address or the form is faulty. Go back and try again."
	case errors.Is(err, service.ErrExists), errors.Is(err, service.ErrConflict):
		status, title, text = http.StatusConflict, "Somebody was faster", "Go back, reload the page and try again."
	case errors.Is(err, supervision.ErrRefused):
		status, title, text = http.StatusForbidden, "Not allowed", "This is not yours to do."
	default:
		v.log.Error("request failed", "method", v.r.Method, "path", v.r.Pattern, "error", err)
	}
	if err := v.render(status, "error", errorPage{v.layout(title), text}); err != nil {
		v.log.Error("error page failed", "error", err)
		http.Error(v.w, title, status)
	}
}
