package supervisiontest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// Each plain action says enough to be performed.
func TestPlainActionsCanBePerformed(t *testing.T) {
	buyer, seller, manager := supervision.Buyer("buyer"), supervision.Seller("seller"), supervision.Manager("manager")
	for _, c := range []struct {
		at     supervision.Status
		by     supervision.Actor
		action supervision.Action
		leads  supervision.Status
	}{
		{supervision.AwaitingRequest, buyer, supervisiontest.SubmitRequest, supervision.AwaitingConfirmation},
		{supervision.AwaitingConfirmation, seller, supervisiontest.RejectRequest, supervision.AwaitingRequest},
		{supervision.AwaitingDelivery, seller, supervisiontest.ReportProgress, supervision.AwaitingDelivery},
		{supervision.AwaitingDelivery, seller, supervisiontest.Deliver, supervision.AwaitingAcceptance},
		{supervision.AwaitingAcceptance, buyer, supervisiontest.RejectProduct, supervision.AwaitingDelivery},
		{supervision.AwaitingDelivery, buyer, supervisiontest.Remind, supervision.AwaitingDelivery},
		{supervision.Frozen, manager, supervisiontest.AddNote, supervision.Frozen},
		{supervision.Frozen, manager, supervisiontest.ResumeFlow, supervision.AwaitingRequest},
		{supervision.Frozen, manager, supervisiontest.AcceptDelivery, supervision.Accepted},
		{supervision.Frozen, manager, supervisiontest.CancelOrder, supervision.Canceled},
	} {
		env := supervisiontest.New()
		order, err := env.Reach(t.Context(), supervision.Opening{}, c.at)
		require.NoError(t, err)
		result, err := env.Service.Do(t.Context(), order.ID, c.by, c.action)
		require.NoError(t, err, "%s", c.action.Operation())
		assert.Equal(t, c.leads, result.Order.Status, "%s", c.action.Operation())
		assert.True(t, result.Records[0].HasTexts(), "%s has something to say", c.action.Operation())
	}
	assert.True(t, supervisiontest.AcceptDelivery.Upheld, "who is sent back to a delivery that works was wrong")
}

// A seller who appeals where it has delivered has to prove it (R18), and so the
// plain appeal comes with a proof.
func TestR18_ThePlainAppealHasAProof(t *testing.T) {
	env := supervisiontest.New(service.WithPolicy(only(appeal.BuyerSilent)))
	order, err := env.Reach(t.Context(), supervision.Opening{}, supervision.AwaitingAcceptance)
	require.NoError(t, err)
	frozen, err := env.Appeal(t.Context(), order)
	require.NoError(t, err)
	assert.NotEmpty(t, frozen.Appeal.Attachments)
}
