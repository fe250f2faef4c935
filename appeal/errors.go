package appeal

import "errors"

var (
	// ErrUnknown is wrapped where a word is none of an enumeration's, as one written by a newer version may be.
	ErrUnknown = errors.New("unknown word")
	// ErrPolicy is wrapped by every fault of a [Policy].
	ErrPolicy = errors.New("invalid policy")
)

// clip keeps a stranger's word in an error message short.
func clip(s string) string {
	const most = 40
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
