package machine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/machine"
)

func faults(t *testing.T, s spec) []string {
	t.Helper()
	m, err := machine.Compile(s)
	if err == nil {
		return nil
	}
	require.Nil(t, m)
	require.ErrorIs(t, err, machine.ErrTable)
	var table *machine.TableError
	require.ErrorAs(t, err, &table)
	for _, f := range table.Faults {
		assert.ErrorContains(t, err, f)
	}
	return table.Faults
}

func TestCompileRefusesAFaultyTable(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*spec)
		want  []string
	}{
		"a triple twice, even by another party": {
			func(s *spec) {
				s.Rows = append(s.Rows, row{awaitingRequest, submitRequest, awaitingConfirmation, "seller", "", ""})
			},
			[]string{"row 26 (AwaitingRequest, submit_request, AwaitingConfirmation) repeats row 1: keep one and name both parties in By"},
		},
		"rows with undeclared values": {
			func(s *spec) { s.Rows = append(s.Rows, row{From: 9, Event: 15, To: 70}) },
			[]string{
				"row 26 (status(9), event(15), status(70)): status(9) is not declared: declare it or name another",
				"row 26 (status(9), event(15), status(70)): status(70) is not declared: declare it or name another",
				"row 26 (status(9), event(15), status(70)): event(15) is not declared: declare it or name another",
			},
		},
		"a row of zero values": {
			func(s *spec) { s.Rows = append(s.Rows, row{}) },
			[]string{
				"row 26 (status(0), event(0), status(0)): status(0) is not declared: declare it or name another",
				"row 26 (status(0), event(0), status(0)): status(0) is not declared: declare it or name another",
				"row 26 (status(0), event(0), status(0)): event(0) is not declared: declare it or name another",
			},
		},
		"zero values declared": {
			func(s *spec) { s.Statuses, s.Events = append(s.Statuses, 0), append(s.Events, 0) },
			[]string{
				"status zero is declared: zero means none, count from 1",
				"event zero is declared: zero means none, count from 1",
			},
		},
		"values declared twice": {
			func(s *spec) { s.Statuses, s.Events = append(s.Statuses, frozen), append(s.Events, remind) },
			[]string{
				"status(6) is declared twice: list it once",
				"event(8) is declared twice: list it once",
			},
		},
		"a final status with an exit": {
			func(s *spec) { s.Rows = append(s.Rows, row{From: completed, Event: resume, To: awaitingRequest}) },
			[]string{"row 26 (Completed, resume, AwaitingRequest) leaves a final status: drop the row or the end"},
		},
		"a final status with a loop": {
			func(s *spec) { s.Rows = append(s.Rows, row{From: canceled, Event: addNote, To: canceled}) },
			[]string{"row 26 (Canceled, add_note, Canceled) leaves a final status: drop the row or the end"},
		},
		"a status nothing leads to": {
			func(s *spec) { s.Rows[7].To, s.Rows[21].To = frozen, accepted },
			[]string{"status AwaitingAcceptance cannot be reached from an initial one: add a row to it or drop it"},
		},
		"a status no end can be reached from": {
			func(s *spec) { s.Rows[15].To, s.Rows[16].To = accepted, accepted },
			[]string{"no final status can be reached from Accepted: add a row out of it"},
		},
		"an event no row uses": {
			func(s *spec) { s.Rows = append(s.Rows[:17:17], s.Rows[18:]...) },
			[]string{"no row uses event add_note: drop it or add its row"},
		},
		"no initial status": {
			func(s *spec) { s.Initial = nil },
			[]string{"there is no initial status: name at least one"},
		},
		"no final status": {
			func(s *spec) { s.Final = nil },
			[]string{"there is no final status: name at least one"},
		},
		"ends undeclared or listed twice": {
			func(s *spec) { s.Initial, s.Final = append(s.Initial, awaitingRequest), append(s.Final, 0, 9) },
			[]string{
				"initial AwaitingRequest is listed twice: list it once",
				"final status(0) is not declared: declare it or name another",
				"final status(9) is not declared: declare it or name another",
			},
		},
		"labels that break a drawing": {
			func(s *spec) { s.Rows[0].By, s.Rows[1].Timer, s.Rows[2].Rule = "a|b", "3h\n", "\xff" },
			[]string{
				"row 1 (AwaitingRequest, submit_request, AwaitingConfirmation): label \"a|b\" breaks the drawings: leave out control characters and \"\\|<>;:#%{}`",
				"row 2 (AwaitingRequest, raise_appeal, Frozen): label \"3h\\n\" breaks the drawings: leave out control characters and \"\\|<>;:#%{}`",
				"row 3 (AwaitingConfirmation, accept_request, AwaitingDelivery): label \"\\xff\" breaks the drawings: leave out control characters and \"\\|<>;:#%{}`",
			},
		},
		"every fault at once": {
			func(s *spec) {
				s.Initial = nil
				s.Events = append(s.Events, 0)
				s.Rows = append(s.Rows, row{From: canceled, Event: addNote, To: canceled}, s.Rows[3])
			},
			[]string{
				"event zero is declared: zero means none, count from 1",
				"there is no initial status: name at least one",
				"row 26 (Canceled, add_note, Canceled) leaves a final status: drop the row or the end",
				"row 27 (AwaitingConfirmation, reject_request, AwaitingRequest) repeats row 4: keep one and name both parties in By",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := flow()
			c.spoil(&s)
			assert.Equal(t, c.want, faults(t, s))
		})
	}
}

func TestCompileRefusesAnEmptyTable(t *testing.T) {
	assert.Equal(t, []string{
		"there is no initial status: name at least one",
		"there is no final status: name at least one",
	}, faults(t, spec{}))
}

// The names of a word's values are set by each test.
type word uint8

var words map[word]string

func (w word) String() string { return words[w] }

func compileWords(first, last, event string) error {
	words = map[word]string{1: first, 2: last, 3: event}
	_, err := machine.Compile(machine.Spec[word, word]{
		Initial: []word{1}, Final: []word{2}, Statuses: []word{1, 2}, Events: []word{3},
		Rows: []machine.Row[word, word]{{From: 1, Event: 3, To: 2}},
	})
	return err
}

func TestCompileChecksNames(t *testing.T) {
	for name, c := range map[string]struct {
		first, last, event string
		want               string // "" where the names are fine
	}{
		"plain":                       {"A", "B", "go", ""},
		"letters differ in case":      {"A", "a", "go", ""},
		"digits and underscores":      {"A_1", "B2_", "go_3", ""},
		"an event in Mermaid's words": {"A", "B", "note", ""},
		"begins like a word":          {"Ending", "Stateless", "go", ""},
		"empty":                       {"", "B", "go", `status name "": use a letter, then letters, digits and underscores`},
		"blank":                       {"A", "waiting for request", "go", `status name "waiting for request": use`},
		"comma":                       {"A", "B", "go,stop", `event name "go,stop": use`},
		"digit first":                 {"1A", "B", "go", `status name "1A": use`},
		"line end":                    {"A", "B\n", "go", `status name "B\n": use`},
		"arrow":                       {"A", "B", "go>B", `event name "go>B": use`},
		"two statuses":                {"A", "A", "go", `status name "A" is taken`},
		"a status and an event":       {"A", "go", "go", `event name "go" is taken`},
		"looplab before":              {"A", "B", "before_go", `event name "before_go" means a callback`},
		"looplab after":               {"A", "B", "after_B", `event name "after_B" means a callback`},
		"looplab leave":               {"leave_A", "B", "go", `status name "leave_A" means a callback`},
		"looplab enter":               {"A", "enter_", "go", `status name "enter_" means a callback`},
		"looplab any event":           {"A", "B", "event", `event name "event" means a callback`},
		"looplab any status":          {"A", "state", "go", `status name "state" means a callback`},
		"Mermaid word":                {"A", "Note", "go", `status name "Note" is a word of Mermaid`},
		"Mermaid word in any case":    {"A", "classDef", "go", `status name "classDef" is a word of Mermaid`},
	} {
		t.Run(name, func(t *testing.T) {
			err := compileWords(c.first, c.last, c.event)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, machine.ErrTable)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestStatusesGoUpToMaxStatus(t *testing.T) {
	words = map[word]string{1: "go", machine.MaxStatus: "A", machine.MaxStatus + 1: "B", 255: "stop"}
	table := machine.Spec[word, word]{
		Initial: []word{1}, Final: []word{machine.MaxStatus}, Statuses: []word{1, machine.MaxStatus}, Events: []word{255},
		Rows: []machine.Row[word, word]{{From: 1, Event: 255, To: machine.MaxStatus}},
	}
	m, err := machine.Compile(table)
	require.NoError(t, err)
	assert.NoError(t, m.Fire(1, 255, machine.MaxStatus))
	to, ok := m.Target(1, 255)
	assert.True(t, ok)
	assert.EqualValues(t, machine.MaxStatus, to)

	table.Final[0], table.Statuses[1], table.Rows[0].To = machine.MaxStatus+1, machine.MaxStatus+1, machine.MaxStatus+1
	_, err = machine.Compile(table)
	assert.EqualError(t, err, "machine: faulty transition table, 1 to mend: status(64) is beyond 63: use smaller values")
}
