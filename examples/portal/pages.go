package main

import (
	"bytes"
	"embed"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/words"
)

//go:embed pages assets
var files embed.FS

// layout is what every page shows around its own content.
type layout struct {
	Title   string
	L       *tongue
	Tongues tongues
	Who     account
	Known   bool
	Now     time.Time
	Path    string
	Leaps   []leap // the demonstration clock's; none outside a demonstration
	News    int    // how many notices are unread
	Live    string // the event stream the page follows; empty for none
}

func (v *visit) layout(title string) layout {
	l := layout{Title: title, L: v.l, Tongues: v.tongues, Who: v.who, Known: v.known, Now: v.svc.Now(),
		Path: v.r.URL.RequestURI()}
	if v.known {
		l.News, _ = v.db.unread(v.ctx(), v.who.ID) // a page without the number is better than none
		if v.demo {
			l.Leaps = leaps
		}
	}
	return l
}

func (l layout) At(path string) bool {
	return l.Path == path || strings.HasPrefix(l.Path, path+"/") || strings.HasPrefix(l.Path, path+"?")
}

// render sends a page, or a part of one, whole or not at all.
func (v *visit) render(status int, name string, data any) error {
	if v.err != nil {
		return v.err
	}
	var page bytes.Buffer
	if err := v.l.pages.ExecuteTemplate(&page, name, data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
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

// serveAssets serves what is in assets, and nothing beside it.
func serveAssets(w http.ResponseWriter, r *http.Request) {
	assets, err := fs.Sub(files, "assets")
	if err != nil || strings.HasSuffix(r.URL.Path, "/") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "max-age=300")
	http.StripPrefix("/assets", http.FileServerFS(assets)).ServeHTTP(w, r)
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
	return v.tongues.find(tags)
}

// choose takes another language, on the page where the visitor is and for the
// mail to come.
func (v *visit) choose() error {
	l := v.tongues.find(v.r.PostFormValue("language"))
	if v.known {
		v.keep(tongueSubject, l.Tag)
	}
	v.setCookie(tongueCookie, l.Tag, "/", 365*supervision.Day)
	return v.redirect(localPath(v.r.PostFormValue("next")))
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

func (l *tongue) money(m supervision.Money) string {
	if m == (supervision.Money{}) {
		return ""
	}
	return l.Value(m)
}

// none says what an input is without a choice.
func (l *tongue) none(key string) string {
	if own, ok := l.own["none "+key]; ok {
		return own
	}
	return "–"
}

// functions are those with which pages say what the library says in types.
func (l *tongue) functions() template.FuncMap {
	return template.FuncMap{
		"t": l.t, "account": accountName, "product": productName, "role": l.Role, "status": l.Status,
		"order": l.OrderStatus, "step": l.Step, "state": l.StepState, "done": l.Record, "operation": l.Operation,
		"ground": l.Ground, "why": l.Why, "reason": l.Verdict, "finding": l.Finding, "instant": l.Instant,
		"time": l.time, "until": l.until, "deadline": l.deadline,
		"told":    func(d supervision.Deadline, at time.Time) string { return l.Deadline(d, l.Until(d.At.Sub(at))) },
		"capital": capital, "id": domID, "address": address, "stamp": stamp, "money": l.money,
		"task":     func(o offer) string { return l.task(o.task) },
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
	if text := l.Fault(f); text != "" {
		return text
	}
	return l.t(f.Message)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// domID makes an element's id of a field's path.
func domID(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '[' || r == ']' || unicode.IsControl(r) {
			return '-'
		}
		return r
	}, name)
}
