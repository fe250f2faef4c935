package template_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR04_ErrorListsEveryFault(t *testing.T) {
	err := error(&template.Error{Faults: []template.Fault{
		{Field: "a", Code: template.CodeRequired, Message: "answer this field"},
		{Field: "", Code: template.CodeUnknownField, Message: "leave it out"},
	}})
	assert.EqualError(t, err, "template: invalid: a: required: answer this field; unknown_field: leave it out")

	wrapped := fmt.Errorf("submit: %w", err)
	assert.ErrorIs(t, wrapped, template.ErrInvalid)
	assert.NotErrorIs(t, wrapped, template.ErrMalformed)
	var found *template.Error
	require.ErrorAs(t, wrapped, &found)
	assert.Len(t, found.Faults, 2)
}

// fields returns the faults of an error as "field code", in order.
func fields(err error) []string {
	var invalid *template.Error
	if !errors.As(err, &invalid) {
		return nil
	}
	list := make([]string, len(invalid.Faults))
	for i, f := range invalid.Faults {
		list[i] = f.Field + " " + f.Code
	}
	return list
}

// code checks one value of one field and returns the code of its fault, or "".
func code(t *testing.T, f template.Field, value any) string {
	t.Helper()
	f.Key, f.Label = "f", "F"
	form := template.Template{Fields: []template.Field{f}}
	require.NoError(t, form.Validate())
	found := form.Check(template.Values{"f": value})
	if len(found) == 0 {
		return ""
	}
	require.Len(t, found, 1)
	assert.Equal(t, "f", found[0].Field)
	assert.NotEmpty(t, found[0].Message)
	return found[0].Code
}

// normal normalises one value of one field; nil is no answer.
func normal(f template.Field, value any) any {
	f.Key = "f"
	return template.Template{Fields: []template.Field{f}}.Normalize(template.Values{"f": value})["f"]
}
