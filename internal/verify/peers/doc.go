// Command peers sets the library beside what else a Go team could take for the
// same business: an order and the five steps of its parties, each durable on
// PostgreSQL before it is answered. Every peer is used as its own documentation
// has it. It prints the tables of docs/evidence/performance.md: in each round
// every peer has its turn, with one client and with sixteen, and a ratio is
// that of two turns of one round. A peer that also tells a receiver of each step
// is set beside the library with its worker, the others beside the library
// without an outbox.
//
//	GOWORK=off go run .              every peer
//	GOWORK=off go run . -run river   one of them
//
// It needs PostgreSQL, where SERVICEFLOW_POSTGRES says or as the tests find it,
// and makes a database there for each peer, which it drops in the end. It is a
// module of its own outside go.work, because its peers bring their own
// dependencies.
package main
