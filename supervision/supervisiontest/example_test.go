package supervisiontest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// A test that needs an order in the middle of its flow gets it in one call.
func ExampleBench_Reach() {
	ctx := context.Background()
	bench := supervisiontest.New()

	order, _ := bench.Reach(ctx, supervision.Opening{Buyer: "b-7"}, supervision.AwaitingAcceptance)
	order, _ = bench.Service.Do(ctx, order.ID, supervision.Buyer("b-7"), supervision.AcceptProduct{})
	fmt.Println(order.Status, order.OrderStatus())

	bench.Clock.Add(order.Policy.CompletionDelay)
	order, _ = bench.Service.Order(ctx, order.ID, supervision.Buyer("b-7"))
	fmt.Println(order.Status, order.OrderStatus())
	// Output:
	// accepted processing
	// completed completed
}

// Appeal freezes an order where its flow stands.
func ExampleBench_Appeal() {
	ctx := context.Background()
	bench := supervisiontest.New()

	order, _ := bench.Reach(ctx, supervision.Opening{}, supervision.AwaitingDelivery)
	order, _ = bench.Appeal(ctx, order)
	fmt.Println(order.Status, "from", order.FrozenFrom, "on", order.Appeal.Ground)

	order, _ = bench.Service.Do(ctx, order.ID, supervision.Manager("m-1"),
		supervision.RuleAppeal{Outcome: appeal.Resume, Decision: "Deliver within two days."})
	fmt.Println(order.Status)
	// Output:
	// frozen from awaiting_delivery on seller_silent
	// awaiting_delivery
}

// The store saves the acceptance and then loses the answer; the repeated command is applied once (R28).
func ExampleStore_FailOn() {
	ctx := context.Background()
	bench := supervisiontest.New()
	order, _ := bench.Reach(ctx, supervision.Opening{}, supervision.AwaitingAcceptance)
	accept := func() (supervision.Order, error) {
		return bench.Service.Do(ctx, order.ID, supervision.Buyer(order.Buyer), supervision.AcceptProduct{}, supervision.WithKey("k-1"))
	}

	bench.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Applied: true})
	_, err := accept()
	fmt.Println("unknown outcome:", errors.Is(err, supervision.ErrUnknownOutcome))
	again, err := accept()
	fmt.Println(again.Status, again.Version-order.Version, err)
	// Output:
	// unknown outcome: true
	// accepted 1 <nil>
}

// Somebody else acts between a command's load and its save.
func ExampleStore_OnCall() {
	ctx := context.Background()
	bench := supervisiontest.New()
	order, _ := bench.Reach(ctx, supervision.Opening{}, supervision.AwaitingDelivery)

	seller := supervision.Seller(order.Seller)
	bench.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Save {
			bench.Store.OnCall(nil)
			_, _ = bench.Service.Do(ctx, order.ID, seller, supervision.ReportProgress{Text: "Half of it is done."})
		}
	})
	delivered, err := bench.Service.Do(ctx, order.ID, seller, supervision.Deliver{Result: "All of it is done."})
	fmt.Println(delivered.Status, delivered.Version-order.Version, err)
	// Output: awaiting_acceptance 2 <nil>
}
