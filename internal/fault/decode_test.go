package fault_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type colour string

func (c *colour) UnmarshalText(text []byte) error {
	return fault.Word(c, text, "demo: colour", []colour{"red", "blue"})
}

type note struct {
	Format int       `json:"format"`
	Colour colour    `json:"colour,omitempty"`
	Count  int       `json:"count,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Any    any       `json:"any,omitempty"`
}

func decode(data string) (note, error) {
	var n note
	err := fault.DecodeDocument("demo: note", []byte(data), &n, &n.Format)
	return n, err
}

func TestDocuments_AreReadStrictly(t *testing.T) {
	for data, want := range map[string]error{
		`{"format":1,"colour":"red","count":7}`: nil,
		" {\"format\":1}\r\n\t ":                nil,
		`{"format":2,"colour":5,"new":[]}`:      fault.ErrNewerFormat,
		`{"format":2}`:                          fault.ErrNewerFormat,
		`{"format":0}`:                          fault.ErrMalformed,
		`{"format":-1}`:                         fault.ErrMalformed,
		`{"format":1.5}`:                        fault.ErrMalformed,
		`{"format":"1"}`:                        fault.ErrMalformed,
		`{}`:                                    fault.ErrMalformed,
		`null`:                                  fault.ErrMalformed,
		`[]`:                                    fault.ErrMalformed,
		``:                                      fault.ErrMalformed,
		`{"format":1`:                           fault.ErrMalformed,
		`{"format":1}{}`:                        fault.ErrMalformed,
		`{"format":1} 5ecret`:                   fault.ErrMalformed,
		`{"format":1,"5ecret":1}`:               fault.ErrMalformed,
		`{"format":1,"count":"5ecret"}`:         fault.ErrMalformed,
		`{"format":1,"count":5555555555555555555555555}`: fault.ErrMalformed,
		`{"format":1,"at":"5ecret"}`:                     fault.ErrMalformed,
		`{"format":1,"colour":"5ecret"}`:                 fault.ErrUnknown,
		`5ecret`:                                         fault.ErrMalformed,
	} {
		_, err := decode(data)
		require.ErrorIs(t, err, want, data)
		if want == nil {
			continue
		}
		assert.Equal(t, want != fault.ErrNewerFormat, errors.Is(err, fault.ErrMalformed), data)
		assert.True(t, strings.HasPrefix(err.Error(), "demo: note"), "%s", err)
		assert.NotContains(t, err.Error(), "5", "nothing of the document is repeated")
	}
}

// refused is a member whose reader refuses it with an error of the library.
type refused struct{ err error }

func (r *refused) UnmarshalJSON([]byte) error { return fmt.Errorf("demo: part: %w: mend it", r.err) }

func TestDocuments_ErrorsOfTheirPartsAreKept(t *testing.T) {
	for _, own := range []error{fault.ErrMalformed, fault.ErrNewerFormat, fault.ErrUnknown, fault.ErrInvalid} {
		err := fault.Decode("demo", []byte("{}"), &refused{own})
		assert.ErrorIs(t, err, own)
		assert.ErrorIs(t, err, fault.ErrMalformed)
		assert.ErrorContains(t, err, "demo: part: "+own.Error()+": mend it")
	}
	err := fault.Decode("demo", []byte("{}"), &refused{errors.New("5ecret")})
	assert.NotContains(t, err.Error(), "5ecret", "of other errors nothing is known")
}

func TestDocuments_ErrorsSayWhatToDo(t *testing.T) {
	for data, want := range map[string]string{
		`{"format":2}`:                  " has format 2: newer format than this version reads (1): upgrade this host",
		`{}`:                            ": malformed document: give its format, 1",
		`{"format":1,"count":"x"}`:      ": malformed document: count is of another type",
		`{"format":1,"x":1}`:            ": malformed document: give one JSON value with the documented members only",
		`{"format":1}x`:                 ": malformed document: more follows the document",
		`{"format":1,"colour":"green"}`: ": malformed document: demo: colour: unknown word: use one of red, blue",
	} {
		_, err := decode(data)
		assert.EqualError(t, err, "demo: note"+want)
	}
	var at struct{ At time.Time }
	for _, data := range []string{`{"at":"2026-03-09"}`, `{"at":"9 March"}`, `{"at":""}`} {
		assert.EqualError(t, fault.Decode("demo", []byte(data), &at),
			"demo: malformed document: write instants by RFC 3339, such as 2026-03-09T12:00:00Z")
	}
}

func TestDocuments_NumbersStayExact(t *testing.T) {
	n, err := decode(`{"format":1,"any":[7.50,1e1000]}`)
	require.NoError(t, err)
	assert.Equal(t, []any{json.Number("7.50"), json.Number("1e1000")}, n.Any)
}

// TestDocuments_NothingOfOneIsLeftForTheNext reads good documents after bad
// ones, and large after small, with the decoders that are used again.
func TestDocuments_NothingOfOneIsLeftForTheNext(t *testing.T) {
	large := `{"format":1,"any":"` + strings.Repeat("x", 100<<10) + `"}`
	for i := range 200 {
		for _, bad := range []string{`{"format":1,`, `{"format":1} x`, `{"x":1}`, large, `{"format":1,"any":["`} {
			_, _ = decode(bad)
		}
		n, err := decode(fmt.Sprintf(`{"format":1,"count":%d}`, i))
		require.NoError(t, err)
		require.Equal(t, note{Format: 1, Count: i}, n)
	}
}

func TestWords_AreReadAsDeclared(t *testing.T) {
	c := colour("red")
	require.NoError(t, c.UnmarshalText([]byte("blue")))
	assert.Equal(t, colour("blue"), c)
	for _, wrong := range []string{"", "Red", " red", "5ecret", "\xff"} {
		err := c.UnmarshalText([]byte(wrong))
		assert.ErrorIs(t, err, fault.ErrUnknown)
		assert.EqualError(t, err, "demo: colour: unknown word: use one of red, blue")
		assert.Equal(t, colour("blue"), c, "stays what it was")
	}
}
