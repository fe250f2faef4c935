package machine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checker collects the names and the faults of a table, in table order.
type checker struct {
	spec             Spec
	statuses, events []string
	faults           []error
}

func check(spec Spec) *checker {
	c := &checker{spec: spec}
	for _, r := range spec.Rows {
		c.statuses = add(c.statuses, r.From, r.To)
		c.events = add(c.events, r.Event)
	}
	c.statuses = add(c.statuses, slices.Concat(spec.Initial, spec.Final)...)
	c.checkNames()
	c.checkEnds("initial", spec.Initial)
	c.checkEnds("final", spec.Final)
	c.checkRows()
	c.checkReach()
	return c
}

// add appends the names that the list does not have yet.
func add(list []string, names ...string) []string {
	for _, name := range names {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

var (
	// identifier is what looplab, Mermaid and Markdown all take unquoted.
	identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

	// callback is what looplab takes for the name of a callback, and the two
	// words that stand for "any" in one.
	callback = regexp.MustCompile(`^(before_|leave_|enter_|after_).*$|^(event|state)$`)

	// mermaidWord is what Mermaid refuses as the name of a status: a word that
	// opens a statement of its own.
	mermaidWord = regexp.MustCompile(
		`(?i)^(class|classdef|click|default|href|note|scale|state|statediagram|style)$`)
)

func (c *checker) checkNames() {
	for _, name := range c.statuses {
		c.checkName("status", name)
		if mermaidWord.MatchString(name) {
			c.fault("status %q is a word of Mermaid: choose another", name)
		}
	}
	for _, name := range c.events {
		c.checkName("event", name)
		if slices.Contains(c.statuses, name) {
			c.fault("event %q is a status too, and looplab tells them apart by name: choose another", name)
		}
	}
}

func (c *checker) checkName(kind, name string) {
	switch {
	case !identifier.MatchString(name):
		c.fault("%s %q: use a letter, then letters, digits and underscores", kind, name)
	case callback.MatchString(name):
		c.fault("%s %q means a callback to looplab: choose another", kind, name)
	}
}

func (c *checker) checkEnds(kind string, ends []string) {
	if len(ends) == 0 {
		c.fault("there is no %s status: name at least one", kind)
	}
	for i, s := range ends {
		if slices.Contains(ends[:i], s) {
			c.fault("%s status %q is listed twice: list it once", kind, s)
		}
	}
}

func (c *checker) checkRows() {
	first := make(map[[3]string]int)
	for i, r := range c.spec.Rows {
		row := fmt.Sprintf("row %d (%s, %s, %s)", i+1, r.From, r.Event, r.To)
		triple := [3]string{r.From, r.Event, r.To}
		if n, twice := first[triple]; twice {
			c.fault("%s repeats row %d: keep one and name both parties in By", row, n)
		}
		first[triple] = i + 1
		if slices.Contains(c.spec.Final, r.From) && r.From != r.To {
			c.fault("%s leaves a final status: drop the row or the end", row)
		}
		for _, label := range []string{r.By, r.Timer, r.Rule} {
			if !drawable(label) {
				c.fault("%s: label %q breaks the drawings: leave out control characters and %s", row, label, breaking)
			}
		}
	}
}

// breaking are the characters that end, quote or comment a label in Mermaid or
// Markdown.
const breaking = "\"\\|<>;:#%{}`"

func drawable(label string) bool {
	return utf8.ValidString(label) && !strings.ContainsAny(label, breaking) &&
		!strings.ContainsFunc(label, unicode.IsControl)
}
