package main

import (
	"bytes"
	"testing"
)

const want = `P-1: the card is declined, and both vanish                     0 purchase(s), 0 order(s)
P-2: the card is charged, and both are there                   1 purchase(s), 1 order(s)
P-2: accept_product is refused by R08
P-2: what the host wrote after the refusal is committed: 9800 cents
P-3: canceled by the operations manager, and 5000 cents refunded with it
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
