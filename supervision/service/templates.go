package service

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// PublishTemplate publishes the next version of a seller's request template for
// a product (R04). Orders opened from now on are pinned to it; running ones
// keep theirs. Errors: [*InvalidError] for a faulty product or template and for
// an actor that is no seller, [ErrConflict] where others publish too fast,
// [ErrUnknownOutcome], and the store's own.
func (s *Service) PublishTemplate(ctx context.Context, actor supervision.Actor, product string,
	t template.Template) (RequestTemplate, error) {
	if err := s.checkTemplate(actor, product, t); err != nil {
		return RequestTemplate{}, err
	}
	next := RequestTemplate{Seller: actor.ID, Product: product, PublishedAt: s.Now(), Template: t.Clone()}
	for attempt := 1; ; attempt++ {
		current, err := s.store.Template(ctx, actor.ID, product, 0)
		if err != nil && !errors.Is(err, supervision.ErrNotFound) {
			return RequestTemplate{}, err
		}
		next.Version = current.Version + 1
		err = s.store.PutTemplate(ctx, next)
		if err == nil {
			return next, nil
		}
		if !errors.Is(err, ErrConflict) || attempt >= s.attempts {
			return RequestTemplate{}, err
		}
	}
}

func (s *Service) checkTemplate(actor supervision.Actor, product string, t template.Template) error {
	var f faults
	f.join(actor.Validate())
	f.ID("product", product)
	if actor.Role != supervision.RoleSeller {
		f.Add("actor.role", fault.AnotherRole, "only a seller publishes templates, for its own products")
	}
	f.Within("template", t.Validate())
	return f.err()
}

// Template returns a version of a seller's request template, or the latest for
// version 0 (R04). Errors: [*InvalidError] for a faulty id or version,
// [ErrNotFound] where there is none, and the store's own.
func (s *Service) Template(ctx context.Context, seller, product string, version int) (RequestTemplate, error) {
	var f faults
	f.ID("seller", seller)
	f.ID("product", product)
	if version < 0 {
		f.Add("version", fault.OutOfRange, "ask for a version from 1 on, or 0 for the latest")
	}
	if err := f.err(); err != nil {
		return RequestTemplate{}, err
	}
	return s.store.Template(ctx, seller, product, version)
}

// errLost: what a store has kept is not there.
var errLost = errors.New("the store has lost it")

// pinned returns the content of the version an order is pinned to.
func (s *Service) pinned(ctx context.Context, o *supervision.Order, version int) (*template.Form, error) {
	id := templateID{o.Seller, o.Product, version}
	if t := s.templates.get(id); t != nil {
		return t, nil
	}
	published, err := s.store.Template(ctx, id.seller, id.product, id.version)
	switch {
	case errors.Is(err, supervision.ErrNotFound): // which would say that there is no such order
		return nil, fmt.Errorf("service: order %q: version %d of its request template: %w", o.ID, id.version, errLost)
	case err != nil:
		return nil, err
	}
	form, err := template.Compile(published.Template)
	if err != nil {
		return nil, fmt.Errorf("service: order %q: version %d of its template: %w", o.ID, id.version, err)
	}
	s.templates.put(id, form)
	return form, nil
}

type templateID struct {
	seller, product string
	version         int
}

// templateCache remembers published versions, which never change. It is emptied
// when it is full: simpler than choosing what to drop, and as good while one
// host's products fit.
type templateCache struct {
	mu   sync.Mutex
	held map[templateID]*template.Form
}

const maxCachedTemplates = 1000

func (c *templateCache) get(id templateID) *template.Form {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[id]
}

func (c *templateCache) put(id templateID, t *template.Form) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || len(c.held) >= maxCachedTemplates {
		c.held = make(map[templateID]*template.Form)
	}
	c.held[id] = t
}
