package service

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Adopted is what came of one adoption.
type Adopted struct {
	// Order is the order as it is now; zero where Err is set.
	Order supervision.Order
	// Repeated says that the order had been adopted before (R29).
	Repeated bool
	// Err is why it was not: an [*InvalidError] with every fault, a
	// [*DifferentError] where the order began otherwise, or the error that
	// ended the call.
	Err error
}

// adoptions is how many orders Adopt stores at once.
const adoptions = supervision.MaxPage

// Adopt takes over orders that run in another system (R29), many at a time. A
// zero policy stands for the service's. What time has made due since the
// snapshot is settled at its due instants and stored with it. Adopting an order
// again returns it as it is now.
//
// Adopt returns one result for each adoption, in their order. A faulty one has
// its error and stops no other. The error is the store's, [ErrUnknownOutcome]
// among them, or the context's: it ends the call, and every result that is not
// certain by then has it; adopt those again.
func (s *Service) Adopt(ctx context.Context, list ...supervision.Adoption) ([]Adopted, error) {
	results := make([]Adopted, len(list))
	for from := 0; from < len(list); {
		b := batch{at: s.Now(), places: make(map[string]int)}
		to := from
		for ; to < len(list) && len(b.changes) < adoptions; to++ {
			if _, twice := b.places[list[to].ID]; twice {
				break // the first of them is stored by then
			}
			change, err := s.adoption(ctx, list[to], b.at)
			if err == nil {
				b.places[list[to].ID] = to
				b.changes = append(b.changes, change)
				continue
			}
			if results[to].Err = err; !errors.Is(err, supervision.ErrInvalid) {
				return s.endAt(ctx, list, results, from, err)
			}
		}
		if err := s.adoptAll(ctx, b, list, results); err != nil {
			return s.endAt(ctx, list, results, from, err)
		}
		for i := from; i < to; i++ {
			s.observeAdoption(ctx, list[i], b.at, results[i])
		}
		from = to
	}
	return results, nil
}

// batch is what is adopted at once: places are where each order's result is.
type batch struct {
	at      time.Time
	changes []Change
	places  map[string]int
}

// endAt gives the error that ended the call to all results from one on, unless
// they have a fault of their own.
func (s *Service) endAt(ctx context.Context, list []supervision.Adoption, results []Adopted, from int,
	err error) ([]Adopted, error) {
	for i := from; i < len(results); i++ {
		if !errors.Is(results[i].Err, supervision.ErrInvalid) {
			results[i] = Adopted{Err: err}
		}
		s.observeAdoption(ctx, list[i], s.Now(), results[i])
	}
	return results, err
}

func (s *Service) observeAdoption(ctx context.Context, a supervision.Adoption, at time.Time, result Adopted) {
	event := OperationEvent{Operation: supervision.OpAdopt, Role: supervision.RoleSystem, Attempts: 1}
	var f faults
	if f.ID("id", a.ID); len(f.List) == 0 { // a faulty one reaches no log
		event.Order = a.ID
	}
	s.observe(s.observer.begin(ctx, string(event.Operation)), event, at, result.Order, result.Err)
}

// adoption makes an order from a snapshot, settled to the instant at which it
// is adopted.
func (s *Service) adoption(ctx context.Context, a supervision.Adoption, at time.Time) (Change, error) {
	order, record, err := s.adopt(ctx, a, at)
	if err != nil {
		return Change{}, err
	}
	if record.HasTexts() {
		record.Salt = rand.Text()
	}
	order, due := order.Settle(at)
	return Change{Order: order, Records: append([]supervision.Record{record}, due...), Relay: s.outbox}, nil
}

func (s *Service) adopt(ctx context.Context, a supervision.Adoption, at time.Time) (supervision.Order,
	supervision.Record, error) {
	if a.Policy == (supervision.Policy{}) {
		a.Policy = s.policy
	}
	pinned := supervision.Order{ID: a.ID, Product: a.Product, Seller: a.Seller,
		RequestTemplateVersion: a.RequestTemplateVersion, DeliveryTemplateVersion: a.DeliveryTemplateVersion}
	forms := make(map[supervision.Operation]*template.Form)
	var lost faults
	for _, on := range [...]struct {
		op    supervision.Operation
		field string
	}{
		{supervision.OpSubmitRequest, "request_template_version"}, {supervision.OpDeliver, "delivery_template_version"},
	} {
		if version := pinned.Form(on.op).Version; version <= 0 || version > supervision.MaxTemplateVersion {
			continue
		}
		form, err := s.pinned(ctx, &pinned, on.op)
		switch {
		case errors.Is(err, errLost):
			lost.Add(on.field, fault.Unknown, "name a version that is published, or 0 for free text")
		case err != nil:
			return supervision.Order{}, supervision.Record{}, err
		}
		forms[on.op] = form
	}
	order, record, err := supervision.Adopt(a, at, forms)
	if len(lost.List) > 0 {
		lost.join(err)
		return supervision.Order{}, supervision.Record{}, lost.err()
	}
	return order, record, err
}

// adoptAll stores a batch, and tells of orders that are here already whether
// they began so.
func (s *Service) adoptAll(ctx context.Context, b batch, list []supervision.Adoption, results []Adopted) error {
	if len(b.changes) == 0 {
		return ctx.Err()
	}
	err := s.store.Create(ctx, b.changes...)
	var exists *ExistsError
	if err != nil && !errors.As(err, &exists) {
		return err
	}
	for _, c := range b.changes {
		results[b.places[c.Order.ID]].Order = c.Order
	}
	if exists == nil {
		return nil
	}
	for _, id := range exists.Orders {
		i := b.places[id]
		order, err := s.adoptAgain(ctx, list[i], b.at)
		if err != nil && !errors.Is(err, ErrExists) {
			return err
		}
		results[i] = Adopted{Order: order, Repeated: err == nil, Err: err}
	}
	return nil
}

// adoptAgain tells a repeated adoption from one that differs (R28, R29).
func (s *Service) adoptAgain(ctx context.Context, a supervision.Adoption, at time.Time) (supervision.Order, error) {
	first, err := s.first(ctx, a.ID)
	switch {
	case errors.Is(err, supervision.ErrNotFound):
		return supervision.Order{}, openedMeanwhile(a.ID)
	case err != nil:
		return supervision.Order{}, err
	}
	was, ok := first.Action.(supervision.Adoption)
	if !ok {
		return supervision.Order{}, &DifferentError{a.ID, []string{"operation"}}
	}
	if a.Policy == (supervision.Policy{}) { // the service's may have changed since
		a.Policy = was.Policy
	}
	_, again, err := s.adopt(ctx, a, at)
	if err == nil && first.Seal != "" {
		again, err = again.Erase()
	}
	if err != nil {
		return supervision.Order{}, err
	}
	same := again.Action.(supervision.Adoption)
	same.AdoptedAt = was.AdoptedAt
	again.Action = same
	return s.unlessDifferent(ctx, first, again, at)
}
