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
	l       *tongue
	order   supervision.Order // that the address names
}

// serve answers a route. Who is not logged in is asked to, and what other roles
// have is not there.
func (p *portal) serve(to route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{portal: p, w: w, r: r}
		v.l = v.listenTo()
		err := v.identify()
		switch {
		case err != nil:
		case to.anyone || v.known && (to.role == "" || to.role == v.who.Role):
			if id := r.PathValue("id"); id != "" {
				v.order, err = p.svc.Order(r.Context(), id, v.actor())
			}
			if err == nil {
				err = to.page(v)
			}
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

// errOtherSite: a form was sent from another site's page.
var errOtherSite = errors.New("another site")

type errorPage struct {
	layout
	Kind string // see pages/error.html
}

// fail answers with what went wrong. An order that is somebody else's looks
// like one that does not exist (R22).
func (v *visit) fail(err error) {
	status, kind := http.StatusInternalServerError, "broken"
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, context.Canceled):
		return // nobody waits for the answer
	case errors.Is(err, errNoSession):
		status, kind = http.StatusUnauthorized, "session"
	case errors.Is(err, errOtherSite):
		status, kind = http.StatusForbidden, "site"
	case errors.Is(err, supervision.ErrNotFound):
		status, kind = http.StatusNotFound, "missing"
	case errors.As(err, &tooLarge):
		status, kind = http.StatusRequestEntityTooLarge, "large"
	case errors.Is(err, errMalformedForm), errors.Is(err, supervision.ErrInvalid):
		status, kind = http.StatusBadRequest, "malformed"
	case errors.Is(err, service.ErrExists), errors.Is(err, service.ErrConflict):
		status, kind = http.StatusConflict, "conflict"
	case errors.Is(err, supervision.ErrRefused):
		status, kind = http.StatusForbidden, "refused"
	default:
		v.log.Error("request failed", "method", v.r.Method, "path", v.r.Pattern, "error", err)
	}
	if err := v.render(status, "error", errorPage{v.layout(""), kind}); err != nil {
		v.log.Error("error page failed", "error", err)
		http.Error(v.w, http.StatusText(status), status)
	}
}
