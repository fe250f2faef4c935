package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// probe is one thing that hosts do, and how often each side does it.
type probe struct {
	name    string
	times   int
	prepare func(ctx context.Context, s *side) (call, error)
}

// call does it, and returns how many it did at once.
type call func() (int, error)

const (
	// batch is how many orders a step of a worker finds; there are pending ones
	// for so many steps.
	batch = 50
	steps = pending / batch
	calls = 400
)

func probes() []probe {
	manager := supervision.Manager("manager-1")
	bySeller := func(_ *side, n int) supervision.Actor { return seller(n) }
	byBuyer := func(_ *side, n int) supervision.Actor { return buyer(n) }
	byManager := func(*side, int) supervision.Actor { return manager }
	turn := supervision.Query{Criteria: supervision.Criteria{Turn: supervision.RoleSeller}}
	return []probe{
		{"`Do`: a seller reports progress", calls, perform},
		{"`Order`: the order of a buyer", calls, read},
		{"`Search`: a buyer's page", calls, search(byBuyer, supervision.Query{})},
		{"`Search`: a seller's page", calls, search(bySeller, supervision.Query{})},
		{"`Search`: where it is a seller's turn", calls, search(bySeller, turn)},
		{"`Search`: a manager's page", calls, search(byManager, supervision.Query{})},
		{"`Search`: a manager's, longest waiting first", calls,
			search(byManager, supervision.Query{Sort: supervision.LongestWaiting})},
		{"`Count`: six tabs of a seller", calls, count(bySeller)},
		{"`Count`: six tabs of a manager", calls, count(byManager)},
		{"`Settle`: nothing is due", calls, idle},
		{fmt.Sprintf("`Settle`: %d orders are due", batch), steps, settle},
		{fmt.Sprintf("`Claim` and `Acknowledge` %d records", batch), steps, claim},
		{"`Archive`, for each order", steps, archive},
	}
}

// at returns a service whose clock stands still, and the clock.
func (s *side) at(instant time.Time) (*service.Service, *clock.Mock, error) {
	stands := clock.NewMock()
	stands.Set(instant)
	svc, err := service.New(s.store, service.WithClock(stands))
	return svc, stands, err
}

// worked returns an order that waits for its seller's delivery.
func (s *side) worked(random *rand.Rand) int {
	for {
		n := random.IntN(s.orders - pending)
		if of, _ := played(n); of >= *few*4/5 && of%10 > 0 && of%10 < 4 {
			return n
		}
	}
}

// chance is the same for both sides, as far as they can have the same.
func chance() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func perform(ctx context.Context, s *side) (call, error) {
	svc, _, err := s.at(now)
	random := chance()
	return func() (int, error) {
		n := s.worked(random)
		_, err := svc.Do(ctx, orderID(n), seller(n), supervision.ReportProgress{Text: "Some more of it is done."})
		return 1, err
	}, err
}

func read(ctx context.Context, s *side) (call, error) {
	svc, _, err := s.at(now)
	random := chance()
	return func() (int, error) {
		n := random.IntN(s.orders - pending)
		_, err := svc.Order(ctx, orderID(n), buyer(n))
		return 1, err
	}, err
}

func search(by func(*side, int) supervision.Actor, query supervision.Query) func(context.Context, *side) (call, error) {
	return func(ctx context.Context, s *side) (call, error) {
		svc, _, err := s.at(now)
		random := chance()
		return func() (int, error) {
			_, err := svc.Search(ctx, by(s, random.IntN(s.orders)), query)
			return 1, err
		}, err
	}
}

func count(by func(*side, int) supervision.Actor) func(context.Context, *side) (call, error) {
	return func(ctx context.Context, s *side) (call, error) {
		svc, _, err := s.at(now)
		random := chance()
		return func() (int, error) {
			_, err := svc.Count(ctx, by(s, random.IntN(s.orders)),
				supervision.Criteria{}, supervision.Criteria{Turn: supervision.RoleBuyer},
				supervision.Criteria{Turn: supervision.RoleSeller}, supervision.Criteria{Appeal: supervision.AppealPending},
				supervision.Criteria{OrderStatus: supervision.OrderCompleted},
				supervision.Criteria{OrderStatus: supervision.OrderCanceled})
			return 1, err
		}, err
	}
}

func idle(ctx context.Context, s *side) (call, error) {
	svc, _, err := s.at(now)
	return func() (int, error) {
		n, err := svc.Settle(ctx)
		if err == nil && n > 0 {
			err = fmt.Errorf("%d orders were due", n)
		}
		return 1, err
	}, err
}

// settle completes the pending orders, batch by batch.
func settle(ctx context.Context, s *side) (call, error) {
	svc, clock, err := s.at(now)
	return func() (int, error) {
		clock.Add(batch * time.Second)
		n, err := svc.Settle(ctx)
		if err == nil && n != batch {
			err = fmt.Errorf("%d orders were due", n)
		}
		return 1, err
	}, err
}

// claim relays what the probes before have done.
func claim(ctx context.Context, s *side) (call, error) {
	return func() (int, error) {
		claimed, err := s.store.Claim(ctx, now.Add(time.Hour), time.Minute, batch)
		if err == nil && len(claimed) != batch {
			err = fmt.Errorf("%d records were claimed", len(claimed))
		}
		ids := make([]supervision.RecordID, len(claimed))
		for i, c := range claimed {
			ids[i] = c.RecordID
		}
		if err != nil {
			return 0, err
		}
		return 1, s.store.Acknowledge(ctx, ids...)
	}, nil
}

// archive archives what was closed first, two days of it at a time.
func archive(ctx context.Context, s *side) (call, error) {
	svc, _, err := s.at(now)
	if err != nil {
		return nil, err
	}
	var first int64
	if err := s.QueryRowContext(ctx, "SELECT min(closed_at) FROM "+s.prefix+"orders").Scan(&first); err != nil {
		return nil, err
	}
	closed := time.UnixMicro(first)
	return func() (int, error) {
		closed = closed.Add(2 * supervision.Day)
		return svc.Archive(ctx, closed, func(context.Context, service.History) error { return nil })
	}, nil
}
