package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/koogallery/serviceflow/supervision/service"
)

// turns are what the writers of a SQLite database take one after the other. The
// database itself lets them sleep and try again, which wastes most of its time
// and starves some. What is wanted written when a turn begins goes into one
// transaction, and so shares its commit. Nil ones make nobody wait.
type turns struct {
	turn    chan struct{} // holds whoever is writing
	mu      sync.Mutex
	waiting []*writing
}

func newTurns() *turns { return &turns{turn: make(chan struct{}, 1)} }

// writing is what one caller wants written: the statement of its orders, and
// what goes with it.
type writing struct {
	ctx   context.Context
	rows  []changeRows
	order string
	args  func(*orderRow) []any

	left []string // the orders that the statement left as they were
	err  error
	done chan struct{}
}

// take waits for a turn, and leave ends it.
func (t *turns) take(ctx context.Context) error {
	if t == nil {
		return nil
	}
	select {
	case t.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turns) leave() {
	if t != nil {
		<-t.turn
	}
}

// write has run write what a caller wants written: by the caller itself when
// its turn comes, or by another who has the turn before.
func (t *turns) write(w *writing, run func(context.Context, ...*writing) error) error {
	w.done = make(chan struct{})
	t.mu.Lock()
	t.waiting = append(t.waiting, w)
	t.mu.Unlock()
	select {
	case t.turn <- struct{}{}:
		t.mu.Lock()
		group := t.waiting
		t.waiting = nil
		t.mu.Unlock()
		together(group, run)
		t.leave()
	case <-w.done:
	case <-w.ctx.Done():
		if t.withdraw(w) {
			return w.ctx.Err()
		}
	}
	<-w.done
	return w.err
}

// withdraw reports whether nobody has begun to write it.
func (t *turns) withdraw(w *writing) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.waiting, w)
	if i >= 0 {
		t.waiting = slices.Delete(t.waiting, i, i+1)
	}
	return i >= 0
}

// together runs a group in one transaction, and each by itself where that
// fails, so that an error comes only to whom it belongs. That others keep the
// database busy is everybody's, who would wait for them one after the other.
func together(group []*writing, run func(context.Context, ...*writing) error) {
	alone := len(group) < 2 || !shared(group, run) // of none others have written all
	for _, w := range group {
		if alone {
			w.err = run(w.ctx, w)
		}
		close(w.done)
	}
}

// shared reports whether what came of a group is everybody's. A context that
// ends ends the transaction, but not the others' writing.
func shared(group []*writing, run func(context.Context, ...*writing) error) bool {
	ctx, cancel := context.WithCancel(group[0].ctx)
	defer cancel()
	for _, w := range group {
		defer context.AfterFunc(w.ctx, cancel)()
	}
	err := run(ctx, group...)
	if err != nil && !errors.Is(err, service.ErrUnknownOutcome) && !contended(err) {
		return false
	}
	for _, w := range group {
		w.err = err
	}
	return true
}
