package main

import (
	_ "embed"
	"fmt"
	"strings"
)

// The changes that nobody can tell: a line for each, as String writes it, and
// below it, indented, why. Lines that begin with # are comments.
//
//go:embed equivalent.txt
var equivalentText string

// readEquivalents returns the reasons by change.
func readEquivalents(text string) (map[string]string, error) {
	reasons := make(map[string]string)
	name := ""
	for line := range strings.Lines(text) {
		body := strings.TrimSpace(line)
		switch {
		case body == "" || strings.HasPrefix(line, "#"):
		case body != strings.TrimRight(line, "\n"): // indented
			if name == "" {
				return nil, fmt.Errorf("a reason without a change: %s", body)
			}
			reasons[name] = strings.TrimSpace(reasons[name] + " " + body)
		default:
			if _, twice := reasons[body]; twice {
				return nil, fmt.Errorf("listed twice: %s", body)
			}
			name = body
			reasons[name] = ""
		}
	}
	for name, reason := range reasons {
		if reason == "" {
			return nil, fmt.Errorf("say why nobody can tell: %s", name)
		}
	}
	return reasons, nil
}
