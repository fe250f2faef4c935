package fault

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIsPlainWhereverAByteStands puts every byte at every place of texts of
// every short length, so that it is looked at alone and among eight.
func TestIsPlainWhereverAByteStands(t *testing.T) {
	for _, filler := range []string{" ", "A", "~"} {
		for length := 1; length <= 20; length++ {
			for place := range length {
				for c := range 256 {
					text := []byte(strings.Repeat(filler, length))
					text[place] = byte(c)
					graphic := c >= ' ' && c <= '~'
					require.Equal(t, graphic, isPlain(string(text), ""), "%q", text)
					require.Equal(t, graphic || c == '\n' || c == '\t', isPlain(string(text), "\n\t"), "%q", text)
				}
			}
		}
	}
	require.True(t, isPlain("", ""))
	require.False(t, isPlain("\x01\x02\x03\x04\x05\x06\x07\x08\x0b", ""))
	require.True(t, isPlain(strings.Repeat("\n", 20), "\n"))
}
