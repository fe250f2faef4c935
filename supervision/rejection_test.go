package supervision_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The order says why something came back last, until something else does, and
// whatever becomes of the counters (R05, R08, R16).
func TestR08_TheLastRejectionIsKept(t *testing.T) {
	s := begin(t, supervision.Guide())
	assert.Zero(t, s.order.Rejection)
	s.do(ben, submit).wait(time.Hour).do(sue, rejectRequest)
	ofRequest := supervision.Rejection{Operation: supervision.OpRejectRequest, Reason: rejectRequest.Reason, By: sue.ID,
		At: s.at}
	assert.Equal(t, ofRequest, s.order.Rejection)
	s.wait(time.Hour).do(ben, submit).do(sue, acceptRequest, deliver)
	assert.Equal(t, ofRequest, s.order.Rejection)
	s.wait(time.Hour).do(ben, rejectProduct)
	ofProduct := supervision.Rejection{Operation: supervision.OpRejectProduct, Reason: rejectProduct.Reason, By: ben.ID,
		At: s.at}
	assert.Equal(t, ofProduct, s.order.Rejection)
	s.silenced().do(mia, resume)
	assert.Equal(t, ofProduct, s.order.Rejection)

	replayed, err := supervision.Replay(s.records)
	require.NoError(t, err)
	assert.Equal(t, s.order, replayed)
	data, err := s.order.MarshalJSON()
	require.NoError(t, err)
	var read supervision.Order
	require.NoError(t, read.UnmarshalJSON(data))
	assert.Equal(t, s.order, read)
	s.order.Rejection.Operation = supervision.OpRemind
	_, err = s.order.MarshalJSON()
	assert.ErrorIs(t, err, supervision.ErrMalformed)
}
