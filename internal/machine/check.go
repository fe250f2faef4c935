package machine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// checker collects the faults of a table, in table order.
type checker[S, E Enum] struct {
	spec     Spec[S, E]
	statuses map[S]string
	events   map[E]string
	faults   []string
}

// check keeps a declared value once and drops zero, so that no fault is told
// twice.
func check[S, E Enum](spec Spec[S, E]) *checker[S, E] {
	c := &checker[S, E]{spec: spec}
	taken := make(map[string]bool)
	c.spec.Statuses, c.statuses = declare(c.fault, "status", spec.Statuses, taken)
	c.spec.Events, c.events = declare(c.fault, "event", spec.Events, taken)
	c.checkStatusNames()
	c.checkEnds("initial", spec.Initial)
	c.checkEnds("final", spec.Final)
	c.checkRows()
	c.checkEventsUsed()
	c.checkWays()
	return c
}

func (c *checker[S, E]) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// identifier is what looplab, Mermaid, DOT and Markdown all take as it stands.
var identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// callbackName matches what looplab takes for the name of a callback, and the
// two words that stand for "any" in one.
var callbackName = regexp.MustCompile(`^(before_|leave_|enter_|after_).*$|^(event|state)$`)

// declare returns the values worth checking further, and their names. Names
// are unique over statuses and events together: looplab resolves short names
// without saying which of the two it took.
func declare[T Enum](fault func(string, ...any), kind string, values []T, taken map[string]bool) ([]T, map[T]string) {
	var sound []T
	names := make(map[T]string, len(values))
	for _, v := range values {
		if v == 0 {
			fault("%s zero is declared: zero means none, count from 1", kind)
			continue
		}
		if _, twice := names[v]; twice {
			fault("%s(%d) is declared twice: list it once", kind, uint8(v))
			continue
		}
		name := v.String()
		sound, names[v] = append(sound, v), name
		switch {
		case !identifier.MatchString(name):
			fault("%s name %q: use a letter, then letters, digits and underscores", kind, name)
		case callbackName.MatchString(name):
			fault("%s name %q means a callback to looplab: choose another", kind, name)
		case taken[name]:
			fault("%s name %q is taken: give every status and event a name of its own", kind, name)
		}
		taken[name] = true
	}
	return sound, names
}

// mermaidWords are what Mermaid's parser refuses as the name of a status, in
// any case: they open a statement of their own.
var mermaidWords = []string{
	"class", "classdef", "click", "default", "href", "note", "scale", "state", "statediagram", "style",
}

func (c *checker[S, E]) checkStatusNames() {
	for _, s := range c.spec.Statuses {
		if s > MaxStatus {
			c.fault("status(%d) is beyond %d: use smaller values", uint8(s), MaxStatus)
		}
		if name := c.statuses[s]; slices.Contains(mermaidWords, strings.ToLower(name)) {
			c.fault("status name %q is a word of Mermaid: choose another", name)
		}
	}
}

func (c *checker[S, E]) checkEnds(kind string, ends []S) {
	if len(ends) == 0 {
		c.fault("there is no %s status: name at least one", kind)
	}
	for i, s := range ends {
		if _, ok := c.statuses[s]; !ok {
			c.fault("%s status(%d) is not declared: declare it or name another", kind, uint8(s))
		}
		if slices.Contains(ends[:i], s) {
			c.fault("%s %s is listed twice: list it once", kind, c.status(s))
		}
	}
}

func (c *checker[S, E]) status(s S) string { return nameOr(c.statuses, s, "status") }
func (c *checker[S, E]) event(e E) string  { return nameOr(c.events, e, "event") }

func (c *checker[S, E]) checkRows() {
	type triple struct {
		from  S
		event E
		to    S
	}
	first := make(map[triple]int)
	for i, r := range c.spec.Rows {
		row := fmt.Sprintf("row %d (%s, %s, %s)", i+1, c.status(r.From), c.event(r.Event), c.status(r.To))
		t := triple{r.From, r.Event, r.To}
		if n, twice := first[t]; twice {
			c.fault("%s repeats row %d: keep one and name both parties in By", row, n)
			continue
		}
		first[t] = i + 1
		c.checkRow(row, r)
	}
}

func (c *checker[S, E]) checkRow(row string, r Row[S, E]) {
	for _, s := range []S{r.From, r.To} {
		if _, ok := c.statuses[s]; !ok {
			c.fault("%s: %s is not declared: declare it or name another", row, c.status(s))
		}
	}
	if _, ok := c.events[r.Event]; !ok {
		c.fault("%s: %s is not declared: declare it or name another", row, c.event(r.Event))
	}
	if slices.Contains(c.spec.Final, r.From) {
		c.fault("%s leaves a final status: drop the row or the end", row)
	}
	for _, label := range []string{r.By, r.Timer, r.Rule} {
		if !drawable(label) {
			c.fault("%s: label %q breaks the drawings: leave out control characters and %s", row, label, breaksDrawings)
		}
	}
}

func (c *checker[S, E]) checkEventsUsed() {
	used := make(map[E]bool)
	for _, r := range c.spec.Rows {
		used[r.Event] = true
	}
	for _, e := range c.spec.Events {
		if !used[e] {
			c.fault("no row uses event %s: drop it or add its row", c.event(e))
		}
	}
}
