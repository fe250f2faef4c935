// Package simulation runs the real [service.Service] in a simulated world:
// several hosts, buyers, sellers and an operations manager, workers and relays,
// on one store that loses answers, with clocks that jump and differ, and hosts
// that die in the middle of a call.
//
// A world is made from a seed and nothing else. Everybody in it is a coroutine,
// only one runs at a time, and each hands over before every call of the store,
// so the seed alone decides who goes on, what fails and what time it is: a seed
// that finds a mistake finds it again.
//
// After every write an oracle holds what is stored against the independent
// model of the rules: versions and records without a gap, nothing done that the
// rules forbid, nothing done twice with one key, nothing lost that was
// acknowledged, nothing answered that the model would not have answered, nothing
// archived that the sink does not have whole. In the end the faults stop, and
// everything due has to happen, every record to be relayed, and everything that
// has closed to be archived.
//
//	go test ./simulation                            the short form
//	go test ./simulation -seeds 1000000             a long one
//	go test ./simulation -seed 42 -seeds 1 -show -v  one seed, step by step
package simulation
