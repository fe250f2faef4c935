package supervision_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// ordersUnder opens an order under each of so many policies.
func ordersUnder(t *testing.T, policies int) (list []supervision.Order) {
	t.Helper()
	for i := range policies {
		p := supervision.Guide()
		p.Name = fmt.Sprint("policy ", i)
		p.CompletionDelay += time.Duration(i) * time.Minute
		list = append(list, begin(t, p).order)
	}
	return list
}

// What is remembered of policies changes no document and no order, with more
// policies than are remembered too (R25).
func TestR25_DocumentsAreThoseOfTheOrder(t *testing.T) {
	var documents supervision.Documents
	orders := ordersUnder(t, 300)
	for range 2 {
		for _, o := range orders {
			want, err := json.Marshal(o)
			require.NoError(t, err)
			got, err := documents.MarshalOrder(o)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
			read, err := documents.UnmarshalOrder(got)
			require.NoError(t, err)
			require.Equal(t, o, read)
		}
	}
}

// Many read and write at a time, each under policies that others use as well.
func TestDocuments_ServeManyAtATime(t *testing.T) {
	var documents supervision.Documents
	var want [][]byte
	orders := ordersUnder(t, 300)
	for _, o := range orders {
		written, err := o.MarshalJSON()
		require.NoError(t, err)
		want = append(want, written)
	}
	var all sync.WaitGroup
	for from := range 8 {
		all.Go(func() {
			for i := range orders {
				i = (i + 40*from) % len(orders)
				written, err := documents.MarshalOrder(orders[i])
				assert.NoError(t, err)
				assert.Equal(t, string(want[i]), string(written))
				read, err := documents.UnmarshalOrder(written)
				assert.NoError(t, err)
				assert.Equal(t, orders[i], read)
			}
		})
	}
	all.Wait()
}

// What is remembered of policies changes no record either, of an order that
// was opened or adopted or of any other operation.
func TestR25_DocumentsAreThoseOfTheRecord(t *testing.T) {
	var documents supervision.Documents
	records := wholeStory(t).records
	for _, o := range ordersUnder(t, 300) {
		_, adopted, err := supervision.Adopt(snapshot(o), o.OpenedAt, nil)
		require.NoError(t, err)
		records = append(records, adopted, begin(t, o.Policy).records[0])
	}
	for _, r := range slices.Concat(records, records) {
		want, err := json.Marshal(r)
		require.NoError(t, err)
		got, err := documents.MarshalRecord(r)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		var read supervision.Record
		require.NoError(t, read.UnmarshalJSON(got))
		require.Equal(t, r, read)
	}
	_, err := documents.MarshalRecord(supervision.Record{})
	require.ErrorIs(t, err, supervision.ErrMalformed)
}

// A policy that has been read before is not read again: it costs no allocation
// but its text.
func TestDocuments_RememberPolicies(t *testing.T) {
	var documents supervision.Documents
	o := begin(t, supervision.Guide()).order
	written, err := documents.MarshalOrder(o)
	require.NoError(t, err)
	of := func(d *supervision.Documents) (reading, writing float64) {
		return testing.AllocsPerRun(100, func() { _, _ = d.UnmarshalOrder(written) }),
			testing.AllocsPerRun(100, func() { _, _ = d.MarshalOrder(o) })
	}
	reading, writing := of(&documents)
	readingAgain, writingAgain := of(nil)
	assert.LessOrEqual(t, reading, readingAgain-20, "reading")
	assert.LessOrEqual(t, writing, writingAgain-10, "writing")
}

// How a policy was written when it was read is not how it is written.
func TestDocuments_WriteAPolicyTheirOwnWay(t *testing.T) {
	var documents supervision.Documents
	o := begin(t, supervision.Guide()).order
	want, err := json.Marshal(o)
	require.NoError(t, err)
	read, err := documents.UnmarshalOrder([]byte(strings.ReplaceAll(string(want), `":`, `" : `)))
	require.NoError(t, err)
	got, err := documents.MarshalOrder(read)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

// A faulty policy is refused as often as it is read, under the order's name for
// the fault, and changes nothing for others.
func TestDocuments_RefuseAFaultyPolicyAgain(t *testing.T) {
	var documents supervision.Documents
	o := begin(t, supervision.Guide()).order
	written, err := documents.MarshalOrder(o)
	require.NoError(t, err)
	for range 2 {
		for _, other := range []string{`"completion_delay":"-3h0m0s"`, `"completion_delay":"soon"`,
			`"delay":"3h0m0s"`} {
			changed := strings.Replace(string(written), `"completion_delay":"3h0m0s"`, other, 1)
			refused, err := documents.UnmarshalOrder([]byte(changed))
			require.ErrorIs(t, err, supervision.ErrMalformed, other)
			require.Zero(t, refused, "nobody goes on with half an order")
			require.ErrorIs(t, err, supervision.ErrPolicy, other)
		}
		read, err := documents.UnmarshalOrder(written)
		require.NoError(t, err)
		require.Equal(t, o, read)
	}
	without := strings.Replace(string(written), `"policy":{`, `"policy":null,"none":{`, 1)
	refused, err := documents.UnmarshalOrder([]byte(without))
	require.ErrorIs(t, err, supervision.ErrMalformed)
	require.Zero(t, refused)
	_, err = documents.UnmarshalOrder(edited(t, "order_awaiting_request.json", "policy", nil))
	require.Equal(t, map[string]string{"policy": "required"}, faultsOf(t, err), "none is a fault like any other")
}

// Answers that no document can hold are an error, not half a document.
func TestDocuments_AnswersThatCannotBeWritten(t *testing.T) {
	o := arrive(t, supervision.Guide(), supervision.AwaitingConfirmation).order.Clone()
	o.Request.Values = template.Values{"region": make(chan int)}
	require.NoError(t, o.Validate())
	written, err := new(supervision.Documents).MarshalOrder(o)
	assert.ErrorAs(t, err, new(*json.UnsupportedTypeError))
	assert.Empty(t, written)
}
