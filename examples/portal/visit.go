package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// visit is one request and who makes it. Every page is about one, and shows it
// around its own content.
type visit struct {
	*portal
	w       http.ResponseWriter
	r       *http.Request
	Who     account
	Known   bool
	L       *tongue
	Now     time.Time
	Title   string
	Live    string // the event stream that the page follows; empty for none
	Problem string // the kind of it that the error page tells of
	// Unreadable are the orders and records that the page would show and that
	// cannot be read.
	Unreadable []string
	// session is what the visitor's cookie stands for in the database; it may
	// have ended.
	session string
	order   supervision.Order // that the address names
	Task    task              // that it names; the zero one for none
	// err is the first thing that went wrong while a page was made. After it
	// nothing more is read or kept for it, and the page that says so is shown.
	err error
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// kept is what is kept for the visitor on a subject, keep keeps it.
func (v *visit) kept(subject string) (content string, at time.Time) {
	if v.err == nil {
		content, at, v.err = v.db.kept(v.ctx(), v.Who.ID, subject)
	}
	return content, at
}

func (v *visit) keep(subject, content string) {
	if v.err == nil {
		v.err = v.db.keep(v.ctx(), v.Who.ID, subject, content)
	}
}

// search asks for a page of the orders that the visitor may see, whole: the
// order alone says which operations it has now.
func (v *visit) search(q supervision.Query) (found service.Page[supervision.Order]) {
	if v.err == nil {
		found, v.err = v.svc.SearchWhole(v.ctx(), v.actor(), q)
		v.Now = v.svc.Now()
	}
	for _, broken := range found.Unreadable {
		v.readable(broken)
	}
	return found
}

// readable tells whether an order or its records could be read. What could not
// is named on the page instead of standing in the way of all else.
func (v *visit) readable(err error) bool {
	var broken *service.UnreadableError
	if errors.As(err, &broken) {
		name := strings.TrimSuffix(fmt.Sprintf("%s #%d", broken.Order, broken.Seq), " #0") // 0 is the order itself
		v.Unreadable = slices.Compact(append(v.Unreadable, name))
	} else {
		v.err = cmp.Or(v.err, err)
	}
	return err == nil
}

// serve answers a route. Who is not logged in is asked to, and what other roles
// have is not there.
func (p *portal) serve(to route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{portal: p, w: w, r: r, Now: p.svc.Now()}
		v.L = v.listenTo()
		if err := v.answer(to); err != nil {
			v.fail(err)
		}
	}
}

func (v *visit) answer(to route) error {
	if err := v.identify(); err != nil {
		return err
	}
	switch {
	case to.anyone:
	case !v.Known && v.r.Method == http.MethodGet:
		return v.redirect("/login?" + url.Values{"next": {v.Path()}}.Encode())
	case !v.Known:
		return errNoSession
	case to.role != "" && to.role != v.Who.Role:
		return v.notFound()
	}
	if to.form > 0 {
		v.r.Body = http.MaxBytesReader(v.w, v.r.Body, to.form)
		if err := v.r.ParseForm(); err != nil {
			return malformed(err)
		}
	}
	if id := v.r.PathValue("id"); id != "" {
		if err := v.look(id); err != nil {
			return err
		}
	}
	slug := v.r.PathValue("task")
	if v.Task = tasksBySlug[slug]; v.Task.Slug != slug {
		return v.notFound()
	}
	return to.page(v)
}

// look takes an order as it is now.
func (v *visit) look(id string) (err error) {
	v.order, err = v.svc.Order(v.ctx(), id, v.actor())
	v.Now = v.svc.Now()
	return err
}

func (v *visit) actor() supervision.Actor { return v.Who.actor() }

func (v *visit) notFound() error { return supervision.ErrNotFound }

func (v *visit) home() error {
	if v.Who.Role == supervision.RoleManager {
		return v.redirect(appealsPath)
	}
	return v.redirect("/orders")
}

var (
	// errNoSession: a form was sent by somebody who is not logged in any more.
	// The page that says so leaves the form where it can be sent again.
	errNoSession = errors.New("no session")
	// errOtherSite: a form was sent from another site's page.
	errOtherSite     = errors.New("another site")
	errMalformedForm = errors.New("malformed form")
)

// problems are the errors that people are told about, on a page of its own
// (pages/error.html) or beside the form that they sent (pages/task.html).
var problems = []struct {
	err    error
	status int
	kind   string
}{
	{errNoSession, http.StatusUnauthorized, "session"},
	{errOtherSite, http.StatusForbidden, "site"},
	{supervision.ErrNotFound, http.StatusNotFound, "missing"},
	{errMalformedForm, http.StatusBadRequest, "malformed"},
	{supervision.ErrInvalid, http.StatusBadRequest, "malformed"},
	{service.ErrUnknownOutcome, http.StatusServiceUnavailable, "unknown"},
	{service.ErrKeyReused, http.StatusConflict, "sent"},
	{service.ErrExists, http.StatusConflict, "conflict"},
	{service.ErrStale, http.StatusConflict, "conflict"},
	{service.ErrConflict, http.StatusConflict, "conflict"},
	{supervision.ErrRefused, http.StatusForbidden, "refused"},
}

func problemOf(err error) (status int, kind string) {
	if errors.As(err, new(*http.MaxBytesError)) {
		return http.StatusRequestEntityTooLarge, "large"
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return p.status, p.kind
		}
	}
	return http.StatusInternalServerError, "broken"
}

// fail answers with what went wrong. An order that is somebody else's looks
// like one that does not exist (R22).
func (v *visit) fail(err error) {
	if v.err = nil; errors.Is(err, context.Canceled) {
		return // nobody waits for the answer
	}
	status, kind := problemOf(err)
	v.Problem = kind
	if status >= http.StatusInternalServerError {
		v.log.Error("request failed", "method", v.r.Method, "path", v.r.Pattern, "error", err)
	}
	if err = v.render(status, "error.html", v); err != nil {
		v.log.Error("error page failed", "error", err)
		http.Error(v.w, http.StatusText(status), status)
	}
}

// Titled is the visit with what its page is called; every page begins so.
func (v *visit) Titled(title string) *visit {
	v.Title = title
	return v
}

func (v *visit) Path() string { return v.r.URL.RequestURI() }

func (v *visit) At(path string) bool {
	return v.r.URL.Path == path || strings.HasPrefix(v.r.URL.Path, path+"/")
}

// News is how many notices are unread; a page without the number is better than
// none.
func (v *visit) News() (n int) {
	_, _ = v.db.get(v.ctx(), []any{&n}, `SELECT count(*) FROM portal_notice WHERE account = $1 AND unread = 1`,
		v.Who.ID)
	return n
}

// render sends a page, or a part of one, whole or not at all.
func (v *visit) render(status int, name string, data any) error {
	var page bytes.Buffer
	if v.err == nil {
		v.err = v.L.pages.ExecuteTemplate(&page, name, data)
	}
	if v.err == nil {
		v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		v.w.WriteHeader(status)
		_, _ = page.WriteTo(v.w) // an error means that the visitor has gone
	}
	return v.err
}

func (v *visit) redirect(path string) error {
	if v.err == nil {
		http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	}
	return v.err
}

// serveAsset serves a file of assets, and nothing beside them.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=300")
	http.ServeFileFS(w, r, files, "assets/"+r.PathValue("file"))
}
