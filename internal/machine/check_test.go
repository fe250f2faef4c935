package machine_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/machine"
)

func faults(t *testing.T, s machine.Spec) []string {
	t.Helper()
	m, err := machine.Compile(s)
	require.Error(t, err)
	require.Nil(t, m)
	list, ok := strings.CutPrefix(err.Error(), "machine: faulty transition table:\n")
	require.True(t, ok)
	return strings.Split(list, "\n")
}

const breaks = "breaks the drawings: leave out control characters and \"\\|<>;:#%{}`"

func TestCompileRefusesAFaultyTable(t *testing.T) {
	type row = machine.Row
	for name, c := range map[string]struct {
		spoil func(*machine.Spec)
		want  []string
	}{
		"a triple twice, even by another party": {
			func(s *machine.Spec) {
				s.Rows = append(s.Rows, row{awaitingRequest, submitRequest, awaitingConfirmation, "seller", "", ""})
			},
			[]string{
				"row 26 (AwaitingRequest, submit_request, AwaitingConfirmation) repeats row 1: " +
					"keep one and name both parties in By",
			},
		},
		"an empty row": {
			func(s *machine.Spec) { s.Rows = append(s.Rows, row{}) },
			[]string{
				`status "": use a letter, then letters, digits and underscores`,
				`event "": use a letter, then letters, digits and underscores`,
				`event "" is a status too, and looplab tells them apart by name: choose another`,
				`status "" cannot be reached from an initial one: add a row to it or drop it`,
				`no final status can be reached from "": add a row out of it`,
			},
		},
		"a final status with an exit": {
			func(s *machine.Spec) {
				s.Rows = append(s.Rows, row{From: completed, Event: resume, To: awaitingRequest})
			},
			[]string{"row 26 (Completed, resume, AwaitingRequest) leaves a final status: drop the row or the end"},
		},
		"a final status with an exit to another": {
			func(s *machine.Spec) {
				s.Rows = append(s.Rows, row{From: completed, Event: resume, To: canceled})
			},
			[]string{"row 26 (Completed, resume, Canceled) leaves a final status: drop the row or the end"},
		},
		"a status nothing leads to": {
			func(s *machine.Spec) { s.Rows[7].To, s.Rows[21].To = frozen, accepted },
			[]string{`status "AwaitingAcceptance" cannot be reached from an initial one: add a row to it or drop it`},
		},
		"a status no end can be reached from": {
			func(s *machine.Spec) { s.Rows[15].To, s.Rows[16].To = accepted, accepted },
			[]string{`no final status can be reached from "Accepted": add a row out of it`},
		},
		"no initial status": {
			func(s *machine.Spec) { s.Initial = nil },
			[]string{"there is no initial status: name at least one"},
		},
		"no final status": {
			func(s *machine.Spec) { s.Final = nil },
			[]string{"there is no final status: name at least one"},
		},
		"an initial status no row names": {
			func(s *machine.Spec) { s.Initial = append(s.Initial, "Begun") },
			[]string{`no final status can be reached from "Begun": add a row out of it`},
		},
		"a final status no row names": {
			func(s *machine.Spec) { s.Final = append(s.Final, "Ended") },
			[]string{`status "Ended" cannot be reached from an initial one: add a row to it or drop it`},
		},
		"ends listed twice": {
			func(s *machine.Spec) {
				s.Initial, s.Final = append(s.Initial, awaitingRequest), append(s.Final, canceled)
			},
			[]string{
				`initial status "AwaitingRequest" is listed twice: list it once`,
				`final status "Canceled" is listed twice: list it once`,
			},
		},
		"labels that break a drawing": {
			func(s *machine.Spec) { s.Rows[0].By, s.Rows[1].Timer, s.Rows[2].Rule = "a|b", "3h\n", "\xff" },
			[]string{
				`row 1 (AwaitingRequest, submit_request, AwaitingConfirmation): label "a|b" ` + breaks,
				`row 2 (AwaitingRequest, raise_appeal, Frozen): label "3h\n" ` + breaks,
				`row 3 (AwaitingConfirmation, accept_request, AwaitingDelivery): label "\xff" ` + breaks,
			},
		},
		"every fault at once": {
			func(s *machine.Spec) {
				s.Initial = nil
				s.Rows = append(s.Rows, row{From: canceled, Event: "add note", To: frozen}, s.Rows[3])
			},
			[]string{
				`event "add note": use a letter, then letters, digits and underscores`,
				"there is no initial status: name at least one",
				"row 26 (Canceled, add note, Frozen) leaves a final status: drop the row or the end",
				"row 27 (AwaitingConfirmation, reject_request, AwaitingRequest) repeats row 4: " +
					"keep one and name both parties in By",
			},
		},
		"nothing in it": {
			func(s *machine.Spec) { *s = machine.Spec{} },
			[]string{
				"there is no initial status: name at least one",
				"there is no final status: name at least one",
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

func TestCompileRefusesAStatusThatCannotReachTheOnlyEnd(t *testing.T) {
	assert.Equal(t, []string{`no final status can be reached from "B": add a row out of it`}, faults(t, machine.Spec{
		Initial: []string{"A"}, Final: []string{"C"},
		Rows: []machine.Row{{From: "A", Event: "stray", To: "B"}, {From: "A", Event: "go", To: "C"}},
	}))
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
		"empty":                       {"", "B", "go", `status "": use a letter, then letters, digits and underscores`},
		"blank":                       {"A", "waiting for request", "go", `status "waiting for request": use`},
		"comma":                       {"A", "B", "go,stop", `event "go,stop": use`},
		"digit first":                 {"1A", "B", "go", `status "1A": use`},
		"line end":                    {"A", "B\n", "go", `status "B\n": use`},
		"arrow":                       {"A", "B", "go>B", `event "go>B": use`},
		"a status and an event":       {"A", "go", "go", `event "go" is a status too`},
		"looplab before":              {"A", "B", "before_go", `event "before_go" means a callback`},
		"looplab after":               {"A", "B", "after_B", `event "after_B" means a callback`},
		"looplab leave":               {"leave_A", "B", "go", `status "leave_A" means a callback`},
		"looplab enter":               {"A", "enter_", "go", `status "enter_" means a callback`},
		"looplab any event":           {"A", "B", "event", `event "event" means a callback`},
		"looplab any status":          {"A", "state", "go", `status "state" means a callback`},
		"Mermaid word":                {"A", "Note", "go", `status "Note" is a word of Mermaid`},
		"Mermaid word in any case":    {"A", "classDef", "go", `status "classDef" is a word of Mermaid`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := machine.Compile(machine.Spec{
				Initial: []string{c.first}, Final: []string{c.last},
				Rows: []machine.Row{{From: c.first, Event: c.event, To: c.last}},
			})
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// An end that stays where it is ends all the same.
func TestCompileTakesALoopAtAFinalStatus(t *testing.T) {
	_, err := machine.Compile(machine.Spec{Initial: []string{"A"}, Final: []string{"B"}, Rows: []machine.Row{
		{From: "A", Event: "go", To: "B"}, {From: "B", Event: "stay", To: "B"},
	}})
	assert.NoError(t, err)
}
