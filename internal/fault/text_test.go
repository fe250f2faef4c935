package fault_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// codes lists the codes of faults, which are all at one field.
func codes(t *testing.T, l fault.List) (list []fault.Code) {
	t.Helper()
	for _, f := range l {
		assert.Equal(t, "f", f.Field)
		assert.NotEmpty(t, f.Message)
		list = append(list, f.Code)
	}
	return list
}

func one(code fault.Code) []fault.Code {
	if code == "" {
		return nil
	}
	return []fault.Code{code}
}

// unseen are texts with nothing to see.
var unseen = []string{
	"", " ", " \t\r\n", "\u00a0\u3000", "\u200b", "\ufeff", "\u202e", "\u200d \u200d", "\u2066\u2069", "\u3164",
	"\u115f", "\u2800",
	"\ufe0f", "\u00ad", "\u034f", "\U000e0041", "\u180e",
}

func TestBadInput_Text(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string // what is kept
		code fault.Code
	}{
		{"a", 10, "a", ""},
		{" \u3000a b\t\n", 20, "a b", ""},
		{"a\r\nb\rc\u0085d\u2028e\u2029f\n\tg", 20, "a\nb\nc\nd\ne\nf\n\tg", ""},
		{strings.Repeat("x", 4000), fault.MaxText, strings.Repeat("x", 4000), ""},
		{strings.Repeat("x", 4001), fault.MaxText, strings.Repeat("x", 4001), fault.TooLong},
		{strings.Repeat("𝄞", 4000), fault.MaxText, strings.Repeat("𝄞", 4000), ""},
		{strings.Repeat("𝄞", 4001), fault.MaxText, strings.Repeat("𝄞", 4001), fault.TooLong},
		{strings.Repeat("é", 10) + "  ", 10, strings.Repeat("é", 10), ""},
		{strings.Repeat("é", 11), 10, strings.Repeat("é", 11), fault.TooLong},
		{"a\x00", 10, "a\x00", fault.Control},
		{"\x00\x1f", 10, "\x00\x1f", fault.Control},
		{"a\x08b", 10, "a\x08b", fault.Control},
		{"a\x0bb", 10, "a\x0bb", fault.Control},
		{"a\x0cb", 10, "a\x0cb", fault.Control},
		{"a\x1f", 10, "a\x1f", fault.Control},
		{"a\x7f", 10, "a\x7f", fault.Control},
		{"a\u0080", 10, "a\u0080", fault.Control},
		{"a\u009f", 10, "a\u009f", fault.Control},
		{"a\u00a0b", 10, "a\u00a0b", ""},
		{"a\xffb", 10, "a\xffb", fault.NotUTF8},
		{"\xff", 10, "\xff", fault.NotUTF8},
		{"a\xed\xa0\x80", 10, "a\xed\xa0\x80", fault.NotUTF8},
		{strings.Repeat("\xff", 11), 10, strings.Repeat("\xff", 11), fault.TooLong},
		{"👩\u200d💻 می\u200cخواهم \u202ddone", 40, "👩\u200d💻 می\u200cخواهم \u202ddone", ""},
		{"\ufeffa", 10, "\ufeffa", ""},
	} {
		for _, mandatory := range []bool{true, false} {
			var l fault.List
			assert.Equal(t, c.want, l.Text("f", c.text, c.most, mandatory))
			assert.Equal(t, one(c.code), codes(t, l), "%.20q", c.text)
		}
	}
}

// A fault says how long a text may be.
func TestBadInput_TooLongSaysTheBound(t *testing.T) {
	assert.Equal(t, "10", fault.CheckBounds(strings.Repeat("é", 11), 10).Max)
	assert.Empty(t, fault.CheckBounds(strings.Repeat("é", 10), 10))
}

func TestBadInput_AMandatoryTextHasSomethingToSee(t *testing.T) {
	for _, text := range unseen {
		var mandatory, optional fault.List
		assert.Empty(t, mandatory.Text("f", text, 10, true))
		assert.Empty(t, mandatory.Line("f", text, true))
		assert.Equal(t, []fault.Code{fault.Required, fault.Required}, codes(t, mandatory), "%q", text)
		assert.Empty(t, optional.Text("f", text, 10, false), "%q: nothing is kept", text)
		assert.Empty(t, optional.Line("f", text, false), "%q: nothing is kept", text)
		assert.Empty(t, optional)
	}
}

func TestBadInput_Line(t *testing.T) {
	for _, c := range []struct {
		line string
		code fault.Code
	}{
		{"report 1.pdf", ""}, {"https://a.example/文?q=1", ""},
		{strings.Repeat("文", 256), ""}, {strings.Repeat("文", 257), fault.TooLong}, {strings.Repeat("x", 256), ""},
		{strings.Repeat("x", 257), fault.TooLong},
		{"a\nb", fault.LineBreak}, {"a\rb", fault.LineBreak}, {"a\tb", fault.LineBreak},
		{"a\u2028b", fault.LineBreak}, {"a\u2029b", fault.LineBreak},
		{"a\u0085b", fault.Control}, {"a\x00b", fault.Control}, {"a\x1bb", fault.Control}, {"a\xc3", fault.NotUTF8},
	} {
		var l fault.List
		assert.Equal(t, c.line, l.Line("f", " "+c.line+"\n", true))
		assert.Equal(t, one(c.code), codes(t, l), "%.20q", c.line)
	}
}

func TestBadInput_ID(t *testing.T) {
	for _, c := range []struct {
		id   string
		code fault.Code
	}{
		{"a", ""}, {"R 1/ü-文", ""}, {strings.Repeat("文", 128), ""}, {strings.Repeat("x", 128), ""},
		{strings.Repeat("文", 129), fault.TooLong}, {strings.Repeat("x", 129), fault.TooLong},
		{"", fault.Required}, {"\u200b", fault.Required}, {"\ufeff", fault.Required},
		{" ", fault.Untrimmed}, {" a", fault.Untrimmed}, {"a\u3000", fault.Untrimmed},
		{"a\tb", fault.LineBreak}, {"a\nb", fault.LineBreak}, {"a\rb", fault.LineBreak},
		{"a\u2028b", fault.LineBreak}, {"a\u2029b", fault.LineBreak},
		{"a\x00b", fault.Control}, {"a\x1bb", fault.Control}, {"a\u0085b", fault.Control}, {"a\xc3", fault.NotUTF8},
		{"a\u200bb", fault.Format}, {"\ufeffa", fault.Format}, {"a\u202eb", fault.Format},
		{"a\u2066b", fault.Format}, {"a\u200fb", fault.Format},
		{"a\u00adb", fault.Format}, {"a\u3164", fault.Format}, {"a\ufe0f", fault.Format}, {"a\u2800", fault.Format},
		{"a\U000e0041", fault.Format}, {strings.Repeat("文", 127) + "\u200b", fault.Format},
	} {
		var l fault.List
		l.ID("f", c.id)
		assert.Equal(t, one(c.code), codes(t, l), "%q", c.id)
	}
}

func TestBadInput_ChecksOfWhatIsNormalised(t *testing.T) {
	for text, want := range map[string]fault.Code{
		"a\n\tb": "", "": fault.Required, "\u200b": fault.Required, "a ": fault.Untrimmed, "\na": fault.Untrimmed,
		"a\r\nb": fault.NotNormal, "a\u2028b": fault.NotNormal, "a\u2029b": fault.NotNormal,
		"a\u0085b": fault.Control, "12345678901": fault.TooLong,
	} {
		assert.Equal(t, want, fault.CheckText(text, 10).Code, "%q", text)
	}
	assert.Equal(t, `end its lines with \n only`, fault.CheckText("a\rb", 10).Message)
}

func TestBadInput_EveryInvisibleCharacterOfUnicode(t *testing.T) {
	invisible := []*unicode.RangeTable{unicode.Cf, unicode.Other_Default_Ignorable_Code_Point,
		unicode.Variation_Selector}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.In(r, invisible...) {
			require.True(t, unicode.Is(fault.Unseen, r), "%U", r)
			require.False(t, fault.Visible(string(r)), "%U", r)
		}
		if unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && unicode.Is(fault.Unseen, r) {
			require.Contains(t, "\u115f\u1160\u3164\uffa0\u2800", string(r), "only the blank letters and signs: %U", r)
		}
	}
}

// The rows of the table are as package unicode wants them, and hold no
// character beyond those above: so many are invisible.
func TestBadInput_NoOtherCharacterIsInvisible(t *testing.T) {
	count, last := 0, rune(0)
	for _, row := range fault.Unseen.R16 {
		require.Less(t, last, rune(row.Lo))
		require.EqualValues(t, 1, row.Stride)
		count, last = count+int(row.Hi-row.Lo)+1, rune(row.Hi)
	}
	for _, row := range fault.Unseen.R32 {
		require.Less(t, last, rune(row.Lo))
		require.EqualValues(t, 1, row.Stride)
		count, last = count+int(row.Hi-row.Lo)+1, rune(row.Hi)
	}
	assert.Equal(t, 4207, count)
	assert.Equal(t, 1, fault.Unseen.LatinOffset, "the soft hyphen")
}

func TestBadInput_ClippingNeverCutsACharacter(t *testing.T) {
	assert.Empty(t, fault.Clip(""))
	for _, c := range []string{"x", "é", "文", "𝄞"} {
		for shift := range 4 {
			fits := strings.Repeat("x", shift) + strings.Repeat(c, (128-shift)/len(c))
			assert.Equal(t, fits, fault.Clip(fits))
			long := strings.Repeat("x", shift) + strings.Repeat(c, 200)
			clipped := fault.Clip(long)
			assert.True(t, utf8.ValidString(clipped))
			kept, cut := strings.CutSuffix(clipped, "…")
			assert.True(t, cut)
			assert.True(t, strings.HasPrefix(long, kept))
			assert.LessOrEqual(t, len(kept), 128)
			assert.Greater(t, len(kept), 124)
		}
	}
	assert.Equal(t, "…", fault.Clip(strings.Repeat("\x80", 200)), "bytes that begin no character")
}

// FuzzText: what is kept is accepted, and keeping it again changes nothing.
func FuzzText(f *testing.F) {
	for _, seed := range append(unseen, "a\r\nb", "\ufeff a", "a\xff", "\x85", "a\u2028", "x\u0085 \u200b") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var l fault.List
		kept := l.Text("f", text, 100, false)
		if len(l) == 0 && kept != "" {
			require.Zero(t, fault.CheckText(kept, 100))
			require.True(t, utf8.ValidString(kept))
		}
		var again fault.List
		require.Equal(t, kept, again.Text("f", kept, 100, false))
		require.Equal(t, l, again)
		if fault.CheckID(text).Code == "" {
			require.Zero(t, fault.CheckLine(text, fault.MaxID), "an id is a line")
		}
		if fault.CheckLine(text, 100).Code == "" {
			require.Zero(t, fault.CheckText(text, 100), "a line is a text")
		}
	})
}
