package template_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

// golden compares with a file of testdata, which -update writes first. What the
// file says is for the reviewer to judge.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, got, "", "  "))
	indented.WriteByte('\n')
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, indented.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), indented.String())
}

func TestR04_JSONForm(t *testing.T) {
	encoded, err := json.Marshal(full())
	require.NoError(t, err)
	golden(t, "template.json", encoded)

	stored, err := os.ReadFile(filepath.Join("testdata", "template.json"))
	require.NoError(t, err)
	var decoded template.Template
	require.NoError(t, json.Unmarshal(stored, &decoded))
	assert.Equal(t, full(), decoded)
}

func TestR04_JSONFormOfAnEmptyTemplate(t *testing.T) {
	encoded, err := json.Marshal(template.Template{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"format":1,"fields":[]}`, string(encoded))
	var decoded template.Template
	require.NoError(t, json.Unmarshal(encoded, &decoded))

}

// Whoever was handed the fields before keeps them.
func TestR04_ReadingOverATemplateLeavesItsFields(t *testing.T) {
	var form template.Template
	require.NoError(t, json.Unmarshal([]byte(`{"format":1,"title":"T","fields":[{"key":"a","label":"A","kind":"line"}]}`),
		&form))
	handed := form
	require.NoError(t, json.Unmarshal([]byte(`{"format":1,"fields":[{"key":"b","label":"B","kind":"text"}]}`), &form))
	assert.Equal(t, template.Template{Fields: []template.Field{{Key: "b", Label: "B", Kind: template.Text}}}, form)
	assert.Equal(t, "a", handed.Fields[0].Key)
}

func TestR04_DefaultsAreReadAsValues(t *testing.T) {
	var form template.Template
	require.NoError(t, json.Unmarshal([]byte(`{"format":1,"fields":[
		{"key":"a","label":"A","kind":"number","default":7.50},
		{"key":"b","label":"B","kind":"choices","options":[{"value":"x"}],"default":["x"]},
		{"key":"c","label":"C","kind":"yes_no","default":false}]}`), &form))
	assert.Equal(t, json.Number("7.5"), form.Fields[0].Default)
	assert.Equal(t, []string{"x"}, form.Fields[1].Default)
	assert.Equal(t, false, form.Fields[2].Default)
	assert.NoError(t, form.Validate())
}

func TestR04_ANewerTemplateIsNamedAsSuch(t *testing.T) {
	var form template.Template
	assert.EqualError(t, json.Unmarshal([]byte(`{"format":2}`), &form),
		"template: document has format 2: newer format than this version reads (1): upgrade this host")
}

// Each member has one spelling.
func TestR04_MembersAreSpeltAsDocumented(t *testing.T) {
	written, err := json.Marshal(full())
	require.NoError(t, err)
	members := regexp.MustCompile(`"[a-z_]+":`).FindAllString(string(written), -1)
	require.Greater(t, len(members), 50)
	for _, member := range members {
		var form template.Template
		other := strings.Replace(string(written), member, member[:1]+strings.ToUpper(member[1:2])+member[2:], 1)
		assert.ErrorIs(t, json.Unmarshal([]byte(other), &form), template.ErrMalformed, member)
	}
}

func TestR04_ReadingIsStrict(t *testing.T) {
	field := func(members string) string { return `{"format":1,"fields":[{"key":"a","label":"A",` + members + `}]}` }
	for data, want := range map[string]error{
		`{"format":2,"fields":[]}`:                             template.ErrNewerFormat,
		`{"format":2,"fields":"changed","new":null,"title":1}`: template.ErrNewerFormat,
		`{"format":1,"fields":[],"new":1}`:                     template.ErrMalformed,
		`{"format":0,"fields":[]}`:                             template.ErrMalformed,
		`{"format":-1,"fields":[]}`:                            template.ErrMalformed,
		`{"format":"1","fields":[]}`:                           template.ErrMalformed,
		`{"format":1.5,"fields":[]}`:                           template.ErrMalformed,
		`{"fields":[]}`:                                        template.ErrMalformed,
		`{}`:                                                   template.ErrMalformed,
		`null`:                                                 template.ErrMalformed,
		`[]`:                                                   template.ErrMalformed,
		`"a"`:                                                  template.ErrMalformed,
		`{"format":1,"fields":null}`:                           template.ErrMalformed,
		`{"format":1,"fields":[null]}`:                         template.ErrMalformed,
		`{"format":1,"fields":{}}`:                             template.ErrMalformed,
		`{"format":1,"format":1,"fields":[]}`:                  template.ErrMalformed,
		`{"format":1,"Fields":[]}`:                             template.ErrMalformed,
		`{"format":1,"title":"a","fields":[],"title":"b"}`:       template.ErrMalformed,
		`{"format":1,"fields":[],"key":"not here"}`:              template.ErrMalformed,
		field(`"kind":"line","required":null`):                   template.ErrMalformed,
		field(`"kind":"line","Required":true`):                   template.ErrMalformed,
		field(`"kind":"line","required":true,"required":false`):  template.ErrMalformed,
		field(`"kind":"line","unknown":1`):                       template.ErrMalformed,
		field(`"kind":"line","format":1`):                        template.ErrMalformed,
		field(`"kind":"line","max_length":"5"`):                  template.ErrMalformed,
		field(`"kind":"line","max_length":5.5`):                  template.ErrMalformed,
		field(`"kind":"number","min":5`):                         template.ErrMalformed,
		field(`"kind":"line","default":null`):                    template.ErrMalformed,
		field(`"kind":"line","default":{"a":1}`):                 template.ErrMalformed,
		field(`"kind":"choice","options":[{"value":"a","x":1}]`): template.ErrMalformed,
		field(`"kind":"choice","options":["a"]`):                 template.ErrMalformed,
		`{"format":1,"fields":[{"label":"A"}]}`:                  template.ErrUnknown,
		field(`"kind":"lines"`):                                  template.ErrUnknown,
		field(`"kind":""`):                                       template.ErrUnknown,
		field(`"required":true`):                                 template.ErrUnknown,
		field(`"kind":"line","max_length":"5ecret"`):             template.ErrMalformed,
		field(`"kind":"line","5ecret":1`):                        template.ErrMalformed,
		field(`"kind":"5ecret"`):                                 template.ErrUnknown,
		field(`"kind":"line","title":5ecret`):                    template.ErrMalformed,
		field(`"kind":1`):                                        template.ErrMalformed,
	} {
		form := template.Template{Title: "kept"}
		err := json.Unmarshal([]byte(data), &form)
		if !json.Valid([]byte(data)) {
			err = form.UnmarshalJSON([]byte(data)) // json.Unmarshal would not ask
		}
		require.ErrorIs(t, err, want, data)
		assert.NotContains(t, err.Error(), "5")
		assert.Equal(t, template.Template{Title: "kept"}, form)
		assert.True(t, strings.HasPrefix(err.Error(), "template: document"), err)
	}
}
