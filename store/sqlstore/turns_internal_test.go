package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// scribe writes groups of orders, and keeps what it was to write. It refuses
// groups with what is named.
type scribe struct {
	turns   *turns
	wrote   [][]string
	refuses map[string]error
	begins  func() // is called when it begins to write
}

func (s *scribe) run(ctx context.Context, group ...*writing) error {
	var ids []string
	for _, w := range group {
		ids = append(ids, w.rows[0].order.ID)
	}
	s.wrote = append(s.wrote, ids)
	if s.begins != nil {
		s.begins()
	}
	synctest.Wait() // whoever was called off has heard of it
	if err := ctx.Err(); err != nil {
		return err
	}
	for id, err := range s.refuses {
		if slices.Contains(ids, id) {
			return err
		}
	}
	return nil
}

func (s *scribe) write(ctx context.Context, id string) error {
	row := changeRows{order: orderRow{Listing: supervision.Listing{ID: id}}}
	return s.turns.write(&writing{ctx: ctx, rows: []changeRows{row}}, s.run)
}

// writeAll has orders written by as many callers, who all come while another
// has the turn, and returns what each was told.
func (s *scribe) writeAll(ctxs map[string]context.Context, ids ...string) map[string]error {
	var mu sync.Mutex
	told := make(map[string]error)
	var callers sync.WaitGroup
	_ = s.turns.take(context.Background())
	for _, id := range ids {
		callers.Go(func() {
			ctx := ctxs[id]
			if ctx == nil {
				ctx = context.Background()
			}
			err := s.write(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			told[id] = err
		})
		synctest.Wait()
	}
	s.turns.leave()
	callers.Wait()
	return told
}

func TestTurns_WhatWaitsIsWrittenTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scribe{turns: newTurns()}
		assert.Equal(t, map[string]error{"a": nil, "b": nil, "c": nil}, s.writeAll(nil, "a", "b", "c"))
		require.NoError(t, s.write(t.Context(), "d"))
		together(nil, s.run) // others have written all
		assert.Equal(t, [][]string{{"a", "b", "c"}, {"d"}}, s.wrote)
	})
}

func TestTurns_AnErrorComesOnlyToWhomItBelongs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("full")
		s := &scribe{turns: newTurns(), refuses: map[string]error{"b": full}}
		assert.Equal(t, map[string]error{"a": nil, "b": full, "c": nil}, s.writeAll(nil, "a", "b", "c"))
		require.Equal(t, full, s.write(t.Context(), "b"))
		assert.Equal(t, [][]string{{"a", "b", "c"}, {"a"}, {"b"}, {"c"}, {"b"}}, s.wrote)
	})
}

// Nothing is written again of which nobody knows whether it was.
func TestTurns_AnUnknownOutcomeIsEverybodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := unknown(errors.New("lost"))
		s := &scribe{turns: newTurns(), refuses: map[string]error{"b": lost}}
		told := s.writeAll(nil, "a", "b")
		require.ErrorIs(t, told["a"], service.ErrUnknownOutcome)
		require.ErrorIs(t, told["b"], service.ErrUnknownOutcome)
		assert.Equal(t, [][]string{{"a", "b"}}, s.wrote)
	})
}

// Each by itself would wait as long as all together have.
func TestTurns_ABusyDatabaseIsEverybodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := codeError(5)
		s := &scribe{turns: newTurns(), refuses: map[string]error{"b": busy}}
		assert.Equal(t, map[string]error{"a": busy, "b": busy}, s.writeAll(nil, "a", "b"))
		assert.Equal(t, [][]string{{"a", "b"}}, s.wrote)
	})
}

func TestTurns_WhoeverIsCalledOff(t *testing.T) {
	t.Run("while waiting is not written", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &scribe{turns: newTurns()}
			require.NoError(t, s.turns.take(t.Context()))
			ctx, cancel := context.WithCancel(t.Context())
			var told, other error
			var callers sync.WaitGroup
			callers.Go(func() { told = s.write(ctx, "a") })
			synctest.Wait()
			callers.Go(func() { other = s.write(t.Context(), "b") })
			synctest.Wait()
			cancel()
			synctest.Wait()
			require.ErrorIs(t, told, context.Canceled)
			require.ErrorIs(t, s.turns.take(ctx), context.Canceled)
			s.turns.leave()
			callers.Wait()
			require.NoError(t, other)
			assert.Equal(t, [][]string{{"b"}}, s.wrote)
		})
	})
	for off, other := range map[string]string{"a": "b", "b": "a"} {
		t.Run("while being written stops no other: "+off, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				s := &scribe{turns: newTurns(), begins: cancel}
				told := s.writeAll(map[string]context.Context{off: ctx}, "a", "b")
				require.ErrorIs(t, told[off], context.Canceled)
				require.NoError(t, told[other])
				assert.Equal(t, [][]string{{"a", "b"}, {"a"}, {"b"}}, s.wrote)
			})
		})
	}
}

// What has been written is never told to have been called off, and what may not
// have been is never told to be written.
func TestTurns_WhoeverIsCalledOffTooLateIsToldWhatCameOfIt(t *testing.T) {
	for _, comes := range []error{nil, unknown(errors.New("lost"))} {
		synctest.Test(t, func(t *testing.T) {
			s := &scribe{turns: newTurns()}
			ctx, cancel := context.WithCancel(t.Context())
			late := func(context.Context, ...*writing) error {
				cancel()
				synctest.Wait()
				return comes
			}
			require.NoError(t, s.turns.take(t.Context()))
			var callers sync.WaitGroup
			callers.Go(func() { assert.Equal(t, comes, s.turns.write(&writing{ctx: t.Context()}, late)) })
			synctest.Wait()
			callers.Go(func() { assert.Equal(t, comes, s.turns.write(&writing{ctx: ctx}, late)) })
			synctest.Wait()
			s.turns.leave()
			callers.Wait()
		})
	}
}

// Whoever gives up before its turn has come writes nothing, and leaves no turn
// that it does not have.
func TestTurns_WhoeverGivesUpBeforeItsTurnWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var db scripted
		store, _ := db.open(t, SQLite)
		require.NoError(t, store.turns.take(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := store.Acknowledge(ctx, supervision.RecordID{Order: "o-1", Seq: 1})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Empty(t, db.told)
		require.Len(t, store.turns.turn, 1, "another still has it")
	})
}

func TestTurns_OnlySQLiteHasThem(t *testing.T) {
	for _, dialect := range []Dialect{SQLite, Postgres, MySQL} {
		var db scripted
		store, _ := db.open(t, dialect)
		require.Equal(t, dialect == SQLite, store.turns != nil, dialect)
	}
}

func TestTurns_NilOnesMakeNobodyWait(t *testing.T) {
	var none *turns
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, none.take(ctx))
	require.NoError(t, none.take(ctx))
	none.leave()
}
