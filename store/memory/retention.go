package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Between implements [service.Retention].
func (s *Store) Between(
	ctx context.Context, from, before time.Time, after service.RecordPlace, limit int,
) ([]service.PlacedRecord, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var list []service.PlacedRecord
	for _, o := range s.orders {
		for _, r := range o.records {
			place := service.RecordPlace{At: r.At, RecordID: r.ID()}
			if !r.At.Before(from) && r.At.Before(before) && compare(place, after) > 0 {
				list = append(list, service.PlacedRecord{RecordPlace: place, Record: r.Clone()})
			}
		}
	}
	slices.SortFunc(list, func(a, b service.PlacedRecord) int { return compare(a.RecordPlace, b.RecordPlace) })
	return atMost(limit, list), nil
}

func compare(a, b service.RecordPlace) int {
	return cmp.Or(a.At.Compare(b.At), a.RecordID.Compare(b.RecordID))
}

// Erase implements [service.Retention].
func (s *Store) Erase(ctx context.Context, change service.Change, erased []supervision.Record) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	o := s.orders[change.Order.ID]
	if o == nil || o.order.Version != change.Before {
		return &service.ConflictError{Orders: []string{change.Order.ID}}
	}
	s.store(change)
	for _, r := range erased {
		o.records[r.Seq-1] = r.Clone()
		for _, w := range s.outbox[r.Order] {
			if w.Seq == r.Seq {
				w.record = r.Clone()
			}
		}
	}
	return nil
}

// Remove implements [service.Retention].
func (s *Store) Remove(ctx context.Context, id string, version int64) (bool, error) {
	if err := s.enter(ctx); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	o := s.orders[id]
	if o == nil || o.order.Version != version || len(s.outbox[id]) > 0 {
		return false, nil
	}
	delete(s.orders, id)
	for _, own := range s.parties {
		delete(own, id)
	}
	return true, nil
}
