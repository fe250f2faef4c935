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
	Order supervision.Order `json:"order,omitzero"`
	// Repeated says that the order had been adopted before (R29).
	Repeated bool `json:"repeated"`
	// Err is why it was not: an [*InvalidError] with every fault, a
	// [*DifferentError] where the order began otherwise, or the error that
	// ended the call.
	Err error `json:"-"`
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
	a := adopting{Service: s, list: list, results: make([]Adopted, len(list))}
	var err error
	for _, places := range rounds(list) {
		if err == nil {
			err = a.round(ctx, places)
		}
	}
	for i, r := range a.results {
		if r.Order.ID == "" && r.Err == nil { // nobody has begun with it
			a.end(ctx, i, s.Now(), err)
		}
	}
	return a.results, err
}

// rounds are the places of a list, no round with two of one order: of those
// each is stored before the next is looked at.
func rounds(list []supervision.Adoption) (all [][]int) {
	met := make(map[string]int)
	for i := range list {
		n := met[list[i].ID]
		met[list[i].ID]++
		if n == len(all) {
			all = append(all, nil)
		}
		all[n] = append(all[n], i)
	}
	return all
}

// adopting is one call of Adopt.
type adopting struct {
	*Service
	list    []supervision.Adoption
	results []Adopted
}

// round adopts what is at some places of the list, in batches.
func (a *adopting) round(ctx context.Context, places []int) error {
	next := func() ([]int, error) {
		batch := places[:min(adoptions, len(places))]
		places = places[len(batch):]
		return batch, nil
	}
	return abreast(a.writers, next, func(batch []int) error {
		at := a.Now()
		err := a.batch(ctx, batch, at)
		for _, i := range batch {
			a.end(ctx, i, at, err)
		}
		return err
	})
}

// end tells what came of one adoption; err is what its batch has failed with.
func (a *adopting) end(ctx context.Context, i int, at time.Time, err error) {
	if err != nil && !errors.Is(a.results[i].Err, supervision.ErrInvalid) {
		a.results[i] = Adopted{Err: err}
	}
	a.observeAdoption(ctx, a.list[i], at, a.results[i])
}

// batch stores the orders of a batch, and tells of those that are here already
// whether they began so.
func (a *adopting) batch(ctx context.Context, batch []int, at time.Time) error {
	var changes []Change
	place := make(map[string]int, len(batch))
	for _, i := range batch {
		change, err := a.adoption(ctx, a.list[i], at)
		if errors.Is(err, supervision.ErrInvalid) {
			a.results[i].Err = err
			continue
		} else if err != nil {
			return err
		}
		changes = append(changes, change)
		place[change.Order.ID] = i
	}
	if len(changes) == 0 {
		return ctx.Err()
	}
	err := a.store.Create(ctx, changes...)
	var exists *ExistsError
	if err != nil && !errors.As(err, &exists) {
		return err
	}
	for _, c := range changes {
		a.results[place[c.Order.ID]].Order = c.Order
	}
	if exists == nil {
		return nil
	}
	for _, id := range exists.Orders {
		i := place[id]
		order, err := a.adoptAgain(ctx, a.list[i], at)
		if err != nil && !errors.Is(err, ErrExists) {
			return err
		}
		a.results[i] = Adopted{Order: order, Repeated: err == nil, Err: err}
	}
	return nil
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
