package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// PutTemplate implements [service.Templates].
func (s *Store) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	if err := t.Validate(); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	of := t.TemplateID
	of.Version = 0
	if latest := len(s.templates[of]); t.Version != latest+1 {
		return fmt.Errorf("memory: template of %q for %q: version %d does not follow %d: %w",
			t.Seller, t.Product, t.Version, latest, service.ErrConflict)
	}
	t.Template, t.PublishedAt = t.Template.Clone(), t.PublishedAt.UTC()
	s.templates[of] = append(s.templates[of], t)
	return nil
}

// Template implements [service.Templates].
func (s *Store) Template(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
	if err := s.enter(ctx); err != nil {
		return service.PublishedTemplate{}, err
	}
	defer s.mu.Unlock()
	of := id
	of.Version = 0
	versions := s.templates[of]
	if id.Version < 1 || id.Version > len(versions) {
		return service.PublishedTemplate{}, fmt.Errorf("memory: template of %q for %q, version %d: %w",
			id.Seller, id.Product, id.Version, supervision.ErrNotFound)
	}
	t := versions[id.Version-1]
	t.Template = t.Template.Clone()
	return t, nil
}

// LatestTemplates implements [service.Templates].
func (s *Store) LatestTemplates(
	ctx context.Context, seller, product string,
) (latest []service.PublishedTemplate, err error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	for of, versions := range s.templates {
		if of.Seller == seller && of.Product == product {
			t := versions[len(versions)-1]
			t.Template = t.Template.Clone()
			latest = append(latest, t)
		}
	}
	slices.SortFunc(latest, func(a, b service.PublishedTemplate) int { return cmp.Compare(a.Operation, b.Operation) })
	return latest, nil
}
