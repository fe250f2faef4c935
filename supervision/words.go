package supervision

import (
	"fmt"
	"slices"
)

// words gives an enumeration that is also an index into the transition table its words; index 0 is the zero value, no word.
type words []string

func (w words) of(i uint8) string {
	if int(i) < len(w) && i > 0 {
		return w[i]
	}
	return ""
}

func (w words) marshal(kind string, i uint8) ([]byte, error) {
	if word := w.of(i); word != "" {
		return []byte(word), nil
	}
	return nil, fmt.Errorf("%w: %s number %d has no word", ErrUnknown, kind, i)
}

func (w words) parse(kind, s string) (uint8, error) {
	for i, word := range w {
		if i > 0 && word == s {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("%w: %s %q: use one of %v", ErrUnknown, kind, clip(s), []string(w[1:]))
}

// count lists an enumeration's values.
func count[T ~uint8](w words) []T {
	list := make([]T, 0, len(w)-1)
	for i := 1; i < len(w); i++ {
		list = append(list, T(i))
	}
	return list
}

// parseWord reads a word of an enumeration whose values are its words.
func parseWord[T ~string](kind, word string, declared []T) (T, error) {
	if i := slices.Index(declared, T(word)); i >= 0 {
		return declared[i], nil
	}
	return "", fmt.Errorf("%w: %s %q: use one of %v", ErrUnknown, kind, clip(word), declared)
}
