package template_test

import (
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
)

func TestR03_Line(t *testing.T) {
	own := template.Field{Kind: template.Line, MinLength: 3, MaxLength: 5}
	for _, c := range []struct {
		f    template.Field
		s    string
		want template.Code
	}{
		{template.Field{Kind: template.Line}, "x", ""},
		{template.Field{Kind: template.Line}, "", template.CodeRequired},
		{template.Field{Kind: template.Line}, "a\nb", template.CodeLineBreak},
		{template.Field{Kind: template.Line}, "a ", template.CodeUntrimmed},
		{template.Field{Kind: template.Line}, strings.Repeat("文", 4000), ""},
		{template.Field{Kind: template.Line}, strings.Repeat("文", 4001), template.CodeTooLong},
		{own, "文文", template.CodeTooShort},
		{own, "文文文", ""},
		{own, "文文文文文", ""},
		{own, "文文文文文文", template.CodeTooLong},
	} {
		assert.Equal(t, c.want, code(t, c.f, c.s), "%.20q", c.s)
	}
	assert.Equal(t, "a b", normal(template.Field{Kind: template.Line}, " \u00a0a b\u3000\r\n"))
	assert.Equal(t, "a\nb", normal(template.Field{Kind: template.Line}, "a\nb"), "not guessed: Check refuses it")
}

func TestR03_Text(t *testing.T) {
	f := template.Field{Kind: template.Text}
	assert.Empty(t, code(t, f, "a\n\n\tb"))
	for _, end := range []string{"\r\n", "\r", "\u0085", "\u2028", "\u2029"} {
		assert.Equal(t, "a\nb\nc", normal(f, "  a"+end+"b"+end+"c"+end), "%q", end)
	}
	assert.Equal(t, template.CodeNotNormal, code(t, f, "a\r\nb"))
	assert.Equal(t, template.CodeNotNormal, code(t, f, "a\u2028b"))
	assert.Equal(t, template.CodeNotNormal, code(t, f, "a\u2029b"))
	assert.Equal(t, template.CodeControl, code(t, f, "a\u0085b"))
	assert.Equal(t, template.CodeUntrimmed, code(t, f, "a\n"))
	assert.Equal(t, template.CodeRequired, code(t, f, ""))
	assert.Equal(t, template.CodeTooLong, code(t, f, strings.Repeat("x", 4001)))
	assert.Equal(t, template.CodeTooShort, code(t, template.Field{Kind: template.Text, MinLength: 2}, "x"))
	assert.Equal(t, template.CodeTooLong, code(t, template.Field{Kind: template.Text, MaxLength: 2}, "xxx"))
}

// A field that allows more is no template's that could be published.
func TestR03_NoFieldTakesMoreThanATextMayHave(t *testing.T) {
	form := prepare(t, template.Template{Fields: []template.Field{
		{Key: "f", Label: "F", Kind: template.Text, MaxLength: template.MaxText + 1},
	}})
	for n, faults := range map[int]int{template.MaxText: 0, template.MaxText + 1: 1} {
		assert.Len(t, form.Check(template.Values{"f": strings.Repeat("x", n)}), faults, n)
	}
}

func TestR03_FileIsAReference(t *testing.T) {
	f := template.Field{Kind: template.File}
	assert.Empty(t, code(t, f, "bucket/contract 1.pdf"))
	assert.Empty(t, code(t, f, strings.Repeat("x", 128)))
	assert.Equal(t, template.CodeTooLong, code(t, f, strings.Repeat("x", 129)))
	assert.Equal(t, template.CodeLineBreak, code(t, f, "a\nb"))
	assert.Equal(t, template.CodeFormat, code(t, f, "a\u202eb"))
	assert.Equal(t, template.CodeRequired, code(t, f, ""))
	assert.Equal(t, "a", normal(f, " a "))
}

func TestR03_AnAnswerWithNothingToSeeIsNone(t *testing.T) {
	for _, unseen := range []string{" \t\r\n", "\u200b", "\ufeff", " \u202e \u200d", "\u3164", "\u2800\ufe0f",
		"\u00ad"} {
		for _, k := range []template.Kind{template.Line, template.Text, template.Integer, template.Choice,
			template.URL} {
			assert.Nil(t, normal(template.Field{Kind: k}, unseen), "%s: %q", k, unseen)
		}
		assert.Nil(t, normal(template.Field{Kind: template.Choices}, []string{unseen}), "%q", unseen)
	}
	for _, k := range []template.Kind{template.Line, template.Text} {
		assert.Equal(t, template.CodeRequired, code(t, template.Field{Kind: k}, "\u200b"))
		assert.Empty(t, code(t, template.Field{Kind: k}, "\u200ba\ufeff"),
			"joiners and marks between letters are writing")
	}
}
