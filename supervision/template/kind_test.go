package template_test

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKinds_HaveOneNameEach(t *testing.T) {
	names := []string{
		"line", "text", "number", "integer", "yes_no", "date", "choice", "choices", "email", "phone", "url", "file",
	}
	require.Len(t, template.Kinds(), len(names))
	for i, k := range template.Kinds() {
		assert.Equal(t, names[i], k.String())

		parsed, err := template.ParseKind(names[i])
		require.NoError(t, err)
		assert.Equal(t, k, parsed)

		encoded, err := json.Marshal(k)
		require.NoError(t, err)
		var decoded template.Kind
		require.NoError(t, json.Unmarshal(encoded, &decoded))
		assert.Equal(t, k, decoded)
	}
}

func TestKinds_RefuseUnknownNames(t *testing.T) {
	for _, name := range []string{"", "Line", "lines", " line", "yesno"} {
		_, err := template.ParseKind(name)
		require.ErrorIs(t, err, template.ErrUnknownKind)
		assert.ErrorContains(t, err, "use one of line, text, number")

		_, err = template.Kind(name).MarshalText()
		assert.ErrorIs(t, err, template.ErrUnknownKind)

		k := template.Date
		assert.ErrorIs(t, k.UnmarshalText([]byte(name)), template.ErrUnknownKind)
		assert.Equal(t, template.Date, k, "stays what it was")
	}
}
