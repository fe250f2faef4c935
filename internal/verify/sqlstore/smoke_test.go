package sqlstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

func TestSmoke(t *testing.T) {
	each(t, func(t *testing.T, d database) {
		ctx := t.Context()
		s := d.store(t)
		require.NoError(t, s.Validate(ctx))
		svc, err := supervision.New(s)
		require.NoError(t, err)
		_, err = svc.Open(ctx, supervision.Opening{ID: "o", Product: "p", Buyer: "b", Seller: "s"})
		require.NoError(t, err)
		for range 2 {
			_, err = svc.Do(ctx, "o", supervision.Buyer("b"), supervision.SubmitRequest{Text: "x"}, supervision.WithKey("k"))
			require.NoError(t, err)
		}
		recs, err := svc.Records(ctx, "o", supervision.Buyer("b"), 0, 0)
		require.NoError(t, err)
		require.Len(t, recs, 2)
		page, err := svc.Search(ctx, supervision.Buyer("b"), supervision.Query{Criteria: supervision.Criteria{Turn: supervision.RoleSeller, Product: "p"}})
		require.NoError(t, err)
		require.Len(t, page.Orders, 1)
		got, err := s.Claim(ctx, time.Now(), time.Minute, 10)
		require.NoError(t, err)
		require.Len(t, got, 2)
		require.NoError(t, s.Acknowledge(ctx, got[0].ID(), got[1].ID()))
		_, err = svc.Settle(ctx)
		require.NoError(t, err)
	})
}
