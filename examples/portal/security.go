package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// contentPolicy lets a page load what the portal itself serves, and nothing
// inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// protect adds what every answer carries, and refuses what other sites have a
// browser send.
func (p *portal) protect(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(p.anyone(func(v *visit) error {
		return v.render(http.StatusForbidden, "error",
			errorPage{v.layout("Refused"), "The form was sent from another site."})
	}))
	next = origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if p.https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// Bounds of a posted form, in bytes.
const (
	smallForm  = 16 << 10
	textForm   = 1 << 20
	uploadForm = 32 << 20
	inMemory   = 1 << 20 // the rest of an upload waits in temporary files
)

var errMalformedForm = errors.New("malformed form")

// readForm reads a posted form of at most limit bytes.
func (v *visit) readForm(limit int64) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, limit)
	err := v.r.ParseMultipartForm(inMemory)
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil // ParseMultipartForm has read the other kind of form by then
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil, errors.As(err, &tooLarge):
		return err
	case strings.Contains(err.Error(), "http: request body too large"): // mime/multipart hides the type
		return &http.MaxBytesError{Limit: limit}
	}
	return errors.Join(errMalformedForm, err)
}

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q.Encode()
}
