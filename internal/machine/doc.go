// Package machine checks a transition table and runs it on looplab/fsm.
//
// It knows statuses and events only as two small enumerations: what they mean,
// who may fire them and when stays with the caller. A table is compiled once;
// Compile refuses what looplab/fsm would let pass in silence. The Machine then
// answers questions from a dense table, fires transitions on a pooled
// looplab machine, and draws itself.
//
// A transition is a triple (from, event, to), so one event may lead from one
// status to several others: whoever fires it says which.
package machine
