package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
)

// verify loads every adopted order, replays and judges its records again, and
// looks whether a search finds it.
func (t *takeover) verify(ctx context.Context) error {
	found := make(map[string]bool)
	statuses := make(map[supervision.Status]int)
	err := t.search(ctx, supervision.Criteria{}, func(o supervision.Summary) error {
		found[o.ID] = true
		statuses[o.Status]++
		return nil
	})
	if err != nil {
		return err
	}
	for i, id := range t.adopted {
		history, err := t.service.History(ctx, id)
		if err != nil {
			return err
		}
		if len(history.Findings) > 0 || !found[id] {
			return fmt.Errorf("order %q is not what its records say: %v", id, history.Findings)
		}
		t.step("verifying", i+1, len(t.adopted))
	}
	t.title("Verification")
	t.printf("%d orders load, replay, verify without a finding, and are found by a search:\n\n", len(t.adopted))
	for _, status := range supervision.Statuses() {
		t.printf("%5d  %s\n", statuses[status], status)
	}
	return nil
}

// search visits every order that the criteria match, page by page.
func (t *takeover) search(ctx context.Context, criteria supervision.Criteria,
	visit func(supervision.Summary) error) error {
	query := supervision.Query{Criteria: criteria, Limit: supervision.MaxPage}
	for {
		page, err := t.service.Search(ctx, supervision.System(), query)
		if err != nil {
			return err
		}
		for _, order := range page.Orders {
			if err := visit(order); err != nil {
				return err
			}
		}
		if query.Cursor = page.Next; query.Cursor == "" {
			return nil
		}
	}
}

// appeal is the first day under the new rules: of the parties that have waited
// for more than five days, those of every second product appeal.
func (t *takeover) appeal(ctx context.Context) error {
	proof := []supervision.Attachment{{Name: "protocol.pdf", Ref: "files/protocol.pdf"}}
	appealed, refused := 0, make(map[supervision.Rule]int)
	for _, product := range []string{"crm", "migration"} {
		silent := supervision.Criteria{Products: []string{product}, SilentFor: supervision.Guide().Appeal.Silence}
		err := t.search(ctx, silent, func(o supervision.Summary) error {
			actor, ground := supervision.Buyer(o.Buyer), appeal.SellerSilent
			if o.Turn() == supervision.RoleBuyer {
				actor, ground = supervision.Seller(o.Seller), appeal.BuyerSilent
			}
			_, err := t.service.Do(ctx, o.ID, actor, supervision.RaiseAppeal{Ground: ground, Reason: "Nobody answers.",
				Demand: "Please go on.", Attachments: proof})
			var refusal *supervision.Refusal
			switch {
			case errors.As(err, &refusal):
				refused[refusal.Rule]++
				return nil
			case err == nil:
				appealed++
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	t.title("The first day")
	t.printf("%d parties appeal on silence that began in the old service; %d are refused by R14.\n",
		appealed, refused[supervision.R14])
	return nil
}

// ask asks what other policies would have allowed.
func (t *takeover) ask(ctx context.Context) error {
	guide := supervision.Guide()
	policies := []supervision.Policy{guide, silence("seven days", 7*day), silence("three days", 3*day)}
	var outcomes []audit.Outcome
	for i, id := range t.adopted {
		history, err := t.service.History(ctx, id)
		if err != nil {
			return err
		}
		list, err := audit.WhatIf(history.Records, policies...)
		if err != nil {
			return err
		}
		outcomes = append(outcomes, list...)
		t.step("asking", i+1, len(t.adopted))
	}
	t.title("What if")
	sums := audit.Sum(outcomes...)
	for _, policy := range policies {
		t.printf("%-10s  silent today: %4d sellers, %4d buyers; appeals barred by %s: %d\n", policy.Name,
			open(outcomes, policy, appeal.SellerSilent), open(outcomes, policy, appeal.BuyerSilent), supervision.R09,
			sums[policy.Name].Barred[supervision.R09])
		for _, d := range audit.Diff(guide, policy) {
			if d.Field != "name" {
				t.printf("            %s\n", d)
			}
		}
	}
	return nil
}

func silence(name string, length time.Duration) supervision.Policy {
	policy := supervision.Guide()
	policy.Name, policy.Appeal.Silence = name, length
	return policy
}

// open counts the orders in which a policy has a ground open today, or had it
// until an appeal of today.
func open(outcomes []audit.Outcome, policy supervision.Policy, ground appeal.Ground) (n int) {
	now := func(w audit.Window) bool {
		return w.Ground == ground && !w.From.After(today) && (w.Until.IsZero() || !w.Until.Before(today))
	}
	for _, o := range outcomes {
		if o.Policy == policy.Name && slices.ContainsFunc(o.Windows, now) {
			n++
		}
	}
	return n
}
