package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// records is how many the orders have in the end: opened, delivered, accepted,
// completed.
const records = 4 * orders

// employ starts, kills, stops and starts workers until everything is completed
// and relayed, and checks that it is.
func (h *host) employ(ctx context.Context, out io.Writer, at place) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	box := &inbox{arrived: make(map[string]int), completed: make(map[string]bool), changed: make(chan struct{}, 1)}
	fmt.Fprintf(out, "%d orders are accepted and will be completed by time\n", orders)
	a, err1 := box.start(ctx, "A", at)
	b, err2 := box.start(ctx, "B", at)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if err := box.wait(ctx, records/4); err != nil {
		return err
	}
	a.kill()
	fmt.Fprintln(out, "worker A was killed, B goes on")
	if err := errors.Join(box.wait(ctx, records/2), b.stop()); err != nil {
		return err
	}
	fmt.Fprintln(out, "worker B was stopped, and nobody works")
	c, err := box.start(ctx, "C", at)
	if err != nil {
		return err
	}
	if err := errors.Join(box.wait(ctx, records), c.stop()); err != nil {
		return err
	}
	fmt.Fprintln(out, "worker C was started, and finished the work")
	return h.report(ctx, out, box)
}

// report compares what arrived with what the database has.
func (h *host) report(ctx context.Context, out io.Writer, box *inbox) error {
	box.mu.Lock()
	defer box.mu.Unlock()
	for id := range box.completed {
		list, err := h.service.Records(ctx, id, supervision.System(), 0, 0)
		if err != nil {
			return err
		}
		if last := list[len(list)-1]; len(list) != 4 || last.Operation != supervision.OpComplete {
			return fmt.Errorf("order %s has %d records and ends with %s", id, len(list), last.Operation)
		}
	}
	fmt.Fprintf(out, "%d orders were completed once each, and all %d records arrived\n", len(box.completed),
		len(box.arrived))
	return nil
}
