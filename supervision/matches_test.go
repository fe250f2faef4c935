package supervision_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

func TestFilter_Matches(t *testing.T) {
	type criteria = supervision.Criteria
	guide := supervision.Guide()
	waiting := arrive(t, guide, supervision.AwaitingDelivery)
	accepted := arrive(t, guide, supervision.Accepted)
	untouched := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	frozen := arrive(t, guide, supervision.Frozen)
	overdue := frozen.order.Appeal.HandleBy
	rejected := rejections(t, autoAccepting(), appeal.ProductRejected, 3).acceptance()
	for name, c := range map[string]struct {
		s       *story
		at      time.Time
		want    criteria
		matches bool
	}{
		"nothing asked":        {waiting, bought, criteria{}, true},
		"the order":            {waiting, bought, criteria{Orders: []string{"o-1"}}, true},
		"another order":        {waiting, bought, criteria{Orders: []string{"O-1"}}, false},
		"the product":          {waiting, bought, criteria{Products: []string{"p-1"}}, true},
		"another product":      {waiting, bought, criteria{Products: []string{"p"}}, false},
		"the buyer":            {waiting, bought, criteria{Buyers: []string{"ben"}}, true},
		"another buyer":        {waiting, bought, criteria{Buyers: []string{"sue"}}, false},
		"the seller":           {waiting, bought, criteria{Sellers: []string{"sue"}}, true},
		"another seller":       {waiting, bought, criteria{Sellers: []string{"ben"}}, false},
		"the status":           {waiting, bought, criteria{Status: supervision.AwaitingDelivery}, true},
		"another status":       {waiting, bought, criteria{Status: supervision.AwaitingRequest}, false},
		"the order status":     {waiting, bought, criteria{OrderStatus: supervision.OrderProcessing}, true},
		"another order status": {waiting, bought, criteria{OrderStatus: supervision.OrderCanceled}, false},
		"the turn":             {waiting, bought, criteria{Turn: supervision.RoleSeller}, true},
		"another turn":         {waiting, bought, criteria{Turn: supervision.RoleBuyer}, false},
		"all but one": {waiting, bought,
			criteria{Orders: []string{"o-1"}, Products: []string{"p-1"}, Buyers: []string{"ben"},
				Sellers: []string{"x"}}, false},
		"bought at the first": {waiting, bought, criteria{Bought: supervision.Span{From: bought}}, true},
		"bought a tick too early": {waiting, bought, criteria{Bought: supervision.Span{From: bought.Add(tick)}},
			false},
		"bought at the last": {waiting, bought, criteria{Bought: supervision.Span{Before: bought.Add(tick)}},
			true},
		"bought at the bound":      {waiting, bought, criteria{Bought: supervision.Span{Before: bought}}, false},
		"silent for exactly a day": {waiting, bought.Add(day), criteria{SilentFor: day}, false},
		"silent for a tick more":   {waiting, bought.Add(day + tick), criteria{SilentFor: day}, true},
		"silent for a tick less":   {waiting, bought.Add(day - tick), criteria{SilentFor: day}, false},
		"nobody's silence":         {accepted, bought.Add(2 * time.Hour), criteria{SilentFor: time.Hour}, false},
		"a frozen one's silence":   {frozen, bought.Add(99 * day), criteria{SilentFor: day}, false},
		"accepted, a tick before": {accepted, bought.Add(3*time.Hour - tick), criteria{Status: supervision.Accepted},
			true},
		"completed, a tick before": {accepted, bought.Add(3*time.Hour - tick),
			criteria{OrderStatus: supervision.OrderCompleted}, false},
		"completed by time alone": {accepted, bought.Add(3 * time.Hour),
			criteria{OrderStatus: supervision.OrderCompleted}, true},
		"no longer accepted": {accepted, bought.Add(3 * time.Hour), criteria{Status: supervision.Accepted},
			false},
		"no longer anybody's turn": {accepted, bought, criteria{Turn: supervision.RoleBuyer}, false},
		"pending":                  {frozen, bought, criteria{Appeal: supervision.AppealPending}, true},
		"pending and late":         {frozen, overdue.Add(tick), criteria{Appeal: supervision.AppealPending}, true},
		"overdue at the last":      {frozen, overdue, criteria{Appeal: supervision.AppealOverdue}, false},
		"overdue":                  {frozen, overdue.Add(tick), criteria{Appeal: supervision.AppealOverdue}, true},
		"no appeal, pending":       {waiting, bought, criteria{Appeal: supervision.AppealPending}, false},
		"no appeal, overdue": {waiting, overdue.Add(99 * day), criteria{Appeal: supervision.AppealOverdue},
			false},
		"silence opens an appeal": {waiting, bought.Add(5*day + tick),
			criteria{Appeal: supervision.AppealOpenToBuyer}, true},
		"silence opens it, a tick before": {waiting, bought.Add(5 * day),
			criteria{Appeal: supervision.AppealOpenToBuyer}, false},
		"its own silence opens nothing": {waiting, bought.Add(5*day + tick),
			criteria{Appeal: supervision.AppealOpenToSeller}, false},
		"the blackout, a tick before": {waiting, bought.Add(350*day - tick),
			criteria{Appeal: supervision.AppealOpenToBuyer}, true},
		"the blackout": {waiting, bought.Add(350 * day), criteria{Appeal: supervision.AppealOpenToBuyer}, false},
		"the blackout, its last tick": {waiting, bought.Add(365*day - tick),
			criteria{Appeal: supervision.AppealOpenToBuyer}, false},
		"after the blackout": {waiting, bought.Add(365 * day), criteria{Appeal: supervision.AppealOpenToBuyer}, true},
		"frozen, no appeal is open": {frozen, bought.Add(99 * day),
			criteria{Appeal: supervision.AppealOpenToSeller}, false},
		"rejected, a tick before time accepts it": {rejected, bought.Add(10*day - tick),
			criteria{Appeal: supervision.AppealOpenToBuyer}, true},
		"rejected, and accepted by time": {rejected, bought.Add(10 * day),
			criteria{Appeal: supervision.AppealOpenToBuyer}, false},
		"canceled, and so not accepted": {arrive(t, guide, supervision.Canceled), bought.Add(99 * day),
			criteria{Accepted: supervision.Span{Before: bought.Add(999 * day)}}, false},
		"accepted when it was": {accepted, bought, criteria{Accepted: supervision.Span{From: bought}}, true},
		"accepted a tick too early": {accepted, bought,
			criteria{Accepted: supervision.Span{From: bought.Add(tick)}}, false},
		"accepted at the bound": {accepted, bought, criteria{Accepted: supervision.Span{Before: bought}}, false},
		"accepted, and completed since": {accepted, bought.Add(3 * time.Hour),
			criteria{Accepted: supervision.Span{From: bought}}, true},
		"accepted by time": {untouched, bought.Add(10 * day), criteria{Accepted: supervision.Span{From: bought}}, true},
		"accepted by time, a tick before": {untouched, bought.Add(10*day - tick),
			criteria{Accepted: supervision.Span{From: bought}}, false},
		"never accepted": {waiting, bought, criteria{Accepted: supervision.Span{From: bought.Add(-day)}}, false},
		"closed by time": {accepted, bought.Add(3 * time.Hour),
			criteria{Closed: supervision.Span{From: bought.Add(3 * time.Hour)}}, true},
		"closed by time, a tick before": {accepted, bought.Add(3*time.Hour - tick),
			criteria{Closed: supervision.Span{From: bought}}, false},
		"closed, for a clock that is behind": {arrive(t, guide, supervision.Canceled), bought,
			criteria{Closed: supervision.Span{From: bought}}, true},
		"one of several":  {waiting, bought, criteria{Buyers: []string{"bob", "ben"}}, true},
		"none of several": {waiting, bought, criteria{Orders: []string{"o-2", "o-3"}}, false},
		"ruled is no longer either": {frozen.fork().do(mia, resume), overdue.Add(99 * day),
			criteria{Appeal: supervision.AppealOverdue}, false},
	} {
		t.Run(name, func(t *testing.T) {
			filter := supervision.Filter{Criteria: c.want, At: c.at}
			assert.Equal(t, c.matches, filter.Matches(c.s.order.Listing()))
		})
	}
}

// A list by what orders wait for has the orders that wait for it.
func TestFilter_MatchesWhatItIsSortedBy(t *testing.T) {
	waiting := arrive(t, autoAccepting(), supervision.AwaitingAcceptance).order.Listing()
	frozen := arrive(t, supervision.Guide(), supervision.Frozen).order.Listing()
	negotiable := arrive(t, supervision.Rules2025(), supervision.Accepted).do(ben, propose)
	proposed, withdrawn := negotiable.order.Listing(), negotiable.fork().do(ben, withdraw).order.Listing()
	dispute := arrive(t, supervision.Rules2025(), supervision.AwaitingDelivery).do(ben, propose).
		do(mia, supervision.Intervene{Reason: "Fraud."})
	disputed, resumed := dispute.order.Listing(), dispute.fork().do(mia, resume).order.Listing()
	for _, c := range []struct {
		sort    supervision.Sort
		listing supervision.Listing
		after   time.Duration
		matches bool
	}{
		{supervision.LongestWaiting, waiting, 0, true}, {supervision.LongestWaiting, waiting, 10*day - tick, true},
		{supervision.LongestWaiting, waiting, 10 * day, false}, {supervision.LongestWaiting, frozen, 0, false},
		{supervision.ByHandling, frozen, 0, true}, {supervision.ByHandling, waiting, 0, false},
		{supervision.ByProposal, proposed, 0, true}, {supervision.ByProposal, proposed, 3*time.Hour - tick, true},
		{supervision.ByProposal, proposed, 3 * time.Hour, false}, {supervision.ByProposal, waiting, 0, false},
		{supervision.ByProposal, withdrawn, 0, false}, {supervision.ByProposal, disputed, 0, false},
		{supervision.ByProposal, resumed, 0, true},
		{supervision.Newest, frozen, 0, true}, {supervision.Newest, waiting, 10 * day, true},
	} {
		filter := supervision.Filter{Sort: c.sort, At: bought.Add(c.after)}
		assert.Equal(t, c.matches, filter.Matches(c.listing), "%s %s", c.sort, c.listing.Status)
		filter.Products = []string{"another"}
		assert.False(t, filter.Matches(c.listing), "%s: the criteria count as well", c.sort)
	}
}

// TestFilter_SweptOrNot checks that a stored order is found alike before and
// after a worker has settled it.
func TestFilter_SweptOrNot(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	for _, at := range around(boundaries(s.order)) {
		swept, _ := s.order.Settle(at)
		for _, status := range supervision.Statuses() {
			for _, want := range []supervision.Criteria{
				{Status: status}, {OrderStatus: status.OrderStatus()}, {Turn: status.Turn()}, {SilentFor: day},
				{Status: status, SilentFor: day},
			} {
				filter := supervision.Filter{Criteria: want, At: at}
				assert.Equal(t, filter.Matches(swept.Listing()), filter.Matches(s.order.Listing()), "%+v at %s", want,
					at)
			}
		}
	}
}
