package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
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
	w     http.ResponseWriter
	r     *http.Request
	Who   account
	Known bool
	L     *tongue
	Now   time.Time
	Title string
	Live  string // the event stream that the page follows; empty for none
	// Unreadable are the orders and records that the page would show and that
	// cannot be read.
	Unreadable []string
	// session is what the visitor's cookie stands for in the database; it may
	// have ended.
	session string
	order   supervision.Order // that the address names
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
	switch {
	case !errors.As(err, &broken):
		v.err = cmp.Or(v.err, err)
	case broken.Seq == 0:
		v.Unreadable = slices.Compact(append(v.Unreadable, broken.Order))
	default:
		v.Unreadable = slices.Compact(append(v.Unreadable, fmt.Sprintf("%s #%d", broken.Order, broken.Seq)))
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
		if err := v.readForm(to.form); err != nil {
			return err
		}
	}
	if id := v.r.PathValue("id"); id != "" {
		if err := v.look(id); err != nil {
			return err
		}
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

// errNoSession: a form was sent by somebody who is not logged in any more. The
// page that says so leaves the form where it can be sent again.
var errNoSession = errors.New("no session")

// errOtherSite: a form was sent from another site's page.
var errOtherSite = errors.New("another site")

// fail answers with what went wrong. An order that is somebody else's looks
// like one that does not exist (R22).
func (v *visit) fail(err error) {
	if v.err = nil; errors.Is(err, context.Canceled) {
		return // nobody waits for the answer
	}
	status, kind := http.StatusInternalServerError, "broken"
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		status, kind = http.StatusRequestEntityTooLarge, "large"
	}
	for _, known := range []struct {
		err    error
		status int
		kind   string
	}{
		{errNoSession, http.StatusUnauthorized, "session"},
		{errOtherSite, http.StatusForbidden, "site"},
		{supervision.ErrNotFound, http.StatusNotFound, "missing"},
		{errMalformedForm, http.StatusBadRequest, "malformed"},
		{supervision.ErrInvalid, http.StatusBadRequest, "malformed"},
		{service.ErrExists, http.StatusConflict, "conflict"},
		{service.ErrConflict, http.StatusConflict, "conflict"},
		{supervision.ErrRefused, http.StatusForbidden, "refused"},
	} {
		if errors.Is(err, known.err) {
			status, kind = known.status, known.kind
		}
	}
	if kind == "broken" {
		v.log.Error("request failed", "method", v.r.Method, "path", v.r.Pattern, "error", err)
	}
	if err := v.render(status, "error.html", struct {
		*visit
		Kind string // see pages/error.html
	}{v, kind}); err != nil {
		v.log.Error("error page failed", "error", err)
		http.Error(v.w, http.StatusText(status), status)
	}
}

const (
	sessionCookie = "portal_session"
	doneCookie    = "portal_done"
	sessionLength = 12 * time.Hour
)

// hashed is how a session's token is stored, so that the database lets nobody
// log in.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// startSession returns the token of a new session and forgets the ones that
// have ended.
func (db *database) startSession(ctx context.Context, a account, now time.Time) (string, error) {
	token := rand.Text()
	err := db.exec(ctx, `DELETE FROM portal_session WHERE expires <= $1`, now.UnixMicro())
	if err == nil {
		err = db.exec(ctx, `INSERT INTO portal_session (token, account, expires) VALUES ($1, $2, $3)`,
			hashed(token), a.ID, now.Add(sessionLength).UnixMicro())
	}
	return token, err
}

func (db *database) session(ctx context.Context, session string, now time.Time) (a account, ok bool, err error) {
	_, err = db.get(ctx, []any{&a.ID}, `SELECT account FROM portal_session WHERE token = $1 AND expires > $2`,
		session, now.UnixMicro())
	a, ok = findAccount(a.ID)
	return a, ok, err
}

func (db *database) endSession(ctx context.Context, session string) error {
	return db.exec(ctx, `DELETE FROM portal_session WHERE token = $1`, session)
}

func (v *visit) setCookie(name, value, path string, life time.Duration) {
	http.SetCookie(v.w, &http.Cookie{Name: name, Value: value, Path: path, MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.https})
}

// say leaves word of what was done for the page that comes next, and said takes
// it from there: an address cannot be made to say it.
func (v *visit) say(path, done string) error {
	v.setCookie(doneCookie, done, path, time.Minute)
	return v.redirect(path)
}

func (v *visit) said(path string) string {
	cookie, err := v.r.Cookie(doneCookie)
	if err != nil {
		return ""
	}
	v.setCookie(doneCookie, "", path, -time.Second)
	return cookie.Value
}

// identify finds out who visits. Sessions end by the wall clock: the
// demonstration clock logs nobody out.
func (v *visit) identify() error {
	cookie, err := v.r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	v.session = hashed(cookie.Value)
	v.Who, v.Known, err = v.db.session(v.ctx(), v.session, time.Now())
	return err
}

func (v *visit) showLogin() error { return v.render(http.StatusOK, "login.html", v) }

func (v *visit) Accounts() []account { return market.Accounts }

// Next is where a form leads that comes from anywhere.
func (v *visit) Next() string { return localPath(v.r.FormValue("next")) }

func (v *visit) login() error {
	a, ok := findAccount(v.r.PostFormValue("account"))
	if !ok {
		return v.showLogin()
	}
	if err := v.db.endSession(v.ctx(), v.session); err != nil {
		return err
	}
	token, err := v.db.startSession(v.ctx(), a, time.Now())
	if err != nil {
		return err
	}
	v.setCookie(sessionCookie, token, "/", sessionLength)
	return v.redirect(v.Next())
}

func (v *visit) logout() error {
	if err := v.db.endSession(v.ctx(), v.session); err != nil {
		return err
	}
	v.setCookie(sessionCookie, "", "/", -time.Second)
	return v.redirect("/login")
}

// localPath keeps a redirect on this host.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}
