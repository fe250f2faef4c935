package appeal_test

import (
	"encoding"
	"encoding/json"
	"strings"
	"testing"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkWords: an enumeration writes its words, reads them and no others, and
// never repeats what it refuses.
func checkWords[W ~string, P interface {
	*W
	encoding.TextUnmarshaler
}](t *testing.T, name string, declared []W, words ...string) {
	t.Helper()
	require.Len(t, declared, len(words))
	for i, value := range declared {
		data, err := json.Marshal(value)
		require.NoError(t, err)
		assert.Equal(t, `"`+words[i]+`"`, string(data))
		var read W
		require.NoError(t, json.Unmarshal(data, &read))
		assert.Equal(t, value, read)
	}
	for _, wrong := range []string{"", "Buyer", " resume", "weather", strings.Repeat("x", 1000), "\xff"} {
		read := declared[0]
		err := P(&read).UnmarshalText([]byte(wrong))
		assert.ErrorIs(t, err, appeal.ErrUnknown)
		assert.EqualError(t, err, "appeal: "+name+": unknown word: use one of "+strings.Join(words, ", "))
		assert.Equal(t, declared[0], read, "stays what it was")
	}
}

func TestWords(t *testing.T) {
	checkWords(t, "party", []appeal.Party{appeal.Buyer, appeal.Seller}, "buyer", "seller")
	checkWords(t, "outcome", appeal.Outcomes(), "resume", "accept", "cancel")
	checkWords(t, "ground", appeal.AllGrounds.List(),
		"seller_silent", "buyer_silent", "request_rejected", "product_rejected", "unconditional")
}

func TestAReasonOfANewerVersionIsRead(t *testing.T) {
	var newer appeal.Reason
	require.NoError(t, json.Unmarshal([]byte(`"of_a_newer_version"`), &newer), "a client takes what it does not know")
}

func TestGrounds(t *testing.T) {
	set := appeal.GroundsOf(appeal.ProductRejected, appeal.SellerSilent, "weather")
	assert.Equal(t, []appeal.Ground{appeal.SellerSilent, appeal.ProductRejected}, set.List(),
		"declared ones, in declared order")
	assert.Equal(t, "seller_silent, product_rejected", set.String())
	assert.True(t, set.Has(appeal.SellerSilent))
	assert.False(t, set.Has(appeal.BuyerSilent))
	assert.False(t, set.Has("weather"))
	assert.False(t, appeal.Grounds(255).Has(""), "no ground is in no set")
	assert.Equal(t, appeal.AllGrounds, appeal.GroundsOf(appeal.AllGrounds.List()...))
}

func TestGroundsJSON(t *testing.T) {
	data, err := json.Marshal(appeal.Grounds(0))
	require.NoError(t, err)
	assert.Equal(t, "[]", string(data))

	kept := appeal.GroundsOf(appeal.BuyerSilent)
	read := kept
	for document, want := range map[string]error{
		`["seller_silent","seller_silent"]`: appeal.ErrMalformed,
		`["secret"]`:                        appeal.ErrUnknown,
	} {
		err := read.UnmarshalJSON([]byte(document))
		assert.ErrorIs(t, err, want)
		assert.NotContains(t, err.Error(), "secret")
	}
	assert.Error(t, read.UnmarshalJSON([]byte(`{`)))
	assert.Error(t, read.UnmarshalJSON([]byte(`"seller_silent"`)))
	assert.Equal(t, kept, read)
}
