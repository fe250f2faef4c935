package appeal_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// word is what every enumeration of the package does.
type word interface {
	~string
	fmt.Stringer
	encoding.TextMarshaler
}

func checkWords[W word, P interface {
	*W
	encoding.TextUnmarshaler
}](t *testing.T, parse func(string) (W, error), declared map[W]string) {
	t.Helper()
	for value, want := range declared {
		assert.Equal(t, want, value.String())
		parsed, err := parse(want)
		require.NoError(t, err)
		assert.Equal(t, value, parsed)
		data, err := json.Marshal(value)
		require.NoError(t, err)
		assert.Equal(t, `"`+want+`"`, string(data))
		var read W
		require.NoError(t, P(&read).UnmarshalText([]byte(want)))
		assert.Equal(t, value, read)
	}
	_, err := parse(strings.Repeat("x", 40))
	assert.ErrorContains(t, err, strings.Repeat("x", 40)+`"`, "no more than needed is cut")
	for _, wrong := range []string{"", "Buyer", " resume", strings.Repeat("x", 1000), "\xff"} {
		_, err := parse(wrong)
		assert.ErrorIs(t, err, appeal.ErrUnknown)
		assert.Less(t, len(err.Error()), 250, "a stranger's word is cut")
		var read W
		assert.ErrorIs(t, P(&read).UnmarshalText([]byte(wrong)), appeal.ErrUnknown)
		assert.Zero(t, read)
		_, err = W(wrong).MarshalText()
		assert.ErrorIs(t, err, appeal.ErrUnknown, "an undeclared value is not written")
	}
}

func TestWords(t *testing.T) {
	checkWords(t, appeal.ParseParty, map[appeal.Party]string{appeal.Buyer: "buyer", appeal.Seller: "seller"})
	checkWords(t, appeal.ParseOutcome, map[appeal.Outcome]string{
		appeal.Resume: "resume", appeal.Accept: "accept", appeal.Cancel: "cancel",
	})
	checkWords(t, appeal.ParseGround, map[appeal.Ground]string{
		appeal.SellerSilent: "seller_silent", appeal.BuyerSilent: "buyer_silent", appeal.RequestRejected: "request_rejected",
		appeal.ProductRejected: "product_rejected", appeal.Unconditional: "unconditional",
	})
	checkWords(t, appeal.ParseReason, map[appeal.Reason]string{
		appeal.NotGranted: "not_granted", appeal.NotTheirTurn: "not_their_turn", appeal.TooFewRejections: "too_few_rejections",
		appeal.NotSilentLongEnough: "not_silent_long_enough", appeal.InBlackout: "in_blackout",
	})
}

func TestGrounds(t *testing.T) {
	set := appeal.GroundsOf(appeal.ProductRejected, appeal.SellerSilent, "weather")
	assert.Equal(t, []appeal.Ground{appeal.SellerSilent, appeal.ProductRejected}, set.List(), "declared ones, in declared order")
	assert.Equal(t, "seller_silent, product_rejected", set.String())
	assert.True(t, set.Has(appeal.SellerSilent))
	assert.False(t, set.Has(appeal.BuyerSilent))
	assert.False(t, set.Has("weather"))
	assert.False(t, appeal.Grounds(255).Has(""), "no ground is in no set")

	data, err := json.Marshal(appeal.Grounds(0))
	require.NoError(t, err)
	assert.Equal(t, "[]", string(data))
	read := set
	assert.ErrorIs(t, read.UnmarshalJSON([]byte(`["seller_silent","seller_silent"]`)), appeal.ErrPolicy)
	assert.Error(t, read.UnmarshalJSON([]byte(`{`)))
	assert.Equal(t, set, read)
}
