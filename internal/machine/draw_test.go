package machine_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/machine"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestDrawings(t *testing.T) {
	m := compile(t)
	for file, draw := range map[string]func() string{"flow.mmd": m.Mermaid, "flow.md": m.Markdown} {
		t.Run(file, func(t *testing.T) {
			golden := filepath.Join("testdata", file)
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(draw()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), draw())
		})
	}
}

func TestMermaidShowsWhoFiresATransitionAndWhenItIsDue(t *testing.T) {
	diagram := compile(t).Mermaid()
	for _, line := range []string{
		"AwaitingRequest --> AwaitingConfirmation: submit_request (buyer)",
		"Accepted --> Completed: complete (system, after CompletionDelay)",
		"Frozen --> Completed: complete (after SupervisionPeriod)",
		"Accepted --> Canceled: cancel",
	} {
		assert.Contains(t, diagram, "    "+line+"\n")
	}
}

func TestMermaidShowsEveryBeginningAndEveryEnd(t *testing.T) {
	m, err := machine.Compile(machine.Spec{Initial: []string{"A", "B"}, Final: []string{"C", "D"},
		Rows: []machine.Row{{From: "A", Event: "go", To: "C"}, {From: "B", Event: "go", To: "D"}}})
	require.NoError(t, err)
	assert.Equal(t, `stateDiagram-v2
    [*] --> A
    [*] --> B
    A --> C: go
    B --> D: go
    C --> [*]
    D --> [*]
`, m.Mermaid())
}

func TestMermaidDrawsOneArrowForEventsThatShareBothEnds(t *testing.T) {
	m, err := machine.Compile(machine.Spec{Initial: []string{"Off"}, Final: []string{"On"}, Rows: []machine.Row{
		{From: "Off", Event: "press", To: "On"}, {From: "Off", Event: "pull", To: "On", By: "child"},
	}})
	require.NoError(t, err)
	assert.Contains(t, m.Mermaid(), "Off --> On: press<br/>pull (child)\n")
}

func TestMermaidLeavesOutWhatStays(t *testing.T) {
	assert.NotContains(t, compile(t).Mermaid(), "AwaitingDelivery --> AwaitingDelivery")
	assert.Contains(t, compile(t).Markdown(), "| AwaitingDelivery | remind |")
}

func TestMarkdownHasALineForEveryRow(t *testing.T) {
	table := compile(t).Markdown()
	for _, r := range flow().Rows {
		cells := []string{r.From, r.Event, r.By, r.To, r.Timer, r.Rule}
		assert.Contains(t, table, "| "+strings.Join(cells, " | ")+" |\n")
	}
}
