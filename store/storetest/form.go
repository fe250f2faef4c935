package storetest

import (
	"encoding/json"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/require"
)

// form is a request template with a field of every type of value.
var form = template.Template{
	Title: "Deployment", Intro: "Tell us where.",
	Fields: []template.Field{
		{Key: "region", Label: "Region", Kind: template.Choice, Required: true,
			Options: []template.Option{{Value: "north"}, {Value: "south"}}},
		{Key: "zones", Label: "Zones", Kind: template.Choices,
			Options: []template.Option{{Value: "a", Label: "A"}, {Value: "b"}}, Default: []string{"a"}},
		{Key: "nodes", Label: "Nodes", Kind: template.Integer, Min: "1", Max: "9", Default: json.Number("3")},
		{Key: "share", Label: "Share", Kind: template.Number},
		{Key: "public", Label: "Public", Kind: template.YesNo, Default: false},
		{Key: "from", Label: "From", Kind: template.Date},
		{Key: "notes", Label: "Notes", Kind: template.Text, Help: "Anything else 😀"},
	},
}

// filled is an order whose request was submitted on the form.
func (c *check) filled(id string) *history {
	o := opening(id)
	o.RequestTemplateVersion = 1
	h := c.open(o, day0)
	var err error
	h.form, err = template.Compile(form)
	require.NoError(c, err)
	return h.buyer(supervision.SubmitRequest{
		Values: template.Values{
			"region": "north", "zones": []string{"a", "b"}, "nodes": json.Number("7"), "share": json.Number("0.125"),
			"public": true,
			"from":   "2026-04-01", "notes": "line 1\nline 2 😀",
		},
		Attachments: []supervision.Attachment{file},
	}, hour)
}
