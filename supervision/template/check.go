package template

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/internal/fault"
)

// check accepts a normalised value of the field, whose compiled pattern is
// given.
func (f *Field) check(value any, pattern *regexp.Regexp) Fault {
	switch v := value.(type) {
	case bool:
		if f.Kind == YesNo {
			return none
		}
	case json.Number:
		if f.Kind.isNumber() {
			return f.checkNumber(string(v))
		}
	case []string:
		if f.Kind == Choices {
			return f.checkItems(v)
		}
	case string:
		return f.checkString(v, pattern)
	}
	return f.Kind.expected(CodeWrongType)
}

func (f *Field) checkString(s string, pattern *regexp.Regexp) Fault {
	switch f.Kind {
	case Line:
		return f.checkWritten(s, fault.CheckLine(s, f.maxLength()), pattern)
	case Text:
		return f.checkWritten(s, fault.CheckText(s, f.maxLength()), pattern)
	case Date:
		return f.checkDate(s)
	case Choice:
		return f.checkOption(s)
	case Email:
		return f.checkAddress(s, emailForm, MaxEmail)
	case Phone:
		return f.checkAddress(s, phoneForm, MaxText)
	case URL:
		return f.checkAddress(s, urlForm, MaxURL)
	case File:
		return fault.CheckID(s)
	}
	return f.Kind.expected(CodeWrongType)
}

// checkAddress bounds bytes, which are characters because the forms of
// addresses are ASCII.
func (f *Field) checkAddress(s string, form *regexp.Regexp, most int) Fault {
	if len(s) > most || !form.MatchString(s) {
		return f.Kind.expected(CodeMalformed)
	}
	return none
}

func (f *Field) checkOption(s string) Fault {
	if !f.hasOption(s) {
		return f.Kind.expected(CodeNoOption)
	}
	return none
}

// checkWritten adds the field's own bounds to what p says of a written text.
func (f *Field) checkWritten(s string, p Fault, pattern *regexp.Regexp) Fault {
	if p.Code != "" {
		return p
	}
	if n := f.minLength(); utf8.RuneCountInString(s) < n {
		return atLeast(CodeTooShort, count(n), "write at least %s characters")
	}
	if pattern != nil && !pattern.MatchString(s) {
		return problem(CodeMismatch, "write it in the form that this field asks for")
	}
	return none
}

func (f *Field) checkDate(s string) Fault {
	switch {
	case !isDate(s):
		return f.Kind.expected(CodeMalformed)
	case f.Min != "" && s < f.Min:
		return atLeast(CodeTooSmall, f.Min, "choose a date from %s on")
	case f.Max != "" && s > f.Max:
		return atMost(CodeTooLarge, f.Max, "choose a date until %s")
	}
	return none
}

func (f *Field) checkNumber(s string) Fault {
	canonical, ok := canonicalNumber(s)
	switch {
	case !ok, f.Kind == Integer && strings.Contains(canonical, "."):
		return f.Kind.expected(CodeMalformed)
	case canonical != s:
		return problem(CodeNotNormal, "write it without needless zeros, signs and exponents")
	case f.Min != "" && compareNumbers(s, f.Min) < 0:
		return atLeast(CodeTooSmall, f.Min, "give %s or more")
	case f.Max != "" && compareNumbers(s, f.Max) > 0:
		return atMost(CodeTooLarge, f.Max, "give %s or less")
	}
	return none
}

func (f *Field) checkItems(items []string) Fault {
	if n := f.minItems(); len(items) < n {
		return atLeast(CodeTooFew, count(n), "choose at least %s")
	}
	if n := f.maxItems(); len(items) > n {
		return atMost(CodeTooMany, count(n), "choose at most %s")
	}
	for i, item := range items {
		if p := f.checkOption(item); p.Code != "" {
			return p
		}
		if slices.Contains(items[:i], item) {
			return problem(CodeDuplicate, "choose each option once")
		}
	}
	return none
}
