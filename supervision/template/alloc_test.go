//go:build !race

package template_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Not under the race detector, which makes the pools of package regexp forget
// at random.
func TestR03_CheckOfAFormOf30FieldsAllocatesNothing(t *testing.T) {
	var form template.Template
	values := template.Values{}
	for i := range 30 {
		f := full().Fields[i%13]
		f.Key = fmt.Sprint(f.Key, i)
		form.Fields = append(form.Fields, f)
	}
	compiled := compile(t, form)
	answers := template.Values{
		"name": "ACME", "code": "AB12", "wishes": "x\ny", "budget": json.Number("7.5"), "users": json.Number("7"),
		"training": true, "start": "2025-03-01",
		"region": "eu", "modules": []string{"crm"}, "mail": "a@b.cn", "phone": "+8675512345678",
		"site": "https://a.cn/x", "contract": "x",
	}
	for i, f := range form.Fields {
		values[f.Key] = answers[full().Fields[i%13].Key]
	}
	require.Empty(t, compiled.Check(values))
	assert.Zero(t, testing.AllocsPerRun(100, func() { compiled.Check(values) }))
}
