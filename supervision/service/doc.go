// Package service runs the rules of package supervision over a store.
//
// [Service.Do] loads an order, applies an action at the clock's instant and
// saves order and records by compare-and-swap on the version. [Service.Order],
// [Service.Search], [Service.SearchWhole], [Service.Count] and
// [Service.Records] read, each for an actor that sees its own orders only;
// [Service.Upcoming] tells the host what time will bring, and [Service.Stats]
// how the store is. [Service.Settle] and [Service.Relay] are the steps of a
// worker, [Service.Run] is the loop around them. No answer depends on a worker:
// every read and every command applies first what time has made due.
//
// [Store] is what a host may implement itself; package store/storetest checks
// an implementation.
//
// The errors of storing are [ErrConflict] (with [*ConflictError]),
// [ErrStale], [ErrExists] (with [*ExistsError] and [*DifferentError]),
// [ErrKeyReused] and [ErrUnknownOutcome]; those of the rules come from package
// supervision as they are. [supervision.ErrMalformed] is the client's from
// [supervision.UnmarshalActionOf], and from a Service the host's: what is
// stored. Where both are answered in one place, look for [*UnreadableError],
// which names the order, first.
package service
