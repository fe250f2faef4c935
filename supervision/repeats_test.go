package supervision_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

func TestR28_ARecordKnowsItsCommandHoweverFarTheOrderHasCome(t *testing.T) {
	for name, c := range map[string]struct {
		s      *story
		by     supervision.Actor
		action supervision.Action
		after  func(*story)
	}{
		"a receipt without an instant": {shipped(t).wait(day), host, receive,
			func(s *story) { s.wait(day).do(ben, rejectProduct).do(sue, deliver) }},
		"a receipt finer than a tick": {shipped(t).wait(day), host,
			supervision.ReportReceipt{ReceivedAt: shipped(t).at.Add(999)}, func(s *story) { s.wait(day) }},
		"an end that is past by now": {arrive(t, supervision.Guide(), supervision.AwaitingDelivery), mia,
			supervision.Amend{ScheduledEnd: bought.Add(20 * day), Reason: "x"}, func(s *story) { s.wait(30 * day) }},
		"an end that closes, and has come before it since": {arrive(t, closing(supervision.EndStay),
			supervision.AwaitingDelivery).wait(day), mia,
			supervision.Amend{Policy: closing(supervision.EndAccept), Reason: "x"}, func(s *story) {
				s.until(s.at.Add(-time.Hour)).do(mia, supervision.Amend{Clock: true, Reason: "y",
					ScheduledEnd: s.at.Add(time.Minute)})
			}},
		"an appeal that needed no proof yet": {rejections(t, supervision.Guide(), appeal.ProductRejected, 3), sue,
			supervision.RaiseAppeal{Ground: appeal.ProductRejected, Reason: "x", Demand: "y"},
			func(s *story) { s.do(mia, resume).do(sue, deliver) }},
		"an appeal under a policy that asked for no proof": {arrive(t, supervision.Guide(),
			supervision.AwaitingDelivery).wait(6 * day), ben,
			supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "x", Demand: "y"},
			func(s *story) { s.do(mia, supervision.Amend{Policy: supervision.Rules2025(), Reason: "z"}) }},
		"a ruling that named the frozen status": {arrive(t, supervision.Guide(), supervision.Accepted).do(mia,
			intervene), mia,
			resumeAt(supervision.Accepted), func(s *story) { s.wait(day) }},
		"a text with space around it": {arrive(t, supervision.Guide(), supervision.AwaitingDelivery), sue,
			supervision.ReportProgress{Text: " half\n"}, func(s *story) { s.do(sue, deliver) }},
	} {
		c.s.do(c.by, c.action)
		record := c.s.records[len(c.s.records)-1]
		c.after(c.s)
		order := c.s.now()
		assert.True(t, order.Repeats(record, c.action), name)
		assert.False(t, order.Repeats(record, supervision.AddNote{Text: "another"}), name)
		erased, err := record.Erase()
		require.NoError(t, err)
		assert.True(t, order.Repeats(erased, c.action), "%s, whose text is erased (R35)", name)
	}
}

func TestR28_AnotherCommandIsAnother(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation).do(sue, rejectRequest)
	record := s.records[len(s.records)-1]
	for name, action := range map[string]supervision.Action{
		"another text": supervision.RejectRequest{Reason: "Another."}, "a faulty one": supervision.RejectRequest{},
		"another operation with the same words": supervision.RejectProduct(rejectRequest), "none": nil,
	} {
		assert.False(t, s.order.Repeats(record, action), name)
	}
	assert.True(t, s.order.Repeats(record, rejectRequest))
	opening := s.records[0]
	assert.True(t, s.order.Repeats(opening, opening.Action), "a whole opening as well")
	erased, err := record.Erase()
	require.NoError(t, err)
	assert.False(t, s.order.Repeats(erased, supervision.RejectRequest{}), "a faulty one, of a record that is erased")

	s = begin(t, supervision.Rules2025()).do(ben, propose)
	erased, err = s.records[1].Erase()
	require.NoError(t, err)
	assert.True(t, s.order.Repeats(erased, propose))
	assert.False(t, s.order.Repeats(erased, supervision.ProposeRefund{Amount: paid, Reason: propose.Reason}),
		"of an erased record nothing but the texts is gone")
}
