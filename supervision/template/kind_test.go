package template_test

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKinds_HaveOneNameEach(t *testing.T) {
	assert.Equal(t, []template.Kind{
		"line", "text", "number", "integer", "yes_no", "date", "choice", "choices", "email", "phone", "url", "file",
	}, template.Kinds())
	for _, k := range template.Kinds() {
		encoded, err := json.Marshal(k)
		require.NoError(t, err)
		var decoded template.Kind
		require.NoError(t, json.Unmarshal(encoded, &decoded))
		assert.Equal(t, k, decoded)
	}
	template.Kinds()[0] = "changed"
	assert.Equal(t, template.Line, template.Kinds()[0], "the list is the caller's own")
}

func TestKinds_RefuseUnknownNames(t *testing.T) {
	for _, name := range []string{"", "Line", "lines", " line", "yesno"} {
		k := template.Date
		err := k.UnmarshalText([]byte(name))
		assert.ErrorIs(t, err, template.ErrUnknown)
		assert.EqualError(t, err, "template: kind: unknown word: use one of "+
			"line, text, number, integer, yes_no, date, choice, choices, email, phone, url, file")
		assert.Equal(t, template.Date, k, "stays what it was")
	}
}
