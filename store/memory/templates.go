package memory

import (
	"cmp"
	"context"
	"fmt"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// PutTemplate implements [service.Templates].
func (s *Store) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	if err := t.Validate(); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	follows, err := locked(ctx, s, func() bool {
		if t.Version != s.latest(t.TemplateID)+1 {
			return false
		}
		t.Template, t.PublishedAt = t.Template.Clone(), t.PublishedAt.UTC()
		s.templates[t.TemplateID] = t
		return true
	})
	if err == nil && !follows {
		err = fmt.Errorf("memory: template of %q for %q: version %d does not follow the latest: %w",
			t.Seller, t.Product, t.Version, service.ErrConflict)
	}
	return err
}

// latest returns the latest version of a template; 0 where there is none.
func (s *Store) latest(id supervision.TemplateID) int {
	for id.Version = 1; s.templates[id].Version != 0; id.Version++ {
	}
	return id.Version - 1
}

// Template implements [service.Templates].
func (s *Store) Template(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
	t, err := locked(ctx, s, func() service.PublishedTemplate { return s.templates[id] })
	if err == nil && t.Version == 0 {
		err = fmt.Errorf("memory: template of %q for %q, version %d: %w",
			id.Seller, id.Product, id.Version, supervision.ErrNotFound)
	}
	t.Template = t.Template.Clone()
	return t, err
}

// LatestTemplates implements [service.Templates].
func (s *Store) LatestTemplates(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
	return locked(ctx, s, func() (latest []service.PublishedTemplate) {
		for id, t := range s.templates {
			if id.Seller == seller && id.Product == product && id.Version == s.latest(id) {
				t.Template = t.Template.Clone()
				latest = append(latest, t)
			}
		}
		return first(len(latest), latest, func(a, b service.PublishedTemplate) int {
			return cmp.Compare(a.Operation, b.Operation)
		})
	})
}
