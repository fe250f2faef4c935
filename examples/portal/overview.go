package main

import (
	"cmp"
	"net/http"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
)

type overviewPage struct {
	*visit
	ByStatus, BySilence []queue
	Due                 []supervision.Summary // the cases that wait for a ruling
	WhatIf              map[string]audit.Sums // by the name of the rules
}

// showOverview draws how the market stands, and what the history of its newest
// orders would have come to under other rules.
func (v *visit) showOverview() error {
	page := overviewPage{visit: v}
	for _, s := range supervision.Statuses() {
		if !s.Final() {
			page.ByStatus = append(page.ByStatus, queue{Label: v.L.Status(s), Late: s == supervision.Frozen,
				query: supervision.Query{Criteria: supervision.Criteria{Status: s}}})
		}
	}
	for d, most := supervision.Day, appeal.Guide().Silence; d <= most; d += supervision.Day {
		page.BySilence = append(page.BySilence, queue{Label: v.L.Span(d), Late: d == most,
			query: supervision.Query{Criteria: supervision.Criteria{SilentFor: d}}})
	}
	v.count(page.ByStatus)
	v.count(page.BySilence)
	due, err := v.svc.Search(v.ctx(), v.actor(), supervision.Query{Sort: supervision.ByHandling,
		Limit: supervision.MaxPage})
	v.err = cmp.Or(v.err, err)
	page.Due = due.Orders
	var outcomes []audit.Outcome
	for _, o := range v.search(supervision.Query{Limit: supervision.MaxPage}).Orders {
		if records, err := v.history(v.ctx(), o, supervision.System()); v.readable(err) {
			// There is none of what the rules could not have made.
			result, _ := audit.WhatIf(records, supervision.Guide(), supervision.Rules2025())
			outcomes = append(outcomes, result...)
		}
	}
	page.WhatIf = audit.Sum(outcomes...)
	return v.render(http.StatusOK, "overview.html", page)
}
