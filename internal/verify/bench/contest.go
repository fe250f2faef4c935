package main

import (
	"fmt"
	"testing"
	"time"
)

// contest sets the library beside what a user would write instead.
type contest struct {
	name string // for -run
	// what is measured, and against what.
	what, against string
	bound         bound
	// wall measures elapsed time: where sides wait for disks, servers and each
	// other. Otherwise it is processor time, the collector's included, which a
	// busy machine disturbs less.
	wall bool
	// iterations and rounds are for sides that have to do something a number of
	// times, and few times over; zero to find out and for the plan's.
	iterations [2]int
	rounds     int
	prepare    func(short bool) (match, error)
}

// match is a contest with everything its sides need.
type match struct {
	ours, peer side
	close      func()
}

// side is a Go benchmark whose error ends it.
type side func(b *bench) error

// bench is a Go benchmark that also measures processor time.
type bench struct {
	*testing.B
	began time.Duration
}

// start begins the measurement anew, after what a side has to prepare.
func (b *bench) start() {
	b.ResetTimer()
	b.began = processorTime()
}

// bound is what the contest demands of the library: to be so many times as fast
// as the peer, or to take at most so many times its time.
type bound struct {
	factor float64
	within bool
}

func faster(factor float64) bound { return bound{factor: factor} }
func within(factor float64) bound { return bound{factor: factor, within: true} }

func (b bound) String() string {
	if b.within {
		return fmt.Sprintf("≤ %.4g × its time", b.factor)
	}
	return fmt.Sprintf("≥ %.4g × as fast", b.factor)
}

// figure is the ratio that the bound speaks of.
func (b bound) figure(ours, peer float64) float64 {
	if b.within {
		return ours / peer
	}
	return peer / ours
}

func (b bound) met(figure float64) bool {
	if b.within {
		return figure <= b.factor
	}
	return figure >= b.factor
}

func contests() []contest {
	var all []contest
	for _, list := range [][]contest{
		applyContests, questionContests, formContests, replayContests, sqlContests, pgxContests, settleContests,
		adoptContests, relayContests,
		pageContests, countContests,
	} {
		all = append(all, list...)
	}
	return all
}
