package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestR03_SchemaAcceptsWhatCheckAccepts(t *testing.T) {
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		form := drawTemplate(t)
		schema := compile(t, form)
		for range 25 {
			document := drawSubmission(t, form)
			if agree(t, form, schema, document) {
				accepted++
			} else {
				refused++
			}
			normalised(t, form, schema, document)
		}
	})
	t.Logf("both accepted %d, both refused %d", accepted, refused)
	assert.Greater(t, accepted, (accepted+refused)/20, "a test that accepts next to nothing proves nothing")
	assert.Greater(t, refused, (accepted+refused)/20)
}

// TestR03_SchemaAcceptsWhatCheckAcceptsOfEveryString puts every listed string
// before every kind.
func TestR03_SchemaAcceptsWhatCheckAcceptsOfEveryString(t *testing.T) {
	var all []string
	for _, list := range [][]string{strange, dates, addresses, numbers} {
		all = append(all, list...)
	}
	for _, f := range fieldsOfEveryKind() {
		form := template.Template{Fields: []template.Field{f}}
		schema := compile(t, form)
		for _, s := range all {
			document, err := json.Marshal(map[string]string{"f": s})
			require.NoError(t, err)
			agree(t, form, schema, document)
		}
		for _, n := range numbers {
			agree(t, form, schema, []byte(`{"f":`+n+`}`))
		}
		for _, document := range []string{`{}`, `{"f":null}`, `{"f":true}`, `{"f":[]}`, `{"f":["a"]}`,
			`{"f":["a","a"]}`, `{"f":[["a"]]}`, `{"f":{}}`, `{"g":"a"}`} {
			agree(t, form, schema, []byte(document))
		}
	}
}

func fieldsOfEveryKind() []template.Field {
	var list []template.Field
	add := func(f template.Field) {
		f.Key, f.Label = "f", "F"
		list = append(list, f)
	}
	for _, k := range template.Kinds() {
		f := template.Field{Kind: k}
		if k == template.Choice || k == template.Choices {
			f.Options = []template.Option{{Value: "a"}, {Value: "文"}, {Value: "7"}}
		}
		add(f)
		f.Required = true
		add(f)
	}
	for _, p := range patterns {
		add(template.Field{Kind: template.Line, Pattern: p})
		add(template.Field{Kind: template.Text, Pattern: p, MinLength: 2})
	}
	for _, bound := range []string{"0", "-1", "7.5", "999999999999999.999999"} {
		add(template.Field{Kind: template.Number, Min: bound})
		add(template.Field{Kind: template.Number, Max: bound})
	}
	for _, bound := range []string{"2024-02-29", "1000-01-01", "9999-12-31", "2025-01-01"} {
		add(template.Field{Kind: template.Date, Min: bound})
		add(template.Field{Kind: template.Date, Max: bound})
	}
	return list
}

func compile(t rapid.TB, form template.Template) *jsonschema.Schema {
	encoded, err := form.Schema()
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("template.json", document))
	schema, err := compiler.Compile("template.json")
	require.NoError(t, err, "a schema is valid against the meta-schema of 2020-12")
	return schema
}

func checker(t rapid.TB, form template.Template) *template.Form {
	compiled, err := template.Compile(form)
	require.NoError(t, err)
	return compiled
}

// agree compares the two verdicts on a JSON document and returns them.
func agree(t rapid.TB, form template.Template, schema *jsonschema.Schema, document []byte) bool {
	var values template.Values
	require.NoError(t, json.Unmarshal(document, &values))
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	require.NoError(t, err)
	faults, refusal := checker(t, form).Check(values), schema.Validate(instance)
	if (len(faults) == 0) != (refusal == nil) {
		t.Fatalf("%.300s\nof %s:\nCheck: %v\nschema: %v", document, describe(form), faults, refusal)
	}
	return refusal == nil
}

// normalised checks that what Accept returns passes the schema.
func normalised(t rapid.TB, form template.Template, schema *jsonschema.Schema, document []byte) {
	var raw template.Values
	require.NoError(t, json.Unmarshal(document, &raw))
	values, err := checker(t, form).Accept(raw)
	if err != nil {
		return
	}
	encoded, err := json.Marshal(values)
	require.NoError(t, err)
	require.True(t, agree(t, form, schema, encoded), "%s", encoded)
}

func describe(form template.Template) string { return fmt.Sprintf("%+v", form.Fields) }
