// Package appeal holds the rules of appeals in service supervision: who may
// appeal on which ground, from when and until when, and what an operations
// manager may rule.
//
// The package is pure. It has no clock and no storage, and it does not know
// what an order is: it is given [Facts], a small value, and an instant, and
// answers with a [Verdict] that says whether a ground holds, why not, and,
// where time alone will change the answer, from when.
//
//	policy := appeal.Guide()
//	facts := appeal.Facts{Turn: appeal.Seller, Since: turnBegan, ScheduledEnd: end}
//	verdict := policy.Judge(appeal.Buyer, appeal.SellerSilent, facts, now)
//	if !verdict.Holds {
//		fmt.Println(verdict.Reason, verdict.From)
//	}
//
// Rule IDs such as R09 are those of docs/rules.md.
package appeal
