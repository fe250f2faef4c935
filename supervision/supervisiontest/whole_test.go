package supervisiontest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// TestR21_WholeIsWhatItsRecordsMakeOfIt: an order that says what none of its
// records says is not whole.
func TestR21_WholeIsWhatItsRecordsMakeOfIt(t *testing.T) {
	b := supervisiontest.New()
	order, err := b.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingDelivery)
	require.NoError(t, err)
	whole, err := supervisiontest.Whole(t.Context(), b.Store, order.ID)
	require.NoError(t, err)
	assert.Equal(t, order, whole)

	delivered, records, err := order.Apply(supervision.Seller(order.Seller), supervisiontest.Deliver, b.Service.Now())
	require.NoError(t, err)
	delivered.Delivery.Result = "What no record says."
	require.NoError(t, b.Store.Save(t.Context(),
		service.Change{Order: delivered, Before: order.Version, Records: records}))
	_, err = supervisiontest.Whole(t.Context(), b.Store, order.ID)
	require.ErrorContains(t, err, order.ID)
	_, err = supervisiontest.Whole(t.Context(), b.Store, "unknown")
	require.ErrorIs(t, err, supervision.ErrNotFound)
	_, err = supervisiontest.Whole(t.Context(), nil, order.ID)
	require.ErrorIs(t, err, supervision.ErrInvalid)
}
