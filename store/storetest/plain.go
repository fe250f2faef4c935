package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// What a case compares is what the store holds: the methods below return it
// without its places, and an error where something could not be read.

// Search returns the orders that the store finds, whole. Without that the same
// search has to find their listings.
func (c *check) Search(ctx context.Context, filter supervision.Filter) ([]supervision.Order, error) {
	listed, err := c.Store.Search(ctx, filter)
	if err != nil {
		return nil, err
	}
	filter.Whole = true
	found, err := c.Store.Search(ctx, filter)
	if err == nil {
		c.lists(found, listed)
	}
	return plain(found, err, func(f service.Found) (supervision.Order, error) {
		if f.Err == nil && f.Position != f.Order.Listing().Position(filter.Sort) {
			return f.Order, fmt.Errorf("order %q is found at %v", f.Order.ID, f.Position)
		}
		return f.Order, f.Err
	})
}

// Records returns an order's records.
func (c *check) Records(ctx context.Context, id string, after int64, limit int) ([]supervision.Record, error) {
	found, err := c.Store.Records(ctx, id, after, limit)
	return plain(found, err, func(f service.FoundRecord) (supervision.Record, error) {
		if f.Err == nil && f.RecordID != f.Record.ID() {
			return f.Record, fmt.Errorf("record %v is found as %v", f.Record.ID(), f.RecordID)
		}
		return f.Record, f.Err
	})
}

// Claim returns the records that are claimed.
func (c *check) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record, error) {
	claimed, err := c.Store.Claim(ctx, at, lease, limit)
	return plain(claimed, err, func(cl service.Claimed) (supervision.Record, error) {
		if cl.Err == nil && cl.RecordID != cl.Record.ID() {
			return cl.Record, fmt.Errorf("record %v is claimed as %v", cl.Record.ID(), cl.RecordID)
		}
		return cl.Record, cl.Err
	})
}

func plain[F, V any](found []F, err error, value func(F) (V, error)) ([]V, error) {
	if err != nil {
		return nil, err
	}
	var values []V
	for _, f := range found {
		v, err := value(f)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// lists checks that a search has found the listings of orders, and only those.
func (c *check) lists(orders, listed []service.Found) {
	type row struct {
		supervision.Position
		supervision.Listing
		read bool
		err  error
	}
	want, have := []row{}, []row{}
	for _, f := range orders {
		l := f.Order.Listing()
		l.NoticeAt = time.Time{}
		want = append(want, row{Position: f.Position, Listing: l})
	}
	for _, f := range listed {
		have = append(have, row{f.Position, f.Listing, f.Order.ID != "", f.Err})
	}
	require.Equal(c, want, have, "what is found, without the orders")
}
