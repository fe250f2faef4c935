package main

import (
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/words"
)

// english is the language that the portal speaks; another takes another value.
var english = words.English()

// functions are those with which pages say what the library says in types.
var functions = template.FuncMap{
	"account": accountName, "product": productName, "role": english.Role, "roles": supervision.Roles,
	"status": english.Status, "order": english.OrderStatus, "step": english.Step, "state": english.StepState,
	"tone": tone, "done": english.Record, "ground": english.Ground,
	"party":   func(p appeal.Party) supervision.Role { return supervision.Role(p) },
	"outcome": english.Outcome, "why": english.Why, "reason": english.Verdict,
	"resumed": resumed, "time": instant, "day": func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
	"span":  func(from, to time.Time) string { return english.Span(to.Sub(from)) },
	"until": until, "capital": capital, "sentence": sentence, "bytes": byteSize, "id": domID, "address": address,
	"file": filePath, "stamp": stamp, "instant": english.Instant, "quote": quote,
	"length":  func(t time.Time) string { return english.Span(t.Sub(time.Time{})) },
	"subject": func(order string, facts []fact) subject { return subject{order, facts} },
}

// tone is the colour of a status's badge.
func tone(s supervision.Status) string {
	switch {
	case s == supervision.Frozen:
		return "alert"
	case s == supervision.Completed, s == supervision.Accepted:
		return "good"
	case s == supervision.Canceled:
		return "quiet"
	case s.Turn() == supervision.RoleBuyer:
		return "buyer"
	}
	return "seller"
}

// resumed says at which stage a ruling let the flow go on.
func resumed(word string) string { return english.Status(supervision.Status(word)) }

// stamp writes a time for machines.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// instant writes a time for people and machines.
func instant(t time.Time) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, stamp(t), english.Instant(t)))
}

// until counts down to an instant; the script keeps it going.
func until(t, now time.Time) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-countdown>%s</time>`,
		stamp(t), english.Until(t.Sub(now))))
}

// quote is what was said in a record, where that is short enough to stand in a
// banner: its first text, unless the record is about a whole form.
func quote(r recordView) string {
	switch r.Operation {
	case supervision.OpSubmitRequest, supervision.OpDeliver:
		return ""
	case supervision.OpDecideAppeal:
		for _, f := range r.Facts {
			if f.Label == "Decision" {
				return f.Text
			}
		}
	case supervision.OpRaiseAppeal:
		return r.Facts[1].Text
	}
	if len(r.Facts) == 0 {
		return ""
	}
	return r.Facts[0].Text
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// advice says what to do about a fault, the library's or the portal's own.
func advice(f supervision.Fault) string {
	if text := english.Fault(f); text != "" {
		return text
	}
	return sentence(f.Message)
}

// sentence makes one of a message.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return capital(strings.TrimSuffix(s, ".")) + "."
}

func byteSize(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<20)), ".0") + " MB"
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
