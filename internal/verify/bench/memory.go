package main

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
)

var memoryContests = []contest{
	{
		name: "memory/map", what: "`Service.Do` on the memory store", against: "the same steps on plain maps under a mutex, no rules, no lists",
		bound:   within(3),
		prepare: func(bool) (match, error) { return alike(onCores(2, doMemory), onCores(2, doMap)) },
	},
	{
		name: "memory/map-1", what: "the same on one core", against: "the same", bound: within(3),
		prepare: func(bool) (match, error) { return alike(onCores(1, doMemory), onCores(1, doMap)) },
	},
	{
		name: "memory/cores", what: "`Service.Do` on the memory store, 2 cores", against: "1 core", bound: faster(1.6), wall: true,
		prepare: func(bool) (match, error) { return alike(onCores(2, doMemory), onCores(1, doMemory)) },
	},
	{
		name: "memory/ceiling", what: "`Order.Apply`, which shares nothing, 2 cores", against: "1 core: what this machine has to give", bound: faster(1), wall: true,
		prepare: func(bool) (match, error) { return alike(onCores(2, applyEach), onCores(1, applyEach)) },
	},
}

// onCores gives a side so many cores.
func onCores(n int, s side) side {
	return func(b *bench) error {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
		return s(b)
	}
}

// memoryOrders is how many orders a store holds while one of them after the other is delivered and rejected.
const memoryOrders = 1000

var orderIDs = func() (ids [memoryOrders]string) {
	for i := range ids {
		ids[i] = opening(i).ID
	}
	return ids
}()

// toAndFro delivers and rejects in turn, each worker its own orders: operations that change the status, so that lists change too.
func toAndFro(b *bench, do func(id string, m move) error) error {
	const delivers = 3 // the place in the flow; the rejection follows it
	var workers atomic.Int64
	var failed atomic.Pointer[failure]
	all := int64(runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		first := workers.Add(1) - 1
		for i, step := first, 0; pb.Next(); {
			if err := do(orderIDs[i], flow[delivers+step]); err != nil {
				failed.Store(&failure{err})
				return
			}
			if i += all; i >= memoryOrders {
				i, step = first, 1-step
			}
		}
	})
	if f := failed.Load(); f != nil {
		return f.err
	}
	return nil
}

type failure struct{ err error }

func doMemory(b *bench) error {
	store := memory.New()
	service, err := supervision.New(store)
	if err != nil {
		return err
	}
	ctx := context.Background()
	for i := range memoryOrders {
		order, records, err := play(i, 2)
		if err == nil {
			err = store.Create(ctx, supervision.Change{Order: order, Records: records, Relay: true})
		}
		if err != nil {
			return err
		}
	}
	b.start()
	return toAndFro(b, func(id string, m move) error {
		_, err := service.Do(ctx, id, m.by, m.action)
		return err
	})
}

func doMap(b *bench) error {
	m := &plainMap{orders: make(map[string]plainOrder), records: make(map[string][]plainRecord)}
	for i := range memoryOrders {
		o := plainOpen(opening(i), bought)
		m.orders[o.ID] = o
		for _, move := range flow[:2] {
			if _, err := m.do(o.ID, move.by, move.action); err != nil {
				return err
			}
		}
	}
	b.start()
	return toAndFro(b, func(id string, move move) error {
		_, err := m.do(id, move.by, move.action)
		return err
	})
}

func applyEach(b *bench) error {
	order, _, err := play(0, 2)
	if err != nil {
		return err
	}
	var failed atomic.Bool
	b.start()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, _, err := order.Apply(flow[3].by, flow[3].action, bought.AddDate(0, 0, 1)); err != nil {
				failed.Store(true)
			}
		}
	})
	if failed.Load() {
		return fmt.Errorf("refused")
	}
	return nil
}
