package simulation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// wire is a host's way to the store. Every call hands over first, and may fail:
// before it reaches the store, or on the way back.
type wire struct {
	service.Store
	world *world
}

var errBroken = errors.New("simulation: the store is out of order")

func lost() error { return fmt.Errorf("simulation: no answer: %w", service.ErrUnknownOutcome) }

// reach hands over, and then fails now and then before the store has heard of
// anything.
func (s *wire) reach(ctx context.Context) error {
	w, p := s.world, s.world.current
	if p == nil {
		return nil
	}
	p.pause()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case w.chance(w.plan.cancel):
		p.call.faulted, p.call.err = true, context.Canceled
		return ctx.Err() // none where the call has been cut loose from its context
	case w.chance(w.plan.breaks):
		p.call.faulted = true
		return errBroken
	}
	return nil
}

// linger hands over now and then before the answer arrives.
func (s *wire) linger() {
	if p := s.world.current; p != nil && s.world.chance(s.world.plan.slow) {
		p.pause()
	}
}

// write reaches the store with something that changes it, told by effect. The
// answer may be lost, and then the effect may have been made, or not, or it
// comes later.
func (s *wire) write(ctx context.Context, effect func() error) error {
	if err := s.reach(ctx); err != nil {
		return err
	}
	w, p := s.world, s.world.current
	if p != nil && w.chance(w.plan.lost) {
		p.call.faulted = true
		if w.random.IntN(4) == 0 {
			p.call.err = context.Canceled
		}
		switch w.random.IntN(4) {
		case 0:
		case 1:
			w.late = append(w.late, effect)
		default:
			_ = effect()
		}
		s.linger()
		return lost()
	}
	err := effect()
	s.linger()
	return err
}

func (s *wire) Create(ctx context.Context, changes ...service.Change) error {
	by, lives := s.world.by(), s.world.lives(changes[0].Order.ID)
	return s.write(ctx, func() error {
		if s.world.lives(changes[0].Order.ID) != lives { // a host does not open an id again so soon
			if c := by.during(); c != nil {
				c.faulted = true
			}
			return errBroken
		}
		err := s.Store.Create(background, changes...)
		s.world.created(by, changes, err)
		return err
	})
}

func (s *wire) Save(ctx context.Context, changes ...service.Change) error {
	w, p := s.world, s.world.current
	if p != nil && w.chance(w.plan.conflict) {
		p.pause()
		p.call.conflicted = true
		conflict := &service.ConflictError{}
		for _, c := range changes {
			conflict.Orders = append(conflict.Orders, c.Order.ID)
		}
		return conflict
	}
	by := w.by()
	return s.write(ctx, func() error {
		err := s.Store.Save(background, changes...)
		w.saved(by, changes, err)
		return err
	})
}

func (s *wire) Erase(ctx context.Context, change service.Change, erased []supervision.Record) error {
	w, p := s.world, s.world.current
	if p != nil && w.chance(w.plan.conflict) {
		p.pause()
		p.call.conflicted = true
		return &service.ConflictError{Orders: []string{change.Order.ID}}
	}
	by := w.by()
	return s.write(ctx, func() error {
		err := s.Store.Erase(background, change, erased)
		w.erased(by, change, erased, err)
		return err
	})
}

func (s *wire) Remove(ctx context.Context, id string, version int64) (removed bool, err error) {
	by := s.world.by()
	err = s.write(ctx, func() error {
		removed, err = s.Store.Remove(background, id, version)
		s.world.removed(by, id, version, removed, err)
		return err
	})
	return removed && err == nil, err
}

func (s *wire) Load(ctx context.Context, id, key string) (order supervision.Order, record *supervision.Record,
	err error) {
	if err = s.reach(ctx); err == nil {
		order, record, err = s.Store.Load(background, id, key)
		s.world.loaded(id, key, &order, record, err)
		s.linger()
	}
	return order, record, err
}

func (s *wire) Search(ctx context.Context, filter supervision.Filter) (orders []service.Found, err error) {
	if err = s.reach(ctx); err == nil {
		orders, err = s.Store.Search(background, filter)
		s.world.searched(filter, orders, err)
		s.linger()
	}
	return orders, err
}

func (s *wire) Count(ctx context.Context, limit int, filters ...supervision.Filter) (counts []int, err error) {
	if err = s.reach(ctx); err == nil {
		counts, err = s.Store.Count(background, limit, filters...)
		s.world.counted(limit, filters, counts, err)
		s.linger()
	}
	return counts, err
}

func (s *wire) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) (found []service.Found, err error) {
	if err = s.reach(ctx); err == nil {
		found, err = s.Store.Upcoming(background, kinds, from, before, after, limit)
		s.world.upcame(supervision.Span{From: from, Before: before}, after, limit, found, err)
		s.linger()
	}
	return found, err
}

func (s *wire) Records(ctx context.Context, id string, after int64, limit int) (records []service.FoundRecord,
	err error) {
	if err = s.reach(ctx); err == nil {
		records, err = s.Store.Records(background, id, after, limit)
		s.world.read(id)
		s.linger()
	}
	return records, err
}

func (s *wire) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) (due []service.Found,
	err error) {
	if err = s.reach(ctx); err == nil {
		due, err = s.Store.Due(background, at, after, limit)
		s.world.dueListed(at, after, limit, due, err)
		s.linger()
	}
	return due, err
}

func (s *wire) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) (list []service.Noticing, err error) {
	if err = s.reach(ctx); err == nil {
		list, err = s.Store.Noticing(background, at, after, limit)
		s.linger()
	}
	return list, err
}

func (s *wire) Notice(ctx context.Context, list ...service.Noticed) error {
	by := s.world.by()
	return s.write(ctx, func() error {
		err := s.Store.Notice(background, list...)
		s.world.given(by, list, err)
		return err
	})
}

func (s *wire) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) (claimed []service.Claimed,
	err error) {
	err = s.write(ctx, func() (err error) {
		claimed, err = s.Store.Claim(background, at, lease, limit)
		s.world.claimed(at, lease, claimed, err)
		return err
	})
	if err != nil {
		claimed = nil
	}
	return claimed, err
}

func (s *wire) Return(ctx context.Context, places ...service.Waiting) error {
	return s.write(ctx, func() error {
		err := s.Store.Return(background, places...)
		s.world.returned(places, err)
		return err
	})
}

func (s *wire) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	return s.write(ctx, func() error {
		err := s.Store.Acknowledge(background, ids...)
		s.world.acknowledged(ids, err)
		return err
	})
}

func (s *wire) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	return s.write(ctx, func() error {
		err := s.Store.PutTemplate(background, t)
		s.world.put(t, err)
		return err
	})
}

func (s *wire) Template(ctx context.Context, id supervision.TemplateID) (t service.PublishedTemplate, err error) {
	if err = s.reach(ctx); err == nil {
		t, err = s.Store.Template(background, id)
		s.world.asked(id, &t, err)
		s.linger()
	}
	return t, err
}

func (s *wire) LatestTemplates(ctx context.Context, seller, product string) (latest []service.PublishedTemplate,
	err error) {
	if err = s.reach(ctx); err == nil {
		latest, err = s.Store.LatestTemplates(background, seller, product)
		s.world.askedLatest(seller, product, latest, err)
		s.linger()
	}
	return latest, err
}
