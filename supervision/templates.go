package supervision

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/koogallery/serviceflow/supervision/template"
)

// PublishTemplate publishes the next version of a seller's request template for a product (R04). Orders opened from now on are pinned to
// it; running ones keep theirs. Errors: [*InvalidError] for a faulty product or template and for an actor that is no seller, [ErrConflict]
// where others publish too fast, [ErrUnknownOutcome], and the store's own.
func (s *Service) PublishTemplate(ctx context.Context, actor Actor, product string, t template.Template) (RequestTemplate, error) {
	if err := s.checkTemplate(actor, product, t); err != nil {
		return RequestTemplate{}, err
	}
	next := RequestTemplate{Seller: actor.ID, Product: product, PublishedAt: s.now(), Template: t.Clone()}
	for attempt := 1; ; attempt++ {
		current, err := s.store.Template(ctx, actor.ID, product, 0)
		if err != nil && !errors.Is(err, ErrNotFound) {
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

func (s *Service) checkTemplate(actor Actor, product string, t template.Template) error {
	var f faults
	f.actor(actor)
	f.id("product", product)
	if actor.Role != RoleSeller {
		f.add("actor.role", "another_role", "only a seller publishes templates, for its own products")
	}
	var invalid *template.Error
	if errors.As(t.Validate(), &invalid) {
		for _, fault := range invalid.Faults {
			f.add("template."+fault.Field, fault.Code, fault.Message)
		}
	}
	return f.err()
}

// Template returns a version of a seller's request template, or the latest for version 0 (R04). Errors: [*InvalidError] for a faulty
// id or version, [ErrNotFound] where there is none, and the store's own.
func (s *Service) Template(ctx context.Context, seller, product string, version int) (RequestTemplate, error) {
	var f faults
	f.id("seller", seller)
	f.id("product", product)
	if version < 0 {
		f.add("version", "out_of_range", "ask for a version from 1 on, or 0 for the latest")
	}
	if err := f.err(); err != nil {
		return RequestTemplate{}, err
	}
	return s.store.Template(ctx, seller, product, version)
}

// pinned returns the content of the version an order is pinned to.
func (s *Service) pinned(ctx context.Context, o *Order) (*template.Template, error) {
	id := templateID{o.Seller, o.Product, o.TemplateVersion}
	if t := s.templates.get(id); t != nil {
		return t, nil
	}
	published, err := s.store.Template(ctx, id.seller, id.product, id.version)
	switch {
	case errors.Is(err, ErrNotFound): // which would say that there is no such order
		return nil, fmt.Errorf("supervision: order %q: the store has lost version %d of its request template", o.ID, id.version)
	case err != nil:
		return nil, err
	}
	s.templates.put(id, &published.Template)
	return &published.Template, nil
}

type templateID struct {
	seller, product string
	version         int
}

// templateCache remembers published versions, which never change. It is emptied when it is full: simpler than choosing what to drop, and as
// good while one host's products fit.
type templateCache struct {
	mu   sync.Mutex
	held map[templateID]*template.Template
}

const maxCachedTemplates = 1000

func (c *templateCache) get(id templateID) *template.Template {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[id]
}

func (c *templateCache) put(id templateID, t *template.Template) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || len(c.held) >= maxCachedTemplates {
		c.held = make(map[templateID]*template.Template)
	}
	c.held[id] = t
}
