package machine_test

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/machine"
)

type triple struct {
	from  status
	event event
	to    status
}

func triples(rows []row) map[triple]bool {
	set := make(map[triple]bool)
	for _, r := range rows {
		set[triple{r.From, r.Event, r.To}] = true
	}
	return set
}

// disagreements goes through every status, event and destination, the values
// just outside the table included, and returns the triples on which the dense
// table or looplab differs from the rows.
func disagreements(m *machine.Machine[status, event], rows []row) []string {
	var wrong []string
	table := triples(rows)
	for from := range canceled + 3 {
		for e := range complete + 3 {
			var destinations []status
			for to := range canceled + 3 {
				want := table[triple{from, e, to}]
				if want {
					destinations = append(destinations, to)
				}
				if leads, fired := m.Leads(from, e, to), m.Fire(from, e, to) == nil; leads != want || fired != want {
					wrong = append(wrong, fmt.Sprintf("(%d, %d, %d): rows %t, dense %t, looplab %t", from, e, to, want, leads, fired))
				}
			}
			if m.Allows(from, e) != (len(destinations) > 0) {
				wrong = append(wrong, fmt.Sprintf("(%d, %d): Allows %t", from, e, m.Allows(from, e)))
			}
			if to, ok := m.Target(from, e); ok != (len(destinations) == 1) || ok && to != destinations[0] || !ok && to != 0 {
				wrong = append(wrong, fmt.Sprintf("(%d, %d): Target %d, %t", from, e, to, ok))
			}
		}
	}
	return wrong
}

func TestDenseTableAndLooplabAgreeOnEveryTriple(t *testing.T) {
	assert.Len(t, triples(flow().Rows), 25)
	assert.Empty(t, disagreements(compile(t), flow().Rows))
}

func TestDenseTableAndLooplabAgreeConcurrently(t *testing.T) {
	m := compile(t)
	found := make([][]string, 8)
	var wg sync.WaitGroup
	for i := range found {
		wg.Go(func() { found[i] = disagreements(m, flow().Rows) })
	}
	wg.Wait()
	for _, wrong := range found {
		assert.Empty(t, wrong)
	}
}

func TestAnEventWithSeveralDestinationsHasNoTarget(t *testing.T) {
	m := compile(t)
	assert.True(t, m.Allows(frozen, resume))
	_, ok := m.Target(frozen, resume)
	assert.False(t, ok)
	assert.NoError(t, m.Fire(frozen, resume, awaitingRequest))
	assert.NoError(t, m.Fire(frozen, resume, awaitingAcceptance))
	assert.ErrorIs(t, m.Fire(frozen, resume, accepted), machine.ErrNoTransition)
}

func TestATransitionToTheSameStatusIsATransition(t *testing.T) {
	assert.NoError(t, compile(t).Fire(awaitingDelivery, reportProgress, awaitingDelivery))
}

func TestNoTransitionNamesTheTriple(t *testing.T) {
	m := compile(t)
	for name, c := range map[string]struct {
		triple triple
		want   machine.NoTransition
	}{
		"declared values": {
			triple{completed, cancel, canceled},
			machine.NoTransition{From: "Completed", Event: "cancel", To: "Canceled"},
		},
		"zero values": {
			triple{},
			machine.NoTransition{From: "status(0)", Event: "event(0)", To: "status(0)"},
		},
		"undeclared values, for which String panics": {
			triple{200, 255, 64},
			machine.NoTransition{From: "status(200)", Event: "event(255)", To: "status(64)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := m.Fire(c.triple.from, c.triple.event, c.triple.to)
			require.ErrorIs(t, err, machine.ErrNoTransition)
			var refused *machine.NoTransition
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, c.want, *refused)
			assert.ErrorContains(t, err, fmt.Sprintf("%s does not lead from %s to %s", c.want.Event, c.want.From, c.want.To))
		})
	}
}

func TestUndeclaredValuesAreAnsweredNo(t *testing.T) {
	m := compile(t)
	for v := range math.MaxUint8 + 1 {
		if s := status(v); s < awaitingRequest || s > canceled {
			for e := range math.MaxUint8 + 1 {
				assert.False(t, m.Allows(s, event(e)), "from %d by %d", v, e)
			}
			assert.False(t, m.Leads(awaitingRequest, submitRequest, s), "to %d", v)
		}
		if e := event(v); e < submitRequest || e > complete {
			for s := range math.MaxUint8 + 1 {
				assert.False(t, m.Allows(status(s), e), "from %d by %d", s, v)
			}
		}
	}
}

func TestTheMachineSharesNothingWithItsCaller(t *testing.T) {
	s := flow()
	m, err := machine.Compile(s)
	require.NoError(t, err)
	s.Rows[0].To, s.Initial[0] = canceled, canceled
	assert.Equal(t, flow().Rows, m.Rows())
	assert.Contains(t, m.Mermaid(), "[*] --> AwaitingRequest")

	m.Rows()[0].To = canceled
	assert.Equal(t, flow().Rows, m.Rows())
}
