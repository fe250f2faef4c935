package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// templates holds the published versions, the first at index 0. The zero value is empty.
type templates struct {
	mu       sync.RWMutex
	versions map[offer][]supervision.RequestTemplate
}

type offer struct{ seller, product string }

// PutTemplate implements [supervision.Templates].
func (s *Store) PutTemplate(ctx context.Context, t supervision.RequestTemplate) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.Template, t.PublishedAt = t.Template.Clone(), t.PublishedAt.UTC()
	s.templates.mu.Lock()
	defer s.templates.mu.Unlock()
	if s.templates.versions == nil {
		s.templates.versions = make(map[offer][]supervision.RequestTemplate)
	}
	of := offer{t.Seller, t.Product}
	latest := len(s.templates.versions[of])
	if t.Version != latest+1 {
		return fmt.Errorf("memory: template of seller %q for product %q: version %d does not follow %d: %w",
			t.Seller, t.Product, t.Version, latest, supervision.ErrConflict)
	}
	s.templates.versions[of] = append(s.templates.versions[of], t)
	return nil
}

// Template implements [supervision.Templates].
func (s *Store) Template(ctx context.Context, seller, product string, version int) (supervision.RequestTemplate, error) {
	if err := ctx.Err(); err != nil {
		return supervision.RequestTemplate{}, err
	}
	s.templates.mu.RLock()
	defer s.templates.mu.RUnlock()
	versions := s.templates.versions[offer{seller, product}]
	if version == 0 {
		version = len(versions)
	}
	if version < 1 || version > len(versions) {
		return supervision.RequestTemplate{}, fmt.Errorf("memory: template of seller %q for product %q, version %d: %w",
			seller, product, version, supervision.ErrNotFound)
	}
	t := versions[version-1]
	t.Template = t.Template.Clone()
	return t, nil
}
