package fault

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Word reads a word of an enumeration. A word that is not declared is an error
// that matches [ErrUnknown] and starts with what, such as "appeal: ground";
// into then stays as it was.
func Word[T ~string](into *T, text []byte, what string, declared []T) error {
	for _, word := range declared {
		if string(text) == string(word) {
			*into = word
			return nil
		}
	}
	return fmt.Errorf("%s: %w: use one of %s", what, ErrUnknown, Words(declared))
}

// Words lists an enumeration, separated by commas.
func Words[T ~string](declared []T) string {
	var b strings.Builder
	for i, word := range declared {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(word))
	}
	return b.String()
}

// Clip shortens an id that an error names to [MaxID] bytes, at the end of a
// character.
func Clip(s string) string {
	if len(s) <= MaxID {
		return s
	}
	end := MaxID
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
