package storetest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

var update = flag.Bool("update", false, "write testdata/noticed.txt anew")

// TestACaseNoticesAsMuchAsBefore runs each case on stores that do one call
// wrong, one after the other and each in several ways. A case need not notice
// all of it, for it is about one sentence; testdata/noticed.txt says how much
// each does, so that no check is lost unseen.
func TestACaseNoticesAsMuchAsBefore(t *testing.T) {
	const file = "testdata/noticed.txt"
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	known := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		n, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		known[name] = n
	}
	var lines strings.Builder
	for _, chapter := range contract {
		t.Run(chapter.name, func(t *testing.T) {
			for _, s := range chapter.sentences {
				name := chapter.name + "/" + s.name
				if unsteady.MatchString(name) {
					continue
				}
				t.Run(s.name, func(t *testing.T) {
					n := fmt.Sprint(noticed(s))
					if fmt.Fprintln(&lines, n, name); !*update {
						assert.Equal(t, known[name], n, "how many wrong calls are noticed; -update writes it down")
					}
				})
			}
		})
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(lines.String()), 0o644))
	}
}

// unsteady are the cases whose calls come in any order, and those that say the
// same as others of another method or field.
var unsteady = regexp.MustCompile(
	`^(Race|Relay)/|one of many|same time$|canceled while|ended before [^C]|^Refusing/(a record|an order [^w])`)

// noticed counts the wrong calls that a case notices: of those made from one
// line the first, and the last as far as it is not done. Cases of very many
// calls are left out.
func noticed(s sentence) (n int) {
	right := &wrong{Store: memory.New()}
	if fails(s, right); len(right.from) > mostCalls {
		return 0
	}
	last := make(map[line]int)
	for i, from := range right.from {
		last[from] = i
	}
	seen := make(map[line]bool)
	for i, from := range right.from {
		tried := ways
		if seen[from] {
			if tried = ways[:1]; i != last[from] {
				continue
			}
		}
		seen[from] = true
		for _, way := range tried {
			if fails(s, &wrong{Store: memory.New(), call: i + 1, way: way}) {
				n++
			}
		}
	}
	return n
}

const mostCalls = 100

// fails reports whether a case says that a store is wrong. One that panics has
// not said it.
func fails(s sentence, store service.Store) bool {
	var r recorder
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if recover() != nil {
				r = nil
			}
		}()
		s.run(&r, store)
	}()
	<-done
	return len(r) > 0
}

// way is one way to do a call wrong: by what is asked, by what is answered, or
// without doing it.
type way struct {
	undone bool
	err    error
	asked  func(v reflect.Value)
	answer func(v reflect.Value)
}

var ways = []way{
	{undone: true},
	{undone: true, err: errors.New("the store is broken")},
	{answer: func(v reflect.Value) { lists(v, func(n int) int { return n - 1 }) }},
	{answer: func(v reflect.Value) { lists(v, func(n int) int { return n + 1 }) }},
	{answer: reverse},
	{answer: spoil},
	{answer: numbers},
	{answer: func(v reflect.Value) { each(v, func(r **supervision.Record) { *r = nil }) }},
	{asked: func(v reflect.Value) { shift(v, tick) }},
	{asked: func(v reflect.Value) { shift(v, -tick) }},
	{asked: numbers},
	{asked: func(v reflect.Value) { each(v, func(p *supervision.Position) { *p = supervision.Position{} }) }},
	{asked: func(v reflect.Value) { lists(v, func(n int) int { return n - 1 }) }},
	{asked: reverse},
	{asked: func(v reflect.Value) { each(v, func(c *service.Change) { c.Relay = !c.Relay }) }},
	{asked: func(v reflect.Value) { each(v, func(r *supervision.Record) { r.Key = "" }) }},
	{asked: func(v reflect.Value) { each(v, func(r *supervision.Record) { r.Actor.User = "spoiled" }) }},
	{asked: func(v reflect.Value) { each(v, func(o *supervision.Order) { o.Product = "spoiled" }) }},
}

// wrong is a store that does one of its calls wrong.
type wrong struct {
	service.Store
	from []line // from where each call came
	call int    // from 1
	way  way
}

// done does a call.
func done[Q, A any](w *wrong, asked Q, call func(Q) (A, error)) (A, error) {
	w.from = append(w.from, caller())
	var answer A
	if len(w.from) != w.call {
		return call(asked)
	}
	if w.way.undone {
		return answer, w.way.err
	}
	if w.way.asked != nil {
		w.way.asked(reflect.ValueOf(&asked).Elem())
	}
	answer, err := call(asked)
	if w.way.answer != nil {
		w.way.answer(reflect.ValueOf(&answer).Elem())
	}
	return answer, err
}

// line is the line of a case that led to a call, with those of its helpers.
type line [20]uintptr

func caller() (l line) {
	runtime.Callers(3, l[:])
	return l
}

// lists changes how long the lists in a value are: what is added is what is the
// last, or nothing.
func lists(v reflect.Value, length func(n int) int) {
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			lists(v.Field(i), length)
		}
	case v.Kind() != reflect.Slice || !v.CanSet():
	case length(v.Len()) > v.Len():
		more := reflect.Zero(v.Type().Elem())
		if v.Len() > 0 {
			more = v.Index(v.Len() - 1)
		}
		v.Set(reflect.Append(v, more))
	case v.Len() > 0:
		v.Set(v.Slice(0, v.Len()-1))
	}
}

func reverse(v reflect.Value) {
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			reverse(v.Field(i))
		}
	}
	if v.Kind() != reflect.Slice || !v.CanSet() {
		return
	}
	turned := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		turned.Index(v.Len() - 1 - i).Set(v.Index(i))
	}
	v.Set(turned)
}

// numbers adds one to every number, and says yes for no.
func numbers(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			numbers(v.Field(i))
		}
	case v.CanSet() && v.CanInt():
		v.SetInt(v.Int() + 1)
	case v.CanSet() && v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	}
}

// shift moves the instants that are asked for.
func shift(v reflect.Value, by time.Duration) {
	each(v, func(at *time.Time) {
		if !at.IsZero() {
			*at = at.Add(by)
		}
	})
}

// each changes what is of a type in what is asked, outside of orders and
// records unless it is they.
func each[T any](v reflect.Value, change func(*T)) {
	switch {
	case v.Type() == reflect.TypeFor[T]():
		if v.CanSet() {
			change(v.Addr().Interface().(*T))
		}
	case v.Type() == reflect.TypeFor[supervision.Order]() || v.Type() == reflect.TypeFor[supervision.Record]():
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			each(v.Field(i), change)
		}
	case v.Kind() == reflect.Slice && v.CanSet():
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len()) // what the case has stays as it is
		reflect.Copy(own, v)
		v.Set(own)
		for i := range v.Len() {
			each(v.Index(i), change)
		}
	}
}

type nothing struct{}

func (w *wrong) Create(ctx context.Context, changes ...service.Change) error {
	_, err := done(w, changes, func(q []service.Change) (nothing, error) { return nothing{}, w.Store.Create(ctx, q...) })
	return err
}

func (w *wrong) Save(ctx context.Context, changes ...service.Change) error {
	_, err := done(w, changes, func(q []service.Change) (nothing, error) { return nothing{}, w.Store.Save(ctx, q...) })
	return err
}

func (w *wrong) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	type answer struct {
		Order  supervision.Order
		Record *supervision.Record
	}
	a, err := done(w, nothing{}, func(nothing) (a answer, err error) {
		a.Order, a.Record, err = w.Store.Load(ctx, id, key)
		return a, err
	})
	return a.Order, a.Record, err
}

func (w *wrong) Search(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
	return done(w, filter, func(q supervision.Filter) ([]service.Found, error) { return w.Store.Search(ctx, q) })
}

func (w *wrong) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	return done(w, filters, func(q []supervision.Filter) ([]int, error) { return w.Store.Count(ctx, limit, q...) })
}

// page is what is asked for by a place and a limit.
type page[P any] struct {
	From, Before time.Time
	After        P
	Limit        int
}

func (w *wrong) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	return done(w, page[supervision.Position]{from, before, after, limit},
		func(q page[supervision.Position]) ([]service.Found, error) {
			return w.Store.Upcoming(ctx, kinds, q.From, q.Before, q.After, q.Limit)
		})
}

func (w *wrong) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	return done(w, page[int64]{After: after, Limit: limit}, func(q page[int64]) ([]service.FoundRecord, error) {
		return w.Store.Records(ctx, id, q.After, q.Limit)
	})
}

func (w *wrong) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	return done(w, page[supervision.Position]{at, at, after, limit},
		func(q page[supervision.Position]) ([]service.Found, error) {
			return w.Store.Due(ctx, q.From, q.After, q.Limit)
		})
}

func (w *wrong) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	return done(w, page[time.Duration]{at, at, lease, limit}, func(q page[time.Duration]) ([]service.Claimed, error) {
		return w.Store.Claim(ctx, q.From, q.After, q.Limit)
	})
}

func (w *wrong) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	_, err := done(w, ids, func(q []supervision.RecordID) (nothing, error) {
		return nothing{}, w.Store.Acknowledge(ctx, q...)
	})
	return err
}

func (w *wrong) Return(ctx context.Context, places ...service.Waiting) error {
	_, err := done(w, places, func(q []service.Waiting) (nothing, error) {
		return nothing{}, w.Store.Return(ctx, q...)
	})
	return err
}

func (w *wrong) Backlog(ctx context.Context, limit int) (service.Backlog, error) {
	return done(w, limit, func(q int) (service.Backlog, error) { return w.Store.Backlog(ctx, q) })
}

func (w *wrong) Delayed(ctx context.Context, aside bool, after supervision.RecordID,
	limit int) ([]service.Waiting, error) {
	return done(w, page[supervision.RecordID]{After: after, Limit: limit},
		func(q page[supervision.RecordID]) ([]service.Waiting, error) {
			return w.Store.Delayed(ctx, aside, q.After, q.Limit)
		})
}

func (w *wrong) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) ([]service.Noticing, error) {
	return done(w, page[supervision.Position]{at, at, after, limit},
		func(q page[supervision.Position]) ([]service.Noticing, error) {
			return w.Store.Noticing(ctx, q.From, q.After, q.Limit)
		})
}

func (w *wrong) Notice(ctx context.Context, list ...service.Noticed) error {
	_, err := done(w, list, func(q []service.Noticed) (nothing, error) { return nothing{}, w.Store.Notice(ctx, q...) })
	return err
}

func (w *wrong) PutTemplate(ctx context.Context, t service.PublishedTemplate) error {
	_, err := done(w, t, func(q service.PublishedTemplate) (nothing, error) {
		return nothing{}, w.Store.PutTemplate(ctx, q)
	})
	return err
}

func (w *wrong) Template(ctx context.Context, id supervision.TemplateID) (service.PublishedTemplate, error) {
	return done(w, id, func(q supervision.TemplateID) (service.PublishedTemplate, error) {
		return w.Store.Template(ctx, q)
	})
}

func (w *wrong) LatestTemplates(ctx context.Context, seller, product string) ([]service.PublishedTemplate, error) {
	return done(w, nothing{}, func(nothing) ([]service.PublishedTemplate, error) {
		return w.Store.LatestTemplates(ctx, seller, product)
	})
}

func (w *wrong) Between(ctx context.Context, from, before time.Time, after service.RecordPlace,
	limit int) ([]service.PlacedRecord, error) {
	return done(w, page[service.RecordPlace]{from, before, after, limit},
		func(q page[service.RecordPlace]) ([]service.PlacedRecord, error) {
			return w.Store.Between(ctx, q.From, q.Before, q.After, q.Limit)
		})
}

// erasure is what Erase is asked.
type erasure struct {
	Change service.Change
	Erased []supervision.Record
}

func (w *wrong) Erase(ctx context.Context, change service.Change, erased []supervision.Record) error {
	_, err := done(w, erasure{change, erased}, func(q erasure) (nothing, error) {
		return nothing{}, w.Store.Erase(ctx, q.Change, q.Erased)
	})
	return err
}

func (w *wrong) Remove(ctx context.Context, id string, version int64) (bool, error) {
	return done(w, version, func(q int64) (bool, error) { return w.Store.Remove(ctx, id, q) })
}
