package audit_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR21_TheDigestSeesTexts(t *testing.T) {
	h := delivered(t, supervision.Guide())
	before, err := audit.DigestOf(h.records)
	require.NoError(t, err)
	h.records[1].Action = supervision.SubmitRequest{Text: "Two hundred users, please!"}
	require.Empty(t, audit.Verify(h.records), "another text could have been written as well")
	after, err := audit.DigestOf(h.records)
	require.NoError(t, err)
	assert.NotEqual(t, before, after)
}

func TestR21_ADigestIsTakenOn(t *testing.T) {
	records := appealed(t).records
	whole, err := audit.DigestOf(records)
	require.NoError(t, err)
	for i := range records {
		kept, err := audit.DigestOf(records[:i])
		require.NoError(t, err)
		on, err := kept.Add(records[i:]...)
		require.NoError(t, err)
		require.Equal(t, whole, on)
	}
	none, err := audit.DigestOf(nil)
	require.NoError(t, err)
	assert.Zero(t, none)
	assert.Len(t, whole.String(), 64)
	_, err = audit.DigestOf([]supervision.Record{{}})
	assert.ErrorIs(t, err, supervision.ErrMalformed)
}

// The digest of records that were kept is the same in every release: another
// one says that their form has changed, and then what hosts have kept is worth
// nothing any more. Nothing writes the file.
func TestR21_ADigestThatWasKeptHolds(t *testing.T) {
	data, err := os.ReadFile("testdata/kept.json")
	require.NoError(t, err)
	var records []supervision.Record
	require.NoError(t, json.Unmarshal(data, &records))
	assert.Equal(t, "44ad585ed3ad96192429b02c3f79ecd8ba40bc2e80a3c20f8ff01acf39d04773",
		digestOf(t, records).String())
}

func TestR21_ADigestIsWrittenAndRead(t *testing.T) {
	digest, err := audit.DigestOf(appealed(t).records)
	require.NoError(t, err)
	text, err := digest.MarshalText()
	require.NoError(t, err)
	var read audit.Digest
	require.NoError(t, read.UnmarshalText(text))
	assert.Equal(t, digest, read)
	for _, bad := range []string{"", "ab", string(text[1:]), string(text) + "0", string(text) + "00",
		"x" + string(text[1:])} {
		err := read.UnmarshalText([]byte(bad))
		require.ErrorIs(t, err, supervision.ErrMalformed, bad)
		require.ErrorContains(t, err, "give 64 hexadecimal digits")
	}
	assert.Equal(t, digest, read, "what cannot be read changes nothing")
}
