package template

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// patternReader reads a pattern up to the first thing that RE2 and ECMA-262
// take differently. It also keeps to the stricter classes of ECMA-262's v flag,
// because that is how browsers read the pattern of an input.
type patternReader struct {
	rest  string
	depth int  // open groups
	atom  bool // whether what was read last can be repeated
}

const (
	escapableCharacters = `^$\.*+?()[]{}|/`
	sharedClasses       = "dDwW"
	sharedControls      = "nt"
)

// sharedRepeat has no leading zeros: RE2 takes {01} for text.
var sharedRepeat = regexp.MustCompile(`^\{(?:0|[1-9][0-9]*)(?:,(?:0|[1-9][0-9]*)?)?\}`)

// unportable returns what to change for the pattern to mean the same
// everywhere, or "".
func unportable(pattern string) string {
	r := patternReader{rest: pattern}
	for r.rest != "" {
		if reason := r.next(); reason != "" {
			return reason
		}
	}
	if r.depth > 0 {
		return "close every ("
	}
	return ""
}

// take consumes one character.
func (r *patternReader) take() rune {
	c, size := utf8.DecodeRuneInString(r.rest)
	r.rest = r.rest[size:]
	return c
}

func (r *patternReader) next() string {
	switch c := r.take(); c {
	case '(':
		return r.open()
	case ')':
		r.depth--
		r.atom = true
		if r.depth < 0 {
			return `open a ( for every ), or write \) for the character`
		}
	case '|':
		r.atom = false
	case '*', '+', '?', '{':
		return r.repeat(c)
	case '[':
		r.atom = true
		return r.class()
	case '\\':
		r.atom = true
		return r.escape(escapableCharacters + sharedClasses + sharedControls)
	case '^', '$':
		return `leave out ^ and $: a pattern matches the whole value; write \^ or \$ for the character`
	case ']', '}':
		return `write \] or \} for the character`
	default:
		r.atom = true
	}
	return ""
}

func (r *patternReader) open() string {
	r.depth++
	r.atom = false
	plain, found := strings.CutPrefix(r.rest, "?:")
	if !found && strings.HasPrefix(r.rest, "?") {
		return "of the groups that begin with (? use only (?: … ): the others are not the same everywhere"
	}
	r.rest = plain
	return ""
}

func (r *patternReader) repeat(c rune) string {
	if !r.atom {
		return `repeat one thing once, without lazy or possessive marks; write \ before * + ? { for the character`
	}
	r.atom = false
	if c == '{' {
		count := sharedRepeat.FindString("{" + r.rest)
		if count == "" {
			return `repeat with {n}, {n,} or {n,m}, without leading zeros; write \{ for the character`
		}
		r.rest = r.rest[len(count)-1:]
	}
	return ""
}

func (r *patternReader) escape(allowed string) string {
	if r.rest == "" || !strings.ContainsRune(allowed, r.take()) {
		return `after \ use only d D w W n t or a special character: the other escapes are not the same everywhere`
	}
	return ""
}

// class reads a class after its [.
func (r *patternReader) class() string {
	r.rest = strings.TrimPrefix(r.rest, "^")
	for first := true; ; first = false {
		switch {
		case r.rest == "":
			return `close every [, or write \[ for the character`
		case strings.HasPrefix(r.rest, "]") && first:
			return `put something between [ and ], or write \] for the character`
		case strings.HasPrefix(r.rest, "]"):
			r.take()
			return ""
		}
		if reason := r.classItem(); reason != "" {
			return reason
		}
	}
}

// classItem reads a shared class, a character, or a range of two characters.
func (r *patternReader) classItem() string {
	if len(r.rest) > 1 && r.rest[0] == '\\' && strings.IndexByte(sharedClasses, r.rest[1]) >= 0 {
		r.rest = r.rest[2:]
		return ""
	}
	if reason := r.classCharacter(); reason != "" {
		return reason
	}
	if upper, found := strings.CutPrefix(r.rest, "-"); found {
		r.rest = upper
		return r.classCharacter()
	}
	return ""
}

func (r *patternReader) classCharacter() string {
	const special = `between [ and ] write \ before each of ^ ( ) [ { } / - |, and no sign twice in a row`
	if r.rest == "" {
		return special
	}
	c := r.take()
	if c == '\\' {
		return r.escape(escapableCharacters + sharedControls + "-")
	}
	doubled := strings.HasPrefix(r.rest, string(c)) && strings.ContainsRune("&!#$%*+,.:;<=>?@`~", c)
	if doubled || strings.ContainsRune("^()[]{}/-|", c) {
		return special
	}
	return ""
}
