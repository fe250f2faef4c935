package template_test

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// That the schema accepts what Check accepts is proved against a validator in
// internal/verify/schema.
func TestR03_Schema(t *testing.T) {
	schema, err := full().Schema()
	require.NoError(t, err)
	golden(t, "schema.json", schema)
}

func TestR03_SchemaOfNoOwnBounds(t *testing.T) {
	var form template.Template
	for _, k := range template.Kinds() {
		f := template.Field{Key: string(k), Label: "L", Kind: k}
		if k == template.Choice || k == template.Choices {
			f.Options = []template.Option{{Value: "a"}, {Value: "b"}, {Value: "c"}}
		}
		form.Fields = append(form.Fields, f)
	}
	schema, err := form.Schema()
	require.NoError(t, err)
	golden(t, "schema_unbounded.json", schema)
}

func TestR03_SchemaOfAnInvalidTemplate(t *testing.T) {
	schema, err := template.Template{}.Schema()
	assert.Nil(t, schema)
	assert.ErrorIs(t, err, template.ErrInvalid)
}

func TestR03_SchemaEscapesKeys(t *testing.T) {
	form := template.Template{Fields: []template.Field{{Key: `a"</b>`, Label: "A", Kind: template.YesNo},
		{Key: "b", Label: "B", Kind: template.YesNo}}}
	encoded, err := form.Schema()
	require.NoError(t, err)
	var schema struct{ Properties map[string]any }
	require.NoError(t, json.Unmarshal(encoded, &schema))
	assert.Contains(t, schema.Properties, `a"</b>`)
	assert.Contains(t, schema.Properties, "b")
}
