package template_test

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValues_ReadJSONExactly(t *testing.T) {
	var got template.Values
	require.NoError(t, json.Unmarshal([]byte(`{
		"s":" a ","n":7.50,"e":1e3,"z":-0.0,"big":1e1000000000,
		"long":0.12345678,"y":true,"l":["a","b"],"none":[],"mixed":["a",1.50],"null":null,"o":{"a":1}
	}`), &got))
	assert.Equal(t, template.Values{
		"s": " a ", "n": json.Number("7.5"), "e": json.Number("1000"), "z": json.Number("0"),
		"big":  json.Number("1e1000000000"),
		"long": json.Number("0.12345678"), "y": true, "l": []string{"a", "b"}, "none": []string{},
		"mixed": []any{"a", json.Number("1.50")}, "null": nil,
		"o": map[string]any{"a": json.Number("1")},
	}, got)

	encoded, err := json.Marshal(template.Values{"n": json.Number("7.5"), "l": []string{"a"}, "b": false})
	require.NoError(t, err)
	assert.Equal(t, `{"b":false,"l":["a"],"n":7.5}`, string(encoded))

	require.NoError(t, json.Unmarshal([]byte(`null`), &got))
	assert.Nil(t, got)
}

func TestValues_RefuseWhatIsNoObject(t *testing.T) {
	for _, data := range []string{`[]`, `"a"`, `1`, `true`} {
		got := template.Values{"kept": "a"}
		assert.ErrorIs(t, json.Unmarshal([]byte(data), &got), template.ErrMalformed)
		assert.Equal(t, template.Values{"kept": "a"}, got)
	}
}

func TestValues_CloneSharesNothing(t *testing.T) {
	original := func() template.Values {
		return template.Values{"a": []string{"x"}, "b": []any{map[string]any{"c": []any{"y"}}}, "d": "z", "e": nil}
	}
	values := original()
	clone := values.Clone()
	require.Equal(t, values, clone)
	clone["a"].([]string)[0] = "changed"
	clone["b"].([]any)[0].(map[string]any)["c"].([]any)[0] = "changed"
	clone["d"] = "changed"
	assert.Equal(t, original(), values)
	assert.Nil(t, template.Values(nil).Clone())
	assert.NotNil(t, template.Values{}.Clone())
}

func TestTemplate_CloneSharesNothing(t *testing.T) {
	form := full()
	clone := form.Clone()
	require.Equal(t, form, clone)
	clone.Fields[0].Key = "changed"
	clone.Fields[7].Options[0].Value = "changed"
	clone.Fields[8].Default.([]string)[0] = "changed"
	assert.Equal(t, full(), form)
	assert.Equal(t, template.Template{}, template.Template{}.Clone())
}
