package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// TestBrokenStoresFailTheirCase runs cases on stores that are wrong in one way
// each: the case that watches over it has to fail, and to quote its sentence.
// That every case passes on a store that is right is the business of
// TestMemory.
func TestBrokenStoresFailTheirCase(t *testing.T) {
	for _, fault := range faults() {
		t.Run(fault.name, func(t *testing.T) {
			for _, name := range fault.fails {
				s := caseNamed(t, name)
				store := &broken{Store: memory.New()}
				fault.break_(store)
				found := failures(s, store)
				require.NotEmpty(t, found, "%q passes on a store with %s", name, fault.name)
				require.Contains(t, found[0], s.quote)
			}
		})
	}
}

// TestEveryCaseCanFail holds that there is a broken store for every case.
func TestEveryCaseCanFail(t *testing.T) {
	failed := make(map[string]bool)
	for _, fault := range faults() {
		for _, name := range fault.fails {
			failed[name] = true
		}
	}
	for _, chapter := range contract {
		for _, s := range chapter.sentences {
			assert.True(t, failed[chapter.name+"/"+s.name], "no broken store fails %s/%s", chapter.name, s.name)
		}
	}
}

// fault is one thing that is wrong with a store, and the cases that have to
// notice.
type fault struct {
	name   string
	fails  []string
	break_ func(*broken)
}

func faults() []fault {
	return slices.Concat(faultsOfWriting(), faultsOfReading(), faultsOfSearching(), faultsOfUpcoming(),
		faultsOfRelaying(),
		faultsOfReturning(),
		faultsOfValues(),
		faultsOfColumns(), faultsOfContexts(), faultsOfCopies(), faultsOfNoticing(), faultsOfRetaining())
}

func caseNamed(t *testing.T, name string) sentence {
	t.Helper()
	for _, chapter := range contract {
		for _, s := range chapter.sentences {
			if chapter.name+"/"+s.name == name {
				return s
			}
		}
	}
	require.FailNow(t, "no such case", name)
	return sentence{}
}

// failures runs a case on a store and returns what it had to say.
func failures(s sentence, store service.Store) []string {
	var r recorder
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.run(&r, store)
	}()
	<-done
	return r
}

// recorder is a test that may fail without failing this one.
type recorder []string

func (r *recorder) Errorf(format string, args ...any) { *r = append(*r, fmt.Sprintf(format, args...)) }

func (r *recorder) FailNow() { runtime.Goexit() }

// broken is a store that does what it should, except where a fault has put a
// function in the method's place.
type broken struct {
	answers map[string]answer
	service.Store
	// create takes the place of Create for each order, createAll for a call.
	create    func(ctx context.Context, change service.Change) error
	createAll func(ctx context.Context, changes ...service.Change) error

	load     func(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error)
	save     func(ctx context.Context, changes ...service.Change) error
	search   func(ctx context.Context, filter supervision.Filter) ([]service.Found, error)
	count    func(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error)
	records  func(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error)
	backlog  func(ctx context.Context, limit int) (service.Backlog, error)
	upcoming func(ctx context.Context, u upcoming) ([]service.Found, error)
	due      func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
		error)
	claim       func(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error)
	acknowledge func(ctx context.Context, ids ...supervision.RecordID) error
	return_     func(ctx context.Context, places ...service.Waiting) error
	delayed     func(ctx context.Context, aside bool, after supervision.RecordID, limit int) ([]service.Waiting, error)
	noticing    func(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Noticing,
		error)
	notice      func(ctx context.Context, list ...service.Noticed) error
	putTemplate func(ctx context.Context, t service.PublishedTemplate) error
	template    func(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error)
	latest      func(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error)
	between     func(ctx context.Context, from, before time.Time, after service.RecordPlace,
		limit int) ([]service.PlacedRecord, error)
	erase  func(ctx context.Context, change service.Change, erased []supervision.Record) error
	remove func(ctx context.Context, id string, version int64) (bool, error)
}

func (b *broken) Create(ctx context.Context, changes ...service.Change) error {
	if b.createAll != nil {
		return b.createAll(ctx, changes...)
	}
	if b.create == nil {
		return b.Store.Create(ctx, changes...)
	}
	var taken []string
	for _, change := range changes {
		err := b.create(ctx, change)
		if err != nil && !errors.Is(err, service.ErrExists) {
			return err
		}
		if err != nil {
			taken = append(taken, change.Order.ID)
		}
	}
	if taken != nil {
		return &service.ExistsError{Orders: taken}
	}
	return nil
}

func (b *broken) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	if b.load != nil {
		return b.load(ctx, id, key)
	}
	return b.Store.Load(ctx, id, key)
}

func (b *broken) Save(ctx context.Context, changes ...service.Change) error {
	if b.save != nil {
		return b.save(ctx, changes...)
	}
	return b.Store.Save(ctx, changes...)
}

func (b *broken) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	if b.count != nil {
		return b.count(ctx, limit, filters...)
	}
	return b.Store.Count(ctx, limit, filters...)
}

func (b *broken) Backlog(ctx context.Context, limit int) (service.Backlog, error) {
	if b.backlog != nil {
		return b.backlog(ctx, limit)
	}
	return b.Store.Backlog(ctx, limit)
}

// upcoming is what Upcoming is asked.
type upcoming struct {
	kinds        []supervision.DeadlineKind
	from, before time.Time
	after        supervision.Position
	limit        int
}

func (b *broken) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	u := upcoming{kinds, from, before, after, limit}
	if b.upcoming != nil {
		return b.upcoming(ctx, u)
	}
	return u.ask(ctx, b.Store)
}

func (u upcoming) ask(ctx context.Context, s service.Store) ([]service.Found, error) {
	return s.Upcoming(ctx, u.kinds, u.from, u.before, u.after, u.limit)
}

func (b *broken) Search(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
	if b.search != nil {
		return b.search(ctx, filter)
	}
	return b.Store.Search(ctx, filter)
}

func (b *broken) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	if b.records != nil {
		return b.records(ctx, id, after, limit)
	}
	return b.Store.Records(ctx, id, after, limit)
}

func (b *broken) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
	error) {
	if b.due != nil {
		return b.due(ctx, at, after, limit)
	}
	return b.Store.Due(ctx, at, after, limit)
}

func (b *broken) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	if b.claim != nil {
		return b.claim(ctx, at, lease, limit)
	}
	return b.Store.Claim(ctx, at, lease, limit)
}

func (b *broken) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	if b.acknowledge != nil {
		return b.acknowledge(ctx, ids...)
	}
	return b.Store.Acknowledge(ctx, ids...)
}

func (b *broken) Return(ctx context.Context, places ...service.Waiting) error {
	if b.return_ != nil {
		return b.return_(ctx, places...)
	}
	return b.Store.Return(ctx, places...)
}

func (b *broken) Delayed(ctx context.Context, aside bool, after supervision.RecordID,
	limit int) ([]service.Waiting, error) {
	if b.delayed != nil {
		return b.delayed(ctx, aside, after, limit)
	}
	return b.Store.Delayed(ctx, aside, after, limit)
}

func (b *broken) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) ([]service.Noticing, error) {
	if b.noticing != nil {
		return b.noticing(ctx, at, after, limit)
	}
	return b.Store.Noticing(ctx, at, after, limit)
}

func (b *broken) Notice(ctx context.Context, list ...service.Noticed) error {
	if b.notice != nil {
		return b.notice(ctx, list...)
	}
	return b.Store.Notice(ctx, list...)
}

func (b *broken) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	if b.putTemplate != nil {
		return b.putTemplate(ctx, t)
	}
	return b.Store.PutTemplate(ctx, t)
}

func (b *broken) Template(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
	if b.template != nil {
		return b.template(ctx, id)
	}
	return b.Store.Template(ctx, id)
}

func (b *broken) LatestTemplates(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
	if b.latest != nil {
		return b.latest(ctx, seller, product)
	}
	return b.Store.LatestTemplates(ctx, seller, product)
}

func (b *broken) Between(ctx context.Context, from, before time.Time, after service.RecordPlace,
	limit int) ([]service.PlacedRecord, error) {
	if b.between != nil {
		return b.between(ctx, from, before, after, limit)
	}
	return b.Store.Between(ctx, from, before, after, limit)
}

func (b *broken) Erase(ctx context.Context, change service.Change, erased []supervision.Record) error {
	if b.erase != nil {
		return b.erase(ctx, change, erased)
	}
	return b.Store.Erase(ctx, change, erased)
}

func (b *broken) Remove(ctx context.Context, id string, version int64) (bool, error) {
	if b.remove != nil {
		return b.remove(ctx, id, version)
	}
	return b.Store.Remove(ctx, id, version)
}

// TestAFailureNamesItsCase keeps names such that go test -run can pick one.
func TestAFailureNamesItsCase(t *testing.T) {
	seen := make(map[string]bool)
	for _, chapter := range contract {
		for _, s := range chapter.sentences {
			name := chapter.name + "/" + s.name
			require.False(t, seen[name], "two cases are named %q", name)
			seen[name] = true
			require.False(t, strings.Contains(s.name, "/"), "%q would be read as a subtest of a subtest", name)
			require.NotEmpty(t, s.quote, name)
		}
	}
}
