package memory

import (
	"context"
	"fmt"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// product is a seller's product; its templates are kept by version, the first
// at index 0.
type product struct{ seller, id string }

// PutTemplate implements [service.Templates].
func (s *Store) PutTemplate(ctx context.Context, t service.RequestTemplate) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	of := product{t.Seller, t.Product}
	if latest := len(s.templates[of]); t.Version != latest+1 {
		return fmt.Errorf("memory: template of seller %q for product %q: version %d does not follow %d: %w",
			t.Seller, t.Product, t.Version, latest, service.ErrConflict)
	}
	t.Template, t.PublishedAt = t.Template.Clone(), t.PublishedAt.UTC()
	s.templates[of] = append(s.templates[of], t)
	return nil
}

// Template implements [service.Templates].
func (s *Store) Template(
	ctx context.Context, seller, productID string, version int,
) (service.RequestTemplate, error) {
	if err := s.enter(ctx); err != nil {
		return service.RequestTemplate{}, err
	}
	defer s.mu.Unlock()
	versions := s.templates[product{seller, productID}]
	if version == 0 {
		version = len(versions)
	}
	if version < 1 || version > len(versions) {
		return service.RequestTemplate{}, fmt.Errorf("memory: template of seller %q for product %q, version %d: %w",
			seller, productID, version, supervision.ErrNotFound)
	}
	t := versions[version-1]
	t.Template = t.Template.Clone()
	return t, nil
}
