package appeal_test

import (
	"testing"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR32_MoneyIsAnAmountOfACurrency(t *testing.T) {
	amount := appeal.Fault{Field: "amount", Code: "out_of_range", Min: "1", Max: "1000000000000000",
		Message: "give minor units from 1 to 1000000000000000"}
	currency := appeal.Fault{Field: "currency", Code: "malformed",
		Message: "give the three letters of an ISO 4217 code"}
	for name, c := range map[string]struct {
		money appeal.Money
		want  []appeal.Fault
	}{
		"the least":         {appeal.Money{Amount: 1, Currency: "AAA"}, nil},
		"the most":          {appeal.Money{Amount: 1_000_000_000_000_000, Currency: "ZZZ"}, nil},
		"nothing":           {appeal.Money{Amount: 0, Currency: "CNY"}, []appeal.Fault{amount}},
		"less than nothing": {appeal.Money{Amount: -1, Currency: "CNY"}, []appeal.Fault{amount}},
		"more than most":    {appeal.Money{Amount: 1_000_000_000_000_001, Currency: "CNY"}, []appeal.Fault{amount}},
		"no currency":       {appeal.Money{Amount: 1}, []appeal.Fault{currency}},
		"two letters":       {appeal.Money{Amount: 1, Currency: "CN"}, []appeal.Fault{currency}},
		"four letters":      {appeal.Money{Amount: 1, Currency: "CNYX"}, []appeal.Fault{currency}},
		"three and a digit": {appeal.Money{Amount: 1, Currency: "CNY1"}, []appeal.Fault{currency}},
		"a digit":           {appeal.Money{Amount: 1, Currency: "CN1"}, []appeal.Fault{currency}},
		"before A":          {appeal.Money{Amount: 1, Currency: "CN@"}, []appeal.Fault{currency}},
		"after Z":           {appeal.Money{Amount: 1, Currency: "CN["}, []appeal.Fault{currency}},
		"small letters":     {appeal.Money{Amount: 1, Currency: "cny"}, []appeal.Fault{currency}},
		"no money at all":   {appeal.Money{}, []appeal.Fault{amount, currency}},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.money.Validate()
			if c.want == nil {
				assert.NoError(t, err)
				return
			}
			var invalid *appeal.InvalidError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, c.want, []appeal.Fault(invalid.Faults))
		})
	}
}
