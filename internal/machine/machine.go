package machine

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// Machine is a compiled table. It never changes and is safe for concurrent
// use; Compile makes it, the zero value is not usable.
type Machine[S, E Enum] struct {
	spec     Spec[S, E]
	statuses map[S]string
	events   map[E]string

	// leads holds the destinations of every (status, event) as a set of bits,
	// one row of the given width for each status.
	leads []uint64
	width int

	transitions map[triple[S, E]]transition
	runner      *runner
}

type triple[S, E Enum] struct {
	from  S
	event E
	to    S
}

// Compile checks a table and builds its machine. A faulty table gets a
// *TableError (ErrTable) that lists every fault; there is no machine then.
func Compile[S, E Enum](spec Spec[S, E]) (*Machine[S, E], error) {
	spec = spec.clone()
	c := check(spec)
	if len(c.faults) > 0 {
		return nil, &TableError{Faults: c.faults}
	}
	m := &Machine[S, E]{
		spec:        spec,
		statuses:    c.statuses,
		events:      c.events,
		width:       int(slices.Max(spec.Events)) + 1,
		transitions: make(map[triple[S, E]]transition),
	}
	m.leads = make([]uint64, (int(slices.Max(spec.Statuses))+1)*m.width)
	list := make([]transition, len(spec.Rows))
	for i, r := range spec.Rows {
		m.leads[int(r.From)*m.width+int(r.Event)] |= 1 << r.To
		t := triple[S, E]{r.From, r.Event, r.To}
		list[i] = m.transition(t)
		m.transitions[t] = list[i]
	}
	m.runner = newRunner(list)
	return m, nil
}

// transition names a triple as looplab knows it.
func (m *Machine[S, E]) transition(t triple[S, E]) transition {
	to := m.statuses[t.to]
	return transition{m.statuses[t.from], m.events[t.event] + ">" + to, to}
}

// Allows reports whether the table has any transition for event at from.
// Values it does not declare have none.
func (m *Machine[S, E]) Allows(from S, event E) bool {
	return m.destinations(from, event) != 0
}

// Leads reports whether the triple is in the table.
func (m *Machine[S, E]) Leads(from S, event E, to S) bool {
	return m.destinations(from, event)>>to&1 == 1
}

// Target returns the only destination of event at from; false where there is
// none, or where there are several and the caller has to say which.
func (m *Machine[S, E]) Target(from S, event E) (S, bool) {
	set := m.destinations(from, event)
	if bits.OnesCount64(set) != 1 {
		return 0, false
	}
	return S(bits.TrailingZeros64(set)), true
}

func (m *Machine[S, E]) destinations(from S, event E) uint64 {
	cell := int(from)*m.width + int(event)
	if int(event) >= m.width || cell >= len(m.leads) {
		return 0
	}
	return m.leads[cell]
}

// Rows returns a copy of the table, in its own order.
func (m *Machine[S, E]) Rows() []Row[S, E] {
	return slices.Clone(m.spec.Rows)
}

// Fire runs one transition on looplab/fsm, which judges the triple by itself;
// a transition to the same status is as good as any other. A triple the table
// does not have gets a *NoTransition (ErrNoTransition). Any other error means
// that looplab failed and says how; no transition may be assumed then.
func (m *Machine[S, E]) Fire(from S, event E, to S) error {
	named := triple[S, E]{from, event, to}
	t, known := m.transitions[named]
	if !known { // let looplab say so
		t = m.transition(named)
	}
	err := m.runner.fire(t)
	if errors.Is(err, errRefused) {
		return &NoTransition{
			From:  nameOr(m.statuses, from, "status"),
			Event: nameOr(m.events, event, "event"),
			To:    nameOr(m.statuses, to, "status"),
		}
	}
	return err
}

// nameOr never calls String on a value that was not declared: an enumeration
// may panic on it.
func nameOr[T Enum](names map[T]string, value T, kind string) string {
	if name, ok := names[value]; ok {
		return name
	}
	return fmt.Sprintf("%s(%d)", kind, uint8(value))
}

func (s Spec[S, E]) clone() Spec[S, E] {
	return Spec[S, E]{
		Initial:  slices.Clone(s.Initial),
		Final:    slices.Clone(s.Final),
		Statuses: slices.Clone(s.Statuses),
		Events:   slices.Clone(s.Events),
		Rows:     slices.Clone(s.Rows),
	}
}
