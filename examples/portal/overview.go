package main

import (
	"cmp"
	"net/http"
	"slices"

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
	page := overviewPage{visit: v, WhatIf: make(map[string]audit.Sums)}
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
	policies := []supervision.Policy{supervision.Guide(), supervision.Rules2025()}
	var outcomes []audit.Outcome
	for _, o := range v.search(supervision.Query{Limit: supervision.MaxPage}).Orders {
		if records, err := v.history(v.ctx(), o, supervision.System()); v.readable(err) {
			result, _ := audit.WhatIf(records, policies...) // none of what the rules could not have made
			outcomes = append(outcomes, result...)
		}
	}
	for _, p := range policies {
		under := slices.DeleteFunc(slices.Clone(outcomes), func(o audit.Outcome) bool { return o.Policy != p.Name })
		page.WhatIf[p.Name] = audit.Sum(under...)
	}
	return v.render(http.StatusOK, "overview.html", page)
}
