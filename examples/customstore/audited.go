// Package customstore shows how a host makes a store of its own and checks it
// with package storetest. This one adds to any other store an audit log: each
// operation is written to it, as one line of JSON, once it is stored.
package customstore

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/koogallery/serviceflow/supervision/service"
)

// Audited is a store with an audit log. A failure to write the log does not
// undo what is stored; it goes to Failed.
type Audited struct {
	service.Store
	// Log gets the lines. Failed, if not nil, is told of what could not be
	// written.
	Log    io.Writer
	Failed func(error)

	mu sync.Mutex
}

// Create stores a new order and logs its opening.
func (a *Audited) Create(ctx context.Context, change service.Change) error {
	err := a.Store.Create(ctx, change)
	if err == nil {
		a.log(change)
	}
	return err
}

// Save stores changes and logs those that were stored: all, or all but the ones
// that a conflict names.
func (a *Audited) Save(ctx context.Context, changes ...service.Change) error {
	err := a.Store.Save(ctx, changes...)
	var conflict *service.ConflictError
	if err != nil && !errors.As(err, &conflict) {
		return err
	}
	for _, change := range changes {
		if conflict == nil || !slices.Contains(conflict.Orders, change.Order.ID) {
			a.log(change)
		}
	}
	return err
}

func (a *Audited) log(change service.Change) {
	a.mu.Lock()
	defer a.mu.Unlock()
	encoder := json.NewEncoder(a.Log)
	for _, record := range change.Records {
		if err := encoder.Encode(record); err != nil && a.Failed != nil {
			a.Failed(err)
		}
	}
}
