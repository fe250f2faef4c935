package words_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/words"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ExampleLanguage_Explain() {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	order, _, err := supervision.Open(supervision.Opening{ID: "o-1", Product: "crm", Buyer: "ben", Seller: "sue"}, at)
	if err != nil {
		panic(err)
	}
	buyer := supervision.Buyer("ben")
	_, _, refused := order.Apply(buyer, supervision.AcceptProduct{}, at)
	_, _, faulty := order.Apply(buyer, supervision.SubmitRequest{}, at)

	fmt.Println(words.English().Explain(refused).Detail)
	for _, fault := range words.Chinese().Explain(fmt.Errorf("form 7: %w", faulty)).Faults {
		fmt.Println(fault.Field, fault.Message)
	}
	// Output:
	// This is not possible at the present stage of the service flow.
	// text 此项必填。
}

// A refusal is explained by its sentence, with the refusal for machines, and
// nothing is told of what is the host's (R24).
func TestR24_Explain(t *testing.T) {
	refusal := &supervision.Refusal{Decision: supervision.Decision{Operation: supervision.OpRemind,
		Reason: supervision.ReasonRole}}
	e := en.Explain(fmt.Errorf("wrapped: %w", refusal))
	assert.Equal(t, words.Explanation{Detail: "Only the buyer does this.", Refusal: refusal}, e)
	assert.Equal(t, words.Explanation{}, en.Explain(errors.New("connection refused")))
	assert.Equal(t, words.Explanation{}, en.Explain(nil))
}

// The error keeps its own messages.
func TestBadInput_ExplainChangesNoError(t *testing.T) {
	_, err := supervision.ParseQuery(map[string][]string{"limit": {"many"}, "turn": {"nobody"}})
	var invalid *supervision.InvalidError
	require.ErrorAs(t, err, &invalid)
	before := err.Error()
	faults := zh.Explain(err).Faults
	require.Len(t, faults, 2)
	for i, f := range faults {
		assert.Equal(t, zh.Fault(invalid.Faults[i]), f.Message)
	}
	assert.Equal(t, before, err.Error())
}

func TestPreferred(t *testing.T) {
	for tags, want := range map[string]string{
		"": "en", "en": "en", "zh": "zh-Hans", "zh-CN,zh;q=0.9,en;q=0.8": "zh-Hans", "fr, ZH-hans;q=0.5": "zh-Hans",
		"en-GB,zh": "en", "de,fr;q=0.5": "en", "zhx": "en",
	} {
		assert.Equal(t, want, words.Preferred(tags).Tag, tags)
	}
}
