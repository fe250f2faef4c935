package memory

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

const many = 100_000

var (
	ctx  = context.Background()
	day0 = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
)

// TestNothingScansAllOrders holds that questions about a few of 100,000 orders look at little more than they return. Every
// 2,000th order is the buyer few's; the newest of them are neither.
func TestNothingScansAllOrders(t *testing.T) {
	s := crowded(t)
	late := day0.Add(400 * supervision.Day)
	for _, question := range []struct {
		name    string
		filter  supervision.Criteria
		limit   int
		found   int
		visited int
	}{
		{"a page of everything", supervision.Criteria{}, 20, 20, 20},
		{"a page of a buyer with few orders", supervision.Criteria{Buyer: "few"}, 20, 20, 20},
		{"all of a buyer with few orders", supervision.Criteria{Buyer: "few"}, 100, 50, 50},
		{"what a buyer with few orders has to do", supervision.Criteria{Buyer: "few", Turn: supervision.RoleBuyer}, 100, 49, 49},
		{"a buyer with few orders at a seller with all", supervision.Criteria{Buyer: "few", Seller: "seller"}, 100, 50, 50},
		{"a buyer nobody knows", supervision.Criteria{Buyer: "nobody"}, 20, 0, 0},
		{"a seller nobody knows", supervision.Criteria{Seller: "nobody"}, 20, 0, 0},
		{"one order", supervision.Criteria{Order: id(7), Seller: "seller"}, 20, 1, 1},
		{"one order that is not there", supervision.Criteria{Order: "nothing"}, 20, 0, 0},
		{"the managers' queue", supervision.Criteria{Turn: supervision.RoleManager}, 100, 30, 30},
		{"pending appeals", supervision.Criteria{Appeal: supervision.AppealPending}, 20, 20, 20},
		{"overdue appeals", supervision.Criteria{Appeal: supervision.AppealOverdue}, 100, 30, 30},
		{"what a seller has to do", supervision.Criteria{Seller: "seller", Turn: supervision.RoleSeller}, 100, 40, 40},
		{"canceled orders", supervision.Criteria{OrderStatus: supervision.OrderCanceled}, 20, 0, 0},
		{"completed by time alone", supervision.Criteria{OrderStatus: supervision.OrderCompleted}, 100, 10, 10},
		{"bought in one second", supervision.Criteria{BoughtFrom: bought(500), BoughtBefore: bought(501)}, 20, 1, 1},
		{"bought before all", supervision.Criteria{BoughtBefore: day0}, 20, 0, 0},
		{"silent on the seller's turn", supervision.Criteria{Turn: supervision.RoleSeller, SilentFor: 5 * supervision.Day}, 100, 40, 40},
	} {
		t.Run(question.name, func(t *testing.T) {
			filter := supervision.Filter{Criteria: question.filter, At: late, Limit: question.limit}
			found, visited, err := s.search(ctx, filter)
			require.NoError(t, err)
			require.Len(t, found, question.found)
			require.LessOrEqual(t, visited, question.visited)
		})
	}
	t.Run("pages far behind the first", func(t *testing.T) {
		after := supervision.Position{At: bought(many / 2), ID: id(many / 2)}
		found, visited, err := s.search(ctx, supervision.Filter{At: late, After: after, Limit: 20})
		require.NoError(t, err)
		require.Len(t, found, 20)
		require.Equal(t, id(many/2-1), found[0].ID)
		require.LessOrEqual(t, visited, 20)
	})
	t.Run("nobody silent for longer than the orders exist", func(t *testing.T) {
		filter := supervision.Filter{Criteria: supervision.Criteria{SilentFor: 500 * supervision.Day}, At: late, Limit: 20}
		_, visited, err := s.search(ctx, filter)
		require.NoError(t, err)
		require.Zero(t, visited)
	})
	t.Run("due orders", func(t *testing.T) {
		require.Len(t, s.due.behind(supervision.Position{}, late, 100), 10)
		require.Empty(t, s.due.behind(supervision.Position{}, day0, 100))
	})
	t.Run("a claim", func(t *testing.T) {
		for range 3 { // what is claimed is not looked at again
			records, visited := s.outbox.claim(late, time.Hour, 20)
			require.Len(t, records, 20)
			require.LessOrEqual(t, visited, 20)
		}
	})
}

func id(n int) string { return fmt.Sprintf("order-%06d", n) }

func bought(n int) time.Time { return day0.Add(time.Duration(n) * time.Second) }

// crowded is a store of 100,000 orders of one seller: 30 are frozen, 40 wait for the seller, 10 are accepted.
func crowded(t *testing.T) *Store {
	t.Helper()
	s := New()
	for n := range many {
		opening := supervision.Opening{ID: id(n), Product: "product", Buyer: fmt.Sprint("buyer-", n%1000), Seller: "seller"}
		if n%2000 == 0 {
			opening.Buyer = "few"
		}
		order, first, err := supervision.Open(opening, bought(n))
		require.NoError(t, err)
		records := []supervision.Record{first}
		for _, step := range story(n, opening.Buyer) {
			var more []supervision.Record
			order, more, err = order.Apply(step.actor, step.action, order.UpdatedAt.Add(step.later))
			require.NoError(t, err)
			records = append(records, more...)
		}
		require.NoError(t, s.Create(ctx, supervision.Change{Order: order, Records: records, Relay: true}))
	}
	return s
}

type step struct {
	actor  supervision.Actor
	action supervision.Action
	later  time.Duration
}

func story(n int, buyer string) []step {
	b, s := supervision.Buyer(buyer), supervision.Seller("seller")
	submit := step{b, supervision.SubmitRequest{Text: "Deploy it."}, time.Hour}
	switch {
	case n < 30:
		return []step{submit, {b, supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "No answer.", Demand: "An answer."}, 6 * supervision.Day}}
	case n < 70:
		return []step{submit}
	case n < 80:
		return []step{submit, {s, supervision.AcceptRequest{}, time.Hour}, {s, supervision.Deliver{Result: "Done."}, time.Hour},
			{b, supervision.AcceptProduct{}, time.Hour}}
	}
	return nil
}
