package simulation

import (
	"errors"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// published takes note of a template.
func (w *world) published(t service.RequestTemplate, err error) {
	if err == nil {
		w.templates = append(w.templates, t)
	}
}

// latest is the version of a template that is current; 0 where there is none.
func (o *oracle) latest(seller, product string) int {
	version := 0
	for _, t := range o.templates {
		if t.Seller == seller && t.Product == product {
			version = t.Version
		}
	}
	return version
}

// asked holds the answer about a template against what was published.
func (w *world) asked(seller, product string, version int, t *service.RequestTemplate, err error) {
	want := version
	if version == 0 {
		want = w.latest(seller, product)
		if w.current != nil {
			w.current.call.template = want
		}
	}
	if missing := errors.Is(err, supervision.ErrNotFound); missing != (want == 0) || !missing &&
		(err != nil || t.Version != want) {
		w.fail("template of %s, version %d: got %d (%v), want %d", seller, version, t.Version, err, want)
	}
}
