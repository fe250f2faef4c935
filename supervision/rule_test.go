package supervision_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

func TestRules(t *testing.T) {
	require.Len(t, supervision.Rules(), 35)
	for i, rule := range supervision.Rules() {
		t.Run(string(rule), func(t *testing.T) {
			assert.Equal(t, fmt.Sprintf("R%02d", i+1), string(rule))
			assert.Regexp(t, `^[A-Z].*\.$`, rule.Text())
			assert.NotRegexp(t, `\d+ ?(h|d|days|hours|times)\b`, rule.Text(), "numbers are policy")
			sources := strings.Split(rule.Source(), ", ")
			assert.Subset(t, []string{"Guide", "Seller guide", "CN guide", "2025 rules", "Ours"}, sources)
			if sources[len(sources)-1] == "Ours" {
				assert.Regexp(t, `^[A-Z].*\.$`, rule.Why(), "what is ours says why")
			} else {
				assert.NotContains(t, sources, "Ours", "comes last")
				assert.Empty(t, rule.Why())
			}
		})
	}
}

func TestRuleReadsItsIDAlone(t *testing.T) {
	var read struct{ Rule supervision.Rule }
	require.NoError(t, json.Unmarshal([]byte(`{"Rule":"R09"}`), &read))
	assert.Equal(t, supervision.R09, read.Rule)
	for _, id := range []supervision.Rule{"", "R00", "R36", "r09", " R09"} {
		rule := supervision.R01
		assert.ErrorIs(t, rule.UnmarshalText([]byte(id)), supervision.ErrUnknown, "%q", id)
		assert.Empty(t, id.Text()+id.Source()+id.Why())
	}
}
