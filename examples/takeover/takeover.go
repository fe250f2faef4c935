package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/benbjohnson/clock"
	_ "modernc.org/sqlite"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// takeover is the host between its old service and the new one.
type takeover struct {
	out, progress io.Writer
	db            *sql.DB
	clock         *clock.Mock
	service       *service.Service
	rows          []row
	log           map[string][]entry // by order
	adopted       []string
	faults        []fault
}

// fault is what is wrong with a field of a row.
type fault struct{ order, field, code string }

// begin makes the old service's database and, beside its tables, those of the
// new one.
func begin(ctx context.Context, file string, out, progress io.Writer) (*takeover, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	t := &takeover{out: out, progress: progress, db: db, clock: clock.NewMock(), log: make(map[string][]entry)}
	t.clock.Set(today)
	store, err := sqlstore.New(db, sqlstore.SQLite)
	if err != nil {
		return t, err
	}
	t.service, err = service.New(store, service.WithClock(t.clock))
	return t, errors.Join(err, write(ctx, db), store.Migrate(ctx), t.read(ctx))
}

func (t *takeover) read(ctx context.Context) (err error) {
	if t.rows, err = readAll[row](ctx, t.db, "orders"); err != nil {
		return err
	}
	log, err := readAll[entry](ctx, t.db, "log")
	for _, e := range log {
		t.log[e.ID] = append(t.log[e.ID], e)
	}
	t.printf("The old service has %d rows and %d lines of log.\n", len(t.rows), len(log))
	return err
}

// chunk is how many rows are adopted between two signs of progress.
const chunk = 500

// adopt adopts every row that can be adopted, and keeps what is wrong with the
// others. It can be repeated at any time.
func (t *takeover) adopt(ctx context.Context) error {
	t.adopted, t.faults = nil, nil
	faulty, repeated := 0, 0
	for rows := range slices.Chunk(t.rows, chunk) {
		list := make([]supervision.Adoption, len(rows))
		for i, r := range rows {
			list[i] = adoption(r, t.log[r.ID])
		}
		results, err := t.service.Adopt(ctx, list...)
		if err != nil {
			return err
		}
		for i, result := range results {
			switch {
			case result.Err != nil:
				faulty++
				t.faults = append(t.faults, faultsOf(rows[i].ID, result.Err)...)
			case result.Repeated:
				repeated++
			default:
				t.adopted = append(t.adopted, rows[i].ID)
			}
		}
		t.step("adopting", len(t.adopted)+repeated+faulty, len(t.rows))
	}
	t.title("Adoption")
	t.printf("%d rows: %d adopted, %d there already, %d faulty.\n", len(t.rows), len(t.adopted), repeated, faulty)
	t.list()
	return nil
}

// faultsOf names everything that is wrong with a row.
func faultsOf(order string, err error) (list []fault) {
	var invalid *supervision.InvalidError
	var different *service.DifferentError
	switch {
	case errors.As(err, &invalid):
		for _, f := range invalid.Faults {
			list = append(list, fault{order, f.Field, string(f.Code)})
		}
	case errors.As(err, &different):
		for _, field := range different.Fields {
			list = append(list, fault{order, field, "another row differs"})
		}
	default:
		list = append(list, fault{order, "", err.Error()})
	}
	return list
}

// list lists every fault by its order and field, and counts them by code.
func (t *takeover) list() {
	byCode, where := make(map[string]int), make(map[fault][]string)
	for _, f := range t.faults {
		byCode[f.code]++
		kind := fault{field: f.field, code: f.code}
		where[kind] = append(where[kind], f.order)
	}
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		t.printf("\n%3d × %s\n", byCode[code], code)
		kinds := slices.SortedFunc(maps.Keys(where), func(a, b fault) int { return cmp.Compare(a.field, b.field) })
		for _, kind := range kinds {
			if kind.code == code {
				t.wrap(kind.field, where[kind])
			}
		}
	}
}

// wrap prints orders after a field, some in a line.
func (t *takeover) wrap(field string, ids []string) {
	for ids := range slices.Chunk(ids, 8) {
		t.printf("      %-28s %s\n", field, strings.Join(ids, " "))
		field = ""
	}
}

func (t *takeover) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

func (t *takeover) title(title string) {
	t.printf("\n%s %s\n\n", title, strings.Repeat("─", 79-len(title)))
}

// step says now and then how far something is, on one line of a terminal.
func (t *takeover) step(what string, done, of int) {
	if done%chunk == 0 || done == of {
		fmt.Fprintf(t.progress, "\r%s: %d of %d", what, done, of)
	}
	if done == of {
		fmt.Fprintln(t.progress)
	}
}
