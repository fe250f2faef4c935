package machine

import (
	"fmt"
	"strings"
)

// Mermaid draws the table as a Mermaid state diagram, in table order. Events
// that lead from one status to the same other share an arrow; those that leave
// the status as it is are only in the table.
func (m *Machine) Mermaid() string {
	var arrows [][2]string
	labels := make(map[[2]string][]string)
	for _, r := range m.spec.Rows {
		if r.From == r.To {
			continue
		}
		arrow := [2]string{r.From, r.To}
		if labels[arrow] == nil {
			arrows = append(arrows, arrow)
		}
		labels[arrow] = append(labels[arrow], r.label())
	}
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range m.spec.Initial {
		fmt.Fprintf(&b, "    [*] --> %s\n", s)
	}
	for _, a := range arrows {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", a[0], a[1], strings.Join(labels[a], "<br/>"))
	}
	for _, s := range m.spec.Final {
		fmt.Fprintf(&b, "    %s --> [*]\n", s)
	}
	return b.String()
}

// label reads "complete (system, after CompletionDelay)".
func (r Row) label() string {
	var notes []string
	if r.By != "" {
		notes = append(notes, r.By)
	}
	if r.Timer != "" {
		notes = append(notes, "after "+r.Timer)
	}
	if len(notes) == 0 {
		return r.Event
	}
	return fmt.Sprintf("%s (%s)", r.Event, strings.Join(notes, ", "))
}

// Markdown prints the table as a Markdown table, one line a row.
func (m *Machine) Markdown() string {
	var b strings.Builder
	b.WriteString("| From | Operation | By | To | Timer | Rule |\n|---|---|---|---|---|---|\n")
	for _, r := range m.spec.Rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.From, r.Event, r.By, r.To, r.Timer, r.Rule)
	}
	return b.String()
}
