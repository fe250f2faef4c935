package audit_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// open are the fields that the rules leave to whoever acts: a history with
// another value there could have been made as well, so that the digest alone
// tells the two apart. Everything else in a record follows from the rules.
var open = []string{
	"action.text", "action.reason", "action.demand", "action.decision", "action.result", "action.attachments",
	"action.upheld",
}

// openOf are those of some operations besides: what is offered, moved or
// reported is whoever acts to say.
var openOf = map[supervision.Operation][]string{
	supervision.OpProposeRefund: {"action.amount.amount"},
	supervision.OpDecideAppeal:  {"action.refund.amount"},
	supervision.OpReportReceipt: {"action.received_at"},
	supervision.OpAmend: {"action.scheduled_end", "action.seller", "action.policy.name",
		"action.policy.negotiated_refund", "action.policy.appeal.proof", "action.policy.appeal.rejections",
		"action.policy.appeal.buyer", "action.policy.appeal.seller"},
}

// begun are those of a first record: what was bought, by whom and under which
// policy.
var begun = []string{
	"action.product", "action.buyer", "action.seller", "action.paid.amount", "action.bought_at",
	"action.scheduled_end",
	"action.policy.name", "action.policy.negotiated_refund", "action.policy.appeal.proof",
	"action.policy.appeal.rejections", "action.policy.appeal.buyer", "action.policy.appeal.seller",
}

// told are those of an adoption besides: what the other system says (R29).
var told = []string{
	"action.policy.start", "action.opened_at", "action.adopted_at", "action.turn_since", "action.request_rejections",
	"action.product_rejections", "action.request.text", "action.request.submitted_at", "action.delivery.result",
	"action.delivery.delivered_at", "action.history",
}

// TestR21_TamperedFields changes each field of each record of random
// histories, as its JSON form has it. Verify finds the change wherever the
// rules fix the field, and the digest everywhere.
func TestR21_TamperedFields(t *testing.T) {
	changes, found := 0, 0
	for seed := range uint64(16) {
		h := wander(t, seed)
		digest, err := audit.DigestOf(h.records)
		require.NoError(t, err)
		random := rand.New(rand.NewPCG(seed, 1))
		for i, r := range h.records {
			for _, tampered := range tamper(t, r, random) {
				records := slices.Clone(h.records)
				records[i] = tampered.record
				after, err := audit.DigestOf(records)
				require.NoError(t, err)
				require.NotEqual(t, digest, after, "seed %d, record %d, %s", seed, i+1, tampered.field)

				findings := audit.Verify(records)
				changes++
				if len(findings) > 0 {
					found++
				}
				if tampered.fixed(h, i) {
					require.NotEmpty(t, findings, "seed %d, record %d, %s: %s", seed, i+1, tampered.field,
						tampered.value)
				}
			}
		}
	}
	t.Logf("%d changes of one field, %d found by Verify, all by the digest", changes, found)
	assert.Greater(t, changes, 2000)
}

// tampered is a record of which one field was changed.
type tampered struct {
	record supervision.Record
	field  string
	value  string
}

// fixed reports whether the rules fix the field.
func (x tampered) fixed(h *history, i int) bool {
	r := h.records[i]
	reported := r.Operation == supervision.OpReportReceipt
	byTime := r.Actor.Role == supervision.RoleSystem && !reported
	switch {
	case x.field == "actor.id":
		return r.Actor.Role != supervision.RoleManager && !reported // any manager may rule (R13), any host report
	case x.field == "at" && i > 0:
		before := x.record.At.Before(h.records[i-1].At)
		after := i+1 < len(h.records) && x.record.At.After(h.records[i+1].At)
		return before || after || byTime
	case x.field == "at":
		return false
	case x.field == "key":
		return byTime
	case i == 0:
		adoption := r.Operation == supervision.OpAdopt
		return !slices.Contains(begun, x.field) && !(adoption && slices.Contains(told, x.field))
	}
	return !slices.Contains(open, x.field) && !slices.Contains(openOf[r.Operation], x.field)
}

// tamper gives the record with each of its fields changed, as far as it can be
// read again.
func tamper(t *testing.T, r supervision.Record, random *rand.Rand) (list []tampered) {
	data, err := json.Marshal(r)
	require.NoError(t, err)
	var whole map[string]any
	require.NoError(t, json.Unmarshal(data, &whole))
	if r.Key == "" {
		whole["key"] = ""
	}
	visit(whole, "", func(object map[string]any, name, path string) {
		if path == "format" {
			return
		}
		kept := object[name]
		for _, value := range others(kept, path, random) {
			object[name] = value
			changed, err := json.Marshal(whole)
			require.NoError(t, err)
			var read supervision.Record
			if json.Unmarshal(changed, &read) == nil {
				list = append(list, tampered{read, path, fmt.Sprint(value)})
			}
		}
		object[name] = kept
	})
	return list
}

func visit(object map[string]any, path string, leaf func(object map[string]any, name, path string)) {
	for name, value := range object {
		if inner, ok := value.(map[string]any); ok {
			visit(inner, path+name+".", leaf)
			continue
		}
		leaf(object, name, path+name)
	}
}

// others gives values that are not the one that is there.
func others(value any, path string, random *rand.Rand) (list []any) {
	words := func(all ...string) {
		for _, word := range all {
			if word != value {
				list = append(list, word)
			}
		}
	}
	switch value := value.(type) {
	case float64:
		return []any{value + 1, value - 1, value + float64(2+random.IntN(5))}
	case bool:
		return []any{!value}
	case []any:
		return []any{append(slices.Clone(value), value...), []any{}}
	case string:
		if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
			for _, d := range []time.Duration{tick, -tick, time.Hour, -time.Hour, 400 * day, -400 * day} {
				list = append(list, at.Add(d).Format(time.RFC3339Nano))
			}
			return list
		}
		switch path {
		case "actor.role":
			words("buyer", "seller", "manager", "system")
		case "operation":
			for _, op := range supervision.Operations() {
				words(string(op))
			}
		case "from", "to", "action.status", "action.resume_at", "action.policy.start":
			for _, status := range supervision.Statuses() {
				words(string(status))
			}
		case "action.ground":
			for _, ground := range appeal.AllGrounds.List() {
				words(string(ground))
			}
		case "action.outcome":
			for _, outcome := range appeal.Outcomes() {
				words(string(outcome))
			}
		default:
			words("x", value+"x")
		}
	}
	return list
}

// TestR21_TamperedSequences takes out, doubles and exchanges records of random
// histories. Records at the end can be cut off unseen, but for the digest.
func TestR21_TamperedSequences(t *testing.T) {
	for seed := range uint64(100) {
		h := wander(t, seed)
		digest, err := audit.DigestOf(h.records)
		require.NoError(t, err)
		for i := range len(h.records) - 1 {
			without := slices.Delete(slices.Clone(h.records), i, i+1)
			exchanged := slices.Clone(h.records)
			exchanged[i], exchanged[i+1] = exchanged[i+1], exchanged[i]
			for what, records := range map[string][]supervision.Record{
				"taken out": without,
				"doubled":   slices.Insert(slices.Clone(h.records), i, h.records[i]),
				"exchanged": exchanged,
			} {
				require.NotEmpty(t, audit.Verify(records), "seed %d, record %d %s", seed, i+1, what)
			}
			cut, err := audit.DigestOf(h.records[:i+1])
			require.NoError(t, err)
			require.Empty(t, audit.Verify(h.records[:i+1]), "a history that ends earlier")
			require.NotEqual(t, digest, cut)
		}
	}
}

// FuzzVerify: records that can be read are judged, and those that are found
// right are replayed.
func FuzzVerify(f *testing.F) {
	for seed := range uint64(8) {
		data, err := json.Marshal(wander(f, seed).records)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var records []supervision.Record
		if json.Unmarshal(data, &records) != nil {
			return
		}
		findings := audit.Verify(records)
		for _, finding := range findings {
			require.NotEmpty(t, finding.String())
			require.NotEmpty(t, finding.Rule)
		}
		order, err := supervision.Replay(records)
		if len(findings) == 0 {
			require.NoError(t, err)
		}
		if err == nil {
			_, _ = audit.WhatIf(records, supervision.Guide(), order.Policy)
		}
	})
}
