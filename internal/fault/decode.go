package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Newest is the version of the JSON documents that the library writes, and the
// newest that it reads.
const Newest = 1

// DecodeDocument is [Decode] for a document with a version, which format points
// at in the target. Of a newer document nothing else is known, so that it is
// refused by its version with [ErrNewerFormat] whatever else it holds.
func DecodeDocument(what string, data []byte, into any, format *int) error {
	err := Decode(what, data, into)
	if err == nil && *format >= 1 && *format <= Newest {
		return nil
	}
	var head struct {
		Format int `json:"format"`
	}
	switch unread := json.Unmarshal(data, &head); {
	case unread != nil:
		return err // Decode has seen as much
	case head.Format > Newest:
		return fmt.Errorf("%s has format %d: %w than this version reads (%d): upgrade this host",
			what, head.Format, ErrNewerFormat, Newest)
	case head.Format < 1:
		return fmt.Errorf("%s: %w: give its format, %d", what, ErrMalformed, Newest)
	}
	return err
}

// Decode reads one JSON document and nothing after it, and refuses members that
// the target does not have. Numbers become [json.Number] where the target is an
// interface. An error starts with what, such as "supervision: order", and
// matches [ErrMalformed]; of what encoding/json says it keeps only what repeats
// nothing of the document.
func Decode(what string, data []byte, into any) error {
	r := readers.Get().(*reader)
	rest, err := r.decode(data, into)
	switch {
	case err != nil:
		return malformed(what, err)
	case len(rest) == 0 && len(data) <= largestPooled:
		readers.Put(r)
	case len(bytes.TrimLeft(rest, " \t\r\n")) > 0:
		return fmt.Errorf("%s: %w: more follows the document", what, ErrMalformed)
	}
	return nil
}

// readers pools decoders, because most of what a new one costs is its buffer.
// One that failed, has unread input or grew past largestPooled is dropped. The
// offsets in its syntax errors mean nothing.
var readers = sync.Pool{New: func() any {
	r := new(reader)
	r.decoder = json.NewDecoder(&r.source)
	r.decoder.DisallowUnknownFields()
	r.decoder.UseNumber()
	return r
}}

// largestPooled is the size in bytes of the largest document whose decoder is
// used again.
const largestPooled = 64 << 10

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

// malformed keeps the errors of this library and, of all others, what says
// nothing of the document's content.
func malformed(what string, err error) error {
	for _, own := range []error{ErrMalformed, ErrNewerFormat, ErrUnknown, ErrInvalid} {
		if errors.Is(err, own) {
			return fmt.Errorf("%s: %w: %w", what, ErrMalformed, err)
		}
	}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return fmt.Errorf("%s: %w: %s is of another type", what, ErrMalformed, wrongType.Field)
	}
	if errors.As(err, new(*time.ParseError)) {
		return fmt.Errorf("%s: %w: write instants by RFC 3339, such as 2026-03-09T12:00:00Z", what, ErrMalformed)
	}
	return fmt.Errorf("%s: %w: give one JSON value with the documented members only", what, ErrMalformed)
}
