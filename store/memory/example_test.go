package memory_test

import (
	"context"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func Example() {
	mock := clock.NewMock()
	mock.Set(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	service, err := service.New(memory.New(), service.WithClock(mock))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	opening := supervision.Opening{ID: "o-1", Product: "p-1", Buyer: "b-1", Seller: "s-1"}
	if _, err := service.Open(ctx, opening); err != nil {
		fmt.Println(err)
		return
	}
	request := supervision.SubmitRequest{Text: "Deploy it in the region cn-north-4."}
	if _, err := service.Do(ctx, "o-1", supervision.Buyer("b-1"), request); err != nil {
		fmt.Println(err)
		return
	}
	page, err := service.Search(ctx, supervision.Seller("s-1"), supervision.Query{
		Criteria: supervision.Criteria{Turn: supervision.RoleSeller},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, order := range page.Orders {
		fmt.Println(order.ID, order.Status)
	}
	// Output: o-1 awaiting_confirmation
}
