package appeal_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// The rules of appeals can be asked without an order, a clock or a store.
func ExamplePolicy_Judge() {
	turnBegan := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	facts := appeal.Facts{Turn: appeal.Seller, Since: turnBegan, ScheduledEnd: turnBegan.AddDate(1, 0, 0)}
	policy := appeal.Guide()

	for _, days := range []int{4, 5, 6} {
		at := turnBegan.AddDate(0, 0, days)
		verdict := policy.Judge(appeal.Buyer, appeal.SellerSilent, facts, at)
		if verdict.Holds {
			fmt.Println(days, "days: the buyer may appeal until", verdict.Until.Format(time.DateOnly))
			continue
		}
		fmt.Println(days, "days:", verdict.Reason, "before", verdict.From.Format(time.RFC3339Nano))
	}
	// Output:
	// 4 days: not_silent_long_enough before 2026-03-07T09:00:00.000001Z
	// 5 days: not_silent_long_enough before 2026-03-07T09:00:00.000001Z
	// 6 days: the buyer may appeal until 2027-02-15
}

// A stepper or a form shows every ground a side has, with the reason why it
// does not hold.
func ExamplePolicy_Verdicts() {
	turnBegan := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	facts := appeal.Facts{Turn: appeal.Buyer, Since: turnBegan, ProductRejections: 3}
	for _, v := range appeal.Guide().Verdicts(appeal.Seller, facts, turnBegan) {
		fmt.Println(v.Ground, v.Holds, v.Reason)
	}
	// Output:
	// buyer_silent false not_silent_long_enough
	// request_rejected false too_few_rejections
	// product_rejected true
}

// An amount that somebody typed is read with the decimals of its currency, and
// shown with them. Whether it can be paid is another question.
func ExampleParseMoney() {
	for _, typed := range []string{"499.50", "12", "1.5.0", "499.505"} {
		amount, err := appeal.ParseMoney(typed, "CNY")
		if err != nil {
			var invalid *appeal.InvalidError
			if errors.As(err, &invalid) {
				fmt.Println(invalid.Faults[0].Message)
			}
			continue
		}
		fmt.Println(amount.Amount, amount.Decimal(), amount.Currency)
	}
	yen, _ := appeal.ParseMoney("500", "JPY")
	fmt.Println(yen.Amount, yen.Decimal())
	// Output:
	// 49950 499.50 CNY
	// 1200 12.00 CNY
	// give an amount such as 120.50
	// give an amount such as 120.50
	// 500 500
}
