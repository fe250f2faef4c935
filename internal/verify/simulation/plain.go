package simulation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
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
	templates []service.PublishedTemplate
}

var _ service.Store = (*Plain)(nil)

type row struct {
	order   supervision.Order
	records []supervision.Record
	// waiting are the notices and the records of the outbox, in their sequence.
	waiting []service.Waiting
	// noticeAt is when the next notice is due, given which have been.
	noticeAt time.Time
	given    []time.Time
}

func (s *Plain) row(id string) *row {
	for _, r := range s.rows {
		if r.order.ID == id {
			return r
		}
	}
	return nil
}

func (s *Plain) enter(ctx context.Context, changes ...service.Change) (leave func(), err error) {
	for _, change := range changes {
		if err := change.Validate(); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	if err := ctx.Err(); err != nil {
		s.mu.Unlock()
		return nil, err
	}
	return s.mu.Unlock, nil
}

// Create implements [service.Orders].
func (s *Plain) Create(ctx context.Context, changes ...service.Change) error {
	leave, err := s.enter(ctx, changes...)
	if err != nil {
		return err
	}
	defer leave()
	var taken []string
	for _, change := range changes {
		if s.row(change.Order.ID) != nil {
			taken = append(taken, change.Order.ID)
			continue
		}
		r := &row{}
		r.take(change)
		s.rows = append(s.rows, r)
	}
	if taken != nil {
		return &service.ExistsError{Orders: taken}
	}
	return nil
}

func (r *row) take(change service.Change) {
	r.order = change.Order.Clone()
	r.noticeAt = r.order.Listing().NoticeAt
	for _, record := range change.Records {
		record = record.Clone()
		r.records = append(r.records, record)
		if change.Relay {
			r.waiting = append(r.waiting, service.Waiting{RecordID: record.ID()})
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
	leave, err := s.enter(ctx, changes...)
	if err != nil {
		return err
	}
	defer leave()
	if slices.ContainsFunc(changes, func(c service.Change) bool { return len(c.Records) == 0 }) {
		return service.ErrNoRecords
	}
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
func (s *Plain) Search(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var found []service.Found
	for _, r := range s.rows {
		listing := r.order.Listing()
		place := listing.Position(filter.Sort)
		if filter.Behind(place) && filter.Matches(listing) {
			one := service.Found{Position: place}
			if filter.Whole {
				one.Order = r.order.Clone()
			} else {
				listing.NoticeAt = time.Time{}
				one.Listing = listing
			}
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b service.Found) int { return filter.Sort.Compare(a.Position, b.Position) })
	return found[:min(len(found), filter.Limit)], nil
}

// Count implements [service.Orders].
func (s *Plain) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	counts := make([]int, len(filters))
	for i, filter := range filters {
		for _, r := range s.rows {
			if filter.Matches(r.order.Listing()) {
				counts[i] = min(limit, counts[i]+1)
			}
		}
	}
	return counts, nil
}

// Records implements [service.Orders].
func (s *Plain) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	r := s.row(id)
	if r == nil {
		return nil, nil
	}
	var found []service.FoundRecord
	for _, record := range r.records {
		if record.Seq > after && len(found) < limit {
			found = append(found, service.FoundRecord{RecordID: record.ID(), Record: record.Clone()})
		}
	}
	return found, nil
}

// Due implements [service.Orders].
func (s *Plain) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var found []service.Found
	for _, r := range s.rows {
		place := supervision.Position{At: r.order.NextDue(), ID: r.order.ID}
		if !place.At.IsZero() && !place.At.After(at) && place.Compare(after) > 0 {
			found = append(found, service.Found{Position: place, Order: r.order.Clone()})
		}
	}
	slices.SortFunc(found, func(a, b service.Found) int { return a.Position.Compare(b.Position) })
	return found[:min(len(found), limit)], nil
}

// Upcoming implements [service.Orders].
func (s *Plain) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var found []service.Found
	for _, r := range s.rows {
		for _, kind := range kinds {
			for _, at := range r.order.Listing().Brings(kind) {
				place := supervision.Position{At: at, ID: r.order.ID}
				if !at.Before(from) && at.Before(before) && place.Compare(after) > 0 {
					found = append(found, service.Found{Position: place, Order: r.order.Clone()})
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b service.Found) int { return a.Position.Compare(b.Position) })
	found = slices.CompactFunc(found, func(a, b service.Found) bool { return a.Position == b.Position })
	return found[:min(len(found), limit)], nil
}

// Claim implements [service.Outbox].
func (s *Plain) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var free []*row
	for _, r := range s.rows {
		if w := r.first(); w != nil && !w.ClaimedUntil.After(at) && !w.Next.After(at) {
			free = append(free, r)
		}
	}
	slices.SortFunc(free, func(a, b *row) int { // a fresh record has no Next
		return cmp.Or(a.first().Next.Compare(b.first().Next), a.since().Compare(b.since()),
			cmp.Compare(a.order.ID, b.order.ID))
	})
	var claimed []service.Claimed
	for _, r := range free[:min(len(free), limit)] {
		w := r.first()
		w.ClaimedUntil = at.Add(lease).UTC()
		c := service.Claimed{Waiting: *w, Order: r.order.Clone()}
		if _, notice := w.Notice(); !notice {
			c.Record = r.records[w.Seq-1].Clone()
		}
		claimed = append(claimed, c)
	}
	return claimed, nil
}

// first is the record that waits to be relayed next; nil for none.
func (r *row) first() *service.Waiting {
	for i := range r.waiting {
		if !r.waiting[i].Aside {
			return &r.waiting[i]
		}
	}
	return nil
}

// since is since when the first record or notice waits.
func (r *row) since() time.Time {
	if due, notice := r.first().Notice(); notice {
		return due
	}
	return r.records[r.first().Seq-1].At
}

// Return implements [service.Outbox].
func (s *Plain) Return(ctx context.Context, places ...service.Waiting) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, place := range places {
		r := s.row(place.Order)
		if r == nil {
			continue
		}
		for i, w := range r.waiting {
			if w.Seq != place.Seq || !place.ClaimedUntil.IsZero() && !place.ClaimedUntil.Equal(w.ClaimedUntil) {
				continue
			}
			place.Next, place.ClaimedUntil = place.Next.UTC(), time.Time{}
			r.waiting[i] = place
			for j := i + 1; j < len(r.waiting); j++ {
				if !r.waiting[j].Aside {
					r.waiting[j].Next = place.Next
				}
			}
		}
	}
	return nil
}

// Backlog implements [service.Outbox].
func (s *Plain) Backlog(ctx context.Context, limit int) (b service.Backlog, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return b, err
	}
	defer leave()
	for _, r := range s.rows {
		for _, w := range r.waiting {
			at := r.records[w.Seq-1].At
			switch {
			case w.Aside:
				b.Aside++
			case !w.Next.IsZero():
				b.Failing++
			default:
				b.Fresh++
				if b.Since.IsZero() || at.Before(b.Since) {
					b.Since = at
				}
			}
		}
	}
	b.Fresh, b.Failing, b.Aside = min(b.Fresh, limit), min(b.Failing, limit), min(b.Aside, limit)
	return b, nil
}

// Delayed implements [service.Outbox].
func (s *Plain) Delayed(ctx context.Context, aside bool, after supervision.RecordID,
	limit int) ([]service.Waiting, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	rows := slices.Clone(s.rows)
	slices.SortFunc(rows, func(a, b *row) int { return strings.Compare(a.order.ID, b.order.ID) })
	var list []service.Waiting
	for _, r := range rows {
		for _, w := range r.waiting {
			behind := w.Order > after.Order || w.Order == after.Order && w.Seq > after.Seq
			delayed := w.Aside == aside && (aside || !w.Next.IsZero())
			if delayed && behind && len(list) < limit {
				list = append(list, w)
			}
		}
	}
	return list, nil
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
				func(w service.Waiting) bool { return w.Seq == id.Seq })
		}
	}
	return nil
}

// Noticing implements [service.Notices].
func (s *Plain) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) ([]service.Noticing, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var list []service.Noticing
	for _, r := range s.rows {
		found := service.Noticing{Given: slices.Clone(r.given)}
		found.At, found.ID, found.Order = r.noticeAt, r.order.ID, r.order.Clone()
		if !found.At.IsZero() && !found.At.After(at) && found.Compare(after) > 0 {
			list = append(list, found)
		}
	}
	slices.SortFunc(list, func(a, b service.Noticing) int { return a.Compare(b.Position) })
	return list[:min(len(list), limit)], nil
}

// Notice implements [service.Notices].
func (s *Plain) Notice(ctx context.Context, list ...service.Noticed) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var conflicts []string
	for _, n := range list {
		r := s.row(n.Order)
		if r == nil || n.At.IsZero() || r.order.Version != n.Version || !r.noticeAt.Equal(n.At) {
			conflicts = append(conflicts, n.Order)
			continue
		}
		r.noticeAt, r.given = n.Next.UTC(), nil
		for _, at := range n.Given {
			r.given = append(r.given, at.UTC())
		}
		for _, due := range n.Due {
			r.waiting = append(r.waiting, service.Waiting{RecordID: supervision.NoticeID(n.Order, due)})
		}
		slices.SortStableFunc(r.waiting, func(a, b service.Waiting) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	if conflicts != nil {
		return &service.ConflictError{Orders: conflicts}
	}
	return nil
}

// PutTemplate implements [service.Templates].
func (s *Plain) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	if err := t.Validate(); err != nil {
		return err
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	latest := 0
	for _, other := range s.templates {
		if other.Seller == t.Seller && other.Product == t.Product && other.Operation == t.Operation {
			latest = other.Version
		}
	}
	if t.Version != latest+1 {
		return fmt.Errorf("simulation: template version %d after %d: %w", t.Version, latest, service.ErrConflict)
	}
	t.Template, t.PublishedAt = t.Template.Clone(), t.PublishedAt.UTC().Truncate(supervision.Tick)
	s.templates = append(s.templates, t)
	return nil
}

// Template implements [service.Templates].
func (s *Plain) Template(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return service.PublishedTemplate{}, err
	}
	defer leave()
	for _, t := range s.templates {
		if t.TemplateID == id {
			t.Template = t.Template.Clone()
			return t, nil
		}
	}
	return service.PublishedTemplate{}, fmt.Errorf("simulation: template: %w", supervision.ErrNotFound)
}

// LatestTemplates implements [service.Templates].
func (s *Plain) LatestTemplates(
	ctx context.Context, seller, product string,
) (latest []service.PublishedTemplate, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	for _, op := range []supervision.Operation{supervision.OpDeliver, supervision.OpSubmitRequest} {
		for _, t := range slices.Backward(s.templates) {
			if t.Seller == seller && t.Product == product && t.Operation == op {
				t.Template = t.Template.Clone()
				latest = append(latest, t)
				break
			}
		}
	}
	return latest, nil
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

// Erase implements [service.Retention].
func (s *Plain) Erase(ctx context.Context, change service.Change, erased []supervision.Record) error {
	leave, err := s.enter(ctx, change)
	if err != nil {
		return err
	}
	defer leave()
	if len(change.Records) == 0 {
		return service.ErrNoRecords
	}
	for _, record := range erased {
		if err := record.Validate(); err != nil {
			return err
		}
	}
	r := s.row(change.Order.ID)
	if r == nil || r.order.Version != change.Before {
		return &service.ConflictError{Orders: []string{change.Order.ID}}
	}
	r.take(change)
	for _, record := range erased {
		r.records[record.Seq-1] = record.Clone()
	}
	return nil
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
