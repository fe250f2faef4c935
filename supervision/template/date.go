package template

import (
	"strings"
	"time"
)

// calendarDate matches exactly the real dates of the years 1000 to 9999, as
// isDate does.
const calendarDate = `^(?:[1-9][0-9]{3}-(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])` +
	`|[1-9][0-9]{3}-(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)` +
	`|[1-9][0-9]{3}-02-(?:0[1-9]|1[0-9]|2[0-8])` +
	`|(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29)$`

// isDate reports whether s is a real calendar date, YYYY-MM-DD. Such dates are
// in the order of their strings.
func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil && s[0] != '0'
}

// normalizeDate understands year, month and day in this order, with dashes,
// slashes or dots and with or without leading zeros. Day and month first are
// left alone: nobody can tell 1/2 from 2/1.
func normalizeDate(s string) string {
	if isDate(s) {
		return s
	}
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006.1.2"} {
		if date, err := time.Parse(layout, s); err == nil {
			return date.Format(time.DateOnly)
		}
	}
	return s
}

// notBefore returns a pattern that, of all calendar dates, matches those from
// min on: they agree with it up to some digit and have a greater one there, or
// agree altogether.
func notBefore(min string) string {
	alternatives := []string{min}
	for i, digit := range min {
		if digit != '-' && digit != '9' {
			alternatives = append(alternatives, min[:i]+"["+string(digit+1)+"-9]")
		}
	}
	return "^(?:" + strings.Join(alternatives, "|") + ")"
}

// notAfter is notBefore the other way round.
func notAfter(max string) string {
	alternatives := []string{max}
	for i, digit := range max {
		if digit != '-' && digit != '0' {
			alternatives = append(alternatives, max[:i]+"[0-"+string(digit-1)+"]")
		}
	}
	return "^(?:" + strings.Join(alternatives, "|") + ")"
}
