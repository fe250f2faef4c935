package template_test

import (
	"encoding/json"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKinds_HaveOneNameEach(t *testing.T) {
	assert.Equal(t, []template.Kind{
		"line", "text", "number", "integer", "yes_no", "date", "choice", "choices", "email", "phone", "url", "file",
	}, template.Kinds())
	for _, k := range template.Kinds() {
		encoded, err := json.Marshal(k)
		require.NoError(t, err)
		var decoded template.Kind
		require.NoError(t, json.Unmarshal(encoded, &decoded))
		assert.Equal(t, k, decoded)
	}
	template.Kinds()[0] = "changed"
	assert.Equal(t, template.Line, template.Kinds()[0], "the list is the caller's own")
}

func TestKinds_SayWhatToAnswer(t *testing.T) {
	type nonsense struct{}
	for kind, want := range map[template.Kind]string{
		template.Line:    "answer with a text",
		template.Text:    "answer with a text",
		template.Number:  "give a number such as 7.5, at most 15 digits before and 6 after the point",
		template.Integer: "give a whole number of at most 15 digits",
		template.YesNo:   "answer with yes or no",
		template.Date:    "give a date of the calendar as YYYY-MM-DD",
		template.Choice:  "choose from the options",
		template.Choices: "choose from the options",
		template.Email:   "give an e-mail address such as name@host.example, at most 254 characters",
		template.Phone:   "give a phone number such as +86 755 1234 5678, 7 to 15 digits with the country code",
		template.URL:     "give a web address such as https://host.example/path, at most 2000 characters",
		template.File:    "attach a file",
	} {
		f := template.Field{Kind: kind}
		if kind == template.Choice || kind == template.Choices {
			f.Options = []template.Option{{Value: "a"}}
		}
		found := faultOf(t, f, nonsense{})
		assert.Equal(t, want, found.Message, kind)
		assert.Equal(t, string(kind), found.Kind)
	}
}

func TestKinds_SayWhatTheyDoNotHave(t *testing.T) {
	form := template.Template{Fields: []template.Field{{Key: "f", Label: "F", Kind: template.Date, MinLength: 1}}}
	var invalid *template.InvalidError
	require.ErrorAs(t, form.Validate(), &invalid)
	assert.Equal(t, []template.Fault{{Field: "fields[0].min_length", Code: template.CodeNotApplicable, Kind: "date",
		Message: "leave it out: a field of kind date does not have it"}}, invalid.Faults)
}

func TestKinds_RefuseUnknownNames(t *testing.T) {
	for _, name := range []string{"", "Line", "lines", " line", "yesno"} {
		k := template.Date
		err := k.UnmarshalText([]byte(name))
		assert.ErrorIs(t, err, template.ErrUnknown)
		assert.EqualError(t, err, "template: kind: unknown word: use one of "+
			"line, text, number, integer, yes_no, date, choice, choices, email, phone, url, file")
		assert.Equal(t, template.Date, k, "stays what it was")
	}
}
