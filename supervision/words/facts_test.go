package words_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/koogallery/serviceflow/supervision/words"
	"github.com/stretchr/testify/assert"
)

var setUp = template.Template{Fields: []template.Field{
	{Key: "seats", Label: "Seats", Kind: template.Integer},
	{Key: "region", Label: "Region", Kind: template.Choice, Options: []template.Option{{Value: "eu", Label: "Europe"},
		{Value: "cn"}}},
	{Key: "modules", Label: "Modules", Kind: template.Choices, Options: []template.Option{
		{Value: "crm", Label: "Customers"}, {Value: "erp"}}},
	{Key: "help", Label: "Help wanted", Kind: template.YesNo},
}}

// told is what facts say, a line each.
func told(list []words.Told) (lines []string) {
	for _, f := range list {
		lines = append(lines, f.Label+": "+f.Text)
	}
	return lines
}

// Answers are told as their template asks for them, in its order and before all
// else; what it has no field for by its key (R04).
func TestR04_FactsAreToldInTheWordsOfTheirTemplate(t *testing.T) {
	r := supervision.Record{Operation: supervision.OpSubmitRequest, Action: supervision.SubmitRequest{
		Attachments: []supervision.Attachment{{Name: "a.pdf"}, {Name: "b.pdf"}},
		Values: template.Values{"help": true, "modules": []string{"crm", "erp"}, "region": "eu",
			"seats": json.Number("12"), "lost": "as it is"}}}
	assert.Equal(t, []string{"Seats: 12", "Region: Europe", "Modules: Customers, erp", "Help wanted: Yes",
		"lost: as it is", "Attachments: a.pdf, b.pdf"}, told(en.Facts(r, setUp)))
	assert.Equal(t, []string{"Seats: 12", "Region: Europe", "Modules: Customers、erp", "Help wanted: 是",
		"lost: as it is", "附件: a.pdf、b.pdf"}, told(zh.Facts(r, setUp)))
	assert.Equal(t, []string{"help: Yes", "lost: as it is", "modules: crm, erp", "region: eu", "seats: 12",
		"Attachments: a.pdf, b.pdf"}, told(en.Facts(r, template.Template{})))
	for i, f := range en.Facts(r, setUp)[:4] {
		assert.Equal(t, setUp.Fields[i], f.Field)
		assert.Equal(t, "values."+f.Field.Key, f.Key)
	}
	assert.Zero(t, en.Facts(r, setUp)[4].Field)
	chosen := []string{"crm", "erp"}
	assert.Equal(t, "Customers, erp", en.Answer(setUp.Fields[2], chosen))
	assert.Equal(t, []string{"crm", "erp"}, chosen, "the answer is left as it is")
	assert.Equal(t, "erp, Customers", en.Answer(setUp.Fields[2], []string{"erp", "crm"}))
}

func ExampleLanguage_Facts() {
	record := supervision.Record{Operation: supervision.OpSubmitRequest, Action: supervision.SubmitRequest{
		Values: template.Values{"region": "eu", "seats": json.Number("12")}}}
	for _, fact := range words.English().Facts(record, setUp) {
		fmt.Println(fact.Label, fact.Text)
	}
	// Output:
	// Seats 12
	// Region Europe
}
