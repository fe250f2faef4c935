package template_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR03_Email(t *testing.T) {
	f := template.Field{Kind: template.Email}
	label := strings.Repeat("a", 63)
	longest := strings.Repeat("x", 254-len("@"+label+".example")) + "@" + label + ".example"
	for _, s := range []string{"a@b.cn", "first.last+tag@mail.host-1.example", "o'hara_{x}@b.example",
		"A@" + label + ".example", longest} {
		assert.Empty(t, code(t, f, s), s)
	}
	for _, s := range []string{
		"", "a", "a@b", "@b.cn", "a@", "a@b.", "a@.cn", "a@b..cn", ".a@b.cn", "a.@b.cn", "a..b@b.cn", "a b@b.cn",
		"a@b@c.cn",
		"a@-b.cn", "a@b-.cn", "ü@b.cn", "a@ü.cn", "a@b.cn\n", " a@b.cn", "<a@b.cn>", "a@" + label + "a.example",
		"x" + longest,
	} {
		assert.Equal(t, template.CodeMalformed, code(t, f, s), s)
	}
	assert.Equal(t, "a@b.cn", normal(f, " a@b.cn\n"))
}

func TestR03_Phone(t *testing.T) {
	f := template.Field{Kind: template.Phone}
	for _, s := range []string{"1234567", "+1234567", "+123456789012345", "8613800138000"} {
		assert.Empty(t, code(t, f, s), s)
	}
	for _, s := range []string{"", "+", "123456", "+1234567890123456", "0123456789", "+0123456789", "++1234567",
		"12345678a", "12 345 678", "１２３４５６７"} {
		assert.Equal(t, template.CodeMalformed, code(t, f, s), s)
	}
	for raw, want := range map[string]string{
		" +86 755-1234 5678 ": "+8675512345678", "(0044) 20 7946.0000": "+442079460000",
		"+86\u00a0755\u20131234\u20145678": "+8675512345678",
		"0044-20":                          "+4420", "0755 123": "0755123", "call me": "callme", "( - )": "( - )",
		"00": "+", "0755/1234567": "0755/1234567",
	} {
		assert.Equal(t, want, normal(f, raw), raw)
	}
}

func TestR03_URL(t *testing.T) {
	f := template.Field{Kind: template.URL}
	longest := "https://host.example/" + strings.Repeat("x", 2000-len("https://host.example/"))
	for _, s := range []string{
		"http://a", "https://host.example", "https://HOST.example:8443/a/b.html?q=1&r=%20#top", "http://10.0.0.1/",
		"https://a.cn?q", longest,
	} {
		assert.Empty(t, code(t, f, s), s)
		parsed, err := url.Parse(s)
		require.NoError(t, err)
		assert.True(t, parsed.IsAbs() && parsed.Host != "")
	}
	for _, s := range []string{
		"", "host.example", "//host.example", "/path", "ftp://host.example", "javascript:alert(1)", "https:",
		"https://", "https:///path",
		"https://user@host.example", "https://koogallery.example@elsewhere.example/", "https://host.example/a b",
		"https://host.example/%zz",
		"https://host.example/\"", "https://host.example/<", "https://-a.example", "https://a..example",
		"https://a.example:", "https://a.example:123456",
		"https://ü.example", "https://a.example/ü", "HTTPS://a.example", "https://a.example\n",
		"https://a.example\\b", longest + "x",
	} {
		assert.Equal(t, template.CodeMalformed, code(t, f, s), s)
	}
	assert.Equal(t, "https://a.example", normal(f, "\thttps://a.example "))
}
