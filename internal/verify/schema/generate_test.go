package schema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/koogallery/serviceflow/supervision/template"
	"pgregory.net/rapid"
)

// Lists of what is likely to be taken differently: by the kind it looks like.
var (
	strange = []string{
		"", " ", "a", "ab", "abc", "AB12", "a b", " a", "a ", "a\n", "\na", "a\nb", "a\r\nb", "a\tb", "a\vb", "a\x00b",
		"a\x1fb", "a\x7f", "a\u0080b",
		"a\u0085b", "\u0085a", "a\u009fb", "a\u00a0", "\u00a0a", "a\u00a0b", "\u1680a", "a\u180e", "\u2000a", "a\u200a",
		"a\u200b", "a\u2028b", "\u2028", "a\u2029b",
		"\u200b", "\ufeff", "\u200b \u2060", "\u200b\n\u200b", "\u3164", "\u2800", "\ufe0f", "\U000e0041", "\U000e0fff",
		"\U000e1000", "a\u202eb", "a\U000e0041", "\u00ad", "\u202fa",
		"a\u202f", "a\u205f", "a\u3000", "a\ufeff", "\ufeffa", "ä", "文", "文文", "𝄞", "𝄞𝄞𝄞", "e\u0301", "\ufffd",
		strings.Repeat("x", 128), strings.Repeat("文", 128),
		strings.Repeat("x", 129), strings.Repeat("𝄞", 4000), strings.Repeat("x", 4001), "null", "true", "7", "２",
	}
	dates = []string{
		"2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2024-02-30", "2024-12-31", "2025-01-01", "1000-01-01",
		"0999-12-31", "9999-12-31", "10000-01-01",
		"2024-00-01", "2024-13-01", "2024-01-00", "2024-01-32", "2024-04-31", "2024-1-1", "2024-01-01 ", "2024-01-01\n",
		"2024/01/01", "２０２４-01-01", "20240101",
	}
	addresses = []string{
		"a@b.cn", "a.b+c@d-e.f1.example", "a@b", "a..b@c.cn", ".a@b.cn", "a@b.cn\n",
		"A@" + strings.Repeat("b", 63) + ".cn", "a@" + strings.Repeat("b", 64) + ".cn",
		strings.Repeat("a", 249) + "@b.cn", strings.Repeat("a", 250) + "@b.cn", "+8675512345678", "1234567", "123456",
		"+123456789012345", "+1234567890123456", "0123456789",
		"https://a.cn", "http://a", "https://a.cn/%20?q#f", "https://a.cn/%2", "https://u@a.cn", "HTTP://a.cn",
		"ftp://a.cn", "https://a.cn:99999", "https://a.cn:100000",
		"https://a.cn/\n", "https://a.cn/文", "https://a.cn/" + strings.Repeat("x", 1987),
		"https://a.cn/" + strings.Repeat("x", 1988),
	}
	numbers = []string{
		"0", "-0", "0.0", "1", "1.0", "1e0", "-1", "7.5", "7.50", "75e-1", "1e3", "1E+2", "0.000001", "0.0000001",
		"1e-6", "1e-7", "1.0000000", "0.1234567", "2.9999999",
		"999999999999999", "-999999999999999", "1000000000000000", "1e15", "-1e15", "999999999999999.999999",
		"999999999999999.9999991", "1e300", "1e-300", "123456789012345678901234567890",
	}
	patterns = []string{`[A-Z]{2}\d{1,6}`, `a|ab`, `.+`, `.*`, `[^a]*`, `\w+ \w+`, `\W*`, `(a|b)*c?`, `文+`, `(?:.\n?)+`,
		`[ \t\n]*a`, `\D\d?`, `()`, `.{2}`}
)

// pick prefers what is in the list and makes something up now and then.
func pick(t *rapid.T, label string, list []string, made *rapid.Generator[string]) string {
	if rapid.IntRange(0, 3).Draw(t, label+" made up") == 0 {
		return made.Draw(t, label)
	}
	return rapid.SampledFrom(list).Draw(t, label)
}

func number(t *rapid.T, label string) string {
	return pick(t, label, numbers, rapid.StringMatching(`-?(0|[1-9][0-9]{0,16})(\.[0-9]{1,8})?([eE][+-]?[0-9]{1,2})?`))
}

func date(t *rapid.T, label string) string {
	return pick(t, label, dates, rapid.StringMatching(`20[0-3][0-9]-[01][0-9]-[0-3][0-9]`))
}

func text(t *rapid.T, label string) string {
	return pick(t, label, strange, rapid.StringMatching(`[ -~\n\t ä文𝄞]{0,12}`))
}

func address(t *rapid.T, label string) string {
	return pick(t, label, addresses, rapid.StringMatching(`(https?://)?[a-z0-9.@+-]{1,12}[/?#%@.]?[a-z0-9.@%]{0,8}`))
}

// drawField draws the settings of a kind without regard to each other: those
// that contradict are not published.
func drawField(t *rapid.T, key string) template.Field {
	f := template.Field{Key: key, Label: "L", Kind: rapid.SampledFrom(template.Kinds()).Draw(t, key+" kind"),
		Required: rapid.Bool().Draw(t, key+" required")}
	sometimes := func(name string) bool { return rapid.Bool().Draw(t, key+" has "+name) }
	switch f.Kind {
	case template.Line, template.Text:
		f.MinLength = rapid.IntRange(0, 4).Draw(t, key+" least")
		if sometimes("most") {
			f.MaxLength = rapid.IntRange(max(1, f.MinLength), 8).Draw(t, key+" most")
		}
		if sometimes("pattern") {
			f.Pattern = rapid.SampledFrom(patterns).Draw(t, key+" pattern")
		}
	case template.Number, template.Integer, template.Date:
		draw := map[bool]func(*rapid.T, string) string{true: date, false: number}[f.Kind == template.Date]
		if sometimes("min") {
			f.Min = draw(t, key+" min")
		}
		if sometimes("max") {
			f.Max = draw(t, key+" max")
		}
	case template.Choice, template.Choices:
		for i := range rapid.IntRange(1, 4).Draw(t, key+" options") {
			f.Options = append(f.Options, template.Option{Value: []string{"a", "文", "7", "true"}[i]})
		}
		if f.Kind == template.Choices {
			f.MinItems = rapid.IntRange(0, len(f.Options)).Draw(t, key+" least")
			f.MaxItems = rapid.SampledFrom([]int{0, max(1, f.MinItems)}).Draw(t, key+" most")
		}
	}
	return f
}

// drawTemplate draws a template that a seller could publish.
func drawTemplate(t *rapid.T) template.Template {
	form := template.Template{}
	for i := range rapid.IntRange(1, 3).Draw(t, "fields") {
		f := drawField(t, fmt.Sprint("f", i))
		if (template.Template{Fields: []template.Field{f}}).Validate() != nil {
			f.Min, f.Max = "", ""
			if err := (template.Template{Fields: []template.Field{f}}).Validate(); err != nil {
				t.Fatalf("the generator makes faulty fields: %v", err)
			}
		}
		form.Fields = append(form.Fields, f)
	}
	return form
}

// drawMember draws a JSON value that suits the field, nearly suits it, or is of
// another type.
func drawMember(t *rapid.T, f template.Field) json.RawMessage {
	kind := f.Kind
	if rapid.IntRange(0, 5).Draw(t, f.Key+" other type") == 0 {
		kind = rapid.SampledFrom(append(template.Kinds(), "null", "object", "mixed")).Draw(t, f.Key+" as")
	}
	return encode(t, f, kind)
}

func encode(t *rapid.T, f template.Field, kind template.Kind) json.RawMessage {
	var value any
	switch kind {
	case template.Number, template.Integer:
		return json.RawMessage(number(t, f.Key))
	case template.YesNo:
		value = rapid.Bool().Draw(t, f.Key)
	case template.Date:
		value = date(t, f.Key)
		if f.Min != "" && rapid.Bool().Draw(t, f.Key+" at a bound") {
			value = f.Min
		}
	case template.Choice:
		value = rapid.SampledFrom([]string{"a", "文", "7", "true", "b", "", "a "}).Draw(t, f.Key)
	case template.Choices:
		value = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "文", "7", "true", "b"}), 0, 4).Draw(t, f.Key)
	case template.Email, template.Phone, template.URL:
		value = address(t, f.Key)
	case "null":
	case "object":
		value = map[string]string{"a": "b"}
	case "mixed":
		value = []any{"a", 7}
	default:
		value = text(t, f.Key)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// drawSubmission draws a JSON object: most fields, and now and then one that
// the template does not have.
func drawSubmission(t *rapid.T, form template.Template) []byte {
	object := make(map[string]json.RawMessage)
	for _, f := range form.Fields {
		if rapid.IntRange(0, 7).Draw(t, f.Key+" absent") > 0 {
			object[f.Key] = drawMember(t, f)
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "unknown") == 0 {
		object[rapid.SampledFrom([]string{"", "F0", "f0 ", "f9", "x\n"}).Draw(t,
			"unknown key")] = json.RawMessage(`"a"`)
	}
	encoded, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}
