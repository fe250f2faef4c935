package template

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// measured returns what is computed of a pattern from its syntax tree, and the
// size that it really compiles to.
func measured(t *testing.T, pattern string) (size, length, compiled int) {
	t.Helper()
	tree, p := parsePattern(pattern)
	require.Equal(t, none, p, pattern)
	size, length = instructions(tree), longest(tree)
	program, err := syntax.Compile(tree.Simplify())
	require.NoError(t, err)
	return size, length, len(program.Inst)
}

func TestBadInput_TheCostOfAPatternIsKnownBeforeItIsCompiled(t *testing.T) {
	const endless = MaxText + 1
	for _, c := range []struct {
		pattern string
		longest int
	}{
		{``, 0}, {`()`, 0}, {`a`, 1}, {`文𝄞`, 2}, {`[a-z]\d.`, 3}, {`a|bc|`, 2}, {`(?:a|bc)d`, 3}, {`(a(b(c)))`, 3},
		{`a?`, 1}, {`a*`, endless}, {`a+`, endless}, {`()*`, 0}, {`a{0}`, 0}, {`(?:ab){3}`, 6}, {`a{2,5}`, 5},
		{`a{2,}`, endless}, {`a{0,}`, endless},
		{`(?:a{10}){10}`, 100}, {`(?:(?:a?){30}){30}`, 900}, {`.{1000}.{1000}`, 2000},
		{`.{1000}.{1000}.{1000}.{1000}`, 4000},
		{`.{1000}.{1000}.{1000}.{1000}.{1000}`, endless}, {`(?:a*){900}`, endless}, {`[A-Z]{2}\d{1,6}`, 8},
		{`x{500}|(?:y{2,3}|z){100}`, 500},
	} {
		size, length, compiled := measured(t, c.pattern)
		assert.Equal(t, c.longest, length, c.pattern)
		assert.GreaterOrEqual(t, size+2, compiled, "%q compiles to more", c.pattern) // 2: match and fail
		assert.LessOrEqual(t, size, 2*compiled+2, "%q is taken for much dearer than it is", c.pattern)
	}
}

// What a pattern is taken to cost, in instructions and in characters.
func TestBadInput_TheCostOfAPattern(t *testing.T) {
	for _, c := range []struct {
		pattern                     string
		instructions, longest, work int // for texts of at most 10 characters
	}{
		{`abc`, 5, 3, 5 * (4 + 400)},
		{`a.[bc]`, 5, 3, 5 * (4 + 400)},
		{`ab|c`, 6, 2, 6 * (3 + 400)},
		{`ab|c|[d-f]+`, 10, MaxText + 1, 10 * (10 + 400)},
		{`(?:ab){2,5}`, 17, 10, 17 * (10 + 400)},
		{`a{3}`, 7, 3, 7 * (4 + 400)},
		{`a{0,1}`, 6, 1, 6 * (2 + 400)},
		{`(?s:.)`, 3, 1, 3 * (2 + 400)},
	} {
		tree, p := parsePattern(c.pattern)
		if p != none {
			tree, _ = syntax.Parse(anchored(c.pattern), syntax.Perl)
		}
		assert.Equal(t, c.instructions, instructions(tree), c.pattern)
		assert.Equal(t, c.longest, longest(tree), c.pattern)
		assert.Equal(t, c.work, workOf(tree, 10), c.pattern)
	}
}

// FuzzPattern: no accepted pattern compiles to more, and matches more, than was
// computed.
func FuzzPattern(f *testing.F) {
	for _, pattern := range []string{`(?:(?:a?){30}){30}`, `a{2,}|b*`, `(?:a|b|cd){3,9}`, `[^a-c\d]{0,7}(x+)?`,
		`()|(){5}`} {
		f.Add(pattern, "aab")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		tree, p := parsePattern(pattern)
		if p != none {
			return
		}
		size, length, compiled := measured(t, pattern)
		require.GreaterOrEqual(t, size+2, compiled)
		if workOf(tree, MaxText) > maxWork {
			return
		}
		text = strings.ToValidUTF8(text, "")
		if regexp.MustCompile(anchored(pattern)).MatchString(text) {
			require.LessOrEqual(t, min(utf8.RuneCountInString(text), MaxText+1), length)
		}
	})
}
