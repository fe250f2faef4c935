package supervision

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// decodeStrict reads one JSON document and nothing after it; format points at the version in the target. Where that is not what this
// version writes, the version alone is looked at, so that a document of a newer version is named as such instead of by the first of
// its fields that this version does not know.
func decodeStrict(kind string, data []byte, into any, format *int) error {
	err := decodeFields(kind, data, into)
	if err == nil && *format >= 1 && *format <= Format {
		return nil
	}
	if other := checkFormat(kind, data); other != nil {
		return other
	}
	return err
}

func checkFormat(kind string, data []byte) error {
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrMalformed, kind, err)
	}
	switch {
	case version.Format > Format:
		return fmt.Errorf("%w: %s has format %d, this version reads up to %d: upgrade this host",
			ErrNewerFormat, kind, version.Format, Format)
	case version.Format < 1:
		return fmt.Errorf("%w: %s has no format version", ErrMalformed, kind)
	}
	return nil
}

// decodeFields reads one JSON document and refuses fields that the target does not have.
func decodeFields(kind string, data []byte, into any) error {
	r := readers.Get().(*reader)
	rest, err := r.decode(data, into)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %s: %w", ErrMalformed, kind, err)
	case len(rest) == 0 && len(data) <= largestLent:
		readers.Put(r)
	case len(bytes.TrimLeft(rest, " \t\r\n")) > 0:
		return fmt.Errorf("%w: %s: more follows the document", ErrMalformed, kind)
	}
	return nil
}

// readers lends decoders, because most of what a new one costs is its buffer. None goes back after an error, with something left in it, or
// with a buffer that one large document has made large. Offsets in their syntax errors mean nothing.
var readers = sync.Pool{New: func() any {
	r := new(reader)
	r.decoder = json.NewDecoder(&r.source)
	r.decoder.DisallowUnknownFields()
	return r
}}

// largestLent is the size in bytes of the largest document after which a decoder goes back.
const largestLent = 64 << 10

type reader struct {
	source  bytes.Reader
	decoder *json.Decoder
}

// decode reads a document and returns what follows it.
func (r *reader) decode(data []byte, into any) (rest []byte, err error) {
	defer r.source.Reset(nil) // lets go of the caller's memory
	r.source.Reset(data)
	begin := r.decoder.InputOffset()
	err = r.decoder.Decode(into)
	return data[r.decoder.InputOffset()-begin:], err
}

// part is a field that a document has to have, and whether it has it.
type part struct {
	field string
	there bool
}

// complete refuses a document by the first of its fields that is not as it has to be.
func complete(kind string, parts []part) error {
	for _, p := range parts {
		if !p.there {
			return fmt.Errorf("%w: %s: %s is missing or does not fit", ErrMalformed, kind, p.field)
		}
	}
	return nil
}
