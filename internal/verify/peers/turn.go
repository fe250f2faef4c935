package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
)

// turn lets clients play orders for a time, waits until all notices are out,
// and notes the rate and how long each operation took. The first turn of all
// does not count.
func (s *side) turn(ctx context.Context, clients int, lasts time.Duration, counts bool) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	var delays []time.Duration
	played, began := 0, time.Now()
	for client := range clients {
		group.Go(func() {
			for n := 0; n == 0 || time.Since(began) < lasts; n++ {
				order := fmt.Sprintf("order-%d-%d-%d", began.UnixNano(), client, n)
				mine, err := s.play(ctx, order)
				mu.Lock()
				played++
				delays = append(delays, mine...)
				failed = errors.Join(failed, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	if err := errors.Join(failed, s.Drain(ctx)); err != nil {
		return err
	}
	s.orders += played
	if counts {
		s.rates[clients] = append(s.rates[clients], float64(played)/time.Since(began).Seconds())
		s.delays[clients] = append(s.delays[clients], delays...)
	}
	return nil
}

// play is flow.Play with a watch.
func (s *side) play(ctx context.Context, order string) (delays []time.Duration, err error) {
	began := time.Now()
	note := func() {
		now := time.Now()
		delays, began = append(delays, now.Sub(began)), now
	}
	if err := s.Open(ctx, order); err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	note()
	for _, step := range flow.Steps {
		if err := s.Do(ctx, order, step); err != nil {
			return nil, fmt.Errorf("%s: %w", step.Event, err)
		}
		note()
	}
	return delays, nil
}
