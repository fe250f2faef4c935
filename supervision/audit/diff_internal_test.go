package audit

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

func TestR25_DiffHasWordsForAllOfAPolicy(t *testing.T) {
	compare("", document(supervision.Guide()), nil, func(field string, _, _ json.RawMessage) {
		if field != "format" {
			_, ok := words[field]
			assert.True(t, ok, "%s: give it a rule and words in diff.go", field)
		}
	})
}
