package appeal_test

import (
	"strings"
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

// An amount is written with the decimals of its currency, and read as it is
// written or in whole units.
func TestR32_AnAmountAsPeopleWriteIt(t *testing.T) {
	for text, money := range map[string]appeal.Money{
		"499.50": {Amount: 49950, Currency: "CNY"}, "0.05": {Amount: 5, Currency: "USD"},
		"500": {Amount: 500, Currency: "JPY"}, "0.005": {Amount: 5, Currency: "KWD"},
		"0.00": {Amount: 0, Currency: "CNY"}, "-5.00": {Amount: -500, Currency: "CNY"},
		"-0.05": {Amount: -5, Currency: "USD"}, "-0.005": {Amount: -5, Currency: "KWD"},
		"-5": {Amount: -5, Currency: "JPY"},
	} {
		assert.Equal(t, text, money.Decimal())
		read, err := appeal.ParseMoney(text, money.Currency)
		require.NoError(t, err)
		assert.Equal(t, money, read)
	}
	for amount, currencies := range map[int64]string{ // as ISO 4217 lists them
		12:      "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
		1200:    "CNY EUR GBP HUF IDR MGA MRU TWD USD UYU",
		12000:   "BHD IQD JOD KWD LYD OMR TND",
		120_000: "CLF UYW",
	} {
		for _, currency := range strings.Fields(currencies) {
			read, err := appeal.ParseMoney("12", currency)
			require.NoError(t, err)
			assert.Equal(t, appeal.Money{Amount: amount, Currency: currency}, read)
		}
	}
	for _, text := range []string{"", "x", "1.5", "1.500", "1,50", "1e3", "+1", "01", " 1", "1.", ".50", "1.2.3",
		"99999999999999999999"} {
		read, err := appeal.ParseMoney(text, "CNY")
		var invalid *appeal.InvalidError
		require.ErrorAs(t, err, &invalid, text)
		assert.Equal(t, []appeal.Fault{{Code: "malformed", Message: "give an amount such as 120.50"}}, invalid.Faults)
		assert.Zero(t, read)
	}
}
