// Transaction shows how a host's own rows and an order's operation are
// committed or vanish together. It is a shop that keeps purchases, and puts
// each purchase under supervision in the same transaction. Nothing has to be
// set up:
//
//	go run ./examples/transaction
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := openShop(ctx, filepath.Join(dir, "shop.db"))
	if err != nil {
		return err
	}
	defer s.db.Close()
	return tell(ctx, s, out)
}
