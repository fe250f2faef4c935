package simulation

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

// published are templates of one product, the latest of each operation.
type published []service.PublishedTemplate

// latest is the latest version; 0 where there is none.
func (p published) latest(op supervision.Operation) int {
	for _, t := range p {
		if t.Operation == op {
			return t.Version
		}
	}
	return 0
}

// pinned is the version that an order which opens now is pinned to: the latest,
// unless that is a withdrawal (R04).
func (p published) pinned(op supervision.Operation) int {
	for _, t := range p {
		if t.Operation == op && t.Template.Fields != nil {
			return t.Version
		}
	}
	return 0
}

// latest are the templates of a product as they were stored last.
func (o *oracle) latest(seller, product string) (latest published) {
	for _, t := range slices.Backward(o.templates) {
		if t.Seller == seller && t.Product == product && latest.latest(t.Operation) == 0 {
			latest = append(latest, t)
		}
	}
	return latest
}

// version finds a version; nil where there is none.
func (o *oracle) version(id supervision.TemplateID) *service.PublishedTemplate {
	for i := range o.templates {
		if o.templates[i].TemplateID == id {
			return &o.templates[i]
		}
	}
	return nil
}

// put takes note of a version, stored or not: it is stored where it is the next
// one.
func (w *world) put(t service.PublishedTemplate, err error) {
	next := t.Version == w.latest(t.Seller, t.Product).latest(t.Operation)+1
	if next != (err == nil) || !next && !errors.Is(err, service.ErrConflict) {
		w.fail("storing version %d of a template of %s, the next one: %t, %v", t.Version, t.Seller, next, err)
	}
	if err == nil {
		w.templates = append(w.templates, t)
	}
}

// asked holds a version that was asked for against what is stored.
func (w *world) asked(id supervision.TemplateID, t *service.PublishedTemplate, err error) {
	want := w.version(id)
	if (want == nil) != errors.Is(err, supervision.ErrNotFound) || want != nil && !reflect.DeepEqual(want, t) {
		w.fail("template %+v: got %+v (%v), want %+v", id, t, err, want)
	}
}

// askedLatest holds the latest versions against what is stored.
func (w *world) askedLatest(seller, product string, have published, err error) {
	want := w.latest(seller, product)
	if err != nil || len(have) != len(want) {
		w.fail("latest templates of %s: %d (%v), want %d", seller, len(have), err, len(want))
	}
	for _, t := range have {
		w.asked(t.TemplateID, &t, nil)
		if t.Version != want.latest(t.Operation) {
			w.fail("latest template of %s: version %d, want %d", seller, t.Version, want.latest(t.Operation))
		}
	}
	if w.current != nil {
		w.current.call.latest = want
	}
}

// publish publishes the next version of a seller's template or withdraws the
// latest, now and then as one who has seen an older one, and asks again until
// it is certain.
func (p *process) publish(seller string) {
	w := p.world
	id := supervision.TemplateID{Seller: seller, Product: "p0",
		Operation: []supervision.Operation{supervision.OpSubmitRequest, supervision.OpDeliver}[w.random.IntN(2)]}
	id.Version = w.latest(seller, id.Product).latest(id.Operation)
	if id.Version > 0 && w.random.IntN(4) == 0 {
		id.Version--
	}
	next := bridge.Template(id.Version + 1)
	if id.Version > 0 && w.random.IntN(3) == 0 {
		next = template.Template{}
	}
	for {
		p.call = call{}
		var t service.PublishedTemplate
		var err error
		h := w.anyHost()
		answered := p.on(h, func(ctx context.Context) {
			if next.Fields == nil {
				t, err = h.service.WithdrawTemplate(ctx, supervision.Seller(seller), id)
				return
			}
			t, err = h.service.PublishTemplate(ctx, supervision.Seller(seller), id, next)
		})
		if answered && !w.faulty(p, err) {
			w.publishAnswered(id, next, &t, err)
			return
		}
	}
}

// publishAnswered: the version is the one after the one that was replaced, for
// this template or, and then nobody has replaced it, for another one.
func (w *world) publishAnswered(id supervision.TemplateID, next template.Template, t *service.PublishedTemplate,
	err error) {
	id.Version++
	stored := w.version(id)
	switch {
	case stored == nil:
		w.fail("publishing version %d of a template of %s: nothing is stored: %v", id.Version, id.Seller, err)
	case !reflect.DeepEqual(stored.Template, next):
		if !errors.Is(err, service.ErrStale) {
			w.fail("publishing another version %d of a template of %s: %v", id.Version, id.Seller, err)
		}
	case err != nil || !reflect.DeepEqual(stored, t):
		w.fail("publishing version %d of a template of %s: %+v, %v, stored %+v", id.Version, id.Seller, t, err, stored)
	}
}
