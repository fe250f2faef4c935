package customstore_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/examples/customstore"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) service.Store {
		return &customstore.Audited{Store: memory.New(), Log: io.Discard}
	})
}

func ExampleAudited() {
	var log strings.Builder
	svc, err := service.New(&customstore.Audited{Store: memory.New(), Log: &log})
	if err != nil {
		panic(err)
	}
	ctx, buyer := context.Background(), supervision.Buyer("b-1")
	_, _ = svc.Open(ctx, supervision.Opening{ID: "o-1", Product: "crm", Buyer: "b-1", Seller: "s-1"})
	_, _ = svc.Do(ctx, "o-1", buyer, supervision.SubmitRequest{Text: "Fifty seats."})
	_, refused := svc.Do(ctx, "o-1", buyer, supervision.AcceptProduct{})
	fmt.Println(strings.Count(log.String(), "\n"), "lines;", refused != nil)
	// Output: 2 lines; true
}
