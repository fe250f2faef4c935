// Policy shows how a host changes the numbers: a policy is data, checked as a
// whole, stored as JSON, and pinned to an order when it opens, so that a later
// change touches new orders only.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	// Hardware takes longer to try: the guide's numbers, but for these.
	hardware := supervision.Guide()
	hardware.Name = "hardware"
	hardware.AutoAccept = 10 * supervision.Day
	hardware.Appeal.Silence = 7 * appeal.Day
	hardware.Appeal.Seller = appeal.GroundsOf(appeal.BuyerSilent)

	text, err := json.MarshalIndent(hardware, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(text))

	// What does not fit together is refused, with every fault.
	faulty := hardware
	faulty.CompletionDelay, faulty.Appeal.Rejections = -time.Hour, 0
	fmt.Println(faulty.Validate())

	// Two services on one store: the policy of an order is that of its opening,
	// whoever works on it later.
	store := memory.New()
	before, err := service.New(store, service.WithPolicy(hardware))
	if err != nil {
		return err
	}
	after, err := service.New(store)
	if err != nil {
		return err
	}
	if _, err := before.Open(ctx,
		supervision.Opening{ID: "o-1", Product: "rack", Buyer: "b-1", Seller: "s-1"}); err != nil {
		return err
	}
	result, err := after.Do(ctx, "o-1", supervision.Buyer("b-1"), supervision.SubmitRequest{Text: "Two racks."})
	fmt.Println("the order keeps:", result.Order.Policy.Name)
	return err
}
