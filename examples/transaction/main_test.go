package main

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/koogallery/serviceflow/supervision/service"
)

const want = `P-1: the card is declined, and both vanish                     0 purchase(s), 0 order(s)
P-2: the card is charged, and both are there                   1 purchase(s), 1 order(s)
P-2: accept_product is refused by R08
P-2: what the host wrote after the refusal is committed: 9800 cents
P-3: canceled by the operations manager, sent twice, and 5000 cents refunded with it
`

func TestStory(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// A conflict takes back what the transaction has written, and it begins anew, a
// bounded number of times.
func TestTransact_BeginsAnewAfterAConflict(t *testing.T) {
	s, err := openShop(t.Context(), filepath.Join(t.TempDir(), "shop.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.db.Close()
	for _, conflicts := range []int{2, attempts} {
		begun := 0
		err := s.transact(t.Context(), func(tx *sql.Tx, _ *service.Service) error {
			begun++
			_, err := tx.ExecContext(t.Context(), `INSERT INTO refunds (purchase, cents) VALUES ('P-1', 1)`)
			if err == nil && begun <= conflicts {
				err = fmt.Errorf("lost: %w", service.ErrConflict)
			}
			return err
		})
		if given := conflicts == attempts; errors.Is(err, service.ErrConflict) != given || err != nil && !given {
			t.Errorf("%d conflicts: %v", conflicts, err)
		}
		if want := min(conflicts+1, attempts); begun != want {
			t.Errorf("begun %d times, not %d", begun, want)
		}
		if rows, err := s.count(t.Context(), "refunds"); err != nil || rows != 1 {
			t.Errorf("%d rows, %v", rows, err)
		}
	}
}
