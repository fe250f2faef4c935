// Package model is a second implementation of the rules, written from their
// text alone and as plainly as possible: strings, switches, its own numbers,
// instants as microseconds. It shares no code with the library, so that a
// mistake in one is seen as a disagreement with the other. Where the library
// computes an instant, the model looks for it: it asks its yes-or-no question
// at every instant at which time can change the answer.
//
// Package bridge translates between the two; nothing else here knows the
// library.
package model
