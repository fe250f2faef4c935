// Quickstart tells the story of one supervised order in a terminal: from
// purchase to Completed, with a faulty form, a rejected request, a reminder,
// five days of silence, an appeal, a ruling, a rejected delivery, and three
// hours that pass on a mock clock. Nothing has to be set up:
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	s, err := begin(out)
	if err != nil {
		return err
	}
	for _, act := range []func(context.Context){
		s.purchase, s.request, s.confirmation, s.silence, s.appeal, s.delivery, s.completion, s.records,
	} {
		act(ctx)
	}
	return s.err
}
