package template_test

import (
	"errors"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// compile compiles a template that a seller could publish.
func compile(t testing.TB, form template.Template) *template.Form {
	t.Helper()
	require.NoError(t, form.Validate())
	return prepare(t, form)
}

// prepare compiles a template, valid or not.
func prepare(t testing.TB, form template.Template) *template.Form {
	t.Helper()
	compiled, err := template.Compile(form)
	require.NoError(t, err)
	return compiled
}

// fields returns the faults of an error as "field code", in order.
func fields(err error) []string {
	var invalid *template.InvalidError
	if !errors.As(err, &invalid) {
		return nil
	}
	list := make([]string, len(invalid.Faults))
	for i, f := range invalid.Faults {
		list[i] = f.Field + " " + string(f.Code)
	}
	return list
}

// faultOf checks one value of one field and returns what is wrong with it.
func faultOf(t *testing.T, f template.Field, value any) template.Fault {
	t.Helper()
	f.Key, f.Label = "f", "F"
	found := compile(t, template.Template{Fields: []template.Field{f}}).Check(template.Values{"f": value})
	if len(found) == 0 {
		return template.Fault{}
	}
	require.Len(t, found, 1)
	assert.Equal(t, "f", found[0].Field)
	assert.NotEmpty(t, found[0].Message)
	return found[0]
}

// code is the code of faultOf, or "".
func code(t *testing.T, f template.Field, value any) template.Code {
	t.Helper()
	return faultOf(t, f, value).Code
}

// normal normalises one value of one field; nil is no answer.
func normal(f template.Field, value any) any {
	f.Key = "f"
	return template.Template{Fields: []template.Field{f}}.Normalize(template.Values{"f": value})["f"]
}

func TestR04_AnErrorListsEveryFault(t *testing.T) {
	form := template.Template{Fields: []template.Field{
		{Key: "a", Label: "A", Kind: template.Line, Required: true},
		{Key: "b", Label: "B", Kind: template.Integer, Max: "5"},
		{Key: "c", Label: "C", Kind: template.Integer, Min: "2"},
	}}
	_, err := compile(t, form).Accept(template.Values{"b": 6, "c": 1, "d": 1})
	assert.EqualError(t, err, "template: invalid input: a: answer this field; b: give 5 or less; c: give 2 or more; "+
		"leave out the fields that the template does not have")
	assert.ErrorIs(t, err, template.ErrInvalid)
	assert.NotErrorIs(t, err, template.ErrMalformed)
}

func TestR04_FaultsCarryTheirNumbers(t *testing.T) {
	options := []template.Option{{Value: "a"}, {Value: "b"}, {Value: "c"}}
	for name, c := range map[string]struct {
		field template.Field
		value any
		want  template.Fault
	}{
		"too short": {template.Field{Kind: template.Line, MinLength: 2}, "x",
			template.Fault{Code: "too_short", Min: "2"}},
		"too long": {template.Field{Kind: template.Text, MaxLength: 2}, "xxx",
			template.Fault{Code: "too_long", Max: "2"}},
		"too small": {template.Field{Kind: template.Number, Min: "0.5"}, 0,
			template.Fault{Code: "too_small", Min: "0.5"}},
		"too large": {template.Field{Kind: template.Integer, Max: "7"}, 8, template.Fault{Code: "too_large", Max: "7"}},
		"too early": {template.Field{Kind: template.Date, Min: "2025-01-01"}, "2024-12-31",
			template.Fault{Code: "too_small", Min: "2025-01-01"}},
		"too late": {template.Field{Kind: template.Date, Max: "2025-01-01"}, "2025-01-02",
			template.Fault{Code: "too_large", Max: "2025-01-01"}},
		"too few": {template.Field{Kind: template.Choices, Options: options, MinItems: 2}, "a",
			template.Fault{Code: "too_few", Min: "2"}},
		"too many": {template.Field{Kind: template.Choices, Options: options, MaxItems: 1}, []string{"a", "b"},
			template.Fault{Code: "too_many", Max: "1"}},
		"another form": {template.Field{Kind: template.Email}, "x", template.Fault{Code: "malformed", Kind: "email"}},
		"another type": {template.Field{Kind: template.YesNo}, "x", template.Fault{Code: "wrong_type", Kind: "yes_no"}},
	} {
		t.Run(name, func(t *testing.T) {
			found := faultOf(t, c.field, normal(c.field, c.value))
			found.Field, found.Message = "", ""
			assert.Equal(t, c.want, found)
		})
	}
}
