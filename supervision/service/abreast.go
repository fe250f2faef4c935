package service

import (
	"errors"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// abreast does work with each batch that next returns, n at once, until next
// returns an empty one or an error ends it. It returns when nothing is under
// way any more. next is called by one at a time.
func abreast[T any](n int, next func() ([]T, error), work func([]T) error) error {
	var mu sync.Mutex
	var ended error
	over := false
	end := func(err error) {
		if err != nil {
			ended, over = errors.Join(ended, err), true
		}
	}
	take := func() (batch []T) {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			var err error
			batch, err = next()
			over = len(batch) == 0
			end(err)
		}
		return batch
	}
	run := func() {
		for batch := take(); len(batch) > 0; batch = take() {
			err := work(batch)
			mu.Lock()
			end(err)
			mu.Unlock()
		}
	}
	var others sync.WaitGroup
	for range n - 1 {
		others.Go(run)
	}
	run()
	others.Wait()
	return ended
}

// pages returns one page after the other, each read behind the last, until one
// is not full.
func pages[T any](full int, read func(after supervision.Position) ([]T, error),
	position func(T) supervision.Position) func() ([]T, error) {
	var after supervision.Position
	last := false
	return func() (page []T, err error) {
		if last {
			return nil, nil
		}
		page, err = read(after)
		if last = len(page) < full; !last {
			after = position(page[full-1])
		}
		return page, err
	}
}
