package supervision

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The drawings that the documents show are made from the compiled table.
func TestFlow_Drawings(t *testing.T) {
	for file, drawing := range map[string]string{
		"testdata/flow.mmd": flow.Mermaid(), "testdata/flow.md": flow.Markdown(),
	} {
		if flag.Lookup("update").Value.String() == "true" {
			require.NoError(t, os.WriteFile(file, []byte(drawing), 0o644))
		}
		written, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, drawing, string(written), "run: go test ./supervision -update")
	}
}

// Nothing that the table says of a row is missing where it is drawn.
func TestFlow_EachRowIsDrawnWhole(t *testing.T) {
	var cells [][]string
	for line := range strings.Lines(flow.Markdown()) {
		cells = append(cells, strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | "))
	}
	require.Len(t, cells, 2+len(transitions), "a head, a rule and the rows")
	for i, row := range transitions {
		var by []string
		for _, role := range row.By {
			by = append(by, string(role))
		}
		assert.Equal(t, []string{string(row.From), string(row.Operation), strings.Join(by, " or "), string(row.To),
			string(row.Timer), string(row.Rule)}, cells[2+i])
	}
	for _, start := range starts {
		assert.Contains(t, flow.Mermaid(), "[*] --> "+string(start)+"\n", "where a flow starts")
	}
}
