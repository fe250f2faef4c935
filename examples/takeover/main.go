// Takeover moves a running service onto this library (R29): a shop whose own
// code supervised 5,000 orders until today, in a SQLite database with the dirt
// of years. The rules first run beside the old code and say where the two
// disagree. Then the orders are adopted, every fault is listed, and what is
// stored is verified. In the end two other policies are asked what they would
// have allowed. Nothing has to be set up:
//
//	go run ./examples/takeover
//
// What a host has to write is in mapping.go.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := run(context.Background(), os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes what comes of each step to out, and how far it is to progress.
func run(ctx context.Context, out, progress io.Writer) error {
	dir, err := os.MkdirTemp("", "takeover")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := begin(ctx, filepath.Join(dir, "shop.db"), out, progress)
	if err != nil {
		return err
	}
	defer t.db.Close()
	for _, step := range []func(context.Context) error{
		t.shadow, t.adopt, t.verify, t.appeal, t.ask,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
