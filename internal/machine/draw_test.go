package machine_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

func TestMermaidDrawsOneArrowForEventsThatShareBothEnds(t *testing.T) {
	arrow := "AwaitingDelivery --> AwaitingDelivery: report_progress (seller)<br/>remind (buyer)\n"
	assert.Contains(t, compile(t).Mermaid(), arrow)
}

func TestMarkdownHasALineForEveryRow(t *testing.T) {
	table := compile(t).Markdown()
	for _, r := range flow().Rows {
		cells := []string{r.From, r.Event, r.By, r.To, r.Timer, r.Rule}
		assert.Contains(t, table, "| "+strings.Join(cells, " | ")+" |\n")
	}
}
