// Package fault is the one place where input is checked. It has the fault with
// its codes, the list that collects them, the bounds and forms of texts, ids,
// instants and durations, and the strict reading of JSON documents and of the
// words of enumerations.
//
// The public packages pass its types on as aliases. No error and no fault ever
// repeats what a user wrote.
package fault
