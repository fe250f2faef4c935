package template

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What the schema forbids of strings, as patterns: the same as checkLine and checkText refuse. The characters are
// there themselves, because RE2 and ECMA-262 share no escape for them, and no \s, because they disagree on it.
const (
	blankClass    = "[\\t\\n\\v\\f\\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
	untrimmed     = "^" + blankClass + "|" + blankClass + "$"
	forbiddenLine = "[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029]|" + untrimmed
	forbiddenText = "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u2028\u2029]|" + untrimmed
)

// CheckText checks a text that a user wrote: valid UTF-8, at most max characters, no control characters but \n, \r
// and \t. It returns a fault's code and message, or two empty strings where nothing is wrong. An empty text passes:
// whether there must be one is the caller's to say.
func CheckText(text string, max int) (code, message string) {
	p := boundedText(text, max)
	return p.code, p.message
}

// CheckID checks an id: 1 to MaxID characters of valid UTF-8 on one line, no control characters, no blanks at the
// beginning or the end. It returns a fault's code and message, or two empty strings where nothing is wrong.
func CheckID(id string) (code, message string) {
	p := checkLine(id, MaxID)
	return p.code, p.message
}

func boundedText(s string, max int) problem {
	if len(s) <= max && isPlain(s, "\n\r\t") {
		return none
	}
	// The first comparison spares counting what is too long in any case.
	if len(s)/utf8.UTFMax > max || utf8.RuneCountInString(s) > max {
		return problemf(CodeTooLong, "shorten it to at most %d characters", max)
	}
	if !utf8.ValidString(s) {
		return problem{CodeNotUTF8, "send it as UTF-8"}
	}
	if strings.ContainsFunc(s, refusedControl) {
		return problem{CodeControl, "remove the control characters"}
	}
	return none
}

// isPlain reports whether s is printable ASCII and what else is named: nothing could be wrong with it but its length. Most texts are, and
// looking at bytes, eight at a time, takes a small part of the time that looking at characters does.
func isPlain(s, also string) bool {
	for i := 0; i < len(s); {
		if len(s)-i >= 8 && areGraphic(binary.LittleEndian.Uint64([]byte(s[i:i+8]))) {
			i += 8
			continue
		}
		if c := s[i]; (c < ' ' || c > '~') && strings.IndexByte(also, c) < 0 {
			return false
		}
		i++
	}
	return true
}

// areGraphic reports whether eight bytes all lie between the blank and the tilde: a smaller one borrows when the blank is taken away, and a
// greater one has its highest bit set, if not before then after one is added.
func areGraphic(bytes uint64) bool {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	return (bytes|(bytes-each*' ')|(bytes+each))&highest == 0
}

func refusedControl(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

// checkLine accepts a normalised, non-empty line.
func checkLine(s string, max int) problem {
	if len(s) <= max && isPlain(s, "") {
		return checkTrimmed(s)
	}
	if p := boundedText(s, max); p != none {
		return p
	}
	if strings.ContainsAny(s, "\t\n"+otherLineEnds) {
		return problem{CodeLineBreak, "write it on one line, without tabs"}
	}
	return checkTrimmed(s)
}

// checkText accepts a normalised, non-empty text of any number of lines.
func checkText(s string, max int) problem {
	if p := boundedText(s, max); p != none {
		return p
	}
	if strings.ContainsAny(s, otherLineEnds) {
		return problem{CodeNotNormal, "end its lines with \\n only"}
	}
	return checkTrimmed(s)
}

func checkTrimmed(s string) problem {
	if s == "" {
		return problem{CodeRequired, "write something here"}
	}
	if strings.TrimSpace(s) != s {
		return problem{CodeUntrimmed, "remove the blanks at the beginning and the end"}
	}
	return none
}

// otherLineEnds are the characters of line ends other than \n.
const otherLineEnds = "\r\u0085\u2028\u2029"

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

func normalizeLineEnds(s string) string {
	if !strings.ContainsAny(s, otherLineEnds) {
		return s
	}
	return lineEnds.Replace(s)
}
