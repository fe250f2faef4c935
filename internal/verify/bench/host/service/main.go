// Command service is a host that opens an order, acts on it and lists it.
package main

import (
	"context"
	"fmt"

	"github.com/koogallery/serviceflow/supervision/service"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
)

func main() {
	ctx := context.Background()
	svc, err := service.New(memory.New())
	if err == nil {
		_, err = svc.Open(ctx, supervision.Opening{ID: "o-1", Product: "p", Buyer: "b", Seller: "s"})
	}
	if err == nil {
		_, err = svc.Do(ctx, "o-1", supervision.Buyer("b"), supervision.SubmitRequest{Text: "hello"})
	}
	page, searchErr := svc.Search(ctx, supervision.Seller("s"), supervision.Query{})
	fmt.Println(len(page.Orders), err, searchErr)
}
