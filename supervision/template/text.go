package template

import (
	"strings"

	"github.com/koogallery/serviceflow/internal/fault"
)

// What the schema forbids of strings, as patterns: the same as CheckLine,
// CheckText and CheckID of package fault refuse. The characters are there
// themselves, because RE2 and ECMA-262 share no escape for them, and no \s,
// because they disagree on it.
var (
	forbiddenLine = "[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029]|" + unfit
	forbiddenText = "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u2028\u2029]|" + unfit
	forbiddenID   = "[" + unseen + "]|" + forbiddenLine

	// unfit matches what has white space at its ends or nothing to see.
	unfit = "^[" + blank + "]|[" + blank + "]$|^[" + blank + unseen + "]*$"
	// unseen is the inside of a class: the characters that leave no mark.
	unseen = unseenClass()
)

// blank is the inside of a class: the characters that are trimmed.
const blank = "\\t\\n\\v\\f\\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

func unseenClass() string {
	var class strings.Builder
	write := func(low, high rune) {
		class.WriteRune(low)
		if high > low {
			class.WriteString("-" + string(high))
		}
	}
	for _, r := range fault.Unseen.R16 {
		write(rune(r.Lo), rune(r.Hi))
	}
	for _, r := range fault.Unseen.R32 {
		write(rune(r.Lo), rune(r.Hi))
	}
	return class.String()
}
