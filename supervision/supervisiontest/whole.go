package supervisiontest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Whole returns an order as a store has it, unsettled, or an error where its
// history does not verify, as a save done by half would leave it (R21). Errors
// are those of [service.Service.Export], and one that tells what was found.
func Whole(ctx context.Context, store service.Store, id string) (supervision.Order, error) {
	host, err := service.New(store)
	if err != nil {
		return supervision.Order{}, err
	}
	var document bytes.Buffer
	if err := host.Export(ctx, id, &document); err != nil {
		return supervision.Order{}, err
	}
	var history service.History
	err = json.Unmarshal(document.Bytes(), &history)
	if len(history.Findings) > 0 {
		err = fmt.Errorf("supervisiontest: order %q: %v", id, history.Findings)
	}
	return history.Order, err
}
