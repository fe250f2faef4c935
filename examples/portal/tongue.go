package main

import (
	"cmp"
	"crypto/rand"
	"embed"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/words"
)

//go:embed pages assets
var files embed.FS

// tongue is a language that the portal speaks: the library's words, and its own
// by their English. It has every page in it.
type tongue struct {
	*words.Language
	Name   string
	Locale string            // in which browsers write instants as the library does
	day    string            // how package time writes a day
	own    map[string]string // what the English is in English is left out
	pages  *template.Template
	mail   *texttemplate.Template
}

// tongues are the languages of package words.
type tongues []*tongue

func parseTongues() tongues {
	all := tongues{
		{Language: words.English(), Name: "English", Locale: "en-GB", day: "2 Jan 2006"},
		{Language: words.Chinese(), Name: "中文", Locale: "zh-CN", day: "2006年1月2日"},
	}
	for _, l := range all {
		texts, _ := files.ReadFile("pages/" + l.Tag + ".json") // it is part of the program
		l.own = embedded[map[string]string](texts)
		l.pages = template.Must(template.New("").Funcs(l.functions()).
			ParseFS(files, "pages/*.html", "pages/parts/*.html"))
		l.mail = texttemplate.Must(texttemplate.New("mail.txt").Funcs(texttemplate.FuncMap(l.functions())).
			ParseFS(files, "pages/mail.txt"))
	}
	return all
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
	text = cmp.Or(l.own[text], text)
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
		"list": listAddress, "capital": capital, "next": func(n int) int { return n + 1 }, "address": address,
		"stamp": stamp, "value": l.Value, "key": rand.Text,
		"market":   func() any { return market },
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

// advice says what to do about a fault, in the portal's own words where it has
// some.
func (l *tongue) advice(f supervision.Fault) string {
	return cmp.Or(l.own[strings.TrimSpace("fault "+string(f.Code)+" "+f.Kind)], l.Fault(f))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func capital(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}
