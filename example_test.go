package serviceflow_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func Example() {
	ctx := context.Background()
	now := clock.NewMock() // in production: no option, the wall clock
	now.Set(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	svc, err := service.New(memory.New(), service.WithClock(now))
	check(err)

	buyer, seller := supervision.Buyer("b-7"), supervision.Seller("s-3")
	_, err = svc.Open(ctx, supervision.Opening{ID: "o-1", Product: "crm", Buyer: "b-7", Seller: "s-3"})
	check(err)
	_, err = svc.Do(ctx, "o-1", buyer, supervision.SubmitRequest{Text: "Fifty seats, please."})
	check(err)
	result, err := svc.Do(ctx, "o-1", seller, supervision.AcceptRequest{})
	check(err)
	fmt.Println(result.Order.Status, "- turn of the", result.Order.Turn())

	// The seller is silent. An appeal is refused, with the rule and the instant
	// from which it would be allowed.
	now.Add(5 * supervision.Day)
	silence := supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "No answer.", Demand: "A refund."}
	_, err = svc.Do(ctx, "o-1", buyer, silence)
	var refusal *supervision.Refusal
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Rule, refusal.Reason, refusal.From.Format(time.RFC3339Nano))
	}

	now.Add(supervision.Tick)
	result, err = svc.Do(ctx, "o-1", buyer, silence, service.WithKey("appeal-1"))
	check(err)
	fmt.Println(result.Order.Status, "- ruling due", result.Order.Appeal.HandleBy.Format(time.DateOnly))

	// Output:
	// awaiting_delivery - turn of the seller
	// R09 not_silent_long_enough 2026-03-07T09:00:00.000001Z
	// frozen - ruling due 2026-03-10
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
