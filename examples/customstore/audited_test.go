package customstore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/examples/customstore"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) service.Store {
		return &customstore.Audited{Store: memory.New(), Log: io.Discard}
	})
}

func ExampleAudited() {
	var log strings.Builder
	svc, err := service.New(&customstore.Audited{Store: memory.New(), Log: &log})
	if err != nil {
		panic(err)
	}
	ctx, buyer := context.Background(), supervision.Buyer("b-1")
	_, _ = svc.Open(ctx, supervision.Opening{ID: "o-1", Product: "crm", Buyer: "b-1", Seller: "s-1"})
	_, _ = svc.Do(ctx, "o-1", buyer, supervision.SubmitRequest{Text: "Fifty seats."})
	_, refused := svc.Do(ctx, "o-1", buyer, supervision.AcceptProduct{})
	fmt.Println(strings.Count(log.String(), "\n"), "lines;", refused != nil)
	// Output: 2 lines; true
}

// broken is a log that cannot be written.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// What a batch leaves out is not logged, nor what is not stored; what cannot be
// logged is told, and stored all the same.
func TestAudited_LogsWhatIsStored(t *testing.T) {
	ctx, at := context.Background(), time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	opened := func(id string) service.Change {
		order, record, err := supervision.Open(
			supervision.Opening{ID: id, Product: "crm", Buyer: "b-1", Seller: "s-1"}, at)
		if err != nil {
			t.Fatal(err)
		}
		return service.Change{Order: order, Records: []supervision.Record{record}}
	}
	asked := func(before service.Change) service.Change {
		order, records, err := before.Order.Apply(supervision.Buyer("b-1"), supervision.SubmitRequest{Text: "x"}, at)
		if err != nil {
			t.Fatal(err)
		}
		return service.Change{Order: order, Before: before.Order.Version, Records: records}
	}
	var log strings.Builder
	inner := supervisiontest.Break(memory.New())
	store := &customstore.Audited{Store: inner, Log: &log}
	one, two, three := opened("o-1"), opened("o-2"), opened("o-3")
	for _, step := range []struct {
		what string
		do   func() error
		fail bool // before anything is stored
		want int
	}{
		{"one is new", func() error { return store.Create(ctx, one) }, false, 1},
		{"of two one is new", func() error { return store.Create(ctx, one, two) }, false, 1},
		{"none is stored", func() error { return store.Create(ctx, three) }, true, 0},
		{"one is changed", func() error { return store.Save(ctx, asked(one)) }, false, 1},
		{"of two one is changed", func() error { return store.Save(ctx, asked(one), asked(two)) }, false, 1},
		{"none is saved", func() error { return store.Save(ctx, asked(two)) }, true, 0},
	} {
		if log.Reset(); step.fail {
			inner.FailOn(supervisiontest.Failure{})
		}
		err := step.do()
		if got := strings.Count(log.String(), "\n"); got != step.want || step.fail && err == nil {
			t.Errorf("%s: %d lines, not %d, and %v", step.what, got, step.want, err)
		}
	}
	var failed []error
	store.Log, store.Failed = broken{}, func(err error) { failed = append(failed, err) }
	if err := store.Create(ctx, three); err != nil || len(failed) != 1 || !errors.Is(failed[0], io.ErrShortWrite) {
		t.Errorf("%v, told %v", err, failed)
	}
	store.Failed = nil
	if err := store.Save(ctx, asked(three)); err != nil {
		t.Error(err)
	}
}
