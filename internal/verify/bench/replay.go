package main

import (
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

var replayContests = []contest{{
	name: "replay", what: "`Replay` of 10^5 records", against: "`Order.Apply` of the same actions", bound: within(1.2),
	prepare: func(short bool) (match, error) { return replayMatch(map[bool]int{false: 100_000, true: 1000}[short]) },
}}

// replayMatch makes an order that is delivered and rejected again and again.
func replayMatch(n int) (match, error) {
	accepted, records, err := play(0, 3)
	if err != nil {
		return match{}, err
	}
	again := func(each func(supervision.Record)) error {
		order := accepted
		for i := len(records); i < n; i++ {
			m := flow[3+i%2]
			next, added, err := order.Apply(m.by, m.action, order.UpdatedAt.Add(time.Minute))
			if err != nil {
				return err
			}
			order = next
			each(added[0])
		}
		return nil
	}
	all := records
	if err := again(func(r supervision.Record) { all = append(all, r) }); err != nil {
		return match{}, err
	}
	return alike(
		func(b *bench) error {
			for range b.N {
				if _, err := supervision.Replay(all); err != nil {
					return err
				}
			}
			return nil
		},
		func(b *bench) error {
			for range b.N {
				if err := again(func(supervision.Record) {}); err != nil {
					return err
				}
			}
			return nil
		},
	)
}
