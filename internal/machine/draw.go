package machine

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// arrow is everything that leads from one status to another: a drawing has one
// line for it, however many events share it, so that loops stay readable.
type arrow[S Enum] struct {
	from, to S
	labels   []string
}

func (m *Machine[S, E]) arrows() []*arrow[S] {
	var arrows []*arrow[S]
	at := make(map[[2]S]*arrow[S])
	for _, r := range m.spec.Rows {
		a := at[[2]S{r.From, r.To}]
		if a == nil {
			a = &arrow[S]{from: r.From, to: r.To}
			at[[2]S{r.From, r.To}] = a
			arrows = append(arrows, a)
		}
		a.labels = append(a.labels, m.label(r))
	}
	return arrows
}

// label reads "complete (system, after CompletionDelay)".
func (m *Machine[S, E]) label(r Row[S, E]) string {
	var notes []string
	if r.By != "" {
		notes = append(notes, r.By)
	}
	if r.Timer != "" {
		notes = append(notes, "after "+r.Timer)
	}
	if len(notes) == 0 {
		return m.events[r.Event]
	}
	return fmt.Sprintf("%s (%s)", m.events[r.Event], strings.Join(notes, ", "))
}

// Mermaid draws the table as a Mermaid state diagram, in table order.
func (m *Machine[S, E]) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range m.spec.Initial {
		fmt.Fprintf(&b, "    [*] --> %s\n", m.statuses[s])
	}
	for _, a := range m.arrows() {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.statuses[a.from], m.statuses[a.to], strings.Join(a.labels, "<br/>"))
	}
	for _, s := range m.spec.Final {
		fmt.Fprintf(&b, "    %s --> [*]\n", m.statuses[s])
	}
	return b.String()
}

// DOT draws the table as a Graphviz digraph, in table order; final statuses
// have a double border.
func (m *Machine[S, E]) DOT() string {
	var b strings.Builder
	b.WriteString("digraph machine {\n    node [shape=box, style=rounded];\n    \"[*]\" [shape=point];\n")
	for _, s := range m.spec.Final {
		fmt.Fprintf(&b, "    %q [peripheries=2];\n", m.statuses[s])
	}
	for _, s := range m.spec.Initial {
		fmt.Fprintf(&b, "    \"[*]\" -> %q;\n", m.statuses[s])
	}
	for _, a := range m.arrows() {
		fmt.Fprintf(&b, "    %q -> %q [label=\"%s\"];\n", m.statuses[a.from], m.statuses[a.to], strings.Join(a.labels, `\n`))
	}
	b.WriteString("}\n")
	return b.String()
}

// Markdown prints the table as a Markdown table, one line a row.
func (m *Machine[S, E]) Markdown() string {
	var b strings.Builder
	b.WriteString("| From | Operation | By | To | Timer | Rule |\n|---|---|---|---|---|---|\n")
	for _, r := range m.spec.Rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n",
			m.statuses[r.From], m.events[r.Event], r.By, m.statuses[r.To], r.Timer, r.Rule)
	}
	return b.String()
}

// breaksDrawings are the characters that end, quote or comment a label in
// Mermaid, DOT or Markdown.
const breaksDrawings = "\"\\|<>;:#%{}`"

func drawable(label string) bool {
	return utf8.ValidString(label) && !strings.ContainsAny(label, breaksDrawings) && !strings.ContainsFunc(label, unicode.IsControl)
}
