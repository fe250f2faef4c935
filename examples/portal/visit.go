package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/words"
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
	if status >= http.StatusInternalServerError {
		v.log.Error("request failed", "method", v.r.Method, "path", v.r.Pattern, "error", err)
	}
	err = v.render(status, "error.html", struct {
		*visit
		Kind string
	}{v, kind})
	if err != nil {
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

//go:embed pages assets
var files embed.FS

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
	n, _ = v.db.unread(v.ctx(), v.Who.ID)
	return n
}

// render sends a page, or a part of one, whole or not at all.
func (v *visit) render(status int, name string, data any) error {
	var page bytes.Buffer
	if v.err == nil {
		v.err = v.L.pages.ExecuteTemplate(&page, name, data)
	}
	if v.err != nil {
		return v.err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = page.WriteTo(v.w) // an error means that the visitor has gone
	return nil
}

func (v *visit) redirect(path string) error {
	if v.err != nil {
		return v.err
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// serveAsset serves a file of assets, and nothing beside them.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=300")
	http.ServeFileFS(w, r, files, "assets/"+r.PathValue("file"))
}

// tongue is a language that the portal speaks: the library's words, and its own
// by their English. It has every page in it.
type tongue struct {
	*words.Language
	Name  string
	day   string            // how package time writes a day
	own   map[string]string // what the English is in English is left out
	pages *template.Template
	mail  *texttemplate.Template
}

// tongues are the languages of package words.
type tongues []*tongue

func parseTongues() (tongues, error) {
	all := tongues{
		{Language: words.English(), Name: "English", day: "2 Jan 2006"},
		{Language: words.Chinese(), Name: "中文", day: "2006年1月2日"},
	}
	for i, file := range []string{"pages/en.txt", "pages/zh.txt"} {
		data, err := files.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all[i].own = parseTexts(string(data))
	}
	var err error
	for _, l := range all {
		l.pages, err = template.New("").Funcs(l.functions()).ParseFS(files, "pages/*.html", "pages/parts/*.html")
		if err != nil {
			return nil, err
		}
		l.mail, err = texttemplate.New("mail.txt").Funcs(texttemplate.FuncMap(l.functions())).ParseFS(files,
			"pages/mail.txt")
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// parseTexts reads pairs of lines: a text in English, and what it is here.
func parseTexts(data string) map[string]string {
	own := make(map[string]string)
	lines := strings.FieldsFunc(data, func(r rune) bool { return r == '\n' })
	for i := 0; i+1 < len(lines); i += 2 {
		own[lines[i]] = lines[i+1]
	}
	return own
}

// find returns the language that comes first in a list of tags, as browsers
// send one.
func (all tongues) find(tags string) *tongue {
	return all[slices.IndexFunc(all, func(l *tongue) bool { return l.Tag == words.Preferred(tags).Tag })]
}

const (
	tongueCookie  = "portal_language"
	tongueSubject = "language"
)

// listenTo finds out which language the visitor reads: the one chosen, or what
// the browser asks for.
func (v *visit) listenTo() *tongue {
	tags := v.r.Header.Get("Accept-Language")
	if chosen, err := v.r.Cookie(tongueCookie); err == nil {
		tags = chosen.Value
	}
	return v.Tongues.find(tags)
}

// choose takes another language, on the page where the visitor is and for the
// mail to come.
func (v *visit) choose() error {
	l := v.Tongues.find(v.r.PostFormValue("language"))
	if v.Known {
		v.keep(tongueSubject, l.Tag)
	}
	v.setCookie(tongueCookie, l.Tag, "/", 365*supervision.Day)
	return v.redirect(v.Next())
}

// t says one of the portal's own texts, filled in as package fmt does.
func (l *tongue) t(text string, args ...any) string {
	if own, ok := l.own[text]; ok {
		text = own
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// functions are those with which pages say what the library says in types.
func (l *tongue) functions() template.FuncMap {
	return template.FuncMap{
		"t": l.t, "name": nameOf, "role": l.Role, "status": l.Status,
		"order": l.OrderStatus, "step": l.Step, "state": l.StepState, "done": l.Record, "operation": l.Operation,
		"ground": l.Ground, "why": l.Why, "reason": l.Verdict, "finding": l.Finding, "instant": l.Instant,
		"time": l.time, "until": l.until, "deadline": l.deadline,
		"told": func(d supervision.Deadline, at time.Time) string { return l.Deadline(d, l.Until(d.At.Sub(at))) },
		"list": listAddress, "capital": capital, "next": func(n int) int { return n + 1 }, "address": address, "stamp": stamp, "value": l.Value,
		"id":       strings.NewReplacer(" ", "-", "[", "-", "]", "-").Replace,
		"task":     l.task,
		"day":      func(t time.Time) string { return t.UTC().Format(l.day) },
		"span":     func(from, to time.Time) string { return l.Span(to.Sub(from)) },
		"question": func(op supervision.Operation) string { return l.own["question "+string(op)] },
	}
}

// time writes an instant for people and machines.
func (l *tongue) time(t time.Time) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, stamp(t), l.Instant(t)))
}

// until counts down to an instant; the script keeps it going.
func (l *tongue) until(t, now time.Time) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-countdown>%s</time>`, stamp(t), l.Until(t.Sub(now))))
}

// deadline says what time will bring, with its countdown.
func (l *tongue) deadline(d supervision.Deadline, now time.Time) template.HTML {
	before, after, _ := strings.Cut(l.Deadline(d, "\x00"), "\x00")
	return template.HTML(html.EscapeString(before)) + l.until(d.At, now) + template.HTML(html.EscapeString(after))
}

// advice says what to do about a fault, the library's or the portal's own.
func (l *tongue) advice(f supervision.Fault) string {
	return cmp.Or(l.Fault(f), l.own["fault "+string(f.Code)])
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
