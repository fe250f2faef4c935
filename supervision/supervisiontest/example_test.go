package supervisiontest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// A test that needs an order in the middle of its flow gets it in one call.
func ExampleEnv_Reach() {
	ctx := context.Background()
	env := supervisiontest.New()

	order, _ := env.Reach(ctx, supervision.Opening{Buyer: "b-7"}, supervision.AwaitingAcceptance)
	result, _ := env.Service.Do(ctx, order.ID, supervision.Buyer("b-7"), supervision.AcceptProduct{})
	fmt.Println(result.Order.Status, result.Order.OrderStatus())

	env.Clock.Add(order.Policy.CompletionDelay)
	order, _ = env.Service.Order(ctx, order.ID, supervision.Buyer("b-7"))
	fmt.Println(order.Status, order.OrderStatus())
	// Output:
	// accepted processing
	// completed completed
}

// Appeal freezes an order where its flow stands.
func ExampleEnv_Appeal() {
	ctx := context.Background()
	env := supervisiontest.New()

	order, _ := env.Reach(ctx, supervision.Opening{}, supervision.AwaitingDelivery)
	order, _ = env.Appeal(ctx, order)
	fmt.Println(order.Status, "from", order.FrozenFrom, "on", order.Appeal.Ground)

	result, _ := env.Service.Do(ctx, order.ID, supervision.Manager("m-1"),
		supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "Deliver within two days."})
	fmt.Println(result.Order.Status)
	// Output:
	// frozen from awaiting_delivery on seller_silent
	// awaiting_delivery
}

// The store saves the acceptance and then loses the answer; the repeated
// command is applied once (R28).
func ExampleStore_FailOn() {
	ctx := context.Background()
	env := supervisiontest.New()
	order, _ := env.Reach(ctx, supervision.Opening{}, supervision.AwaitingAcceptance)
	accept := func() (service.Result, error) {
		return env.Service.Do(ctx, order.ID, supervision.Buyer(order.Buyer), supervision.AcceptProduct{},
			service.WithKey("k-1"))
	}

	env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Applied: true})
	_, err := accept()
	fmt.Println("unknown outcome:", errors.Is(err, service.ErrUnknownOutcome))
	again, err := accept()
	fmt.Println(again.Order.Status, again.Order.Version-order.Version, again.Repeated, err)
	// Output:
	// unknown outcome: true
	// accepted 1 true <nil>
}

// Somebody else acts between a command's load and its save.
func ExampleStore_OnCall() {
	ctx := context.Background()
	env := supervisiontest.New()
	order, _ := env.Reach(ctx, supervision.Opening{}, supervision.AwaitingDelivery)

	seller := supervision.Seller(order.Seller)
	env.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Save {
			env.Store.OnCall(nil)
			_, _ = env.Service.Do(ctx, order.ID, seller, supervision.ReportProgress{Text: "Half of it is done."})
		}
	})
	delivered, err := env.Service.Do(ctx, order.ID, seller, supervision.Deliver{Result: "All of it is done."})
	fmt.Println(delivered.Order.Status, delivered.Order.Version-order.Version, err)
	// Output: awaiting_acceptance 2 <nil>
}
