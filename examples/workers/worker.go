package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/koogallery/serviceflow/supervision/service"
)

// The environment of a worker's process.
const (
	workerName   = "EXAMPLE_WORKER"
	workerDriver = "EXAMPLE_DRIVER"
	workerDSN    = "EXAMPLE_DSN"
)

// work is one process: it settles and relays until its standard input ends. To
// relay is to write a line.
func work(ctx context.Context, name string, in io.Reader, out io.Writer) error {
	h, err := openHost(ctx, place{os.Getenv(workerDriver), os.Getenv(workerDSN)})
	if err != nil {
		return err
	}
	defer h.db.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, in)
		stop()
	}()
	err = h.service.Run(ctx, func(_ context.Context, e service.Event) error {
		r := e.Record
		_, err := fmt.Fprintln(out, r.Order, r.Seq, r.Operation, name)
		return err
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
