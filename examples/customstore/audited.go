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

	"github.com/koogallery/serviceflow/supervision"
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

// Create stores new orders and logs how those began whose ids were free.
func (a *Audited) Create(ctx context.Context, changes ...service.Change) error {
	err := a.Store.Create(ctx, changes...)
	var exists *service.ExistsError
	switch {
	case errors.As(err, &exists):
		a.log(changes, exists.Orders)
	case err == nil:
		a.log(changes, nil)
	}
	return err
}

// Save stores changes and logs those that were stored: all, or all but the ones
// that a conflict names.
func (a *Audited) Save(ctx context.Context, changes ...service.Change) error {
	err := a.Store.Save(ctx, changes...)
	var conflict *service.ConflictError
	switch {
	case errors.As(err, &conflict):
		a.log(changes, conflict.Orders)
	case err == nil:
		a.log(changes, nil)
	}
	return err
}

// log writes the records of changes, but for those that were left out.
func (a *Audited) log(changes []service.Change, left []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	encoder := json.NewEncoder(a.Log)
	var records []supervision.Record
	for _, change := range changes {
		if !slices.Contains(left, change.Order.ID) {
			records = append(records, change.Records...)
		}
	}
	for _, record := range records {
		if err := encoder.Encode(record); err != nil && a.Failed != nil {
			a.Failed(err)
		}
	}
}
