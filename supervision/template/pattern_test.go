package template_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func withPattern(pattern string) template.Template {
	return template.Template{Fields: []template.Field{{Key: "f", Label: "F", Kind: template.Line, Pattern: pattern}}}
}

func TestR03_PatternMatchesTheWholeValue(t *testing.T) {
	for _, c := range []struct{ pattern, match, mismatch string }{
		{`[A-Z]{2}\d+`, "AB1", "xAB1"},
		{`[A-Z]{2}\d+`, "AB12", "AB1x"},
		{`a|b`, "b", "ab"},
		{`.+`, "x y", ""},
		{`(a|b)*c?`, "abac", "cc"},
		{`(?:ab)+`, "abab", "aba"},
		{`a{2,}`, "aaa", "a"},
		{`a{0,2}b`, "aab", "aaab"},
		{`a{0}b`, "b", "ab"},
		{`\^\$\\\.\*\+\?\(\)\[\]\{\}\|\/`, `^$\.*+?()[]{}|/`, "x"},
		{`[\^\$\\\.\*\+\?\(\)\[\]\{\}\|\/\-]+`, `^$\.*+?()[]{}|/-`, "x"},
		{`[^a-c\d]`, "d", "1"},
		{`[\w.:]+`, "a_1.:", "ä"},
		{`[\Wa]\D`, "ax", "b1"},
		{`[a&b]`, "&", "x"},
		{`文{2}`, "文文", "文"},
		{`[一-龥]+`, "文", "x"},
		{`𝄞`, "𝄞", "x"},
		{`()`, "", "x"},
		{`a/b-c`, "a/b-c", "x"},
		{strings.Repeat("文", 200), strings.Repeat("文", 200), "x"},
	} {
		form := withPattern(c.pattern)
		require.NoError(t, form.Validate(), c.pattern)
		for range 2 { // compiled, then from the cache
			if c.match != "" {
				assert.Empty(t, form.Check(template.Values{"f": c.match}), c.pattern)
			}
			if c.mismatch != "" {
				found := form.Check(template.Values{"f": c.mismatch})
				require.Len(t, found, 1, c.pattern)
				assert.Equal(t, template.CodeMismatch, found[0].Code)
			}
		}
	}
}

func TestR03_PatternOfATextMayAskForLines(t *testing.T) {
	f := template.Field{Kind: template.Text, Pattern: `.+\n[\t\n]*.+`}
	assert.Empty(t, code(t, f, "a\n\n\tb"))
	assert.Equal(t, template.CodeMismatch, code(t, f, "a"))
}

func TestR03_PatternsThatDifferBetweenEnginesAreRefused(t *testing.T) {
	const (
		lineBreak = "write line breaks"
		group     = "begin with (?"
		escape    = `after \ use only`
		repeated  = "repeat one thing once"
		count     = "repeat with {n}"
		class     = "between [ and ] write"
		unclosed  = "close every ["
		order     = "low to high"
		costly    = "repeat less"
	)
	for pattern, reason := range map[string]string{
		`^a`: "leave out ^ and $", `a$`: "leave out ^ and $", `(^a)`: "leave out ^ and $",
		`\s`: escape, `\b`: escape, `\B`: escape, `\pN`: escape, `\PN`: escape, `\x41`: escape, `\u0041`: escape, `\A`: escape, `\z`: escape,
		`\Q.\E`: escape, `\1`: escape, `\0`: escape, `\C`: escape, `\r`: escape, `\cA`: escape, `\-`: escape, `\ `: escape, `\`: escape, `\é`: escape, `\_`: escape,
		`(?i)a`: group, `(?i:a)`: group, `(?P<n>a)`: group, `(?<n>a)`: group, `(?=a)`: group, `(?!a)`: group, `(?<=a)`: group, `(?#a)`: group,
		`(a`: "close every (", `((a)`: "close every (", `a)`: "open a (", `a)|(b`: "open a (",
		`*a`: repeated, `+`: repeated, `?`: repeated, `(*a)`: repeated, `(?:+a)`: repeated, `a|*`: repeated, `a**`: repeated, `a+?`: repeated, `a++`: repeated,
		`a{2}?`: repeated, `a{2}{3}`: repeated, `{2}`: repeated,
		`a{`: count, `a{}`: count, `a{,2}`: count, `a{02}`: count, `a{2,03}`: count, `a{x}`: count, `a{2`: count, `a{2,3,4}`: count, `a{-1}`: count,
		`a}`: `write \]`, `a]`: `write \]`,
		`[`: unclosed, `[a`: unclosed, `[^`: unclosed, `[a\]`: unclosed, `[]`: "put something", `[^]`: "put something", `[]a]`: "put something",
		`[a-`: class, `[a-]`: class, `[-a]`: class, `[\d-a]`: class, `[a-\d]`: escape, `[a-c-e]`: class, `[a--]`: class,
		`[[:alpha:]]`: class, `[a[b]`: class, `[(]`: class, `[)]`: class, `[{]`: class, `[}]`: class, `[a/]`: class, `[|]`: class, `[a^]`: class, `[^^]`: class,
		`[a&&b]`: class, `[::]`: class, `[..]`: class, `[!!]`: class, `[\s]`: escape, `[\b]`: escape, `[\`: escape, `[\:]`: escape,
		`[z-a]`: order, `a{3,2}`: order, `a{1001}`: order, `(?:a{100}){11}`: order,
		`.{1000}.{1000}`: costly,
		"a\tb":           lineBreak, "a\nb": lineBreak, "a\u2028b": lineBreak,
	} {
		var invalid *template.Error
		require.ErrorAs(t, withPattern(pattern).Validate(), &invalid, pattern)
		require.Len(t, invalid.Faults, 1)
		assert.Equal(t, "fields[0].pattern", invalid.Faults[0].Field)
		assert.Equal(t, template.CodeBadPattern, invalid.Faults[0].Code, pattern)
		assert.Contains(t, invalid.Faults[0].Message, reason, pattern)

		found := withPattern(pattern).Check(template.Values{"f": "a"})
		require.Len(t, found, 1, "a template that was never validated is no reason to accept")
		assert.Equal(t, template.CodeBadPattern, found[0].Code)
	}
}

func TestR03_PatternsAreBounded(t *testing.T) {
	assert.NoError(t, withPattern(`.{1000}.{996}`).Validate(), "2000 instructions")
	assert.Error(t, withPattern(`.{1000}.{997}`).Validate())
	for pattern, want := range map[string]string{
		strings.Repeat("文", 201): template.CodeTooLong, "a\x00": template.CodeControl, "a\xff": template.CodeNotUTF8,
	} {
		assert.Equal(t, []string{"fields[0].pattern " + want}, fields(withPattern(pattern).Validate()))
	}
}

// TestR03_PatternsAreCompiledByMany also goes round the bounded cache, so that the race detector sees it emptied.
func TestR03_PatternsAreCompiledByMany(t *testing.T) {
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for i := range 1100 {
				form := withPattern(fmt.Sprintf("a%d", i))
				if len(form.Check(template.Values{"f": fmt.Sprintf("a%d", i)})) > 0 || len(form.Check(template.Values{"f": "b"})) != 1 {
					t.Errorf("pattern %d", i)
				}
			}
		})
	}
	done.Wait()
}
