// Package machine checks a transition table and runs it on looplab/fsm.
//
// It knows statuses and events by name only: what they mean, who may fire them
// and when stays with the caller. A table is compiled once, and Compile refuses
// what looplab/fsm would silently let pass. The Machine answers questions from
// its own index, fires transitions on a pooled looplab machine, and draws
// itself.
//
// A transition is a triple (from, event, to): one event may lead from one
// status to several others, and whoever fires it says which.
package machine
