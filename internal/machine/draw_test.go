package machine_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestDrawings(t *testing.T) {
	m := compile(t)
	for file, draw := range map[string]func() string{
		"flow.mmd": m.Mermaid,
		"flow.dot": m.DOT,
		"flow.md":  m.Markdown,
	} {
		t.Run(file, func(t *testing.T) {
			golden := filepath.Join("testdata", file)
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(draw()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), draw())
			assert.Equal(t, draw(), draw(), "deterministic")
		})
	}
}

func TestDrawingsShowEveryTransition(t *testing.T) {
	m := compile(t)
	assert.Contains(t, m.Mermaid(), "AwaitingRequest --> AwaitingConfirmation: submit_request (buyer)\n")
	assert.Contains(t, m.Mermaid(), "Accepted --> Completed: complete (system, after CompletionDelay)\n")
	assert.Contains(t, m.Mermaid(), "Frozen --> Completed: complete (after SupervisionPeriod)\n")
	assert.Contains(t, m.Mermaid(), "Accepted --> Canceled: cancel\n")
	assert.Contains(t, m.Mermaid(), "AwaitingDelivery --> AwaitingDelivery: report_progress (seller)<br/>remind (buyer)\n", "one loop")
	assert.Contains(t, m.DOT(), `"AwaitingDelivery" -> "AwaitingDelivery" [label="report_progress (seller)\nremind (buyer)"];`)
	for _, r := range flow().Rows {
		assert.Contains(t, m.Markdown(), "| "+r.From.String()+" | "+r.Event.String()+" | "+r.By+" | "+r.To.String()+" | "+r.Timer+" | "+r.Rule+" |\n")
	}
}
