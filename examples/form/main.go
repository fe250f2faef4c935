// Form shows how a host draws a seller's request template as an HTML form and
// reads back what a buyer posted: every fault at its field, and nothing lost of
// what was typed.
package main

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"os"

	request "github.com/koogallery/serviceflow/supervision/template"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var setup = request.Template{Title: "Set up your CRM", Fields: []request.Field{
	{Key: "seats", Label: "Seats", Kind: request.Integer, Required: true, Min: "1", Max: "500"},
	{Key: "region", Label: "Region", Kind: request.Choice, Required: true,
		Options: []request.Option{{Value: "eu", Label: "Europe"}, {Value: "ap", Label: "Asia Pacific"}}},
	{Key: "notes", Label: "Notes", Kind: request.Text, Help: "Anything we should know."},
}}

func run(out io.Writer) error {
	posted := url.Values{"seats": {"fifty"}, "notes": {"Call <before> noon."}}
	form, err := request.Compile(setup)
	if err != nil {
		return err
	}
	_, err = form.Accept(setup.FromForm(posted))
	var invalid *request.InvalidError
	if errors.As(err, &invalid) {
		if err := page.Execute(out, view(setup, posted, invalid.Faults)); err != nil {
			return err
		}
	}
	posted.Set("seats", "50")
	posted.Set("region", "eu")
	values, err := form.Accept(setup.FromForm(posted))
	fmt.Fprintln(out, values, err)
	return err
}

// field is a template's field with what was typed into it and what is wrong
// with that.
type field struct {
	request.Field
	Typed, Fault string
}

func view(t request.Template, typed url.Values, faults []request.Fault) []field {
	wrong := make(map[string]string)
	for _, fault := range faults {
		wrong[fault.Field] = fault.Message
	}
	fields := make([]field, len(t.Fields))
	for i, f := range t.Fields {
		fields[i] = field{f, typed.Get(f.Key), wrong[f.Key]}
	}
	return fields
}

// page draws the kinds that the template above uses; html/template escapes what
// buyers typed.
var page = template.Must(template.New("").Parse(`<form method="post">
{{range .}}<label>{{.Label}}{{if .Required}} *{{end}}
{{- if eq .Kind "choice"}}
  <select name="{{.Key}}">{{$typed := .Typed}}
  {{- range .Options}}<option value="{{.Value}}"{{if eq .Value $typed}} selected{{end}}>{{.Label}}</option>{{end -}}
  </select>
{{- else if eq .Kind "text"}}
  <textarea name="{{.Key}}">{{.Typed}}</textarea>
{{- else}}
  <input name="{{.Key}}" value="{{.Typed}}">
{{- end}}{{with .Help}}
  <small>{{.}}</small>{{end}}{{with .Fault}}
  <strong>{{.}}</strong>{{end}}
</label>
{{end}}<button>Submit request</button>
</form>
`))
