package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// The drivers' errors, as far as they are looked at.
type (
	stateError  string
	codeError   int
	numberError struct{ Number uint16 }
	unsentError struct{}
	otherError  struct{ Number string } // of a driver that is not known
)

func (e stateError) Error() string    { return string(e) }
func (e stateError) SQLState() string { return string(e) }
func (e codeError) Error() string     { return "sqlite" }
func (e codeError) Code() int         { return int(e) }
func (e *numberError) Error() string  { return "mysql" }
func (otherError) Error() string      { return "other" }
func (unsentError) Error() string     { return "not sent" }
func (unsentError) SafeToRetry() bool { return true }

func TestWhatAnErrorMeans(t *testing.T) {
	for name, c := range map[string]struct {
		err                             error
		contended, answered, rolledBack bool
	}{
		"nothing is known":             {err: errors.New("unexpected EOF")},
		"another driver's":             {err: otherError{"1213"}},
		"never sent":                   {err: driver.ErrBadConn, contended: true, answered: true, rolledBack: true},
		"pgx: never sent":              {err: unsentError{}, answered: true, rolledBack: true},
		"PostgreSQL: unique violation": {err: stateError("23505"), answered: true},
		"PostgreSQL: canceled":         {err: stateError("57014"), answered: true},
		"PostgreSQL: disk full":        {err: stateError("53100"), answered: true},
		"PostgreSQL: serialization": {err: stateError("40001"), contended: true, answered: true,
			rolledBack: true},
		"PostgreSQL: deadlock": {err: stateError("40P01"), contended: true, answered: true,
			rolledBack: true},
		"PostgreSQL: shut down":          {err: stateError("57P01")},
		"PostgreSQL: crashed":            {err: stateError("57P02")},
		"PostgreSQL: connection failure": {err: stateError("08006")},
		"PostgreSQL: completion unknown": {err: stateError("40003")},
		"PostgreSQL: I/O error":          {err: stateError("58030")},
		"MySQL: deadlock": {err: &numberError{1213}, contended: true, answered: true,
			rolledBack: true},
		"MySQL: record changed since read": {err: &numberError{1020}, contended: true, answered: true,
			rolledBack: true},
		"MySQL: lock wait timeout": {err: &numberError{1205}, answered: true},
		"MySQL: duplicate key":     {err: &numberError{1062}, answered: true},
		"MySQL: no such table":     {err: &numberError{1146}, answered: true},
		"MySQL: denied":            {err: &numberError{1142}, answered: true},
		"MySQL: read-only":         {err: &numberError{1290}, answered: true},
		"MySQL: no such character": {err: &numberError{1366}, answered: true},
		"MySQL: engine error":      {err: &numberError{1030}},
		"MySQL: any other error":   {err: &numberError{1105}},
		"MySQL: no quorum":         {err: &numberError{1047}},
		"MySQL: shut down":         {err: &numberError{1053}},
		"MySQL: commit failed":     {err: &numberError{1180}},
		"MySQL: interrupted":       {err: &numberError{1317}},
		"MySQL: connection killed": {err: &numberError{1927}},
		"SQLite: busy":             {err: codeError(5), contended: true, answered: true, rolledBack: true},
		"SQLite: busy snapshot":    {err: codeError(517), contended: true, answered: true, rolledBack: true},
		"SQLite: locked":           {err: codeError(6), contended: true, answered: true, rolledBack: true},
		"SQLite: full":             {err: codeError(13), rolledBack: true},
		"SQLite: I/O error":        {err: codeError(10)},
	} {
		t.Run(name, func(t *testing.T) {
			err := fmt.Errorf("wrapped: %w", c.err)
			require.Equal(t, c.contended, contended(err), "contended")
			require.Equal(t, c.answered, answered(err), "answered")
			require.Equal(t, c.rolledBack, notCommitted(err), "not committed")
		})
	}
	joined := errors.Join(fmt.Errorf("wrapped: %w", &numberError{1213}), &numberError{1305})
	require.True(t, contended(fmt.Errorf("wrapped: %w", joined)), "the first of several has a number")
	require.True(t, contended(errors.Join(errors.New("unexpected EOF"), &numberError{1213})), "only the second has one")
	require.False(t, contended(errors.Join(&numberError{1205}, &numberError{1213})), "the first counts")
	for _, err := range []error{stateError("42P01"), &numberError{1146}, codeError(1)} {
		require.True(t, missing(err), "%v", err)
	}
	for _, err := range []error{errors.New("unexpected EOF"), stateError("08006"), &numberError{1213}, codeError(10)} {
		require.False(t, missing(err), "%v", err)
	}
	require.True(t, duplicate(&numberError{1062}))
	require.False(t, duplicate(nil))
}

// A failed call is named as the store's, and a context that has ended as the
// reason, once.
func TestAContextThatHasEndedIsTheReason(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	lost := errors.New("unexpected EOF")
	require.EqualError(t, new(Store).failed(t.Context(), lost), "sqlstore: unexpected EOF")
	require.EqualError(t, new(Store).failed(ended, lost), "sqlstore: context canceled: unexpected EOF")
	require.EqualError(t, new(Store).failed(ended, context.Canceled), "sqlstore: context canceled")
	for _, err := range []error{lost, context.Canceled} {
		require.ErrorIs(t, new(Store).failed(ended, lost), err)
	}
}

func TestColumnsAsPostgresSplitsThem(t *testing.T) {
	var columns [3]column
	for _, value := range []any{int64(-7), int64(math.MinInt64), nil, `a"b\c,{d}`, "NULL", "line\nbreak", "é",
		"not\x1eone", nil} {
		columns[0].add(value, 9)
	}
	columns[1].add(nil, 1)
	require.Equal(t, []any{"-7\x1e-9223372036854775808\x1e\x1ea\"b\\c,{d}\x1eNULL\x1eline\nbreak\x1eé\x1e\x1e",
		"", ""}, arguments(columns[:]))
	require.Equal(t, "unnest("+split+", "+split+"::bigint[])", unnest("t b"))
}

func TestFilesAreSplitAtTheEndsOfStatements(t *testing.T) {
	s := &Store{statements: newStatements(newNaming(SQLite, "shop_"))}
	require.Equal(t, []string{"CREATE TABLE shop_orders (\n    id TEXT -- the host's; any\n)",
		"INSERT INTO shop_schema VALUES (1)"}, s.split(
		"-- +goose ENVSUB ON\n-- +goose Up\n\n-- Comment; with a semicolon.\nCREATE TABLE "+
			"${SERVICEFLOW_PREFIX:-serviceflow_}orders (\n"+
			"    id TEXT -- the host's; any\n);\nINSERT INTO ${SERVICEFLOW_PREFIX:-serviceflow_}schema VALUES (1);\n"))
}
