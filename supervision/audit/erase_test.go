package audit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/require"
)

// closed is a random history that has come to its end, with salt for its
// records.
func closed(t *testing.T, seed uint64) *history {
	h := wander(t, seed)
	if !h.order.Status.Final() && h.order.Status != supervision.Frozen {
		h.do(mia, supervision.Intervene{Reason: "Fraud."})
	}
	if !h.order.Status.Final() {
		h.do(mia, supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "Refund."})
	}
	for i, r := range h.records {
		if r.HasTexts() {
			h.records[i].Salt = "SALT" + string(rune('A'+i))
		}
	}
	return h
}

// erase erases a closed history and returns its records before, with the
// erasure, and after.
func erase(t *testing.T, h *history) (before, after []supervision.Record) {
	t.Helper()
	h.wait(time.Hour).do(supervision.System(), supervision.Erase{Reason: "Request 17"})
	for _, r := range h.records {
		erased, err := r.Erase()
		require.NoError(t, err)
		after = append(after, erased)
	}
	return h.records, after
}

func digestOf(t *testing.T, records []supervision.Record) audit.Digest {
	t.Helper()
	digest, err := audit.DigestOf(records)
	require.NoError(t, err)
	return digest
}

func TestR35_AnErasedHistoryVerifiesAndKeepsItsDigest(t *testing.T) {
	for seed := range uint64(60) {
		before, after := erase(t, closed(t, seed))
		require.Empty(t, audit.Verify(after))
		for n := range before { // whenever the digest was kept
			require.Equal(t, digestOf(t, before[:n]), digestOf(t, after[:n]), "seed %d, %d records", seed, n)
		}
	}
}

// What the digest shows after an erasure is all but the texts: any other change
// gives another, and so does a word that is put where a text was.
func TestR35_TheDigestOfAnErasedHistorySeesEveryChange(t *testing.T) {
	_, after := erase(t, closed(t, 1))
	digest := digestOf(t, after)
	for i, r := range after {
		for name, change := range map[string]func(r *supervision.Record){
			"actor":   func(r *supervision.Record) { r.Actor.ID += "x" },
			"instant": func(r *supervision.Record) { r.At = r.At.Add(tick) },
			"seal":    func(r *supervision.Record) { r.Seal += "0" },
			"action": func(r *supervision.Record) {
				r.Action = supervision.Remind{Text: "Nobody wrote this."}
				if r.Operation = supervision.OpRemind; r.From == "" {
					r.From = r.To
				}
			},
		} {
			changed := slices.Clone(after)
			changed[i] = r
			change(&changed[i])
			require.NotEqual(t, digest, digestOf(t, changed), "record %d, %s", i+1, name)
		}
	}
}

func TestR35_VerifyFindsWhatNoErasureLeaves(t *testing.T) {
	before, after := erase(t, closed(t, 1))
	last := len(after) - 1
	texts := slices.IndexFunc(before, supervision.Record.HasTexts)
	require.GreaterOrEqual(t, texts, 0)
	fields := func(records []supervision.Record) (list []string) {
		for _, f := range audit.Verify(records) {
			require.Equal(t, audit.Altered, f.Kind, f)
			list = append(list, f.Fields...)
		}
		return list
	}
	require.Contains(t, fields(after[:last]), "seal", "erased, and no record of it")

	for i, r := range before {
		if left := slices.Clone(after); r.HasTexts() {
			left[i] = r
			require.Equal(t, []string{"action"}, fields(left), "a text that was left, in record %d", i+1)
		}
	}

	written := slices.Clone(after)
	written[texts].Action = before[texts].Action
	require.NotEmpty(t, audit.Verify(written), "a text with a seal")

	salted := slices.Clone(after)
	salted[0].Salt = "SALT"
	require.Equal(t, []string{"salt"}, fields(salted), "salt where there is no text")
}

func TestR35_ErasedAnswersAreJudgedWithoutTheirForm(t *testing.T) {
	form, err := template.Compile(template.Template{Fields: []template.Field{
		{Key: "users", Label: "Users", Kind: template.Integer, Required: true},
	}})
	require.NoError(t, err)
	opening := supervision.Opening{ID: "o-1", Product: "crm", Buyer: ben.ID, Seller: sue.ID, RequestTemplateVersion: 1}
	order, first, err := supervision.Open(opening, monday)
	require.NoError(t, err)
	order, second, err := order.Apply(ben, supervision.SubmitRequest{Values: template.Values{"users": "12"}}, monday,
		form)
	require.NoError(t, err)
	h := &history{t, order, append([]supervision.Record{first}, second...), monday}
	h.do(mia, supervision.Intervene{Reason: "Fraud."},
		supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "Refund."})
	forms := func(supervision.Order, supervision.Operation) *template.Form { return form }
	before, after := erase(t, h)
	require.Empty(t, audit.Verify(before[:len(before)-1], forms))
	require.Empty(t, audit.Verify(after, forms))
	require.Empty(t, audit.Verify(after), "no form is missed")

	left, ruling := slices.Clone(after), len(after)-2
	left[ruling] = before[ruling]
	findings := audit.Verify(left, forms)
	require.Len(t, findings, 1)
	require.Equal(t, []string{"action"}, findings[0].Fields, "nor may the last text before the erasure be left")

	for _, records := range [][]supervision.Record{before[:len(before)-1], after} {
		records = slices.Clone(records)
		records[1].Actor = supervision.Buyer("bob")
		findings := audit.Verify(records, forms)
		require.Len(t, findings, 1)
		require.NotNil(t, findings[0].Want, "whose it was is told as before")
		require.Equal(t, ben, findings[0].Want.Actor)
	}
}

// Texts are erased by an erasure that says so, and up to it only; each finding
// is one.
func TestR35_ErasedWithoutAnErasure(t *testing.T) {
	altered := func(seq int64, field string) []audit.Finding {
		return []audit.Finding{{Order: "o-1", Seq: seq, Kind: audit.Altered, Rule: supervision.R35,
			Fields: []string{field}}}
	}
	first := adopted(t, supervision.Guide()).records
	erased, err := first[0].Erase()
	require.NoError(t, err)
	require.Equal(t, altered(1, "seal"), audit.Verify([]supervision.Record{erased}))

	h := appealed(t)
	before, after := erase(t, h)
	require.Empty(t, audit.Verify(after))
	last := len(after) - 1
	after[last].Seal = "x"
	require.Len(t, audit.Verify(after), 1, "an erasure has nothing to seal")
	after[1], after[last] = before[1], before[last]
	require.Equal(t, altered(2, "action"), audit.Verify(after))
}
