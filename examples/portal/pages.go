package main

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html"
	"html/template"
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
