package appeal

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/koogallery/serviceflow/internal/fault"
)

// MaxAmount bounds an amount of money, so that every reader of JSON can hold it
// exactly.
const MaxAmount = 1_000_000_000_000_000

// Money is an amount in the minor units of a currency, such as cents (R32). It
// is comparable; the zero value is no money. The library compares amounts and
// never computes with them.
type Money struct {
	// Amount is the number of minor units.
	Amount int64 `json:"amount"`
	// Currency is the ISO 4217 code, such as "CNY".
	Currency string `json:"currency"`
}

// Validate returns an [*InvalidError] with every fault: an amount that is not
// positive or is above MaxAmount, a currency that is not three capital letters.
func (m Money) Validate() error {
	var faults fault.List
	if m.Amount < 1 || m.Amount > MaxAmount {
		most := strconv.FormatInt(MaxAmount, 10)
		faults.Put("amount", fault.Fault{Code: fault.OutOfRange, Min: "1", Max: most,
			Message: "give minor units from 1 to " + most})
	}
	letters := 0
	for _, c := range m.Currency {
		if c >= 'A' && c <= 'Z' {
			letters++
		}
	}
	if letters != 3 || len(m.Currency) != 3 {
		faults.Add("currency", fault.Malformed, "give the three letters of an ISO 4217 code")
	}
	return faults.Err("appeal", nil)
}

// The currencies of ISO 4217 whose minor unit is not a hundredth.
const (
	noMinorUnit    = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
	thousandths    = "BHD IQD JOD KWD LYD OMR TND"
	tenThousandths = "CLF UYW"
)

// decimals is how many decimals the currency has.
func (m Money) decimals() int {
	switch {
	case strings.Contains(noMinorUnit, m.Currency):
		return 0
	case strings.Contains(thousandths, m.Currency):
		return 3
	case strings.Contains(tenThousandths, m.Currency):
		return 4
	}
	return 2
}

// Decimal writes the amount in whole units, with the decimals of its currency:
// 49950 of CNY is "499.50", and 500 of JPY "500".
func (m Money) Decimal() string {
	decimals := m.decimals()
	if decimals == 0 {
		return strconv.FormatInt(m.Amount, 10)
	}
	width := decimals + 1
	if m.Amount < 0 {
		width++
	}
	text := fmt.Sprintf("%0*d", width, m.Amount)
	return text[:len(text)-decimals] + "." + text[len(text)-decimals:]
}

// ParseMoney reads what [Money.Decimal] writes, and whole units without their
// decimals. Whether that is an amount that can be paid is [Money.Validate]'s to
// say. The error is an [*InvalidError] with one fault, of no field.
func ParseMoney(decimal, currency string) (Money, error) {
	m := Money{Currency: currency}
	for _, text := range [...]string{decimal, decimal + "." + strings.Repeat("0", m.decimals())} {
		// What this refuses is not written so either.
		m.Amount, _ = strconv.ParseInt(strings.ReplaceAll(text, ".", ""), 10, 64)
		if m.Decimal() == text {
			return m, nil
		}
	}
	var faults fault.List
	faults.Add("", fault.Malformed, "give an amount such as "+Money{12050, currency}.Decimal())
	return Money{}, faults.Err("appeal", nil)
}
