package simulation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Plain is the simplest store that keeps the contract: every answer is looked
// for in one list of orders. For the few orders of a simulation nothing is
// faster.
type Plain struct {
	mu        sync.Mutex
	rows      []*row
	templates []service.RequestTemplate
}

var _ service.Store = (*Plain)(nil)

type row struct {
	order   supervision.Order
	records []supervision.Record
	// waiting are the records of the outbox, oldest first; leases say until
	// when each was claimed last, by its number.
	waiting []supervision.Record
	leases  map[int64]time.Time
}

func (s *Plain) row(id string) *row {
	for _, r := range s.rows {
		if r.order.ID == id {
			return r
		}
	}
	return nil
}

func (s *Plain) enter(ctx context.Context) (leave func(), err error) {
	s.mu.Lock()
	if err := ctx.Err(); err != nil {
		s.mu.Unlock()
		return nil, err
	}
	return s.mu.Unlock, nil
}

// Create implements [service.Orders].
func (s *Plain) Create(ctx context.Context, change service.Change) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if s.row(change.Order.ID) != nil {
		return fmt.Errorf("simulation: order %q: %w", change.Order.ID, service.ErrExists)
	}
	r := &row{leases: make(map[int64]time.Time)}
	r.take(change)
	s.rows = append(s.rows, r)
	return nil
}

func (r *row) take(change service.Change) {
	r.order = change.Order.Clone()
	for _, record := range change.Records {
		record = record.Clone()
		r.records = append(r.records, record)
		if change.Relay {
			r.waiting = append(r.waiting, record)
		}
	}
}

// Load implements [service.Orders].
func (s *Plain) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return supervision.Order{}, nil, err
	}
	defer leave()
	r := s.row(id)
	if r == nil {
		return supervision.Order{}, nil, fmt.Errorf("simulation: order %q: %w", id, supervision.ErrNotFound)
	}
	if key != "" {
		for _, record := range r.records {
			if record.OwnedKey() == key {
				found := record.Clone()
				return r.order.Clone(), &found, nil
			}
		}
	}
	return r.order.Clone(), nil, nil
}

// Save implements [service.Orders].
func (s *Plain) Save(ctx context.Context, changes ...service.Change) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var conflicts []string
	for _, change := range changes {
		r := s.row(change.Order.ID)
		if r == nil || r.order.Version != change.Before {
			conflicts = append(conflicts, change.Order.ID)
			continue
		}
		r.take(change)
	}
	if conflicts != nil {
		return &service.ConflictError{Orders: conflicts}
	}
	return nil
}

// Search implements [service.Orders].
func (s *Plain) Search(ctx context.Context, filter supervision.Filter) ([]supervision.Order, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var found []supervision.Order
	for _, r := range s.rows {
		listing := r.order.Listing()
		behind := filter.After == (supervision.Position{}) || listing.Position().Compare(filter.After) < 0
		if behind && filter.Matches(listing) {
			found = append(found, r.order.Clone())
		}
	}
	slices.SortFunc(found,
		func(a, b supervision.Order) int { return b.Listing().Position().Compare(a.Listing().Position()) })
	return found[:min(len(found), filter.Limit)], nil
}

// Records implements [service.Orders].
func (s *Plain) Records(ctx context.Context, id string, after int64, limit int) ([]supervision.Record, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	r := s.row(id)
	if r == nil {
		return nil, nil
	}
	var found []supervision.Record
	for _, record := range r.records {
		if record.Seq > after && len(found) < limit {
			found = append(found, record.Clone())
		}
	}
	return found, nil
}

// Due implements [service.Orders].
func (s *Plain) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.DueOrder,
	error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var found []service.DueOrder
	for _, r := range s.rows {
		due := service.DueOrder{ID: r.order.ID, Due: r.order.NextDue()}
		if due.Due.IsZero() || due.Due.After(at) || dueAt(due).Compare(after) <= 0 {
			continue
		}
		due.Order = r.order.Clone()
		found = append(found, due)
	}
	slices.SortFunc(found, func(a, b service.DueOrder) int { return dueAt(a).Compare(dueAt(b)) })
	return found[:min(len(found), limit)], nil
}

func dueAt(d service.DueOrder) supervision.Position {
	return supervision.Position{At: d.Due, ID: d.ID}
}

// Claim implements [service.Outbox].
func (s *Plain) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var free []*row
	for _, r := range s.rows {
		held := func(record supervision.Record) bool { return r.leases[record.Seq].After(at) }
		if len(r.waiting) > 0 && !slices.ContainsFunc(r.waiting, held) {
			free = append(free, r)
		}
	}
	slices.SortFunc(free, func(a, b *row) int { return a.waits().Compare(b.waits()) })
	var claimed []supervision.Record
	for _, r := range free {
		first := r.waiting[:min(len(r.waiting), limit-len(claimed))]
		if len(first) == 0 {
			break
		}
		for _, record := range first {
			r.leases[record.Seq] = at.Add(lease)
			claimed = append(claimed, record.Clone())
		}
	}
	return claimed, nil
}

func (r *row) waits() supervision.Position {
	return supervision.Position{At: r.waiting[0].At, ID: r.order.ID}
}

// Acknowledge implements [service.Outbox].
func (s *Plain) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, id := range ids {
		if r := s.row(id.Order); r != nil {
			r.waiting = slices.DeleteFunc(r.waiting,
				func(record supervision.Record) bool { return record.Seq == id.Seq })
		}
	}
	return nil
}

// PutTemplate implements [service.Templates].
func (s *Plain) PutTemplate(ctx context.Context, t service.RequestTemplate) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if latest := s.template(t.Seller, t.Product, 0); t.Version != latest.Version+1 {
		return fmt.Errorf("simulation: template version %d after %d: %w", t.Version, latest.Version,
			service.ErrConflict)
	}
	t.Template, t.PublishedAt = t.Template.Clone(), t.PublishedAt.UTC().Truncate(supervision.Tick)
	s.templates = append(s.templates, t)
	return nil
}

// Template implements [service.Templates].
func (s *Plain) Template(ctx context.Context, seller, product string, version int) (service.RequestTemplate, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return service.RequestTemplate{}, err
	}
	defer leave()
	t := s.template(seller, product, version)
	if t.Version == 0 {
		return t, fmt.Errorf("simulation: template: %w", supervision.ErrNotFound)
	}
	t.Template = t.Template.Clone()
	return t, nil
}

// template finds a version, or the latest for 0; the zero value where there is
// none.
func (s *Plain) template(seller, product string, version int) (found service.RequestTemplate) {
	for _, t := range s.templates {
		if t.Seller == seller && t.Product == product && (version == 0 || version == t.Version) {
			found = t
		}
	}
	return found
}

// Between implements [service.Retention].
func (s *Plain) Between(ctx context.Context, from, before time.Time, after service.RecordPlace,
	limit int) (list []service.PlacedRecord, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	for _, row := range s.rows {
		for _, r := range row.records {
			place := service.RecordPlace{At: r.At, RecordID: r.ID()}
			if !r.At.Before(from) && r.At.Before(before) && byPlace(place, after) > 0 {
				list = append(list, service.PlacedRecord{RecordPlace: place, Record: r.Clone()})
			}
		}
	}
	slices.SortFunc(list, func(a, b service.PlacedRecord) int { return byPlace(a.RecordPlace, b.RecordPlace) })
	return list[:min(limit, len(list))], nil
}

func byPlace(a, b service.RecordPlace) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Seq, b.Seq))
}

// Remove implements [service.Retention].
func (s *Plain) Remove(ctx context.Context, id string, version int64) (bool, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	r := s.row(id)
	if r == nil || r.order.Version != version || len(r.waiting) > 0 {
		return false, nil
	}
	s.rows = slices.DeleteFunc(s.rows, func(other *row) bool { return other == r })
	return true, nil
}
