package sqlstore

import (
	"context"
	"fmt"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// PutTemplate implements [service.Templates].
func (s *Store) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	row, err := newTemplateRow(t)
	if err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	published, err := s.engine.publish(ctx, s, row)
	if err == nil && !published {
		return fmt.Errorf("sqlstore: %v does not follow the latest: %w", t.TemplateID, service.ErrConflict)
	}
	return err
}

// Template implements [service.Templates].
func (s *Store) Template(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
	found, err := s.readTemplates(ctx, id, s.template, id.Seller, id.Product, string(id.Operation), id.Version)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("sqlstore: %v: %w", id, supervision.ErrNotFound)
	}
	if err != nil {
		return service.PublishedTemplate{}, err
	}
	return found[0], nil
}

// LatestTemplates implements [service.Templates].
func (s *Store) LatestTemplates(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
	of := supervision.TemplateID{Seller: seller, Product: product}
	return s.readTemplates(ctx, of, s.latest, seller, product, seller, product)
}

// readTemplates reads templates of a seller's product; a withdrawal has no
// document.
func (s *Store) readTemplates(ctx context.Context, of supervision.TemplateID, query string,
	args ...any) (found []service.PublishedTemplate, err error) {
	err = s.read(ctx, func(r Row) error {
		t := service.PublishedTemplate{TemplateID: of}
		var at int64
		var document []byte
		if err := r.Scan(&t.Operation, &t.Version, &at, &document); err != nil {
			return err
		}
		t.PublishedAt = instant(at)
		found = append(found, t)
		if document == nil {
			return nil
		}
		return found[len(found)-1].Template.UnmarshalJSON(document)
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return found, nil
}
