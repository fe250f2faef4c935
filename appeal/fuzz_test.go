package appeal_test

import (
	"encoding"
	"encoding/json"
	"slices"
	"testing"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzPolicy: a policy that can be read is valid, and is read again as it was
// written.
func FuzzPolicy(f *testing.F) {
	for _, policy := range []appeal.Policy{appeal.Guide(), appeal.Rules2025()} {
		encoded, err := json.Marshal(policy)
		require.NoError(f, err)
		f.Add(encoded)
	}
	f.Add([]byte(`{"silence":"-1ns","rejections":1e3,"blackout":"2562047h47m16.854775807s",
"handling":"","buyer":[""],"seller":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var policy appeal.Policy
		if policy.UnmarshalJSON(data) != nil {
			assert.Zero(t, policy)
			return
		}
		require.NoError(t, policy.Validate())
		encoded, err := json.Marshal(policy)
		require.NoError(t, err)
		var again appeal.Policy
		require.NoError(t, json.Unmarshal(encoded, &again))
		assert.Equal(t, policy, again)
	})
}

// FuzzAppeal: an appeal that can be read and written is read again as it was
// written.
func FuzzAppeal(f *testing.F) {
	f.Add([]byte(`{"by":"buyer","ground":"seller_silent","reason":"r","demand":"d",
"attachments":[{"name":"n","ref":"f","digest":"x"}],
"finding":{"since":"2026-03-01T09:00:00Z"},
"raised_at":"2026-03-08T09:00:00.000001+08:00","handle_by":"2026-03-11T09:00:00Z",
"notes":[{"at":"2026-03-09T09:00:00Z","by":"mia","text":"t"}],
"ruling":{"outcome":"resume","resumed_at":"awaiting_delivery","upheld":true,
"decision":"d","at":"2026-03-10T09:00:00Z","by":"mia"}}`))
	f.Add([]byte(`{"by":"","raised_at":"0000-01-01T00:00:00Z","ruling":{"outcome":""}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var read appeal.Appeal
		if json.Unmarshal(data, &read) != nil {
			return
		}
		assert.Equal(t, &read, read.Clone())
		encoded, err := json.Marshal(read)
		require.NoError(t, err)
		var again appeal.Appeal
		if err := json.Unmarshal(encoded, &again); err != nil {
			assert.ErrorIs(t, err, appeal.ErrUnknown, "only a word that was missing cannot be read again")
			return
		}
		reencoded, err := json.Marshal(again)
		require.NoError(t, err)
		assert.Equal(t, string(encoded), string(reencoded))
	})
}

// FuzzWords: every enumeration takes its own words and no others.
func FuzzWords(f *testing.F) {
	for _, word := range []string{"buyer", "seller_silent", "resume", "in_blackout", "", "Buyer", "\xff"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		fuzzWord(t, word, []appeal.Party{appeal.Buyer, appeal.Seller})
		fuzzWord(t, word, appeal.AllGrounds.List())
		fuzzWord(t, word, appeal.Outcomes())
	})
}

func fuzzWord[W ~string, P interface {
	*W
	encoding.TextUnmarshaler
}](t *testing.T, text string, declared []W) {
	var read W
	err := P(&read).UnmarshalText([]byte(text))
	if slices.Contains(declared, W(text)) {
		require.NoError(t, err)
		require.Equal(t, W(text), read)
		return
	}
	require.ErrorIs(t, err, appeal.ErrUnknown)
	require.Zero(t, read)
}
