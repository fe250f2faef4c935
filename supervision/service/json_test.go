package service_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// What a host shows of a service has the names that all documents have.
func TestJSON_NamesOfAnswers(t *testing.T) {
	unreadable := []*service.UnreadableError{{Order: "o-1", Err: supervision.ErrMalformed}}
	for want, answer := range map[string]any{
		`{"orders":[],"unreadable":[{"order":"o-1"}],"next":"x"}`: service.Page[supervision.Summary]{
			Orders: []supervision.Summary{}, Unreadable: unreadable, Next: "x"},
		`{"orders":7,"more":true}`: service.Count{Orders: 7, More: true},
		`{"order":"o-1","seq":2,"attempts":3,"next":"2026-03-02T09:00:00Z","aside":false}`: service.Waiting{
			RecordID: supervision.RecordID{Order: "o-1", Seq: 2}, Attempts: 3, Next: bought},
		`{"repeated":false}`: service.Adopted{Err: supervision.ErrInvalid},
		`{"at":"2026-03-02T09:00:00Z","waiting":{"orders":1,"more":false},"failing":{"orders":0,"more":false},` +
			`"aside":{"orders":0,"more":false},"overdue":{"orders":0,"more":false},` +
			`"unreadable":[{"order":"o-1"}]}`: service.Stats{
			At: bought, Waiting: service.Count{Orders: 1}, Unreadable: unreadable},
	} {
		written, err := json.Marshal(answer)
		require.NoError(t, err)
		assert.Equal(t, want, string(written))
	}
}

func TestJSON_ListsOfNothingAreLists(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	summaries, err1 := b.Service.Search(b.ctx, otherBuyer, supervision.Query{})
	whole, err2 := b.Service.SearchWhole(b.ctx, otherBuyer, supervision.Query{})
	records, err3 := b.Service.Records(b.ctx, "o-1", ben, 99, 0)
	require.NoError(t, errors.Join(err1, err2, err3))
	for want, list := range map[string][]any{`{"orders":[]}`: {summaries, whole}, `[]`: {records}} {
		for _, list := range list {
			written, err := json.Marshal(list)
			require.NoError(t, err)
			assert.Equal(t, want, string(written))
		}
	}
}
