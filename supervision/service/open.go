package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Open puts a bought order under supervision (R01) and returns it. A zero
// policy stands for the service's; the latest versions of the seller's
// templates for the product are pinned to the order, unless they are withdrawn
// (R04). Opening the same order again returns it as it is now, however much
// later (R28), unless it has been archived: then nothing of it is left, and the
// opening begins another one, so a host that archives keeps the ids.
//
// Errors: [*InvalidError] or [ErrPolicy] for a faulty opening, a
// [*DifferentError] where the order began otherwise, [ErrUnknownOutcome], and
// the store's own.
func (s *Service) Open(ctx context.Context, opening supervision.Opening) (supervision.Order, error) {
	at := s.Now()
	event := OperationEvent{Operation: supervision.OpOpen, Role: supervision.RoleSystem, Attempts: 1}
	var f faults
	f.ID("id", opening.ID)
	if len(f.List) == 0 { // a faulty one reaches neither the store nor a log
		event.Order = opening.ID
	}
	ctx = s.observer.begin(ctx, string(event.Operation))
	order, err := s.open(ctx, opening, at)
	if errors.Is(err, ErrExists) || errors.Is(err, supervision.ErrInvalid) && s.couldBeRepeated(opening, at) {
		order, err = s.openAgain(ctx, opening, at, err)
	}
	s.observe(ctx, event, at, order, err)
	return order, err
}

// couldBeRepeated reports whether a faulty opening was none until its scheduled
// end came (R28).
func (s *Service) couldBeRepeated(opening supervision.Opening, at time.Time) bool {
	end := opening.ScheduledEnd
	if end.After(at) {
		return false
	}
	_, _, err := supervision.Open(s.complete(opening), end.Add(-supervision.Tick)) // never before the zero instant
	return err == nil
}

// complete fills in what the host leaves to the service.
func (s *Service) complete(opening supervision.Opening) supervision.Opening {
	if opening.Policy == (supervision.Policy{}) {
		opening.Policy = s.policy
	}
	opening.RequestTemplateVersion, opening.DeliveryTemplateVersion = 0, 0
	return opening
}

func (s *Service) open(ctx context.Context, opening supervision.Opening, at time.Time) (supervision.Order, error) {
	opening = s.complete(opening)
	if _, _, err := supervision.Open(opening, at); err != nil {
		return supervision.Order{}, err
	}
	latest, err := s.store.LatestTemplates(ctx, opening.Seller, opening.Product)
	if err != nil {
		return supervision.Order{}, err
	}
	for _, t := range latest {
		switch {
		case t.Withdrawn():
		case t.Operation == supervision.OpSubmitRequest:
			opening.RequestTemplateVersion = t.Version
		case t.Operation == supervision.OpDeliver:
			opening.DeliveryTemplateVersion = t.Version
		}
	}
	order, record, err := supervision.Open(opening, at)
	if err != nil {
		return supervision.Order{}, err
	}
	err = s.store.Create(ctx, Change{Order: order, Records: []supervision.Record{record}, Relay: s.outbox})
	if err != nil {
		return supervision.Order{}, err
	}
	return order, nil
}

// openAgain tells a repeated opening from one that differs (R28). It opens the
// order as of the instant at which that happened, since what is asked of an
// opening depends on when it comes. Where there is no order yet, the opening
// failed for the reason given.
func (s *Service) openAgain(ctx context.Context, opening supervision.Opening, at time.Time,
	reason error) (supervision.Order, error) {
	first, err := s.first(ctx, opening.ID)
	switch {
	case errors.Is(err, supervision.ErrNotFound) && errors.Is(reason, ErrExists):
		return supervision.Order{}, openedMeanwhile(opening.ID)
	case errors.Is(err, supervision.ErrNotFound):
		return supervision.Order{}, reason
	case err != nil:
		return supervision.Order{}, err
	}
	was, ok := first.Action.(supervision.Opening)
	if !ok {
		return supervision.Order{}, &DifferentError{opening.ID, []string{"operation"}}
	}
	if opening.Policy == (supervision.Policy{}) { // the service's may have changed since
		opening.Policy = was.Policy
	}
	opening.RequestTemplateVersion = was.RequestTemplateVersion
	opening.DeliveryTemplateVersion = was.DeliveryTemplateVersion
	_, again, err := supervision.Open(opening, first.At)
	if err != nil {
		return supervision.Order{}, err
	}
	return s.unlessDifferent(ctx, first, again, at)
}

// openedMeanwhile: the host's transaction does not see what was opened since it
// began.
func openedMeanwhile(id string) error {
	return fmt.Errorf("service: order %q was opened meanwhile: %w: begin the transaction anew", id, ErrConflict)
}

// first returns the record that an order began with.
func (s *Service) first(ctx context.Context, id string) (supervision.Record, error) {
	records, err := s.store.Records(ctx, id, 0, 1)
	switch {
	case err != nil:
		return supervision.Record{}, err
	case len(records) == 0:
		return supervision.Record{}, supervision.NotFound(id)
	}
	return records[0].Record, records[0].Err
}

// unlessDifferent returns the order as it is now if it began as it was to begin
// again.
func (s *Service) unlessDifferent(ctx context.Context, first, again supervision.Record,
	at time.Time) (supervision.Order, error) {
	fields, err := differing(first.Action, again.Action)
	if err != nil {
		return supervision.Order{}, err
	}
	if len(fields) > 0 {
		return supervision.Order{}, &DifferentError{first.Order, fields}
	}
	return s.show(ctx, first.Order, supervision.System(), at)
}

// differing returns the JSON names in which two actions differ.
func differing(a, b supervision.Action) (fields []string, err error) {
	var sides [2]map[string]json.RawMessage
	for i, action := range [...]supervision.Action{a, b} {
		data, err := json.Marshal(action)
		if err == nil {
			err = json.Unmarshal(data, &sides[i])
		}
		if err != nil {
			return nil, err
		}
	}
	for _, side := range sides {
		for name := range side {
			if string(sides[0][name]) != string(sides[1][name]) {
				fields = append(fields, name)
			}
		}
	}
	slices.Sort(fields)
	return slices.Compact(fields), nil
}
