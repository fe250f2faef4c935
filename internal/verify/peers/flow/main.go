package flow

import (
	"context"
	"fmt"
	"os"
	"time"
)

// Main is the program of a host that has only this peer: it starts, takes one
// order through its course, and prints in how many milliseconds.
func Main(p Peer) {
	began := time.Now()
	ctx := context.Background()
	err := p.Start(ctx, os.Args[1])
	if err == nil {
		err = Play(ctx, p, fmt.Sprintf("start-%d", began.UnixNano()))
	}
	took := time.Since(began)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("played in", took.Milliseconds())
	os.Exit(0)
}
