package appeal

import (
	"strconv"

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
