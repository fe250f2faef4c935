package template_test

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzTemplate: what can be read can be validated, written and read again, and
// a valid template has a schema.
func FuzzTemplate(f *testing.F) {
	encoded, err := json.Marshal(full())
	require.NoError(f, err)
	f.Add(encoded)
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte(`{"format":1,"fields":[{"key":"a","kind":"line","pattern":"(a{1,9}){1,9}"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var form template.Template
		if json.Unmarshal(data, &form) != nil {
			return
		}
		encoded, err := json.Marshal(form)
		require.NoError(t, err)
		var again template.Template
		require.NoError(t, json.Unmarshal(encoded, &again))
		assert.Equal(t, form.Validate() == nil, again.Validate() == nil)
		if form.Validate() != nil {
			if compiled, err := template.Compile(form); err == nil {
				compiled.Accept(template.Values{"a": "a", "b": []string{"b"}})
			}
			return
		}
		_, err = form.Schema()
		require.NoError(t, err)
		defaults := form.Normalize(nil)
		for _, fault := range prepare(t, form).Check(defaults) {
			assert.Equal(t, template.CodeRequired, fault.Code, "defaults are valid")
		}
	})
}

// FuzzAccept: normalising twice changes nothing more, what Check accepts is
// normal, and raw stays what it was.
func FuzzAccept(f *testing.F) {
	for _, seed := range []string{
		`{"name":" ACME ","users":"007.0","start":"2025/3/1","mail":"a@b.cn"}`,
		`{"budget":1e1000000000,"users":-0.0,"modules":["a",["b"]],"x":null}`,
		`{"phone":"0000 - 1","training":"ON","site":"https://a?%20","wishes":"\r\n\u2028a\u0085"}`,
		`null`,
	} {
		f.Add([]byte(seed))
	}
	form, compiled := full(), compile(f, full())
	f.Fuzz(func(t *testing.T, data []byte) {
		var raw template.Values
		if json.Unmarshal(data, &raw) != nil {
			return
		}
		before := raw.Clone()
		once := form.Normalize(raw)
		assert.Equal(t, once, form.Normalize(once))
		assert.Equal(t, before, raw)

		values, err := compiled.Accept(raw)
		assert.Equal(t, err == nil, len(compiled.Check(once)) == 0)
		if err == nil {
			assert.Equal(t, once, values)
		}
		if len(compiled.Check(raw)) == 0 {
			for key, value := range raw {
				assert.Equal(t, value, once[key], "what Check accepts is normal")
			}
		}
	})
}
