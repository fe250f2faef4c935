package service

import (
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Notice is the third step of a worker: it puts the notices that are due into
// the outbox, each once (R33), and returns of how many orders. It changes no
// order, and leaves one that time has moved on until that is settled. Orders
// that fail are skipped and named in an [*OrdersError]; any other error ended
// the step early.
func (s *Service) Notice(ctx context.Context) (int, error) {
	var step step
	err := s.notice(ctx, &step)
	s.observer.noticed(ctx, StepEvent{Done: step.done, Failed: len(step.failed), Err: err})
	if err != nil {
		return step.done, err
	}
	return step.done, step.err()
}

func (s *Service) notice(ctx context.Context, step *step) error {
	at := s.Now()
	due := pages(s.batch, func(after supervision.Position) ([]Noticing, error) {
		return s.store.Noticing(ctx, at, after, s.batch)
	}, func(n Noticing) supervision.Position { return n.Position })
	return abreast(s.writers, due, func(batch []Noticing) error {
		var list []Noticed
		for _, found := range batch {
			switch due := found.Order.NextDue(); {
			case found.Err != nil:
				step.fail(found.ID, found.Err)
			case due.IsZero() || due.After(at):
				list = append(list, noticed(found, at))
			}
		}
		return storeEach(ctx, step, list, func(n Noticed) string { return n.Order }, s.store.Notice)
	})
}

// noticed gives the notices of an order that are due.
func noticed(found Noticing, at time.Time) Noticed {
	n := Noticed{Order: found.ID, Version: found.Order.Version, At: found.At}
	for _, notice := range found.Order.NoticesDue(at, found.Given...) {
		if len(n.Due) == 0 || notice.Due.After(n.Due[len(n.Due)-1]) { // those of one instant go together
			n.Due = append(n.Due, notice.Due)
		}
	}
	for _, notice := range found.Order.Notices() {
		if notice.Due.After(at) {
			n.Next = notice.Due
			break
		}
	}
	n.Given = slices.Concat(found.Given, n.Due)
	return n
}
