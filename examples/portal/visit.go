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
	// session is what the visitor's cookie stands for in the database; it may
	// have ended.
	session string
}

// serve answers a route. Who is not logged in is asked to, and what other roles
// have is not there.
func (p *portal) serve(to route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{portal: p, w: w, r: r}
		err := v.identify()
		switch {
		case err != nil:
		case to.anyone || v.known && (to.role == "" || to.role == v.who.Role):
			err = to.page(v)
		case v.known:
			err = v.notFound()
		case r.Method == http.MethodGet:
			http.Redirect(w, r, "/login?"+query("next", r.URL.RequestURI()), http.StatusSeeOther)
		default:
			err = errNoSession
		}
		if err != nil {
			v.fail(err)
		}
	}
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

// errNoSession: a form was sent by somebody who is not logged in any more. The
// page that says so leaves the form where it can be sent again.
var errNoSession = errors.New("no session")

type errorPage struct {
	layout
	Text    string
	LoginTo string // where logging in leads to in a window of its own; empty for none
}

// fail answers with what went wrong. An order that is somebody else's looks
// like one that does not exist (R22).
func (v *visit) fail(err error) {
	status, title, text := http.StatusInternalServerError, "Something went wrong", "Please try again in a moment."
	page := errorPage{}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errNoSession):
		status, title, page.LoginTo = http.StatusUnauthorized, "Your session has ended", "/"
		text = "Log in in a new window. Then come back and reload this page: what you typed is sent again."
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
	page.layout, page.Text = v.layout(title), text
	if err := v.render(status, "error", page); err != nil {
		v.log.Error("error page failed", "error", err)
		http.Error(v.w, title, status)
	}
}
