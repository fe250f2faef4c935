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
		form := compile(t, withPattern(c.pattern))
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

func TestR03_PatternsSayWhatIsWrongWithThem(t *testing.T) {
	for pattern, want := range map[string]string{
		`a(*b)`: "repeat one thing once",
		`[\d`:   "close every [",
	} {
		assert.ErrorContains(t, withPattern(pattern).Validate(), want, pattern)
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
	)
	refused := map[string]string{
		`^a`: "leave out ^ and $", `a$`: "leave out ^ and $", `(^a)`: "leave out ^ and $",
		`\s`: escape, `\b`: escape, `\B`: escape, `\pN`: escape, `\PN`: escape, `\x41`: escape, `\u0041`: escape,
		`\A`: escape, `\z`: escape,
		`\Q.\E`: escape, `\1`: escape, `\0`: escape, `\C`: escape, `\r`: escape, `\cA`: escape, `\-`: escape,
		`\ `: escape, `\`: escape, `\é`: escape, `\_`: escape,
		`(?i)a`: group, `(?i:a)`: group, `(?P<n>a)`: group, `(?<n>a)`: group, `(?=a)`: group, `(?!a)`: group,
		`(?<=a)`: group, `(?#a)`: group,
		`(a`: "close every (", `((a)`: "close every (", `a)`: "open a (", `a)|(b`: "open a (",
		`*a`: repeated, `+`: repeated, `?`: repeated, `(*a)`: repeated, `(?:+a)`: repeated, `a|*`: repeated,
		`a**`: repeated, `a+?`: repeated, `a++`: repeated,
		`a{2}?`: repeated, `a{2}{3}`: repeated, `{2}`: repeated,
		`a{`: count, `a{}`: count, `a{,2}`: count, `a{02}`: count, `a{2,03}`: count, `a{x}`: count, `a{2`: count,
		`a{2,3,4}`: count, `a{-1}`: count,
		`a}`: `write \]`, `a]`: `write \]`,
		`[`: unclosed, `[a`: unclosed, `[^`: unclosed, `[a\]`: unclosed, `[]`: "put something",
		`[^]`: "put something", `[]a]`: "put something",
		`[a-`: class, `[a-]`: class, `[-a]`: class, `[\d-a]`: class, `[a-\d]`: escape, `[a-c-e]`: class, `[a--]`: class,
		`[[:alpha:]]`: class, `[a[b]`: class, `[(]`: class, `[)]`: class, `[{]`: class, `[}]`: class, `[a/]`: class,
		`[|]`: class, `[a^]`: class, `[^^]`: class,
		`[a&&b]`: class, `[::]`: class, `[..]`: class, `[!!]`: class, `[\s]`: escape, `[\b]`: escape, `[\`: escape,
		`[\:]`:  escape,
		`[z-a]`: order, `a{3,2}`: order, `a{1001}`: order, `(?:a{100}){11}`: order,
		"a\tb": lineBreak, "a\nb": lineBreak, "a\u2028b": lineBreak,
	}
	for _, sign := range "&!#$%*+,.:;<=>?@^`~" { // what ECMA-262 keeps for itself
		refused[fmt.Sprintf("[a%c%[1]cb]", sign)] = class
	}
	for pattern, reason := range refused {
		var invalid *template.InvalidError
		require.ErrorAs(t, withPattern(pattern).Validate(), &invalid, pattern)
		require.Len(t, invalid.Faults, 1)
		assert.Equal(t, "fields[0].pattern", invalid.Faults[0].Field)
		assert.Equal(t, template.CodeBadPattern, invalid.Faults[0].Code, pattern)
		assert.Contains(t, invalid.Faults[0].Message, reason, pattern)

		_, err := template.Compile(withPattern(pattern))
		assert.Equal(t, []string{"fields[0].pattern bad_pattern"}, fields(err),
			"a template that was never validated is not used")
	}
}

func TestR03_PatternsAreBounded(t *testing.T) {
	for pattern, want := range map[string]template.Code{
		strings.Repeat("文", 201): template.CodeTooLong, "a\x00": template.CodeControl, "a\xff": template.CodeNotUTF8,
	} {
		assert.Equal(t, []string{"fields[0].pattern " + string(want)}, fields(withPattern(pattern).Validate()))
	}
}

// TestBadInput_PatternsShareABudget: what one submission can cost is bounded
// for all patterns of a template together.
func TestBadInput_PatternsShareABudget(t *testing.T) {
	field := func(pattern string, most int) template.Field {
		return template.Field{Label: "F", Kind: template.Line, Pattern: pattern, MaxLength: most}
	}
	const hostile = `(?:(?:a?){30}){30}`
	for name, c := range map[string]struct {
		times  int
		field  template.Field
		others []template.Field
		dear   string // where the fault is; empty: within the budget
	}{
		"a hundred codes":               {100, field(`[A-Z]{2}\d{1,6}`, 0), nil, ""},
		"a hundred ids":                 {100, field(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`, 0), nil, ""},
		"a hundred without an end":      {100, field(`.+@.+`, 0), nil, ""},
		"one hostile pattern":           {1, field(hostile, 0), nil, ""},
		"two hostile patterns":          {2, field(hostile, 0), nil, "fields[0].pattern"},
		"a hundred hostile patterns":    {100, field(hostile, 0), nil, "fields[0].pattern"},
		"two, of short texts":           {2, field(hostile, 20), nil, ""},
		"a hundred, of short texts":     {100, field(hostile, 20), nil, "fields[0].pattern"},
		"a repeat of stars":             {1, field(`(?:a*){900}`, 0), nil, "fields[0].pattern"},
		"a repeat of stars, 1,000 long": {1, field(`(?:a*){900}`, 1000), nil, ""},
		"the longest that fits":         {1, field(`.{1000}.{800}`, 0), nil, ""},
		"longer":                        {1, field(`.{1000}.{820}`, 0), nil, "fields[0].pattern"},
		"the dearest is named": {50, field(`.+@.+`, 0), []template.Field{field(hostile, 0)},
			"fields[50].pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			var form template.Template
			for range c.times {
				form.Fields = append(form.Fields, c.field)
			}
			form.Fields = append(form.Fields, c.others...)
			for i := range form.Fields {
				form.Fields[i].Key = fmt.Sprint("f", i)
			}
			_, err := template.Compile(form)
			if c.dear == "" {
				assert.NoError(t, err)
				assert.NoError(t, form.Validate())
				return
			}
			want := []string{c.dear + " too_costly"}
			assert.Equal(t, want, fields(err))
			assert.Equal(t, want, fields(form.Validate()))
		})
	}
}

func TestR04_TooCostlyPatternsHideNoOtherFault(t *testing.T) {
	f := template.Field{Key: "a", Kind: template.Line, Pattern: `(?:a*){900}`, Default: "a"}
	g := template.Field{Key: "b", Label: "B", Kind: template.Line, Default: " b"}
	assert.Equal(t, []string{"fields[0].label required", "fields[1].default untrimmed", "fields[0].pattern too_costly"},
		fields(template.Template{Fields: []template.Field{f, g}}.Validate()))
}

func TestR03_AFormIsSafeForConcurrentUse(t *testing.T) {
	form := compile(t, withPattern("a+"))
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for range 100 {
				if len(form.Check(template.Values{"f": "aa"})) > 0 || len(form.Check(template.Values{"f": "b"})) != 1 {
					t.Error("another answer")
				}
			}
		})
	}
	done.Wait()
}

func TestR04_AFormKeepsWhatWasCompiled(t *testing.T) {
	published := withPattern("a+")
	form := compile(t, published)
	published.Fields[0].Key = "changed"
	assert.Empty(t, form.Check(template.Values{"f": "a"}))
	form.Template().Fields[0].Key = "changed"
	assert.Empty(t, form.Check(template.Values{"f": "a"}), "whatever becomes of what it hands out")
}

// BenchmarkHostileTemplate is the dearest template that is accepted, with the
// dearest answer.
func BenchmarkHostileTemplate(b *testing.B) {
	published := withPattern(`(?:a*){900}`)
	published.Fields[0].MaxLength = 1000
	answer := template.Values{"f": strings.Repeat("a", 1000)}
	form := compile(b, published)
	b.Run("Compile", func(b *testing.B) {
		for b.Loop() {
			prepare(b, published)
		}
	})
	b.Run("Accept", func(b *testing.B) {
		for b.Loop() {
			if _, err := form.Accept(answer); err != nil {
				b.Fatal(err)
			}
		}
	})
}
