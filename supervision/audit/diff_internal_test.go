package audit

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

func TestR25_DiffHasWordsForAllOfAPolicy(t *testing.T) {
	p := supervision.Guide()
	notices := reflect.ValueOf(&p.Notices).Elem() // none is in the guide
	for i := range notices.NumField() {
		notices.Field(i).SetInt(int64(supervision.Day))
	}
	compare("", document(p), nil, func(field string, _, _ json.RawMessage) {
		if field != "format" {
			_, ok := words[field]
			assert.True(t, ok, "%s: give it a rule and words in diff.go", field)
		}
	})
	said := make(map[string]string)
	for field, of := range words {
		assert.Empty(t, said[of.text], "%s is called the same", field)
		said[of.text] = field
	}
}
