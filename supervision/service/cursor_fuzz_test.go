package service_test

import (
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/require"
)

// FuzzCursor: a cursor continues its own search behind what came before, and is
// refused otherwise.
func FuzzCursor(f *testing.F) {
	b := newBench(f)
	for _, id := range []string{"o-1", "o-2", "o-3"} {
		b.open(id)
	}
	mine := supervision.Query{Limit: 1}
	for range 2 {
		page, err := b.Service.Search(f.Context(), ben, mine)
		require.NoError(f, err)
		f.Add(page.Next)
		mine.Cursor = page.Next
	}
	f.Add("")
	f.Add("e30")
	f.Fuzz(func(t *testing.T, cursor string) {
		page, err := b.Service.Search(t.Context(), ben, supervision.Query{Limit: 1, Cursor: cursor})
		if err != nil {
			require.ErrorIs(t, err, supervision.ErrInvalid)
			return
		}
		require.LessOrEqual(t, len(page.Orders), 1)
		_, err = b.Service.Search(t.Context(), otherBuyer, supervision.Query{Limit: 1, Cursor: cursor})
		require.Equal(t, cursor == "", err == nil, "another's cursor")
	})
}
