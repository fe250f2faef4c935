package supervision

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// decodeStrict reads one JSON document and nothing after it. Its format version is looked at first, so that a document of a newer
// version is named as such instead of by the first of its fields that this version does not know.
func decodeStrict(kind string, data []byte, into any) error {
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
	return decodeFields(kind, data, into)
}

// decodeFields reads one JSON document and refuses fields that the target does not have.
func decodeFields(kind string, data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrMalformed, kind, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %s: more follows the document", ErrMalformed, kind)
	}
	return nil
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
