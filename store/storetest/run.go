package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/koogallery/serviceflow/supervision/service"
)

// Run checks a store. It calls newStore for each case and expects an empty
// store that no other case uses; newStore closes it with t.Cleanup. The cases
// run one after the other.
func Run(t *testing.T, newStore func(t *testing.T) service.Store) {
	for _, chapter := range contract {
		t.Run(chapter.name, func(t *testing.T) {
			for _, s := range chapter.sentences {
				t.Run(s.name, func(t *testing.T) { s.run(t, newStore(t)) })
			}
		})
	}
}

// contract is every case, by what it is about.
var contract = []chapter{
	{"Values", aboutValues},
	{"IDs", aboutIDs},
	{"Copies", aboutCopies},
	{"Context", aboutContexts},
	{"Create", aboutCreate},
	{"Load", aboutLoad},
	{"Save", aboutSave},
	{"Refusing", aboutRefusing},
	{"Race", aboutRaces},
	{"Search", aboutSearch},
	{"Pages", aboutPages},
	{"Count", aboutCount},
	{"Records", aboutRecords},
	{"Due", aboutDue},
	{"Upcoming", aboutUpcoming},
	{"Claim", aboutClaim},
	{"Relay", aboutRelay},
	{"Acknowledge", aboutAcknowledge},
	{"Return", aboutReturn},
	{"Delayed", aboutDelayed},
	{"Notices", aboutNotices},
	{"Backlog", aboutBacklog},
	{"Templates", aboutTemplates},
	{"Between", aboutBetween},
	{"Erase", aboutErase},
	{"Remove", aboutRemove},
}

type chapter struct {
	name      string
	sentences []sentence
}

// sentence is one sentence of the contract, or a part of one, with a case that
// checks it.
type sentence struct {
	name  string // its gist
	quote string // its words
	check func(c *check)
}

func (s sentence) run(t testingT, store service.Store) {
	s.check(&check{Store: store, t: t, quote: s.quote})
}

// testingT is what a case needs of a test.
type testingT interface {
	Errorf(format string, args ...any)
	FailNow()
}

// check is one run of a case: the store to be checked, and a test whose
// failures quote the sentence.
type check struct {
	service.Store
	t     testingT
	quote string
}

// FailNow ends the case.
func (c *check) FailNow() { c.t.FailNow() }

// Errorf reports a failure with the sentence it breaks.
func (c *check) Errorf(format string, args ...any) {
	c.t.Errorf("the contract of service.Store says: “%s”\n%s", c.quote, fmt.Sprintf(format, args...))
}

// ctx is the context of calls that nobody cancels.
var ctx = context.Background()

// together runs a function n times at once and returns what each returned.
func together[R any](n int, run func(i int) R) []R {
	results := make([]R, n)
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-begin
			results[i] = run(i)
		})
	}
	close(begin)
	all.Wait()
	return results
}
