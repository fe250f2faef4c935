// Package supervision is the rules of an order's service flow, as a pure
// library: it has no clock, no context and no I/O. Package
// supervision/service runs it over a store.
//
// Three files tell the most: flow.go holds the one table of transitions,
// policy.go every number, rule.go the rules. Each operation has a file of its
// own.
//
// # Orders and actions
//
// An [Order] is a value. [Open] makes one; [Order.Apply] returns the next one
// with the records to add, or a typed refusal:
//
//	reject := supervision.RejectRequest{Reason: "No region named."}
//	next, records, err := order.Apply(supervision.Seller("s-3"), reject, now)
//
// [Order.Operations] and [Order.Permit] answer beforehand, by the same path.
// [Order.Settle] applies the timed transitions that are due, [Order.Deadlines]
// tells what time will bring, [Order.Steps] draws the flow, and [Replay]
// rebuilds an order from its records.
//
// # Errors
//
// [ErrRefused] (with [*Refusal]), [ErrInvalid] (with [*InvalidError]),
// [ErrNotFound], [ErrMalformed], [ErrNewerFormat], [ErrUnknown] and
// [ErrPolicy]; each function names those it returns.
//
// # Instants and JSON
//
// Instants are UTC, cut to microseconds ([Tick]). The JSON forms of orders,
// records, actions and policies carry a format version ([Format]).
// Enumerations are string types whose values are the words of the JSON form;
// reading refuses a word that this version does not know.
package supervision
