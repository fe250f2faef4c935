//go:build !race

// The race detector makes sync.Pool drop machines at random.

package supervision_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	mostAllocs         = 10 // five of them are looplab's
	mostAllocsDecoding = 102
)

func TestAllocs_AskingCostsNothing(t *testing.T) {
	for _, status := range supervision.Statuses() {
		s := arrive(t, autoAccepting(), status)
		for _, late := range []time.Duration{0, 4 * time.Hour, 6 * day, 11 * day} { // transitions are due in some
			for _, actor := range cast {
				for op := range tried {
					assert.Zero(t, testing.AllocsPerRun(10, func() {
						_, _ = s.order.Permit(actor, op, s.at.Add(late))
					}), "%s by %s at %s", op, actor, status)
				}
				assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = s.order.Operations(actor, s.at.Add(late)) }))
			}
			assert.Zero(t, testing.AllocsPerRun(10, func() { s.order.NextDue(); s.order.Listing() }))
		}
	}
}

func TestAllocs_Apply(t *testing.T) {
	files := make([]supervision.Attachment, supervision.MaxAttachments)
	for i := range files {
		files[i] = supervision.Attachment{Name: "log.txt", Ref: "files/1", Digest: "sha256:00"}
	}
	for _, c := range []struct {
		actor  supervision.Actor
		action supervision.Action
	}{
		{ben, submit}, {sue, acceptRequest}, {sue, rejectRequest}, {sue, report}, {sue, deliver}, {ben, acceptProduct},
		{ben, rejectProduct},
		{ben, remind}, {sue, appealOn(appeal.BuyerSilent)}, {ben, appealOn(appeal.SellerSilent)}, {mia, intervene},
		{mia, note}, {mia, resume}, {mia, deem},
		{mia, cancel}, {mia, resumeAt(supervision.AwaitingDelivery)},
		{sue, supervision.Deliver{Result: "Done.", Attachments: files}},
	} {
		op := c.action.Operation()
		s := takes(t, c.actor, op)
		if _, _, err := s.order.Apply(c.actor, c.action, s.at); err != nil {
			s = arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(6 * day)
		}
		_, _, err := s.order.Apply(c.actor, c.action, s.at)
		require.NoError(t, err)
		allocs := testing.AllocsPerRun(100, func() { _, _, _ = s.order.Apply(c.actor, c.action, s.at) })
		t.Logf("%-16s %2.0f allocations", op, allocs)
		assert.LessOrEqual(t, allocs, float64(mostAllocs), op)
	}
}

// Decoders are lent with their buffers: a new one for each document would cost
// more allocations than the bound has room for.
func TestAllocs_Decoding(t *testing.T) {
	data := edited(t, "order_completed.json", "format", 1)
	var order supervision.Order
	allocs := testing.AllocsPerRun(200, func() { require.NoError(t, order.UnmarshalJSON(data)) })
	t.Logf("%2.0f allocations", allocs)
	assert.LessOrEqual(t, allocs, float64(mostAllocsDecoding))
}
