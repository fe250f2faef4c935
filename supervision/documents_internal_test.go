package supervision

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// However many policies there are, a store remembers a bounded number of them,
// and reads and writes the others as well.
func TestDocuments_RememberABoundedNumberOfPolicies(t *testing.T) {
	var documents Documents
	for i := range 2*mostPolicies + 1 {
		policy := Guide()
		policy.Name = fmt.Sprintf("policy %d", i)
		order, _, err := Open(Opening{ID: "o-1", Product: "p-1", Buyer: "ben", Seller: "sue", Policy: policy},
			time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
		require.NoError(t, err)
		written, err := documents.MarshalOrder(order)
		require.NoError(t, err)
		read, err := documents.UnmarshalOrder(written)
		require.NoError(t, err)
		require.Equal(t, order, read)
		require.LessOrEqual(t, len(documents.forms), mostPolicies)
		require.LessOrEqual(t, len(documents.policies), mostPolicies)
	}
}
