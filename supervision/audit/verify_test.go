package audit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// appealed is a history with an appeal that is ruled on: opened, requested,
// taken on, appealed, noted, ruled, delivered, accepted, completed.
func appealed(t testing.TB) *history {
	return begin(t, supervision.Guide()).wait(time.Minute).
		do(ben, supervision.SubmitRequest{Text: "Two hundred users, please."}).wait(time.Minute).
		do(sue, supervision.AcceptRequest{}).wait(5*day+tick).
		do(ben, appealing(appeal.SellerSilent)).wait(time.Hour).
		do(mia, supervision.AddNote{Text: "Called both sides."}).wait(time.Hour).
		do(mia, supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "Go on."}).wait(time.Hour).
		do(sue, supervision.Deliver{Result: "All users can log in."}).wait(time.Hour).
		do(ben, supervision.AcceptProduct{}).wait(day).settle()
}

func TestR21_WhatTheRulesMakeIsVerified(t *testing.T) {
	require.Equal(t, supervision.Completed, appealed(t).order.Status)
	assert.Empty(t, audit.Verify(appealed(t).records))
	made := map[supervision.Operation]int{supervision.OpErase: 0} // which has tests of its own
	for seed := range uint64(200) {
		h := wander(t, seed)
		require.Empty(t, audit.Verify(h.records), "seed %d", seed)
		for _, r := range h.records {
			made[r.Operation]++
		}
	}
	assert.Len(t, made, len(supervision.Operations()), "every operation there is: %v", made)
}

func TestR21_TamperedHistoriesAreNamed(t *testing.T) {
	type records = []supervision.Record
	for name, c := range map[string]struct {
		tamper func(r records) records
		seq    int64
		kind   audit.Kind
		rule   supervision.Rule
		fields []string
	}{
		"another party's account": {
			func(r records) records { r[1].Actor.ID = "bob"; return r }, 2, audit.Refused, supervision.R22, nil,
		},
		"the other party": {
			func(r records) records { r[2].Actor = ben; return r }, 3, audit.Refused, supervision.R05, nil,
		},
		"a party that rules": {
			func(r records) records { r[5].Actor = ben; return r }, 6, audit.Refused, supervision.R15, nil,
		},
		"an appeal a tick too early": {
			func(r records) records { r[3].At = r[3].At.Add(-tick); return r }, 4, audit.Refused, supervision.R09, nil,
		},
		"an appeal on another ground": {
			func(r records) records {
				r[3].Action = appealing(appeal.ProductRejected)
				return r
			}, 4, audit.Refused, supervision.R10, nil,
		},
		"an appeal with other facts": {
			func(r records) records { r[3].Finding.Since = r[3].Finding.Since.Add(-day); return r },
			4, audit.Altered, supervision.R18, []string{"finding.since"},
		},
		"an appeal without facts": {
			func(r records) records { r[3].Finding = appeal.Finding{}; return r },
			4, audit.Altered, supervision.R18, []string{"finding.since"},
		},
		"a ruling that leads elsewhere": {
			func(r records) records { r[5].To = supervision.AwaitingRequest; return r },
			6, audit.Altered, supervision.R21, []string{"to"},
		},
		"a ruling on nothing to act on": {
			func(r records) records {
				r[5].Action = supervision.DecideAppeal{Outcome: appeal.Resume, ResumeAt: supervision.AwaitingAcceptance,
					Decision: "x"}
				return r
			}, 6, audit.Refused, supervision.R15, nil,
		},
		"a completion noticed late": {
			func(r records) records { r[8].At = r[8].At.Add(tick); return r },
			9, audit.Altered, supervision.R02, []string{"at"},
		},
		"a completion before it is due": {
			func(r records) records { r[8].At = r[8].At.Add(-tick); return r },
			9, audit.Refused, supervision.R02, nil,
		},
		"a completion by a person": {
			func(r records) records { r[8].Actor = mia; return r },
			9, audit.Altered, supervision.R02, []string{"actor.id", "actor.role"},
		},
		"input that is not normalised": {
			func(r records) records {
				r[1].Action = supervision.SubmitRequest{Text: " Please. ", Attachments: []supervision.Attachment{}}
				return r
			}, 2, audit.Altered, supervision.R03, []string{"action.text"},
		},
		"an instant in another zone": {
			func(r records) records { r[1].At = r[1].At.In(time.FixedZone("", 3600)); return r },
			2, audit.Invalid, supervision.R03, nil,
		},
		"input that would be refused": {
			func(r records) records { r[4].Action = supervision.AddNote{Text: " "}; return r },
			5, audit.Invalid, supervision.R13, nil,
		},
		"an action of another operation": {
			func(r records) records { r[4].Action = supervision.Remind{}; return r },
			5, audit.Invalid, supervision.R21, nil,
		},
		"no action": {
			func(r records) records { r[4].Action = nil; return r }, 5, audit.Invalid, supervision.R21, nil,
		},
		"time that runs backwards": {
			func(r records) records { r[6].At = r[5].At.Add(-tick); return r },
			7, audit.Altered, supervision.R07, []string{"at"},
		},
		"a record of another order": {
			func(r records) records { r[2].Order = "o-2"; return r }, 3, audit.Altered, supervision.R21,
			[]string{"order"},
		},
		"an opening of another order": {
			func(r records) records {
				opening := r[0].Action.(supervision.Opening)
				opening.ID = "o-2"
				r[0].Action = opening
				return r
			}, 1, audit.Altered, supervision.R21, []string{"order"},
		},
		"an opening that would be refused": {
			func(r records) records {
				opening := r[0].Action.(supervision.Opening)
				opening.Buyer = ""
				r[0].Action = opening
				return r
			}, 1, audit.Invalid, supervision.R01, nil,
		},
		"a beginning that opens nothing": {
			func(r records) records {
				r[0].Actor, r[0].Operation, r[0].Action = ben, supervision.OpRemind, supervision.Remind{}
				r[0].From = supervision.AwaitingDelivery
				return r
			}, 1, audit.Invalid, supervision.R20, nil,
		},
		"a key used twice": {
			func(r records) records {
				r[1].Key, r[3].Key = "k", "k"
				r[3].Actor.User = "another person of the account" // the account owns the key (R22)
				return r
			}, 4, audit.Reused, supervision.R28, nil,
		},
		"a status before that was none": {
			func(r records) records { r[2].From = supervision.AwaitingDelivery; return r },
			3, audit.Altered, supervision.R21, []string{"from"},
		},
		"facts of no appeal": {
			func(r records) records { r[1].Finding.Count = 3; return r },
			2, audit.Altered, supervision.R18, []string{"finding.count"},
		},
		"a completion elsewhere, and late": {
			func(r records) records { r[8].At, r[8].To = r[8].At.Add(tick), supervision.Canceled; return r },
			9, audit.Altered, supervision.R21, []string{"at", "to"},
		},
		"a key on what time did": {
			func(r records) records { r[8].Key = "k"; return r }, 9, audit.Altered, supervision.R28, []string{"key"},
		},
		"a key that no command has": {
			func(r records) records { r[1].Key = "a\nb"; return r }, 2, audit.Invalid, supervision.R28, nil,
		},
		"a history without its beginning": {
			func(r records) records { return r[1:] }, 1, audit.Missing, supervision.R21, nil,
		},
		"a record taken out": {
			func(r records) records { return slices.Delete(r, 4, 5) }, 5, audit.Missing, supervision.R21, nil,
		},
		"two records exchanged": {
			func(r records) records { r[3], r[4] = r[4], r[3]; return r }, 4, audit.Misplaced, supervision.R21, nil,
		},
		"a record twice": {
			func(r records) records { return slices.Insert(r, 3, r[2]) }, 3, audit.Misplaced, supervision.R21, nil,
		},
		"what happened exchanged": {
			func(r records) records {
				r[6].Action, r[7].Action = r[7].Action, r[6].Action
				r[6].Operation, r[7].Operation = r[7].Operation, r[6].Operation
				return r
			}, 7, audit.Refused, supervision.R08, nil,
		},
		"nothing": {
			func(records) records { return nil }, 1, audit.Missing, supervision.R21, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			findings := audit.Verify(c.tamper(appealed(t).records))
			require.NotEmpty(t, findings)
			first := findings[0]
			assert.Equal(t, []any{c.seq, c.kind, c.rule}, []any{first.Seq, first.Kind, first.Rule}, "%v", findings)
			if c.fields != nil {
				assert.Equal(t, c.fields, first.Fields)
			}
			assert.NotContains(t, first.String(), "Two hundred", "no finding repeats what a user wrote")
		})
	}
}

func TestR21_AnOrderIsWhatItsRecordsMake(t *testing.T) {
	for seed := range uint64(60) {
		h := closed(t, seed)
		require.Empty(t, audit.VerifyOrder(h.order, h.records), "seed %d", seed)
		_, erased := erase(t, h)
		require.Empty(t, audit.VerifyOrder(h.order, erased), "seed %d, erased", seed)
	}
	const missing, altered, rule = audit.Missing, audit.Altered, supervision.R21
	for name, c := range map[string]struct {
		tamper func(h *history)
		want   []audit.Finding
	}{
		"the last record cut off": {func(h *history) { h.records = h.records[:8] },
			[]audit.Finding{{Order: "o-1", Seq: 9, Kind: missing, Rule: rule}}},
		"all but the first cut off": {func(h *history) { h.records = h.records[:1] },
			[]audit.Finding{{Order: "o-1", Seq: 2, Kind: missing, Rule: rule}}},
		"no records": {func(h *history) { h.records = nil },
			[]audit.Finding{{Seq: 1, Kind: missing, Rule: rule}}},
		"another buyer": {func(h *history) { h.order.Buyer = "bob" },
			[]audit.Finding{{Order: "o-1", Kind: altered, Rule: rule, Fields: []string{"buyer"}}}},
		"another result": {func(h *history) { h.order.Delivery.Result = "Nothing." },
			[]audit.Finding{{Order: "o-1", Kind: altered, Rule: rule, Fields: []string{"delivery.result"}}}},
		"an order that is behind": {func(h *history) { h.order.Version = 8 },
			[]audit.Finding{{Order: "o-1", Kind: altered, Rule: rule, Fields: []string{"version"}}}},
	} {
		h := appealed(t)
		c.tamper(h)
		assert.Equal(t, c.want, audit.VerifyOrder(h.order, h.records), name)
	}
	h := appealed(t)
	h.order.Buyer, h.records[8].Key = "bob", "a\nb"
	findings := audit.VerifyOrder(h.order, h.records)
	require.Len(t, findings, 2, "what is wrong with a record hides not what is wrong with the order")
	assert.Equal(t, "order: altered (R21): differs in buyer", findings[1].String())
}

// An amendment that turns a clock back is judged as it was made (R31), and what
// follows by the clock that it left.
func TestR31_AClockThatWasTurnedBackIsVerified(t *testing.T) {
	turned := func() []supervision.Record {
		h := begin(t, supervision.Guide()).do(ben, supervision.SubmitRequest{Text: "Deploy it."}).wait(400*day).
			do(sue, supervision.AcceptRequest{}).wait(-390*day).
			do(mia, supervision.Amend{Clock: true, Reason: "A clock was fast."}).wait(5 * day)
		return h.wait(tick).do(ben, appealing(appeal.SellerSilent)).records
	}
	require.Empty(t, audit.Verify(turned()))
	for name, c := range map[string]struct {
		seq    int64
		tamper func(*supervision.Record)
		kind   audit.Kind
	}{
		"earlier without turning back": {4, func(r *supervision.Record) {
			r.Action = supervision.Amend{Buyer: ben.ID, Reason: "A clock was fast."}
		}, audit.Altered},
		"turned back to before the opening": {4,
			func(r *supervision.Record) { r.At = monday.Add(-tick) }, audit.Invalid},
		"turned back where nothing is ahead": {4, func(r *supervision.Record) { r.At = monday.Add(400 * day) },
			audit.Invalid},
		"a silence that was none by the right clock": {5, func(r *supervision.Record) { r.At = r.At.Add(-tick) },
			audit.Refused},
	} {
		records := turned()
		c.tamper(&records[c.seq-1])
		findings := audit.Verify(records)
		require.NotEmpty(t, findings, name)
		assert.Equal(t, []any{c.seq, c.kind}, []any{findings[0].Seq, findings[0].Kind}, name)
	}
	outcomes, err := audit.WhatIf(turned(), supervision.Guide())
	require.NoError(t, err)
	assert.Empty(t, outcomes[0].Barred)
}

// From an amendment on, what it says is judged by (R31).
func TestR31_AmendedHistoriesAreVerified(t *testing.T) {
	sam := supervision.Manager("sam")
	amended := func() []supervision.Record {
		return begin(t, closing()).do(sue, supervision.Deliver{Result: "Shipped."}).wait(day).
			do(host, supervision.ReportReceipt{}).
			do(mia, supervision.Amend{Seller: sam.ID, Reason: "A merger."}).
			do(ben, supervision.ProposeRefund{Amount: half}).
			do(mia, supervision.Intervene{Reason: "Fraud."}).
			do(mia, supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "Go on."}).
			do(ben, supervision.RejectProduct{Reason: "Broken."}).wait(30 * day).settle().records
	}
	require.Empty(t, audit.Verify(amended()))
	for name, c := range map[string]struct {
		seq    int64
		tamper func(*supervision.Record)
		kind   audit.Kind
		rule   supervision.Rule
	}{
		"amended by the new party": {4, func(r *supervision.Record) { r.Actor = sam }, audit.Refused, supervision.R13},
		"the party intervenes":     {6, func(r *supervision.Record) { r.Actor = sam }, audit.Refused, supervision.R13},
		"a receipt of no delivery": {3, func(r *supervision.Record) {
			r.Action = supervision.ReportReceipt{ReceivedAt: monday.Add(-tick)}
		}, audit.Invalid, supervision.R27},
		"more than was paid": {5, func(r *supervision.Record) {
			r.Action = supervision.ProposeRefund{Amount: supervision.Money{Amount: paid.Amount + 1, Currency: "CNY"}}
		}, audit.Invalid, supervision.R32},
		"closed a tick early": {9, func(r *supervision.Record) { r.At = r.At.Add(-tick) }, audit.Refused,
			supervision.R14},
	} {
		records := amended()
		c.tamper(&records[c.seq-1])
		findings := audit.Verify(records)
		require.NotEmpty(t, findings, name)
		first := findings[0]
		assert.Equal(t, []any{c.seq, c.kind, c.rule}, []any{first.Seq, first.Kind, first.Rule}, name)
	}
}

// One thing that is wrong is one finding: what follows is judged all the same,
// up to where nothing says where the order stands.
func TestR21_OneFaultIsOneFinding(t *testing.T) {
	type records = []supervision.Record
	finding := func(seq int64, kind audit.Kind, rule supervision.Rule) audit.Finding {
		return audit.Finding{Order: "o-1", Seq: seq, Kind: kind, Rule: rule}
	}
	const R03, R21, R28 = supervision.R03, supervision.R21, supervision.R28
	for name, c := range map[string]struct {
		tamper func(r records) records
		want   []audit.Finding
	}{
		"a note taken out, which nothing rests on": {func(r records) records { return slices.Delete(r, 4, 5) },
			[]audit.Finding{finding(5, audit.Missing, R21)}},
		"two exchanged": {func(r records) records { r[3], r[4] = r[4], r[3]; return r },
			[]audit.Finding{finding(4, audit.Misplaced, R21)}},
		"one before the two that it follows": {
			func(r records) records { r[3], r[4], r[5] = r[5], r[3], r[4]; return r },
			[]audit.Finding{finding(4, audit.Misplaced, R21), finding(5, audit.Misplaced, R21)}},
		"one twice": {func(r records) records { return slices.Insert(r, 3, r[2]) },
			[]audit.Finding{finding(3, audit.Misplaced, R21)}},
		"one before the first": {
			func(r records) records { return slices.Insert(r, 0, supervision.Record{Order: "o-1"}) },
			[]audit.Finding{finding(0, audit.Misplaced, R21)}},
		"another zone": {
			func(r records) records { r[1].At = r[1].At.In(time.FixedZone("", 3600)); return r },
			[]audit.Finding{finding(2, audit.Invalid, R03)}},
		"an empty note": {
			func(r records) records { r[4].Action = supervision.AddNote{}; return r },
			[]audit.Finding{finding(5, audit.Invalid, supervision.R13)}},
		"a key that is none, in a record that so cannot be written": {
			func(r records) records { r[1].Key = "a\nb"; return r },
			[]audit.Finding{finding(2, audit.Invalid, R28), finding(2, audit.Invalid, R03)}},
		"nothing in the last": {func(r records) records { r[8].Action = nil; return r },
			[]audit.Finding{finding(9, audit.Invalid, R21)}},
		"nothing in the last but one": {func(r records) records { r[7].Action = nil; return r },
			[]audit.Finding{finding(8, audit.Invalid, R21), finding(9, audit.Unjudged, R21)}},
		"nobody's": {func(r records) records { r[2].Actor = supervision.Actor{}; return r },
			[]audit.Finding{finding(3, audit.Invalid, supervision.R05)}},
	} {
		findings := audit.Verify(c.tamper(appealed(t).records))
		for i := range findings {
			assert.Equal(t, findings[i].Kind == audit.Invalid, len(findings[i].Faults) > 0, "%s: it says why", name)
			for _, f := range findings[i].Faults {
				assert.NotZero(t, f.Field)
				assert.NotZero(t, f.Code)
				assert.NotZero(t, f.Message)
			}
			findings[i].Faults, findings[i].Want = nil, nil
		}
		assert.Equal(t, c.want, findings, name)
	}
	nobody := appealed(t).records
	opening := nobody[0].Action.(supervision.Opening)
	opening.Buyer = ""
	nobody[0].Action = opening
	assert.Equal(t, "buyer", audit.Verify(nobody)[0].Faults[0].Field)

	two := appealed(t)
	two.records[7], two.records[8] = two.records[8], two.records[7]
	assert.Len(t, audit.VerifyOrder(two.order, two.records), 1, "the last is there")
}

func TestR27_RejectedAfterTimeHadAccepted(t *testing.T) {
	h := delivered(t, autoAccepting()).wait(10*day-tick).do(ben, supervision.RejectProduct{Reason: "Ten cannot."})
	h.wait(day).do(sue, supervision.Deliver{Result: "Now they can."})
	require.Empty(t, audit.Verify(h.records))

	h.records[4].At = h.records[4].At.Add(tick)
	findings := audit.Verify(h.records)
	require.Len(t, findings, 1, "what follows from it is judged as recorded")
	f := findings[0]
	assert.Equal(t, []any{int64(5), audit.Overdue, supervision.R27}, []any{f.Seq, f.Kind, f.Rule})
	assert.Equal(t, supervision.OpAutoAccept, f.Want.Operation)
	assert.Equal(t, h.records[4].At, f.Want.At)

	h.records[4].At = h.records[4].At.Add(3 * time.Hour)
	f = audit.Verify(h.records[:5])[0]
	assert.Equal(t, supervision.OpAutoAccept, f.Want.Operation, "what was due first, of several")
}

func TestR28_AKeyIsTheActorsOwn(t *testing.T) {
	h := appealed(t)
	h.records[1].Key, h.records[2].Key = "k", "k"
	require.NotEqual(t, h.records[1].Actor, h.records[2].Actor)
	assert.Empty(t, audit.Verify(h.records))
}

func TestR22_AFindingSaysWhoseOperationItIs(t *testing.T) {
	h := appealed(t)
	h.records[2].Actor = ben
	findings := audit.Verify(h.records)
	require.Len(t, findings, 1, "it goes on with what should have been")
	assert.Equal(t, sue, findings[0].Want.Actor)

	h = appealed(t)
	h.records[1].Actor.ID, h.records[1].Key = "bob", "k"
	findings = audit.Verify(h.records)
	require.Len(t, findings, 1)
	assert.Equal(t, ben, findings[0].Want.Actor)
	assert.Equal(t, "k", findings[0].Want.Key)

	either := begin(t, supervision.Rules2025()).do(sue, supervision.RaiseAppeal{Ground: appeal.Unconditional,
		Reason: "x", Demand: "x", Attachments: proof})
	either.records[1].Actor.ID = "sam"
	assert.Equal(t, sue, audit.Verify(either.records)[0].Want.Actor, "the part is the seller's")

	h = appealed(t)
	whole := h.records[3].Finding
	h.records[3].Finding = appeal.Finding{}
	assert.Equal(t, whole, audit.Verify(h.records)[0].Want.Finding, "what should have been")
}

func TestR21_WhatCannotBeJudgedIsSaid(t *testing.T) {
	h := appealed(t)
	records := slices.Delete(h.records, 1, 2) // the request: nothing leads on without it
	kinds := map[audit.Kind]int64{}
	for _, f := range audit.Verify(records) {
		kinds[f.Kind] = f.Seq
	}
	assert.Equal(t, map[audit.Kind]int64{audit.Missing: 2, audit.Refused: 3, audit.Unjudged: 4}, kinds)
}

func TestR04_FormsAreJudgedWhereTheyAreAtHand(t *testing.T) {
	form, err := template.Compile(template.Template{Fields: []template.Field{{Key: "seats", Label: "Seats",
		Kind: template.Integer, Required: true}}})
	require.NoError(t, err)
	opening := supervision.Opening{ID: "o-1", Product: "crm", Buyer: ben.ID, Seller: sue.ID, RequestTemplateVersion: 7}
	order, first, err := supervision.Open(opening, monday)
	require.NoError(t, err)
	jane := ben
	jane.User = "jane"
	_, made, err := order.Apply(jane, supervision.SubmitRequest{Values: template.Values{"seats": "12"}}, monday, form)
	require.NoError(t, err)
	records := append([]supervision.Record{first}, made...)
	forms := func(o supervision.Order, op supervision.Operation) *template.Form {
		assert.Equal(t, 7, o.Form(op).Version, "none is asked for where nothing is filled in")
		return form
	}
	assert.Empty(t, audit.Verify(records, forms))
	order, _, err = order.Apply(jane, made[0].Action, monday, form)
	require.NoError(t, err)
	_, accepted, err := order.Apply(sue, supervision.AcceptRequest{}, monday)
	require.NoError(t, err)
	assert.Empty(t, audit.Verify(slices.Concat(records, accepted), forms))

	findings := audit.Verify(records)
	require.Len(t, findings, 1)
	assert.Equal(t, audit.Unchecked, findings[0].Kind)
	assert.Equal(t, supervision.R04, findings[0].Rule)

	records[1].Action = supervision.SubmitRequest{Values: template.Values{"seats": "a dozen"}}
	findings = audit.Verify(records, forms)
	require.NotEmpty(t, findings)
	assert.Equal(t, audit.Invalid, findings[0].Kind)
	assert.Equal(t, "values.seats", findings[0].Faults[0].Field)

	records[1].Actor = sue
	findings = audit.Verify(records)
	require.NotEmpty(t, findings, "all but the values is judged without a form")
	assert.Equal(t, audit.Refused, findings[0].Kind)
}

// What an adoption says of itself is judged again; what the other system did is
// its own affair (R29).
func TestR29_AdoptionsAreVerified(t *testing.T) {
	whole := func() *history {
		return adopted(t, supervision.Guide()).wait(5*day).do(sue, appealing(appeal.BuyerSilent)).
			do(mia, supervision.DecideAppeal{Outcome: appeal.Accept, Decision: "It works."}).wait(day).settle()
	}
	require.Empty(t, audit.Verify(whole().records))
	for name, c := range map[string]struct {
		tamper func(*supervision.Record)
		kind   audit.Kind
		fields []string
	}{
		"another instant": {func(r *supervision.Record) { r.At = r.At.Add(tick) }, audit.Altered, []string{"at"}},
		"another actor": {func(r *supervision.Record) { r.Actor = mia }, audit.Altered, []string{"actor.id",
			"actor.role"}},
		"a snapshot of later than its adoption": {func(r *supervision.Record) {
			a := r.Action.(supervision.Adoption)
			a.AdoptedAt = a.TurnSince.Add(-tick)
			r.Action = a
		}, audit.Invalid, nil},
		"counters of what is not there": {func(r *supervision.Record) {
			a := r.Action.(supervision.Adoption)
			a.Request = nil
			r.Action = a
		}, audit.Invalid, nil},
		"a text that is not normal": {func(r *supervision.Record) {
			a := r.Action.(supervision.Adoption)
			a.History = []supervision.Quote{{What: " DELIVERED"}}
			r.Action = a
		}, audit.Altered, []string{"action.history"}},
	} {
		h := whole()
		c.tamper(&h.records[0])
		findings := audit.Verify(h.records)
		require.NotEmpty(t, findings, name)
		assert.Equal(t, c.kind, findings[0].Kind, name)
		assert.Equal(t, supervision.R29, findings[0].Rule, name)
		assert.Equal(t, c.fields, findings[0].Fields, name)
	}
	appealed := whole().records[1]
	appealed.At = appealed.At.Add(-day - tick) // the silence began in the other system
	early := slices.Concat(whole().records[:1], []supervision.Record{appealed})
	assert.Equal(t, supervision.R09, audit.Verify(early)[0].Rule)
}

// A request that another system took on a template is judged with its form.
func TestR29_AdoptedFormsAreVerified(t *testing.T) {
	form, err := template.Compile(template.Template{Fields: []template.Field{{Key: "users", Label: "Users",
		Kind: template.Integer, Required: true}}})
	require.NoError(t, err)
	adoption := adopted(t, supervision.Guide()).records[0].Action.(supervision.Adoption)
	adoption.RequestTemplateVersion, adoption.DeliveryTemplateVersion = 3, 4
	adoption.Request = &supervision.Request{Values: template.Values{"users": "200"},
		SubmittedAt: adoption.Request.SubmittedAt}
	adoption.Delivery = &supervision.Delivery{Values: template.Values{"users": "200"},
		DeliveredAt: adoption.Delivery.DeliveredAt}
	_, record, err := supervision.Adopt(adoption, monday, map[supervision.Operation]*template.Form{
		supervision.OpSubmitRequest: form, supervision.OpDeliver: form})
	require.NoError(t, err)
	record.Salt = "salt"
	records := []supervision.Record{record}
	forms := func(o supervision.Order, _ supervision.Operation) *template.Form {
		require.Equal(t, "crm", o.Product)
		require.Equal(t, sue.ID, o.Seller)
		return form
	}
	assert.Empty(t, audit.Verify(records, forms))
	require.Len(t, audit.Verify(records), 1)
	assert.Equal(t, audit.Unchecked, audit.Verify(records)[0].Kind)
	outcomes, err := audit.WhatIf(records, supervision.Guide())
	require.NoError(t, err)
	assert.Equal(t, supervision.AwaitingAcceptance, outcomes[0].Status, "taken as it was filled in")

	forged := record.Clone()
	forged.Action.(supervision.Adoption).Request.Values["users"] = "many"
	forged.Action.(supervision.Adoption).Delivery.Values["users"] = "few"
	findings := audit.Verify([]supervision.Record{forged}, forms)
	require.Len(t, findings, 1)
	require.Len(t, findings[0].Faults, 2)
	assert.Equal(t, "request.values.users", findings[0].Faults[0].Field)
	assert.Equal(t, "delivery.values.users", findings[0].Faults[1].Field)
}
