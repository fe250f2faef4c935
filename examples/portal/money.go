package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
)

// money writes an amount of a currency with cents; nothing for none.
func money(m supervision.Money) string {
	if m == (supervision.Money{}) {
		return ""
	}
	return fmt.Sprintf("%d.%02d %s", m.Amount/100, m.Amount%100, m.Currency)
}

// parseMoney reads an amount in the currency of what was paid; false for what is
// none.
func parseMoney(text string, paid supervision.Money) (supervision.Money, bool) {
	whole, cents, found := strings.Cut(strings.TrimSpace(text), ".")
	if !found {
		cents = "00"
	}
	n, err := strconv.ParseUint(whole+cents, 10, 50)
	return supervision.Money{Amount: int64(n), Currency: paid.Currency}, err == nil && len(cents) == 2
}
