package template

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBadInput_CompiledPatternsAreBounded(t *testing.T) {
	most, emptied := 0, false
	for i := range 2001 {
		_, p := compilePattern(fmt.Sprintf("cached%d", i))
		assert.Equal(t, none, p)
		held := len(compiled.forms)
		most = max(most, held)
		emptied = emptied || most == 1000 && held == 1
	}
	assert.Equal(t, 1000, most)
	assert.True(t, emptied)
}
