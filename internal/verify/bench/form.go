package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/koogallery/serviceflow/supervision/template"
)

var formContests = []contest{
	{
		name: "template/check", what: "`Template.Check` of a form of 30 fields",
		against: "santhosh-tekuri/jsonschema on the exported schema, compiled before",
		bound:   faster(1), prepare: func(bool) (match, error) { return formMatch(checkForm) },
	},
	{
		name: "template/accept", what: "`Template.Accept`, which normalises before", against: "the same",
		bound:   faster(1),
		prepare: func(bool) (match, error) { return formMatch(acceptForm) },
	},
}

// answers are fields of every kind with what somebody wrote there.
var answers = []struct {
	template.Field
	value any
}{
	{template.Field{Kind: template.Line}, "ACME Trading Co., Ltd."},
	{template.Field{Kind: template.Line, Pattern: `[A-Z]{2}\d{1,6}`}, "AB1234"},
	{template.Field{Kind: template.Text, MinLength: 10},
		"Three teams in three cities.\nPlease import the customers from the list."},
	{template.Field{Kind: template.Number, Min: "0", Max: "1000000"}, json.Number("12500.75")},
	{template.Field{Kind: template.Integer, Min: "1", Max: "500"}, json.Number("35")},
	{template.Field{Kind: template.YesNo}, true},
	{template.Field{Kind: template.Date, Min: "2024-01-01"}, "2024-02-12"},
	{template.Field{Kind: template.Choice, Options: options("eu", "cn", "us")}, "cn"},
	{template.Field{Kind: template.Choices, Options: options("crm", "mail", "reports")}, []string{"crm", "mail"}},
	{template.Field{Kind: template.Email}, "chen@example.com"},
	{template.Field{Kind: template.Phone}, "+8675512345678"},
	{template.Field{Kind: template.URL}, "https://crm.example.com/acme?lang=en"},
	{template.Field{Kind: template.File}, "files/7f9c2ba4/customers-2024-01.xlsx"},
}

func options(values ...string) (list []template.Option) {
	for _, v := range values {
		list = append(list, template.Option{Value: v, Label: v})
	}
	return list
}

func form(fields int) (t template.Template, v template.Values, err error) {
	v = make(template.Values)
	for i := range fields {
		a := answers[i%len(answers)]
		a.Key, a.Label, a.Required = fmt.Sprintf("field_%d", i), "Field", true
		t.Fields = append(t.Fields, a.Field)
		v[a.Key] = a.value
	}
	return t, v, t.Validate()
}

// formMatch gives both sides the same form in memory: ours as Values, the peer
// what it decodes from their JSON.
func formMatch(ours func(*template.Form, template.Values) side) (match, error) {
	t, values, err := form(30)
	if err != nil {
		return match{}, err
	}
	compiledForm, err := template.Compile(t)
	if err != nil {
		return match{}, err
	}
	schema, err := t.Schema()
	if err != nil {
		return match{}, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return match{}, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("form.json", document); err != nil {
		return match{}, err
	}
	compiled, err := compiler.Compile("form.json")
	if err != nil {
		return match{}, err
	}
	submitted, err := json.Marshal(values)
	if err != nil {
		return match{}, err
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(submitted))
	if err != nil {
		return match{}, err
	}
	return alike(ours(compiledForm, values), func(b *bench) error {
		for range b.N {
			if err := compiled.Validate(instance); err != nil {
				return err
			}
		}
		return nil
	})
}

func checkForm(t *template.Form, v template.Values) side {
	return func(b *bench) error {
		for range b.N {
			if len(t.Check(v)) > 0 {
				return errors.New("the form is faulty")
			}
		}
		return nil
	}
}

func acceptForm(t *template.Form, v template.Values) side {
	return func(b *bench) error {
		for range b.N {
			if _, err := t.Accept(v); err != nil {
				return err
			}
		}
		return nil
	}
}
