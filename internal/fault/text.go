package fault

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of what users write, in characters (Unicode code points).
const (
	MaxText = 4000
	MaxLine = 256
	MaxID   = 128
)

// ID checks an id, an idempotency key or a checksum.
func (l *List) ID(field, id string) { l.Put(field, CheckID(id)) }

// Text checks a text of any number of lines and returns it trimmed, its lines
// ending with \n. A text without anything to see is none: "", and a fault
// where it is mandatory.
func (l *List) Text(field, text string, most int, mandatory bool) string {
	return l.written(field, LineEnds(text), most, mandatory, CheckText)
}

// Line checks a text of one line and of at most [MaxLine] characters, such as
// the name of an attachment, and returns it as Text does.
func (l *List) Line(field, line string, mandatory bool) string {
	return l.written(field, line, MaxLine, mandatory, CheckLine)
}

func (l *List) written(field, s string, most int, mandatory bool, check func(string, int) Fault) string {
	s = strings.TrimSpace(s)
	if !Visible(s) {
		if mandatory {
			l.Put(field, nothing)
		}
		return ""
	}
	l.Put(field, check(s, most))
	return s
}

var nothing = Fault{Code: Required, Message: "write something that can be seen"}

// CheckID checks an id: one line of 1 to [MaxID] characters, all of which can
// be seen, without white space at its ends.
func CheckID(id string) Fault {
	if len(id) <= MaxID && isPlain(id, "") {
		return checkEnds(id)
	}
	if f := CheckLine(id, MaxID); f.Code != "" {
		return f
	}
	if strings.ContainsFunc(id, isUnseen) {
		return Fault{Code: Format, Message: "remove the invisible characters"}
	}
	return Fault{}
}

// CheckLine checks a normalised text of one line: 1 to most characters of valid
// UTF-8, something to see, no control characters.
func CheckLine(s string, most int) Fault {
	if len(s) <= most && isPlain(s, "") {
		return checkEnds(s)
	}
	if f := CheckBounds(s, most); f.Code != "" {
		return f
	}
	if strings.ContainsAny(s, "\t\n"+otherLineEnds) {
		return Fault{Code: LineBreak, Message: "write it on one line, without tabs"}
	}
	return checkEnds(s)
}

// CheckText checks a normalised text of any number of lines: 1 to most
// characters of valid UTF-8, something to see, no control characters but \n
// and \t.
func CheckText(s string, most int) Fault {
	if len(s) <= most && isPlain(s, "\n\t") {
		return checkEnds(s)
	}
	if f := CheckBounds(s, most); f.Code != "" {
		return f
	}
	if strings.ContainsAny(s, otherLineEnds) {
		return Fault{Code: NotNormal, Message: `end its lines with \n only`}
	}
	return checkEnds(s)
}

// CheckBounds checks what every text keeps: at most so many characters of valid
// UTF-8, no control characters but white space.
func CheckBounds(s string, most int) Fault {
	// The first comparison spares counting what is too long in any case.
	if len(s)/utf8.UTFMax > most || utf8.RuneCountInString(s) > most {
		return Fault{
			Code: TooLong, Max: strconv.Itoa(most),
			Message: fmt.Sprintf("shorten it to at most %d characters", most),
		}
	}
	if !utf8.ValidString(s) {
		return Fault{Code: NotUTF8, Message: "send it as UTF-8"}
	}
	if strings.ContainsFunc(s, refusedControl) {
		return Fault{Code: Control, Message: "remove the control characters"}
	}
	return Fault{}
}

func refusedControl(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

func checkEnds(s string) Fault {
	switch {
	case strings.TrimSpace(s) != s:
		return Fault{Code: Untrimmed, Message: "remove the white space at the beginning and the end"}
	case !Visible(s):
		return nothing
	}
	return Fault{}
}

// Visible reports whether there is anything to see in s.
func Visible(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !isUnseen(r) {
			return true
		}
	}
	return false
}

func isUnseen(r rune) bool { return unicode.Is(Unseen, r) }

// Unseen are the characters that leave no mark of their own: format and
// direction characters (category Cf), the default ignorable code points,
// variation selectors and the Braille blank. They are spelt out so that hosts
// that were built with other versions of Unicode agree.
var Unseen = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00ad, Hi: 0x00ad, Stride: 1},
		{Lo: 0x034f, Hi: 0x034f, Stride: 1},
		{Lo: 0x0600, Hi: 0x0605, Stride: 1},
		{Lo: 0x061c, Hi: 0x061c, Stride: 1},
		{Lo: 0x06dd, Hi: 0x06dd, Stride: 1},
		{Lo: 0x070f, Hi: 0x070f, Stride: 1},
		{Lo: 0x0890, Hi: 0x0891, Stride: 1},
		{Lo: 0x08e2, Hi: 0x08e2, Stride: 1},
		{Lo: 0x115f, Hi: 0x1160, Stride: 1},
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1},
		{Lo: 0x180b, Hi: 0x180f, Stride: 1},
		{Lo: 0x200b, Hi: 0x200f, Stride: 1},
		{Lo: 0x202a, Hi: 0x202e, Stride: 1},
		{Lo: 0x2060, Hi: 0x206f, Stride: 1},
		{Lo: 0x2800, Hi: 0x2800, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1},
		{Lo: 0xfe00, Hi: 0xfe0f, Stride: 1},
		{Lo: 0xfeff, Hi: 0xfeff, Stride: 1},
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1},
		{Lo: 0xfff0, Hi: 0xfffb, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x110bd, Hi: 0x110bd, Stride: 1},
		{Lo: 0x110cd, Hi: 0x110cd, Stride: 1},
		{Lo: 0x13430, Hi: 0x1343f, Stride: 1},
		{Lo: 0x1bca0, Hi: 0x1bca3, Stride: 1},
		{Lo: 0x1d173, Hi: 0x1d17a, Stride: 1},
		{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1},
	},
	LatinOffset: 1,
}

// isPlain reports whether s is printable ASCII and what also names: nothing
// could be wrong with it but its length and its ends. Most texts are, and
// looking at bytes, eight at a time, takes a small part of the time that
// looking at characters does.
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

// areGraphic reports whether eight bytes all lie between the space and the
// tilde: a smaller one borrows when the space is subtracted, and a greater one
// has its highest bit set, if not before then after one is added.
func areGraphic(bytes uint64) bool {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	return (bytes|(bytes-each*' ')|(bytes+each))&highest == 0
}

// otherLineEnds are the characters of line ends other than \n.
const otherLineEnds = "\r\u0085\u2028\u2029"

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// LineEnds ends every line with \n.
func LineEnds(s string) string {
	if isPlain(s, "\n\t") || !strings.ContainsAny(s, otherLineEnds) {
		return s
	}
	return lineEnds.Replace(s)
}
