package audit_test

import (
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
)

// tale is a real history: the seller is silent and the buyer appeals, a tick
// after five days.
func tale() []supervision.Record {
	order, first,
		err := supervision.Open(supervision.Opening{ID: "o-1", Product: "crm", Buyer: "ben", Seller: "sue"}, monday)
	records := []supervision.Record{first}
	for _, step := range []struct {
		actor  supervision.Actor
		action supervision.Action
		at     time.Time
	}{
		{ben, supervision.SubmitRequest{Text: "Two hundred users, please."}, monday},
		{sue, supervision.AcceptRequest{}, monday},
		{ben, supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "No news.", Demand: "Deliver."},
			monday.Add(5*day + tick)},
	} {
		if err != nil {
			panic(err) // an example has no test to fail
		}
		var made []supervision.Record
		order, made, err = order.Apply(step.actor, step.action, step.at)
		records = append(records, made...)
	}
	return records
}

// A history is verified before it is used as evidence.
func ExampleVerify() {
	records := tale()
	fmt.Println(len(audit.Verify(records)), "findings")

	records[2].Actor = supervision.Buyer("ben")
	records[3].At = records[3].At.Add(-supervision.Tick)
	for _, finding := range audit.Verify(records) {
		fmt.Println(finding)
	}
	// Output:
	// 0 findings
	// record 3: refused (R05): it is another role's operation; it is the seller's
	// record 4: refused (R09): the other party has not been silent long enough; allowed from 2026-03-07T09:00:00.000001Z
}

// What a user wrote could have been written otherwise, so only a digest that
// was kept elsewhere tells that it was.
func ExampleDigestOf() {
	records := tale()
	kept, _ := audit.DigestOf(records)

	records[1].Action = supervision.SubmitRequest{Text: "Two thousand users, please."}
	now, _ := audit.DigestOf(records)
	fmt.Println(len(audit.Verify(records)), "findings, the same:", now == kept)
	// Output:
	// 0 findings, the same: false
}

// What would seven days of silence have meant, and what three?
func ExampleWhatIf() {
	seven, three := supervision.Guide(), supervision.Guide()
	seven.Name, seven.Appeal.Silence = "seven", 7*supervision.Day
	three.Name, three.Appeal.Silence = "three", 3*supervision.Day

	outcomes, err := audit.WhatIf(tale(), seven, three)
	if err != nil {
		fmt.Println(err)
	}
	for _, o := range outcomes {
		fmt.Println(o.Policy, "-", o.Status)
		for _, w := range o.Windows {
			fmt.Println("  open to the", w.Party, "on", w.Ground, "from", w.From.Format(time.DateOnly))
		}
		for _, b := range o.Barred {
			fmt.Println("  barred:", b.Operation, b.Rule, "allowed from", b.From.Format(time.DateOnly))
		}
	}
	fmt.Println(audit.Sum(outcomes...)["seven"].Barred)
	// Output:
	// seven - awaiting_delivery
	//   open to the buyer on seller_silent from 2026-03-09
	//   open to the buyer on seller_silent from 2027-03-02
	//   barred: raise_appeal R09 allowed from 2026-03-09
	// three - frozen
	//   open to the buyer on seller_silent from 2026-03-05
	// map[R09:1]
}

// Two policies are compared in the words of the rules.
func ExampleDiff() {
	stricter := supervision.Guide()
	stricter.Name, stricter.AutoAccept = "stricter", 10*supervision.Day
	stricter.Appeal.Silence, stricter.Appeal.Rejections = 3*supervision.Day, 2
	for _, d := range audit.Diff(supervision.Guide(), stricter) {
		fmt.Println(d)
	}
	// Output:
	// R10 rejections that open an appeal: 3 → 2
	// R09 silence that opens an appeal, more than: 5 d → 3 d
	// R27 an untouched delivery is accepted after: none → 10 d
	// R25 the policy's name: guide → stricter
}

// A shadow hears what another system decides, and lists what the rules would
// have decided otherwise.
func ExampleShadow() {
	order, _,
		err := supervision.Open(supervision.Opening{ID: "o-1", Product: "crm", Buyer: "ben", Seller: "sue"}, monday)
	if err != nil {
		fmt.Println(err)
	}
	shadow := audit.NewShadow()
	shadow.Begin(order)
	for _, d := range []audit.Decided{
		{Order: "o-1", Actor: ben, Action: supervision.SubmitRequest{Text: "Fifty seats, please."}, At: monday,
			Accepted: true},
		{Order: "o-1", Actor: ben, Action: appealing(appeal.SellerSilent), At: monday.Add(4 * day), Accepted: true},
		{Order: "o-1", Actor: mia, Action: supervision.AddNote{Text: "Called both."}, At: monday.Add(4 * day),
			Accepted: false},
	} {
		if err := shadow.Feed(d); err != nil {
			fmt.Println(err)
		}
	}
	report := shadow.Report()
	for _, d := range report.Disagreements {
		fmt.Println(d)
	}
	fmt.Println(report.Decided, "decisions, disagreements by rule:", report.ByRule)
	// Output:
	// o-1: raise_appeal by the buyer accepted at 2026-03-06T09:00:00Z (R09): the other party has not been silent long enough; allowed from 2026-03-07T09:00:00.000001Z
	// o-1: add_note by the manager refused at 2026-03-06T09:00:00Z (R13): the rules allow it
	// 3 decisions, disagreements by rule: map[R09:1 R13:1]
}
