package storetest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const saysRelayed = "at least once each and in sequence for each order"

// aboutRelay lets several relays work at once.
var aboutRelay = []sentence{
	{"two who claim at the same time never share an order", saysLease, func(c *check) {
		all := make(map[string]bool)
		for i := range 40 {
			h := c.open(opening(fmt.Sprintf("order-%02d", i)), day0.Add(time.Duration(i)*tick)).deliver()
			c.create(h)
			all[h.order.ID] = true
		}
		claims := together(6, func(i int) [][]supervision.Record { return c.drain(3 + 2*i) })
		seen := make(map[string]bool)
		for _, records := range slices.Concat(append(claims, c.drain(5))...) {
			for _, r := range records {
				require.False(c, seen[r.Order], "order %q is under two claims", r.Order)
				require.EqualValues(c, 1, r.Seq, "the first record of order %q that waits", r.Order)
				seen[r.Order] = true
			}
		}
		require.Equal(c, all, seen, "orders that were claimed")
	}},
	{"every record is relayed, in sequence, while orders move on", saysRelayed, func(c *check) {
		const orders, steps = 6, 8
		list := make([]*history, orders)
		for i := range list {
			list[i] = c.begin(fmt.Sprintf("order-%d", i)).request()
			c.save(list[i])
		}
		var working atomic.Int32
		working.Store(orders)
		relayed := together(orders+3, func(i int) []supervision.Record {
			if i < orders {
				defer working.Add(-1)
				for range steps {
					list[i].try(supervision.Seller("seller"), supervision.ReportProgress{Text: "Half of it is done."},
						hour)
					if c.Save(ctx, list[i].change()) == nil {
						list[i].isStored()
					}
				}
				return nil
			}
			return c.relayUntil(func() bool { return working.Load() == 0 })
		})
		left := c.relayUntil(func() bool { return true })
		for _, h := range list {
			require.Len(c, h.records, h.stored, "the case itself failed to save")
			got := make(map[int64]bool)
			for _, records := range append(relayed, left) {
				last := int64(0)
				for _, r := range records {
					if r.Order == h.order.ID {
						require.Greater(c, r.Seq, last, "one relay got records of order %q out of sequence", r.Order)
						require.False(c, got[r.Seq], "record %d of order %q was acknowledged and came again", r.Seq,
							r.Order)
						last, got[r.Seq] = r.Seq, true
					}
				}
			}
			require.Len(c, got, h.stored, "records of order %q that were relayed", h.order.ID)
		}
	}},
}

// mostClaims ends a case on a store that never runs out of records.
const mostClaims = 200

// drain claims until nothing is left to claim and acknowledges nothing.
func (c *check) drain(limit int) (claims [][]supervision.Record) {
	for range mostClaims {
		records, err := c.Claim(ctx, day0, hour, limit)
		if err != nil || len(records) == 0 {
			break
		}
		claims = append(claims, records)
	}
	return claims
}

// relayUntil claims and acknowledges until nothing is left and nobody works any
// more.
func (c *check) relayUntil(done func() bool) (relayed []supervision.Record) {
	for len(relayed) < mostClaims {
		ended := done()
		records, err := c.Claim(ctx, day0, hour, 4)
		if err != nil || len(records) == 0 && ended {
			break
		}
		for _, r := range records {
			if c.Acknowledge(ctx, r.ID()) != nil {
				return relayed
			}
			relayed = append(relayed, r)
		}
	}
	return relayed
}
