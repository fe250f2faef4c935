package supervision

import (
	"flag"
	"os"
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
