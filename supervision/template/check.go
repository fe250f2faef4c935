package template

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Accept normalises a submitted form and checks it (R03, R04). It returns the normalised values, or an *Error with
// every fault. It never modifies raw, and it takes t for valid.
func (t Template) Accept(raw Values) (Values, error) {
	values := t.Normalize(raw)
	if found := t.Check(values); len(found) > 0 {
		return nil, faults(found).err()
	}
	return values, nil
}

// Check returns the faults of normalised values, at most one for each field, in the template's order, then the
// unknown fields in alphabetical order (the first MaxFields of them). It accepts exactly what Schema accepts and takes
// t for valid.
func (t Template) Check(v Values) []Fault {
	var found faults
	known := 0
	for i := range t.Fields {
		f := &t.Fields[i]
		value, answered := v[f.Key]
		switch {
		case answered:
			known++
			found.add(f.Key, f.check(value))
		case f.Required:
			found.add(f.Key, problem{CodeRequired, "answer this field"})
		}
	}
	if known < len(v) {
		t.addUnknown(&found, v)
	}
	return found
}

// addUnknown names unknown fields only by keys that could be some field's.
func (t Template) addUnknown(found *faults, v Values) {
	unknown := problem{CodeUnknownField, "leave this field out: the template does not have it"}
	names := make(map[string]struct{})
	for key := range v {
		if t.hasField(key) {
			continue
		}
		if checkLine(key, MaxID) != none {
			key = ""
		}
		names[key] = struct{}{}
	}
	for i, name := range slices.Sorted(maps.Keys(names)) {
		if i == MaxFields {
			break
		}
		found.add(name, unknown)
	}
}

func (t Template) hasField(key string) bool {
	return slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Key == key })
}

// check accepts a normalised value of the field.
func (f *Field) check(value any) problem {
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
		return f.checkString(v)
	}
	return problem{CodeWrongType, f.Kind.expectation()}
}

func (f *Field) checkString(s string) problem {
	switch f.Kind {
	case Line:
		return f.checkWritten(s, checkLine(s, f.maxLength()))
	case Text:
		return f.checkWritten(s, checkText(s, f.maxLength()))
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
		return checkLine(s, MaxID)
	}
	return problem{CodeWrongType, f.Kind.expectation()}
}

// checkAddress bounds bytes, which are characters because the forms of addresses are ASCII.
func (f *Field) checkAddress(s string, form *regexp.Regexp, max int) problem {
	if len(s) > max || !form.MatchString(s) {
		return problem{CodeMalformed, f.Kind.expectation()}
	}
	return none
}

func (f *Field) checkOption(s string) problem {
	if !f.hasOption(s) {
		return problem{CodeNoOption, f.Kind.expectation()}
	}
	return none
}

// checkWritten adds the field's own bounds to what p says of a written text.
func (f *Field) checkWritten(s string, p problem) problem {
	if p != none {
		return p
	}
	if n := f.minLength(); utf8.RuneCountInString(s) < n {
		return problemf(CodeTooShort, "write at least %d characters", n)
	}
	if f.Pattern == "" {
		return none
	}
	form, p := compilePattern(f.Pattern)
	if p == none && !form.MatchString(s) {
		p = problem{CodeMismatch, "write it in the form that this field asks for"}
	}
	return p
}

func (f *Field) checkDate(s string) problem {
	switch {
	case !isDate(s):
		return problem{CodeMalformed, f.Kind.expectation()}
	case f.Min != "" && s < f.Min:
		return problem{CodeTooSmall, "choose a date from " + f.Min + " on"}
	case f.Max != "" && s > f.Max:
		return problem{CodeTooLarge, "choose a date until " + f.Max}
	}
	return none
}

func (f *Field) checkNumber(s string) problem {
	canonical, ok := canonicalNumber(s)
	switch {
	case !ok, f.Kind == Integer && strings.Contains(canonical, "."):
		return problem{CodeMalformed, f.Kind.expectation()}
	case canonical != s:
		return problem{CodeNotNormal, "write it without needless zeros, signs and exponents"}
	case f.Min != "" && compareNumbers(s, f.Min) < 0:
		return problem{CodeTooSmall, "give " + f.Min + " or more"}
	case f.Max != "" && compareNumbers(s, f.Max) > 0:
		return problem{CodeTooLarge, "give " + f.Max + " or less"}
	}
	return none
}

func (f *Field) checkItems(items []string) problem {
	if n := f.minItems(); len(items) < n {
		return problemf(CodeTooFew, "choose at least %d", n)
	}
	if n := f.maxItems(); len(items) > n {
		return problemf(CodeTooMany, "choose at most %d", n)
	}
	for i, item := range items {
		if p := f.checkOption(item); p != none {
			return p
		}
		if slices.Contains(items[:i], item) {
			return problem{CodeDuplicate, "choose each option once"}
		}
	}
	return none
}
