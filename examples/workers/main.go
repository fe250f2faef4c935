// Workers shows two processes of one host on one database. Each settles what
// time has made due and relays records, whichever gets there first; they are
// stopped and started at will, once in the middle of their work, and every
// order is completed once and every record relayed. Nothing has to be set up:
//
//	go run ./examples/workers
//	go run ./examples/workers -postgres postgres://user@host/database
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	postgres := flag.String("postgres", "", "the URL of a PostgreSQL database; an SQLite file where there is none")
	flag.Parse()
	run := func(ctx context.Context) error { return play(ctx, os.Stdout, *postgres) }
	if name := os.Getenv(workerName); name != "" { // this is one of the two processes
		run = func(ctx context.Context) error { return work(ctx, name, os.Stdin, os.Stdout) }
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// play opens orders, and has two workers complete and relay them.
func play(ctx context.Context, out io.Writer, postgres string) error {
	dir, err := os.MkdirTemp("", "workers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	at := place{"sqlite",
		"file:" + filepath.Join(dir, "orders.db") + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)"}
	if postgres != "" {
		at = place{"pgx", postgres}
	}
	h, err := openHost(ctx, at)
	if err != nil {
		return err
	}
	defer h.db.Close()
	if err := h.accept(ctx); err != nil {
		return err
	}
	return h.employ(ctx, out, at)
}
