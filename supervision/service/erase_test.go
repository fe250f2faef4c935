package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

func exported(t *testing.T, env *supervisiontest.Env, id string) (service.History, string) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, env.Service.Export(t.Context(), id, &out))
	var history service.History
	require.NoError(t, json.Unmarshal(out.Bytes(), &history))
	return history, out.String()
}

func TestR35_EraseLeavesAHistoryThatVerifies(t *testing.T) {
	env := supervisiontest.New()
	env.Request.Text = "For Jane Doe."
	order := closedOrder(t, env, "o-1")
	before, document := exported(t, env, "o-1")
	require.Contains(t, document, "Jane Doe")
	for _, r := range before.Records {
		require.Equal(t, r.HasTexts(), r.Salt != "", "record %d has salt if it has texts", r.Seq)
	}

	result, err := env.Service.Erase(t.Context(), "o-1", "Request 17")
	require.NoError(t, err)
	assert.Equal(t, env.Clock.Now().UTC(), result.Order.ErasedAt)
	after, document := exported(t, env, "o-1")
	require.NotContains(t, document, "Jane Doe")
	require.Empty(t, after.Findings)
	replayed, err := supervision.Replay(after.Records)
	require.NoError(t, err)
	require.Equal(t, after.Order, replayed)
	digest, err := audit.DigestOf(after.Records[:order.Version])
	require.NoError(t, err)
	require.Equal(t, before.Digest, digest, "a digest that was kept still holds")
	last := after.Records[len(after.Records)-1]
	require.Equal(t, supervision.Erase{Reason: "Request 17"}, last.Action)

	_, err = env.Service.Relay(t.Context(), func(_ context.Context, e service.Event) error {
		data, err := json.Marshal(e)
		require.NotContains(t, string(data), "Jane Doe", "nor is it relayed any more")
		return err
	})
	require.NoError(t, err)
}

func TestR35_EraseIsRefusedWhileTheOrderIsOpen(t *testing.T) {
	env := supervisiontest.New()
	_, err := env.Reach(t.Context(), anOpening(supervision.Policy{}), supervision.AwaitingDelivery)
	require.NoError(t, err)
	_, err = env.Service.Erase(t.Context(), "o-1", "Request 17")
	require.ErrorIs(t, err, supervision.ErrRefused)
	for _, actor := range []supervision.Actor{ben, sue, mia} {
		_, err = env.Service.Do(t.Context(), "o-1", actor, supervision.Erase{Reason: "Mine"})
		require.ErrorIs(t, err, supervision.ErrRefused)
	}
	_, err = env.Service.Erase(t.Context(), "o-1", "")
	require.Error(t, err)
}

// What time has completed, but no worker has stored, is stored with its
// erasure.
func TestR35_EraseStoresWhatTimeHasMadeDue(t *testing.T) {
	env := supervisiontest.New()
	order, err := env.Reach(t.Context(), anOpening(supervision.Policy{}), supervision.Accepted)
	require.NoError(t, err)
	env.Clock.Add(order.Policy.CompletionDelay)
	result, err := env.Service.Erase(t.Context(), "o-1", "Request 17")
	require.NoError(t, err)
	require.Len(t, result.Records, 2)
	history, _ := exported(t, env, "o-1")
	require.Empty(t, history.Findings)
}

// A salt that could be told from the record would not hide its texts.
func TestR35_NoTwoSaltsAreTheSame(t *testing.T) {
	salts := make(map[string]bool)
	for range 2 {
		b := newBench(t)
		b.adopt(inDelivery("o-1"))
		b.do("o-1", sue, deliver)
		for _, r := range b.records("o-1") {
			salts[r.Salt] = true
		}
	}
	require.Len(t, salts, 4)
	require.NotContains(t, salts, "")
}

func TestR28_AnErasureIsRepeatedByItsKey(t *testing.T) {
	env := supervisiontest.New()
	closedOrder(t, env, "o-1")
	env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Erase}, Applied: true})
	_, err := env.Service.Erase(t.Context(), "o-1", "Request 17", service.WithKey("17"))
	require.ErrorIs(t, err, service.ErrUnknownOutcome)
	result, err := env.Service.Erase(t.Context(), "o-1", "Request 17", service.WithKey("17"))
	require.NoError(t, err)
	require.True(t, result.Repeated)
	_, err = env.Service.Erase(t.Context(), "o-1", "Request 18", service.WithKey("18"))
	var refusal *supervision.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, supervision.ReasonErased, refusal.Reason)
}

// TestR28_ACommandIsRepeatedAfterItsErasure: a client that repeats late is told
// what it was told before, whatever it wrote then.
func TestR28_ACommandIsRepeatedAfterItsErasure(t *testing.T) {
	env := supervisiontest.New()
	_, err := env.Reach(t.Context(), anOpening(supervision.Policy{}), supervision.AwaitingAcceptance)
	require.NoError(t, err)
	_, err = env.Service.Do(t.Context(), "o-1", ben, rejectProduct, service.WithKey("k"))
	require.NoError(t, err)
	for _, action := range []supervision.Action{supervision.Intervene{Reason: "Fraud."}, cancel} {
		_, err = env.Service.Do(t.Context(), "o-1", mia, action)
		require.NoError(t, err)
	}
	_, err = env.Service.Erase(t.Context(), "o-1", "Request 17")
	require.NoError(t, err)
	result, err := env.Service.Do(t.Context(), "o-1", ben, rejectProduct, service.WithKey("k"))
	require.NoError(t, err)
	require.True(t, result.Repeated)
	_, err = env.Service.Do(t.Context(), "o-1", ben, acceptProduct, service.WithKey("k"))
	require.ErrorIs(t, err, service.ErrKeyReused)
}

func TestR35_AnErasureThatFailsErasesNothing(t *testing.T) {
	for _, method := range []supervisiontest.Method{supervisiontest.Records, supervisiontest.Erase} {
		env := supervisiontest.New()
		closedOrder(t, env, "o-1")
		_, before := exported(t, env, "o-1")
		env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{method}})
		_, err := env.Service.Erase(t.Context(), "o-1", "Request 17")
		require.ErrorIs(t, err, supervisiontest.ErrInjected)
		_, after := exported(t, env, "o-1")
		require.Equal(t, before, after)
	}
	for _, method := range []supervisiontest.Method{supervisiontest.Records, supervisiontest.Erase} {
		env := supervisiontest.New()
		closedOrder(t, env, "o-1")
		_, before := exported(t, env, "o-1")
		ctx, stop := context.WithCancel(t.Context())
		env.Store.OnCall(func(m supervisiontest.Method) {
			if m == method {
				stop()
			}
		})
		_, err := env.Service.Erase(ctx, "o-1", "Request 17")
		require.ErrorIs(t, err, context.Canceled, "before %s", method)
		env.Store.Repair()
		_, after := exported(t, env, "o-1")
		require.Equal(t, before, after)
	}
	env := supervisiontest.New()
	closedOrder(t, env, "o-1")
	_, before := exported(t, env, "o-1")
	_, err := env.Service.Erase(t.Context(), "o-1", "Request 17", service.DryRun())
	require.NoError(t, err)
	_, after := exported(t, env, "o-1")
	require.Equal(t, before, after)
}

// A long history is erased whole, whatever a page of records holds.
func TestR35_ALongHistoryIsErasedWhole(t *testing.T) {
	env := supervisiontest.New(service.WithoutOutbox())
	_, err := env.Reach(t.Context(), anOpening(supervision.Policy{}), supervision.AwaitingDelivery)
	require.NoError(t, err)
	for range supervision.MaxPage {
		env.Clock.Add(time.Second)
		_, err := env.Service.Do(t.Context(), "o-1", sue, supervision.ReportProgress{Text: "For Jane Doe."})
		require.NoError(t, err)
	}
	_, err = env.Service.Do(t.Context(), "o-1", mia, supervision.Intervene{Reason: "Jane Doe called."})
	require.NoError(t, err)
	_, err = env.Service.Do(t.Context(), "o-1", mia, cancel)
	require.NoError(t, err)
	_, err = env.Service.Erase(t.Context(), "o-1", "Request 17")
	require.NoError(t, err)
	history, document := exported(t, env, "o-1")
	require.Zero(t, strings.Count(document, "Jane Doe"))
	require.Empty(t, history.Findings)
}
