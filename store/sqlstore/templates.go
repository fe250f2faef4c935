package sqlstore

import (
	"context"
	"fmt"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// PutTemplate implements [service.Templates].
func (s *Store) PutTemplate(ctx context.Context, t service.RequestTemplate) error {
	row, err := newTemplateRow(t)
	if err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	published, err := s.engine.publish(ctx, s, row)
	if err == nil && !published {
		return fmt.Errorf("sqlstore: template %q of %q: %w: version %d is not the next one",
			t.Product, t.Seller, service.ErrConflict, t.Version)
	}
	return err
}

// Template implements [service.Templates].
func (s *Store) Template(ctx context.Context, seller, product string, version int) (service.RequestTemplate, error) {
	query, args := s.latest, []any{seller, product}
	if version != 0 {
		query, args = s.template, append(args, version)
	}
	t := service.RequestTemplate{Seller: seller, Product: product}
	err := s.read(ctx, func(r Row) error {
		var at int64
		var document []byte
		if err := r.Scan(&t.Version, &at, &document); err != nil {
			return err
		}
		t.PublishedAt = instant(at)
		return t.Template.UnmarshalJSON(document)
	}, query, args...)
	if err == nil && t.Version == 0 {
		err = fmt.Errorf("sqlstore: template %q of %q: %w", product, seller, supervision.ErrNotFound)
	}
	if err != nil {
		return service.RequestTemplate{}, err
	}
	return t, nil
}
