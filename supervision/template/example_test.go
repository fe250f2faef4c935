package template_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"os"

	request "github.com/koogallery/serviceflow/supervision/template"
)

func ExampleForm_Accept() {
	t := request.Template{
		Title: "Set up the service",
		Fields: []request.Field{
			{Key: "company", Label: "Company", Kind: request.Line, Required: true},
			{Key: "users", Label: "Users", Kind: request.Integer, Required: true, Min: "1", Max: "5000"},
			{Key: "start", Label: "Start", Kind: request.Date, Default: "2025-01-01"},
		},
	}
	if err := t.Validate(); err != nil { // once, when it is published
		fmt.Println(err)
	}
	form, err := request.Compile(t) // once, when it is loaded
	if err != nil {
		fmt.Println(err)
	}

	values, err := form.Accept(request.Values{"company": "  ACME ", "users": "007"})
	fmt.Println(values, err)

	_, err = form.Accept(request.Values{"users": "9000", "start": "30 February"})
	var invalid *request.InvalidError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Faults {
			fmt.Printf("%s: %s\n", f.Field, f.Message)
		}
	}
	// Output:
	// map[company:ACME start:2025-01-01 users:7] <nil>
	// company: answer this field
	// users: give 5000 or less
	// start: give a date of the calendar as YYYY-MM-DD
}

func ExampleTemplate_Schema() {
	t := request.Template{Fields: []request.Field{
		{Key: "users", Label: "Users", Kind: request.Integer, Required: true, Min: "1", Max: "5000",
			Default: json.Number("10")},
		{Key: "region", Label: "Region", Kind: request.Choice,
			Options: []request.Option{{Value: "eu", Label: "Europe"}, {Value: "cn"}}},
	}}
	schema, err := t.Schema()
	if err != nil {
		fmt.Println(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, schema, "", " "); err != nil {
		fmt.Println(err)
	}
	fmt.Println(&indented)
	// Output:
	// {
	//  "$schema": "https://json-schema.org/draft/2020-12/schema",
	//  "type": "object",
	//  "properties": {
	//   "users": {
	//    "title": "Users",
	//    "type": "integer",
	//    "minimum": 1,
	//    "maximum": 5000,
	//    "default": 10
	//   },
	//   "region": {
	//    "title": "Region",
	//    "type": "string",
	//    "enum": [
	//     "eu",
	//     "cn"
	//    ]
	//   }
	//  },
	//  "required": [
	//   "users"
	//  ],
	//  "additionalProperties": false
	// }
}

// A host renders a template with the standard library; what the browser posts
// goes through FromForm to Accept. The hidden "no" before the checkbox makes an
// unchecked box an answer.
func Example_htmlForm() {
	page := template.Must(template.New("form").Parse(`<form method="post">
{{- range .Fields}}
<label>{{.Label}}
{{- if eq .Kind "choice" "choices"}} <select name="{{.Key}}"{{if eq .Kind "choices"}} multiple{{end}}>
{{- range .Options}}
 <option value="{{.Value}}">{{or .Label .Value}}</option>{{end}}</select>
{{- else if eq .Kind "yes_no"}} <input type="hidden" name="{{.Key}}" value="no">
 <input type="checkbox" name="{{.Key}}" value="yes">
{{- else if eq .Kind "text"}} <textarea name="{{.Key}}"{{if .Required}} required{{end}}></textarea>
{{- else}} <input name="{{.Key}}"{{if .Required}} required{{end}}{{with .Pattern}} pattern="{{.}}"{{end}}>
{{- end}}</label>
{{- end}}
</form>
`))
	t := request.Template{Fields: []request.Field{
		{Key: "code", Label: "Project code", Kind: request.Line, Required: true, Pattern: `[A-Z]{2}\d{1,6}`},
		{Key: "wishes", Label: "Wishes & hopes", Kind: request.Text},
		{Key: "training", Label: "Training", Kind: request.YesNo},
		{Key: "region", Label: "Region", Kind: request.Choice,
			Options: []request.Option{{Value: "eu", Label: "Europe"}, {Value: "cn"}}},
	}}
	if err := page.Execute(os.Stdout, t); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <form method="post">
	// <label>Project code <input name="code" required pattern="[A-Z]{2}\d{1,6}"></label>
	// <label>Wishes &amp; hopes <textarea name="wishes"></textarea></label>
	// <label>Training <input type="hidden" name="training" value="no">
	//  <input type="checkbox" name="training" value="yes"></label>
	// <label>Region <select name="region">
	//  <option value="eu">Europe</option>
	//  <option value="cn">cn</option></select></label>
	// </form>
}
