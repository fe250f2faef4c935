package main

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of a posted form, in bytes.
const (
	smallForm = 16 << 10
	textForm  = 4 << 20
	partCost  = 256 // what a part of a form counts for beside its text
	// uploadForm bounds what is read of a form with files. It is far above what
	// is kept of it, so that too many files cost nobody what was typed.
	uploadForm = 256 << 20
)

// slowest is how long a line may be silent while it sends a form.
const slowest = 30 * time.Second

var errMalformedForm = errors.New("malformed form")

func (v *visit) readForm(limit int64) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, limit)
	typed, err := v.readPost(func(url.Values, string, string, io.Reader) error { return nil })
	v.r.PostForm = typed
	return err
}

// readPost reads a posted form as it comes in: texts into the values it
// returns, and each file by calling keep with the texts before it. A form that
// goes on for too long is read up to there, with the error.
func (v *visit) readPost(keep func(typed url.Values, input, name string, r io.Reader) error) (url.Values, error) {
	if !strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/") {
		v.r.Body = http.MaxBytesReader(v.w, v.r.Body, textForm)
		err := malformed(v.r.ParseForm())
		return v.r.PostForm, err
	}
	v.r.Body = http.MaxBytesReader(v.w, patient{v.r.Body, http.NewResponseController(v.w)}, uploadForm)
	reader, err := v.r.MultipartReader()
	if err != nil {
		return nil, malformed(err)
	}
	typed, room := url.Values{}, int64(textForm)
	for {
		part, err := reader.NextPart()
		if room -= partCost; room < 0 && err == nil {
			err = &http.MaxBytesError{Limit: textForm}
		}
		switch {
		case err == io.EOF: // one in the middle of a part is wrapped
			return typed, nil
		case err != nil:
			return typed, malformed(err)
		case part.FileName() != "":
			if err := keep(typed, part.FormName(), part.FileName(), part); err != nil {
				return typed, err
			}
		default:
			text, err := io.ReadAll(io.LimitReader(part, room+1))
			if err != nil {
				return typed, malformed(err)
			}
			room -= int64(len(text))
			typed.Add(part.FormName(), string(text))
		}
	}
}

// malformed tells a form that is none from one that is too large.
func malformed(err error) error {
	if err == nil || errors.As(err, new(*http.MaxBytesError)) {
		return err
	}
	return errors.Join(errMalformedForm, err)
}

// patient reads from a connection for as long as something comes.
type patient struct {
	io.ReadCloser
	control *http.ResponseController
}

func (p patient) Read(b []byte) (int, error) {
	until := time.Now().Add(slowest)
	err := errors.Join(p.control.SetReadDeadline(until), p.control.SetWriteDeadline(until.Add(slowest)))
	if err != nil {
		return 0, err
	}
	return p.ReadCloser.Read(b)
}
