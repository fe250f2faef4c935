package words

import (
	"regexp"
	"strconv"
	"strings"
)

// params are the values of a text's parameters, as they are shown.
type params map[string]string

var (
	placeholder = regexp.MustCompile(`\{([a-z]+)((?:\|[^|{}]*)*)\}`)
	optional    = regexp.MustCompile(`\[[^\[\]]*\]`)
)

// fill puts parameters into a text.
func (l *Language) fill(text string, p params) string {
	text = optional.ReplaceAllStringFunc(text, func(part string) string {
		for _, name := range parameters(part) {
			if p[name] == "" {
				return ""
			}
		}
		return part[1 : len(part)-1]
	})
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		part := placeholder.FindStringSubmatch(found)
		value := p[part[1]]
		if part[2] == "" {
			return value
		}
		n, _ := strconv.Atoi(value)
		forms := strings.Split(part[2][1:], "|")
		return value + " " + forms[min(l.Plural(n), len(forms)-1)]
	})
}

// parameters lists the names of a text's parameters.
func parameters(text string) (names []string) {
	for _, part := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, part[1])
	}
	return names
}
