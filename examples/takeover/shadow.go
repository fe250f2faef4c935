package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
)

// shadow lets the rules judge what the old service has decided, before anything
// is moved.
func (t *takeover) shadow(context.Context) error {
	shadow := audit.NewShadow()
	shadow.Late = supervision.Day // it closes orders at night
	unopened, begun := 0, make(map[string]bool)
	for i, r := range t.rows {
		t.step("shadowing", i+1, len(t.rows))
		if begun[r.ID] {
			continue // a second row of the same order
		}
		begun[r.ID] = true
		order, _, err := supervision.Open(supervision.Opening{ID: r.ID, Product: r.Product, Buyer: r.Buyer,
			Seller: r.Seller, Paid: dollars(r.Cents), ScheduledEnd: r.Due}, r.Bought)
		if err != nil {
			unopened++ // the adoption says why
			continue
		}
		shadow.Begin(order)
		for _, e := range t.log[r.ID] {
			if err := shadow.Feed(decided(e)); err != nil {
				return err
			}
		}
		shadow.End(r.ID)
	}
	report := shadow.Report()
	t.title("Shadow")
	t.printf("%d decisions of the old service; the rules would have made %d of them otherwise.\n",
		report.Decided, len(report.Disagreements))
	t.printf("%d orders could not be opened.\n", unopened)
	for _, rule := range slices.Sorted(maps.Keys(report.ByRule)) {
		t.printf("\n%s %4d × such as\n", rule, report.ByRule[rule])
		seen := make(map[string]bool)
		for _, d := range report.Disagreements {
			kind := fmt.Sprint(d.Operation, d.Accepted, d.Reason)
			if d.Rule == rule && !d.Follows && !seen[kind] {
				seen[kind] = true
				t.printf("      %s\n", d)
			}
		}
	}
	return nil
}

// decided is a line of the old service's log in the library's words.
func decided(e entry) audit.Decided {
	return audit.Decided{Order: e.ID, Actor: supervision.Actor{Role: supervision.Role(e.Role), ID: e.Who},
		Action: actions[e.Action](e.Text), At: e.At, Accepted: e.Done}
}

var actions = map[string]func(text string) supervision.Action{
	"ask":       func(text string) supervision.Action { return supervision.SubmitRequest{Text: text} },
	"send_back": func(text string) supervision.Action { return supervision.RejectRequest{Reason: text} },
	"agree":     func(string) supervision.Action { return supervision.AcceptRequest{} },
	"report":    func(text string) supervision.Action { return supervision.ReportProgress{Text: text} },
	"remind":    func(text string) supervision.Action { return supervision.Remind{Text: text} },
	"deliver":   func(text string) supervision.Action { return supervision.Deliver{Result: text} },
	"return":    func(text string) supervision.Action { return supervision.RejectProduct{Reason: text} },
	"accept":    func(string) supervision.Action { return supervision.AcceptProduct{} },
	"close":     func(string) supervision.Action { return supervision.Complete{} },
	"cancel": func(text string) supervision.Action {
		return supervision.DecideAppeal{Outcome: appeal.Cancel, Upheld: true, Decision: text}
	},
	"dispute_silent_seller": dispute(appeal.SellerSilent),
	"dispute_silent_buyer":  dispute(appeal.BuyerSilent),
	"dispute_returned":      dispute(appeal.ProductRejected),
}

func dispute(ground appeal.Ground) func(string) supervision.Action {
	return func(text string) supervision.Action {
		return supervision.RaiseAppeal{Ground: ground, Reason: text, Demand: demand}
	}
}
