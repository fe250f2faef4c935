package service_test

import (
	"context"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// TestR21_RecordsOfOneHistory: a list of records never joins what somebody has
// just stored with what would have been due without it.
func TestR21_RecordsOfOneHistory(t *testing.T) {
	ctx := context.Background()
	policy := supervision.Guide()
	policy.AutoAccept = 10 * supervision.Day
	bench := supervisiontest.New(service.WithPolicy(policy))
	opening := supervision.Opening{ID: "o-1", Product: "p-1", Buyer: "b-1", Seller: "s-1"}
	order, err := bench.Reach(ctx, opening, supervision.AwaitingAcceptance)
	require.NoError(t, err)

	late := clock.NewMock() // a host that began to reject in time, and stores it only now
	late.Set(bench.Clock.Now().Add(time.Hour))
	host, err := service.New(bench.Store, service.WithClock(late))
	require.NoError(t, err)
	bench.Clock.Add(11 * supervision.Day)
	bench.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Records {
			result, err := host.Do(ctx, "o-1", supervision.Buyer("b-1"),
				supervision.RejectProduct{Reason: "it does not start"})
			require.NoError(t, err)
			order = result.Order
		}
	})

	records, err := bench.Service.Records(ctx, "o-1", supervision.Manager("m-1"), 0, 0)
	require.NoError(t, err)
	replayed, err := supervision.Replay(records)
	require.NoError(t, err)
	require.Equal(t, order, replayed)
}
