package supervisiontest

import (
	"context"
	"fmt"
	"reflect"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Whole returns an order as a store has it, unsettled, or an error where its
// records do not make it, as a save done by half would leave it (R21). Errors
// are the store's own, those of [supervision.Replay], and one that says so.
func Whole(ctx context.Context, store service.Store, id string) (supervision.Order, error) {
	order, _, err := store.Load(ctx, id, "")
	if err != nil {
		return supervision.Order{}, err
	}
	found, err := store.Records(ctx, id, 0, int(order.Version))
	if err != nil {
		return supervision.Order{}, err
	}
	records := make([]supervision.Record, len(found))
	for i, f := range found {
		if f.Err != nil {
			return supervision.Order{}, f.Err
		}
		records[i] = f.Record
	}
	replayed, err := supervision.Replay(records)
	if err == nil && !reflect.DeepEqual(replayed, order) {
		err = fmt.Errorf("supervisiontest: order %q is not what its records make of it", id)
	}
	return order, err
}
