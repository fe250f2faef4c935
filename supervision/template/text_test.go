package template_test

import (
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
)

func TestBadInput_Text(t *testing.T) {
	for _, c := range []struct {
		text string
		max  int
		want string
	}{
		{"", 0, ""},
		{"", 10, ""},
		{" kept as it is \n\r\t", 20, ""},
		{strings.Repeat("x", 4000), template.MaxText, ""},
		{strings.Repeat("x", 4001), template.MaxText, template.CodeTooLong},
		{strings.Repeat("𝄞", 4000), template.MaxText, ""},
		{strings.Repeat("𝄞", 4001), template.MaxText, template.CodeTooLong},
		{strings.Repeat("é", 10), 10, ""},
		{strings.Repeat("é", 11), 10, template.CodeTooLong},
		{"a\x00", 10, template.CodeControl},
		{"\x00\x1f", 10, template.CodeControl},
		{"a\x08", 10, template.CodeControl},
		{"a\x0b", 10, template.CodeControl},
		{"a\x1f", 10, template.CodeControl},
		{"a\x7f", 10, template.CodeControl},
		{"a\u0080", 10, template.CodeControl},
		{"a\u009f", 10, template.CodeControl},
		{"a\u00a0b", 10, ""},
		{"a\xff", 10, template.CodeNotUTF8},
		{"a\xed\xa0\x80", 10, template.CodeNotUTF8},
		{strings.Repeat("\xff", 10), 10, template.CodeNotUTF8},
		{strings.Repeat("\xff", 11), 10, template.CodeTooLong},
	} {
		got, message := template.CheckText(c.text, c.max)
		assert.Equal(t, c.want, got, "%q", c.text)
		assert.Equal(t, got == "", message == "")
	}
}

func TestBadInput_ID(t *testing.T) {
	for _, c := range []struct{ id, want string }{
		{"a", ""},
		{"R 1/ü-文", ""},
		{strings.Repeat("文", 128), ""},
		{strings.Repeat("文", 129), template.CodeTooLong},
		{"", template.CodeRequired},
		{" ", template.CodeUntrimmed},
		{" a", template.CodeUntrimmed},
		{"a\u3000", template.CodeUntrimmed},
		{"a\tb", template.CodeLineBreak},
		{"a\nb", template.CodeLineBreak},
		{"a\rb", template.CodeLineBreak},
		{"a\u2028b", template.CodeLineBreak},
		{"a\u2029b", template.CodeLineBreak},
		{"a\x00b", template.CodeControl},
		{"a\x1bb", template.CodeControl},
		{"a\u0085b", template.CodeControl},
		{"a\xc3", template.CodeNotUTF8},
	} {
		got, message := template.CheckID(c.id)
		assert.Equal(t, c.want, got, "%q", c.id)
		assert.Equal(t, got == "", message == "")
	}
}

func TestR03_Line(t *testing.T) {
	own := template.Field{Kind: template.Line, MinLength: 3, MaxLength: 5}
	for _, c := range []struct {
		f    template.Field
		s    string
		want string
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

func TestR03_FileIsAReference(t *testing.T) {
	f := template.Field{Kind: template.File}
	assert.Empty(t, code(t, f, "bucket/contract 1.pdf"))
	assert.Empty(t, code(t, f, strings.Repeat("x", 128)))
	assert.Equal(t, template.CodeTooLong, code(t, f, strings.Repeat("x", 129)))
	assert.Equal(t, template.CodeLineBreak, code(t, f, "a\nb"))
	assert.Equal(t, template.CodeRequired, code(t, f, ""))
	assert.Equal(t, "a", normal(f, " a "))
}
