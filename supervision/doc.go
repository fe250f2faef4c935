// Package supervision is the service flow of an order: its statuses and transitions, the rules that guard them, and the [Service] that
// runs them over a [Store].
//
// Two files tell the most: flow.go holds the one table of transitions, policy.go every number.
//
// # The pure core
//
// An [Order] is a value. [Open] makes one, [Order.Apply] returns the next one with the records to add, or a typed refusal:
//
//	next, records, err := order.Apply(supervision.Seller("s-3"), supervision.RejectRequest{Reason: "No region named."}, now)
//
// [Order.Operations] and [Order.Permit] answer beforehand, by the same checks. [Order.Settle] makes what time has made due,
// [Order.Deadlines] tells what it will bring, [Order.Progress] draws the steps, and [Replay] rebuilds an order from its records. None of them
// has a clock, a context or I/O, so a business rule is tested by calling it.
//
// # The service
//
// [Service.Do] loads an order, applies an action at the clock's instant and saves order and records by compare-and-swap on the version.
// [Service.Settle] and [Service.Relay] are the steps of a worker, [Service.Run] is the loop around them. No answer depends on a
// worker: everything is settled at the instant of the question.
//
// # Errors
//
// [ErrRefused] (with [*Refusal]), [ErrInvalid] (with [*InvalidError]), [ErrNotFound], [ErrConflict], [ErrKeyReused], [ErrExists],
// [ErrUnknownOutcome], [ErrMalformed], [ErrNewerFormat], [ErrUnknown] and [ErrPolicy]; each function names those it returns.
//
// # Instants and JSON
//
// Instants are UTC, cut to microseconds ([Tick]). The JSON forms of orders, records, actions and policies carry a format version
// ([Format]); enumerations are written as words, and whatever this version does not know is refused.
package supervision
