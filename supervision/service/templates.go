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

// PublishTemplate publishes the next version of a seller's template for a
// product, in the place of the one that the seller has seen: its latest, or
// version 0 of a template that there is not yet (R04). Orders opened from now
// on are pinned to it; running ones keep theirs.
//
// The version is the key as well (R28): who publishes the same again in the
// place of the same version gets what was published then. Any other template
// comes too late and changes nothing: that is [ErrStale]. Other errors:
// [*InvalidError] for a faulty id or template and for an actor that is not the
// seller, [ErrUnknownOutcome], after which it can be published again, and the
// store's own.
func (s *Service) PublishTemplate(ctx context.Context, actor supervision.Actor, latest supervision.TemplateID,
	t template.Template) (PublishedTemplate, error) {
	f := checkPublisher(actor, latest)
	f.Within("template", t.Validate())
	if err := f.err(); err != nil {
		return PublishedTemplate{}, err
	}
	return s.publish(ctx, latest, t.Clone())
}

// WithdrawTemplate withdraws a seller's latest template for new orders: they
// open with free text, until a next version is published. Running orders keep
// theirs. The withdrawal is a version itself; it and the errors are as in
// [Service.PublishTemplate].
func (s *Service) WithdrawTemplate(ctx context.Context, actor supervision.Actor,
	latest supervision.TemplateID) (PublishedTemplate, error) {
	f := checkPublisher(actor, latest)
	if latest.Version == 0 {
		f.Add("version", fault.Required, "name the version to withdraw, the latest")
	}
	if err := f.err(); err != nil {
		return PublishedTemplate{}, err
	}
	return s.publish(ctx, latest, template.Template{})
}

func (s *Service) publish(ctx context.Context, latest supervision.TemplateID,
	t template.Template) (PublishedTemplate, error) {
	next := PublishedTemplate{TemplateID: latest, PublishedAt: s.Now(), Template: t}
	next.Version++
	err := s.store.PutTemplate(ctx, next)
	if err == nil {
		return next, nil
	}
	if !errors.Is(err, ErrConflict) {
		return PublishedTemplate{}, err
	}
	before, err := s.store.Template(ctx, next.TemplateID)
	switch {
	case err == nil && same(before.Template, t):
		return before, nil
	case err != nil && !errors.Is(err, supervision.ErrNotFound):
		return PublishedTemplate{}, err
	}
	return PublishedTemplate{}, fmt.Errorf("service: version %d of the template is not the latest: %w: "+
		"look at the latest and publish in its place", latest.Version, ErrStale)
}

// same compares templates as they are stored.
func same(a, b template.Template) bool {
	left, err := a.MarshalJSON()
	right, failed := b.MarshalJSON()
	return err == nil && failed == nil && string(left) == string(right)
}

func checkPublisher(actor supervision.Actor, id supervision.TemplateID) faults {
	f := checkTemplateID(id)
	f.join(actor.Validate())
	if actor.Role != supervision.RoleSeller || actor.ID != id.Seller {
		f.Add("actor", fault.AnotherRole, "only a seller publishes templates, for its own products")
	}
	return f
}

func checkTemplateID(id supervision.TemplateID) (f faults) {
	f.ID("seller", id.Seller)
	f.ID("product", id.Product)
	if id.Operation != supervision.OpSubmitRequest && id.Operation != supervision.OpDeliver {
		f.Add("operation", fault.Unknown, "name the operation that fills it in: submit_request or deliver")
	}
	f.Range("version", id.Version, 0, supervision.MaxTemplateVersion-1)
	return f
}

// Template returns a version of a seller's template, or the latest for version
// 0 (R04). The latest may be a withdrawal. Errors: [*InvalidError] for a faulty
// id, [ErrNotFound] where there is none, and the store's own.
func (s *Service) Template(ctx context.Context, id supervision.TemplateID) (PublishedTemplate, error) {
	f := checkTemplateID(id)
	if err := f.err(); err != nil {
		return PublishedTemplate{}, err
	}
	if id.Version != 0 {
		return s.store.Template(ctx, id)
	}
	latest, err := s.store.LatestTemplates(ctx, id.Seller, id.Product)
	for _, t := range latest {
		if t.Operation == id.Operation {
			return t, err
		}
	}
	if err == nil {
		err = fmt.Errorf("service: template of %q for %q: %w", id.Seller, id.Product, supervision.ErrNotFound)
	}
	return PublishedTemplate{}, err
}

// Form returns the form that an operation of an order fills in, of the version
// to which the order is pinned (R04); nil where it fills in none. Errors: that
// the store has lost the version, and the store's own.
func (s *Service) Form(ctx context.Context, o supervision.Order, op supervision.Operation) (*template.Form, error) {
	if o.Form(op).Version == 0 {
		return nil, nil
	}
	return s.pinned(ctx, &o, op)
}

// errLost: a version that an order is pinned to is not there.
var errLost = errors.New("the store has lost it")

// pinned returns the content of the version an order is pinned to.
func (s *Service) pinned(ctx context.Context, o *supervision.Order, op supervision.Operation) (*template.Form, error) {
	id := o.Form(op)
	if t := s.templates.get(id); t != nil {
		return t, nil
	}
	published, err := s.store.Template(ctx, id)
	switch {
	case errors.Is(err, supervision.ErrNotFound): // which would say that there is no such order
		return nil, fmt.Errorf("service: order %q: version %d of its %s template: %w", o.ID, id.Version, op, errLost)
	case errors.Is(err, supervision.ErrMalformed), errors.Is(err, supervision.ErrNewerFormat):
		return nil, &UnreadableError{Order: o.ID,
			Err: fmt.Errorf("version %d of its %s template: %w", id.Version, op, err)}
	case err != nil:
		return nil, err
	case published.Withdrawn():
		return nil, fmt.Errorf("service: order %q: version %d of its %s template withdraws it: %w",
			o.ID, id.Version, op, errLost)
	}
	form, err := template.Compile(published.Template)
	if err != nil {
		return nil, fmt.Errorf("service: order %q: version %d of its %s template: %w", o.ID, id.Version, op, err)
	}
	s.templates.put(id, form)
	return form, nil
}

// templateCache remembers published versions, which never change. It is emptied
// when it is full: simpler than choosing what to drop, and as good while one
// host's products fit.
type templateCache struct {
	mu   sync.Mutex
	held map[supervision.TemplateID]*template.Form
}

const maxCachedTemplates = 1000

func (c *templateCache) get(id supervision.TemplateID) *template.Form {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[id]
}

func (c *templateCache) put(id supervision.TemplateID, t *template.Form) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || len(c.held) >= maxCachedTemplates {
		c.held = make(map[supervision.TemplateID]*template.Form)
	}
	c.held[id] = t
}
