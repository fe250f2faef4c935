package machine

import (
	"errors"
	"fmt"
	"slices"
)

// ErrNoTransition matches the error of Fire for a triple that the table does
// not have.
var ErrNoTransition = errors.New("machine: no such transition")

// Machine is a compiled table, made by Compile. It never changes and is safe
// for concurrent use.
type Machine struct {
	spec    Spec
	names   []string               // every status and event
	targets map[[2]string][]string // by from and event
	moves   map[[2]string]string   // looplab's events, by event and to
	runner  *runner
}

// Compile checks a table and builds its machine. The error for a faulty table
// lists every fault, one a line.
func Compile(spec Spec) (*Machine, error) {
	spec = Spec{slices.Clone(spec.Initial), slices.Clone(spec.Final), slices.Clone(spec.Rows)}
	c := check(spec)
	if len(c.faults) > 0 {
		return nil, fmt.Errorf("machine: faulty transition table:\n%w", errors.Join(c.faults...))
	}
	m := &Machine{
		spec:    spec,
		names:   slices.Concat(c.statuses, c.events),
		targets: make(map[[2]string][]string),
		moves:   make(map[[2]string]string),
	}
	var transitions []transition
	for _, r := range spec.Rows {
		at, move := [2]string{r.From, r.Event}, r.Event+">"+r.To
		m.targets[at] = append(m.targets[at], r.To)
		m.moves[[2]string{r.Event, r.To}] = move
		transitions = append(transitions, transition{r.From, move, r.To})
	}
	m.runner = newRunner(transitions)
	return m, nil
}

// Allows reports whether the table has any transition for event at from.
func (m *Machine) Allows(from, event string) bool {
	return len(m.targets[[2]string{from, event}]) > 0
}

// Leads reports whether the table has the triple.
func (m *Machine) Leads(from, event, to string) bool {
	return slices.Contains(m.targets[[2]string{from, event}], to)
}

// Target returns the only destination of event at from. It returns false where
// there is none, or where there are several and the caller has to choose.
func (m *Machine) Target(from, event string) (string, bool) {
	targets := m.targets[[2]string{from, event}]
	if len(targets) != 1 {
		return "", false
	}
	return targets[0], true
}

// Fire runs one transition on looplab/fsm, which judges it without the targets
// that answer the questions. A triple that the table does not have gets
// ErrNoTransition. After any other error, which says how looplab failed, assume
// no transition.
func (m *Machine) Fire(from, event, to string) error {
	err := m.runner.fire(transition{from, m.moves[[2]string{event, to}], to})
	if errors.Is(err, errRefused) {
		return fmt.Errorf("%w: %s does not lead from %s to %s; ask Leads first",
			ErrNoTransition, m.known(event), m.known(from), m.known(to))
	}
	return err
}

// known keeps a name that the table does not have, and that anyone may have
// written, out of errors.
func (m *Machine) known(name string) string {
	if slices.Contains(m.names, name) {
		return name
	}
	return "(unknown)"
}
