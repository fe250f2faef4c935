package supervision_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

func TestFilter_Matches(t *testing.T) {
	type criteria = supervision.Criteria
	guide := supervision.Guide()
	waiting := arrive(t, guide, supervision.AwaitingDelivery)
	accepted := arrive(t, guide, supervision.Accepted)
	frozen := arrive(t, guide, supervision.Frozen)
	overdue := frozen.order.Appeal.HandleBy
	for name, c := range map[string]struct {
		s       *story
		at      time.Time
		want    criteria
		matches bool
	}{
		"nothing asked":        {waiting, bought, criteria{}, true},
		"the order":            {waiting, bought, criteria{Order: "o-1"}, true},
		"another order":        {waiting, bought, criteria{Order: "O-1"}, false},
		"the product":          {waiting, bought, criteria{Product: "p-1"}, true},
		"another product":      {waiting, bought, criteria{Product: "p"}, false},
		"the buyer":            {waiting, bought, criteria{Buyer: "ben"}, true},
		"another buyer":        {waiting, bought, criteria{Buyer: "sue"}, false},
		"the seller":           {waiting, bought, criteria{Seller: "sue"}, true},
		"another seller":       {waiting, bought, criteria{Seller: "ben"}, false},
		"the status":           {waiting, bought, criteria{Status: supervision.AwaitingDelivery}, true},
		"another status":       {waiting, bought, criteria{Status: supervision.AwaitingRequest}, false},
		"the order status":     {waiting, bought, criteria{OrderStatus: supervision.OrderProcessing}, true},
		"another order status": {waiting, bought, criteria{OrderStatus: supervision.OrderCanceled}, false},
		"the turn":             {waiting, bought, criteria{Turn: supervision.RoleSeller}, true},
		"another turn":         {waiting, bought, criteria{Turn: supervision.RoleBuyer}, false},
		"all but one": {waiting, bought,
			criteria{Order: "o-1", Product: "p-1", Buyer: "ben", Seller: "x"}, false},
		"bought at the first":      {waiting, bought, criteria{BoughtFrom: bought}, true},
		"bought a tick too early":  {waiting, bought, criteria{BoughtFrom: bought.Add(tick)}, false},
		"bought at the last":       {waiting, bought, criteria{BoughtBefore: bought.Add(tick)}, true},
		"bought at the bound":      {waiting, bought, criteria{BoughtBefore: bought}, false},
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
		"ruled is no longer either": {frozen.fork().do(mia, resume), overdue.Add(99 * day),
			criteria{Appeal: supervision.AppealOverdue}, false},
	} {
		t.Run(name, func(t *testing.T) {
			filter := supervision.Filter{Criteria: c.want, At: c.at}
			assert.Equal(t, c.matches, filter.Matches(c.s.order.Listing()))
		})
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
