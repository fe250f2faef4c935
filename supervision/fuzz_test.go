package supervision_test

import (
	"encoding"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/require"
)

// FuzzOrder: an order that can be read answers every question without
// panicking, and is written and read again as it is.
func FuzzOrder(f *testing.F) {
	for _, policy := range []supervision.Policy{supervision.Guide(), autoAccepting()} {
		for _, status := range supervision.Statuses() {
			f.Add(encode(f, arrive(f, policy, status).order))
		}
	}
	for _, s := range []*story{wholeStory(f), arrive(f, supervision.Guide(), supervision.Frozen)} {
		for _, data := range lacking(f, encode(f, s.order)) {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var o supervision.Order
		if err := o.UnmarshalJSON(data); err != nil {
			requireUnreadable(t, err)
			require.Zero(t, o)
			return
		}
		require.Equal(t, o, o.Clone())
		again := readAgain[supervision.Order](t, o)
		for _, at := range []time.Time{o.OpenedAt, o.NextDue(), bought.Add(1000 * day)} {
			answerEverything(t, o, at)
			settled, _ := o.Settle(at)
			resettled, _ := again.Settle(at)
			require.Equal(t, settled.Listing(), resettled.Listing())
		}
	})
}

// requireUnreadable: what cannot be read is malformed or of a newer version.
func requireUnreadable(t *testing.T, err error) {
	if !errors.Is(err, supervision.ErrNewerFormat) {
		require.ErrorIs(t, err, supervision.ErrMalformed)
	}
}

func answerEverything(t *testing.T, o supervision.Order, at time.Time) {
	o.Deadlines(at)
	o.Steps(at)
	for _, actor := range []supervision.Actor{supervision.Buyer(o.Buyer), supervision.Seller(o.Seller), mia} {
		if permissions, err := o.Operations(actor, at); err == nil {
			for i, p := range permissions {
				require.Equal(t, supervision.Operations()[i+beginnings], p.Operation)
			}
		}
		_, _ = o.Verdicts(actor, at)
		for _, action := range []supervision.Action{submit, deliver, remind, appealOn(appeal.Unconditional), intervene,
			note, resume, cancel} {
			_, _, _ = o.Apply(actor, action, at)
		}
	}
}

// FuzzRecord: a record that can be read is written and read again as it is.
func FuzzRecord(f *testing.F) {
	for _, r := range wholeStory(f).records {
		for _, data := range lacking(f, encode(f, r)) {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r supervision.Record
		if err := r.UnmarshalJSON(data); err != nil {
			requireUnreadable(t, err)
			require.Zero(t, r)
			return
		}
		require.Equal(t, r, r.Clone())
		readAgain[supervision.Record](t, r)
	})
}

// FuzzReplay: records that follow from one another make an order that can be
// written, and others are an error.
func FuzzReplay(f *testing.F) {
	f.Add(encode(f, wholeStory(f).records))
	f.Add(encode(f, arrive(f, supervision.License(), supervision.Canceled).records))
	f.Fuzz(func(t *testing.T, data []byte) {
		var records []supervision.Record
		if json.Unmarshal(data, &records) != nil {
			return
		}
		if order, err := supervision.Replay(records); err != nil {
			require.ErrorIs(t, err, supervision.ErrMalformed)
		} else {
			readAgain[supervision.Order](t, order)
		}
	})
}

// FuzzAction: an action that can be read is written and read again as it is,
// and applied or refused whole.
func FuzzAction(f *testing.F) {
	f.Add([]byte(`{"format":2}`))
	for _, r := range wholeStory(f).records {
		data, err := supervision.MarshalAction(r.Action)
		require.NoError(f, err)
		for _, data := range lacking(f, data) {
			f.Add(data)
		}
	}
	var stories []*story
	for _, status := range supervision.Statuses() {
		stories = append(stories, arrive(f, supervision.Guide(), status).wait(tick))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		action, err := supervision.UnmarshalAction(data)
		if err != nil {
			requireUnreadable(t, err)
			return
		}
		written, err := supervision.MarshalAction(action)
		require.NoError(t, err)
		again, err := supervision.UnmarshalAction(written)
		require.NoError(t, err)
		rewritten, err := supervision.MarshalAction(again)
		require.NoError(t, err)
		require.Equal(t, string(written), string(rewritten))
		for _, s := range stories {
			for _, actor := range []supervision.Actor{ben, sue, mia} {
				next, records, err := s.order.Apply(actor, action, s.at)
				if err != nil {
					require.Zero(t, next)
					continue
				}
				readAgain[supervision.Order](t, next)
				replayed, err := supervision.Replay(slices.Concat(s.records, records))
				require.NoError(t, err)
				require.Equal(t, next, replayed)
			}
		}
	})
}

// FuzzPolicy: a policy that can be read is valid, and is written and read again
// as it is.
func FuzzPolicy(f *testing.F) {
	for _, p := range []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		autoAccepting()} {
		f.Add(encode(f, p))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p supervision.Policy
		if err := p.UnmarshalJSON(data); err != nil {
			require.ErrorIs(t, err, supervision.ErrPolicy)
			require.Zero(t, p)
			return
		}
		require.NoError(t, p.Validate())
		require.Equal(t, p, readAgain[supervision.Policy](t, p))
	})
}

// FuzzWords: every enumeration takes its own words and no others.
func FuzzWords(f *testing.F) {
	for _, word := range []string{"frozen", "processing", "manager", "raise_appeal", "in_blackout", "completion_delay",
		"", "Frozen", "\xff"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		fuzzWord[supervision.Status](t, word)
		fuzzWord[supervision.OrderStatus](t, word)
		fuzzWord[supervision.Role](t, word)
		fuzzWord[supervision.Operation](t, word)
		fuzzWord[supervision.DeadlineKind](t, word)
		fuzzWord[supervision.StepState](t, word)
		fuzzWord[supervision.AppealState](t, word)
		fuzzWord[supervision.Rule](t, word)
	})
}

func fuzzWord[V ~string, P interface {
	*V
	encoding.TextUnmarshaler
}](t *testing.T, word string) {
	var read V
	if err := P(&read).UnmarshalText([]byte(word)); err != nil {
		require.ErrorIs(t, err, supervision.ErrUnknown)
		require.Zero(t, read)
		return
	}
	require.Equal(t, word, string(read))
}

func encode(t testing.TB, value any) []byte {
	data, err := json.Marshal(value)
	require.NoError(t, err)
	return data
}

// readAgain reads what is written of a value, and requires that it would be
// written in the same way.
func readAgain[V any](t testing.TB, value V) (again V) {
	t.Helper()
	data := encode(t, value)
	require.NoError(t, json.Unmarshal(data, &again))
	require.Equal(t, string(data), string(encode(t, again)))
	return again
}

// lacking gives a document, and for each of its fields the document without it.
func lacking(t testing.TB, data []byte) [][]byte {
	list := [][]byte{data}
	var whole any
	require.NoError(t, json.Unmarshal(data, &whole))
	var visit func(node any)
	visit = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, item := range node {
				visit(item)
			}
		case map[string]any:
			for field, value := range node {
				delete(node, field)
				list = append(list, encode(t, whole))
				node[field] = value
				visit(value)
			}
		}
	}
	visit(whole)
	return list
}
