package machine_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/machine"
)

type triple struct{ from, event, to string }

func triples(rows []machine.Row) map[triple]bool {
	set := make(map[triple]bool)
	for _, r := range rows {
		set[triple{r.From, r.Event, r.To}] = true
	}
	return set
}

// disagreements asks about every status, event and destination, names that the
// table does not have included, and returns the triples on which the index or
// looplab differs from the rows.
func disagreements(m *machine.Machine, rows []machine.Row) []string {
	statuses := []string{
		awaitingRequest, awaitingConfirmation, awaitingDelivery, awaitingAcceptance,
		accepted, frozen, completed, canceled,
		"", "unknown", "frozen", submitRequest,
	}
	events := []string{
		submitRequest, acceptRequest, rejectRequest, reportProgress, deliver, acceptProduct, rejectProduct, remind,
		raiseAppeal, addNote, resume, deemAccepted, cancel, complete,
		"", "unknown", "Resume", "resume>" + awaitingRequest, frozen,
	}
	var wrong []string
	table := triples(rows)
	for _, from := range statuses {
		for _, event := range events {
			var targets []string
			for _, to := range statuses {
				want := table[triple{from, event, to}]
				if want {
					targets = append(targets, to)
				}
				leads, fired := m.Leads(from, event, to), m.Fire(from, event, to) == nil
				if leads != want || fired != want {
					wrong = append(wrong, fmt.Sprintf("(%s, %s, %s): Leads %t, Fire %t", from, event, to, leads, fired))
				}
			}
			if m.Allows(from, event) != (len(targets) > 0) {
				wrong = append(wrong, fmt.Sprintf("(%s, %s): Allows %t", from, event, len(targets) == 0))
			}
			want := "" // none, or several to choose from
			if len(targets) == 1 {
				want = targets[0]
			}
			if to, ok := m.Target(from, event); ok != (want != "") || to != want {
				wrong = append(wrong, fmt.Sprintf("(%s, %s): Target %q, %t", from, event, to, ok))
			}
		}
	}
	return wrong
}

func TestIndexAndLooplabAgreeOnEveryTriple(t *testing.T) {
	require.Len(t, triples(flow().Rows), 25)
	assert.Empty(t, disagreements(compile(t), flow().Rows))
}

func TestIndexAndLooplabAgreeConcurrently(t *testing.T) {
	m := compile(t)
	found := make([][]string, 8)
	var wg sync.WaitGroup
	for i := range found {
		wg.Go(func() { found[i] = disagreements(m, flow().Rows) })
	}
	wg.Wait()
	assert.Empty(t, slices.Concat(found...))
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

func TestFireRefusesAndNamesAnUnknownTriple(t *testing.T) {
	const prefix = "machine: no such transition: "
	m := compile(t)
	for name, c := range map[string]struct {
		triple triple
		want   string
	}{
		"of the table's names": {
			triple{completed, cancel, canceled},
			"cancel does not lead from Completed to Canceled; ask Leads first",
		},
		"of empty names": {
			triple{},
			"(unknown) does not lead from (unknown) to (unknown); ask Leads first",
		},
		"of names that anyone may have written": {
			triple{frozen, resume, "<script>"},
			"resume does not lead from Frozen to (unknown); ask Leads first",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := m.Fire(c.triple.from, c.triple.event, c.triple.to)
			require.ErrorIs(t, err, machine.ErrNoTransition)
			assert.EqualError(t, err, prefix+c.want)
		})
	}
}

func TestTheMachineSharesNothingWithItsCaller(t *testing.T) {
	s := flow()
	m, err := machine.Compile(s)
	require.NoError(t, err)
	want := m.Mermaid()
	s.Rows[0].To, s.Initial[0], s.Final[0] = canceled, canceled, frozen
	assert.Equal(t, want, m.Mermaid())
}
