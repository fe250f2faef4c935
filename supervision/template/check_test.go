package template_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// full has a field of every kind, and every setting.
func full() template.Template {
	return template.Template{
		Title: "Set up the service",
		Intro: "Tell us what you need.\nWe answer within a day.",
		Fields: []template.Field{
			{Key: "name", Label: "Company", Kind: template.Line, Required: true, MinLength: 2, MaxLength: 80},
			{Key: "code", Label: "Project code", Help: "Two letters and digits", Kind: template.Line,
				Pattern: `[A-Z]{2}\d{1,6}`},
			{Key: "wishes", Label: "Wishes", Kind: template.Text, MaxLength: 1000},
			{Key: "budget", Label: "Budget", Kind: template.Number, Min: "0.5", Max: "99999.99"},
			{Key: "users", Label: "Users", Kind: template.Integer, Required: true, Min: "1", Max: "5000",
				Default: json.Number("10")},
			{Key: "training", Label: "Training", Kind: template.YesNo, Default: false},
			{Key: "start", Label: "Start", Kind: template.Date, Required: true, Min: "2024-02-29", Max: "2030-12-31"},
			{Key: "region", Label: "Region", Kind: template.Choice, Required: true, Default: "eu",
				Options: []template.Option{{Value: "eu", Label: "Europe"}, {Value: "cn"}}},
			{Key: "modules", Label: "Modules", Kind: template.Choices, MinItems: 1, MaxItems: 2,
				Default: []string{"crm"},
				Options: []template.Option{{Value: "crm", Label: "CRM"}, {Value: "erp"}, {Value: "wms"}}},
			{Key: "mail", Label: "Mail", Kind: template.Email, Required: true},
			{Key: "phone", Label: "Phone", Kind: template.Phone},
			{Key: "site", Label: "Web site", Kind: template.URL},
			{Key: "contract", Label: "Contract", Kind: template.File},
		},
	}
}

func TestR03_AcceptNormalisesAndFillsIn(t *testing.T) {
	raw := template.Values{
		"name": "  ACME ", "code": "AB12", "wishes": "one\r\ntwo", "budget": "1200.50", "start": "2025/3/1",
		"modules": []any{"erp", "", " wms", "erp"},
		"mail":    "a@b.cn", "phone": "+86 755-1234 5678", "site": " ", "contract": nil, "training": "Yes",
	}
	before := raw.Clone()

	got, err := compile(t, full()).Accept(raw)

	require.NoError(t, err)
	assert.Equal(t, template.Values{
		"name": "ACME", "code": "AB12", "wishes": "one\ntwo", "budget": json.Number("1200.5"),
		"users": json.Number("10"), "training": true,
		"start": "2025-03-01", "region": "eu", "modules": []string{"erp", "wms"}, "mail": "a@b.cn",
		"phone": "+8675512345678",
	}, got)
	assert.Equal(t, before, raw)
	assert.Equal(t, got, full().Normalize(got))
	assert.Empty(t, compile(t, full()).Check(got))
}

func TestR04_EveryFaultAtOnce(t *testing.T) {
	got, err := compile(t, full()).Accept(template.Values{
		"name": "A", "code": "ab", "wishes": 1, "budget": "0.4", "users": "5001", "training": "maybe",
		"start": "2024-02-28", "region": "us",
		"modules": []string{"crm", "erp", "wms"}, "mail": "a", "phone": "1", "site": "a", "contract": "a\nb",
		"zzz": 1, "Name": 1, "a\nb": 1, "": 1,
	})
	assert.Nil(t, got)
	assert.Equal(t, []string{
		"name too_short", "code pattern_mismatch", "wishes wrong_type", "budget too_small", "users too_large",
		"training wrong_type",
		"start too_small", "region not_an_option", "modules too_many", "mail malformed", "phone malformed",
		"site malformed", "contract line_break",
		" unknown_field",
	}, fields(err))

	_, err = compile(t, full()).Accept(nil)
	assert.Equal(t, []string{"name required", "start required", "mail required"}, fields(err))
	_, err = compile(t, full()).Accept(template.Values{"code": "ab"})
	assert.Equal(t, []string{"name required", "code pattern_mismatch", "start required", "mail required"}, fields(err),
		"whatever is not answered before it")
}

func TestR04_FaultsNeverRepeatTheUser(t *testing.T) {
	const secret = "5ecret"
	form := compile(t, full())
	for _, f := range full().Fields {
		for _, value := range []any{secret, secret + "\x00", json.Number("5" + secret), []string{secret},
			strings.Repeat(secret, 1000)} {
			_, err := form.Accept(template.Values{f.Key: value, secret: secret})
			require.Error(t, err)
			assert.NotContains(t, err.Error(), secret)
		}
	}
}

func TestR04_UnknownFieldsAreOneFault(t *testing.T) {
	form := compile(t, withPattern(""))
	for _, raw := range []template.Values{{"g": 1}, {"f": "x", "g": 1, "h": 1}, {strings.Repeat("x", 5000): 1},
		{"": 1}} {
		_, err := form.Accept(raw)
		assert.Equal(t, []string{" unknown_field"}, fields(err), "what it is called is what the user wrote")
	}
}

func TestR03_EveryKindRefusesOtherTypes(t *testing.T) {
	values := map[string]any{"string": "1234567", "number": json.Number("1"), "bool": true, "list": []string{"a"}}
	takes := map[template.Kind]string{template.Number: "number", template.Integer: "number", template.YesNo: "bool",
		template.Choices: "list"}
	for _, k := range template.Kinds() {
		f := template.Field{Kind: k}
		if k == template.Choice || k == template.Choices {
			f.Options = []template.Option{{Value: "a"}, {Value: "1234567"}}
		}
		for name, value := range values {
			wanted := takes[k] == name || takes[k] == "" && name == "string"
			assert.Equal(t, wanted, code(t, f, value) != template.CodeWrongType, "%s: %s", k, name)
		}
		for _, value := range []any{nil, 1, 1.5, []any{"a"}, []int{1}, map[string]any{}, []byte("a")} {
			assert.Equal(t, template.CodeWrongType, code(t, f, value), "%s: %T", k, value)
		}
	}
}

func TestR04_AnUnknownKindAcceptsNothing(t *testing.T) {
	form := template.Template{Fields: []template.Field{{Key: "f", Kind: "lines"}}}
	for _, value := range []any{"a", json.Number("1"), true, []string{"a"}, 1} {
		_, err := prepare(t, form).Accept(template.Values{"f": value})
		assert.Equal(t, []string{"f wrong_type"}, fields(err))
		assert.ErrorContains(t, err, "known kinds: line, text, number")
	}
}

func TestR03_Choice(t *testing.T) {
	f := template.Field{Kind: template.Choice,
		Options: []template.Option{{Value: "eu", Label: "Europe"}, {Value: "cn"}}}
	assert.Empty(t, code(t, f, "cn"))
	for _, value := range []string{"", "EU", "Europe", "us", "eu "} {
		assert.Equal(t, template.CodeNoOption, code(t, f, value))
	}
	assert.Equal(t, "eu", normal(f, " eu "))
}

func TestR03_Choices(t *testing.T) {
	f := template.Field{Kind: template.Choices, Options: []template.Option{{Value: "a"}, {Value: "b"}, {Value: "c"}}}
	for _, c := range []struct {
		least, most int
		items       []string
		want        template.Code
	}{
		{0, 0, []string{"a"}, ""}, {0, 0, []string{"c", "b", "a"}, ""},
		{0, 0, []string{}, template.CodeTooFew}, {0, 0, nil, template.CodeTooFew},
		{0, 0, []string{"a", "b", "c", "a"}, template.CodeTooMany},
		{0, 0, []string{"a", "x"}, template.CodeNoOption}, {0, 0, []string{"a", "a"}, template.CodeDuplicate},
		{0, 0, []string{"a", "b", "a"}, template.CodeDuplicate},
		{2, 0, []string{"a"}, template.CodeTooFew}, {2, 2, []string{"a", "b"}, ""},
		{0, 2, []string{"a", "b", "c"}, template.CodeTooMany},
	} {
		f.MinItems, f.MaxItems = c.least, c.most
		assert.Equal(t, c.want, code(t, f, c.items), "%v", c.items)
	}
}

func TestR03_ChoicesAreReadAsAList(t *testing.T) {
	f := template.Field{Kind: template.Choices}
	for _, c := range []struct{ raw, want any }{
		{"a ", []string{"a"}}, {"a, b", []string{"a, b"}}, {" ", nil},
		{[]string{}, nil}, {[]string{" ", ""}, nil}, {[]any{}, nil},
		{[]any{" b", "a", "b"}, []string{"b", "a"}}, {[]string{"b", " b"}, []string{"b"}},
		{[]any{"a", 1}, []any{"a", 1}},
	} {
		assert.Equal(t, c.want, normal(f, c.raw))
	}
	long := strings.Split(strings.Repeat("a", 101), "")
	assert.Equal(t, []string{"a"}, normal(f, long[:100]))
	assert.Equal(t, long, normal(f, long), "longer than any list of options: left to Check")
	assert.Equal(t, []string{" "}, normal(template.Field{Kind: template.Line}, []string{" "}),
		"of other kinds a list is no answer")
	assert.Equal(t, []any{" "}, normal(template.Field{Kind: template.Line}, []any{" "}))
}

func TestR03_YesNo(t *testing.T) {
	f := template.Field{Kind: template.YesNo, Required: true}
	assert.Empty(t, code(t, f, true))
	assert.Empty(t, code(t, f, false), "no is an answer")
	for _, s := range []string{"yes", "TRUE", " on ", "y", "1"} {
		assert.Equal(t, true, normal(f, s), s)
	}
	for _, s := range []string{"no", "False", "off", "N", "0"} {
		assert.Equal(t, false, normal(f, s), s)
	}
	for _, value := range []any{"maybe", "ok", "2", "yes!", 1, json.Number("1")} {
		assert.Equal(t, value, normal(f, value))
	}
	f.Key, f.Label = "agreed", "Agreed"
	assert.Equal(t, []template.Fault{{Field: "agreed", Code: "required", Message: "answer this field"}},
		compile(t, template.Template{Fields: []template.Field{f}}).Check(nil), "no answer is not no")
}

func TestR03_DefaultsAnswerWhatIsBlank(t *testing.T) {
	form := full()
	for _, blank := range []any{nil, "", " \t\r\n\u3000"} {
		assert.Equal(t, "eu", form.Normalize(template.Values{"region": blank})["region"])
		assert.Equal(t, "cn", form.Normalize(template.Values{"region": "cn"})["region"])
	}
	assert.Equal(t, true, form.Normalize(template.Values{"training": true})["training"])

	form.Normalize(nil)["modules"].([]string)[0] = "changed"
	assert.Equal(t, full(), form, "a default is never handed out itself")
}

func TestR03_NormalizeSharesNothing(t *testing.T) {
	nested := func() template.Values {
		return template.Values{
			"modules": []string{"a", " b"}, "region": []string{"x"}, "name": []any{1, []any{"y"}},
			"other": map[string]any{"a": []string{"z"}},
			"more":  []any{"s"},
		}
	}
	raw := nested()
	got := full().Normalize(raw)
	assert.Equal(t, nested(), raw)
	got["modules"].([]string)[0] = "changed"
	got["region"].([]string)[0] = "changed"
	got["name"].([]any)[1].([]any)[0] = "changed"
	got["other"].(map[string]any)["a"].([]string)[0] = "changed"
	got["more"].([]any)[0] = "changed"
	assert.Equal(t, nested(), raw)

	long := make([]string, 101)
	full().Normalize(template.Values{"modules": long})["modules"].([]string)[0] = "changed"
	assert.Empty(t, long[0])
}

func BenchmarkAccept(b *testing.B) {
	raw := template.Values{
		"name": "ACME", "code": "AB12", "budget": "1200.50", "start": "2025-03-01", "modules": []string{"erp"},
		"mail": "a@b.cn", "users": "7",
	}
	form := compile(b, full())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := form.Accept(raw); err != nil {
			b.Fatal(err)
		}
	}
}
