package main

import (
	"net/http"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
)

type overviewPage struct {
	layout
	ByStatus, BySilence []bar
	Due                 []summary // the cases that wait for a ruling
	WhatIf              []whatIf
}

// bar is one bar of a chart that has so many at most.
type bar struct {
	Label       string
	Count, Most int
	Late        bool
}

// whatIf is what the market's own history would have come to under a policy.
type whatIf struct {
	Name string
	audit.Sums
}

// showOverview draws how the market stands, of the newest orders.
func (v *visit) showOverview() error {
	page := overviewPage{layout: v.layout(v.l.t("Overview"))}
	found, err := v.svc.Search(v.r.Context(), v.actor(), supervision.Query{Limit: supervision.MaxPage})
	if err != nil {
		return err
	}
	byStatus := make(map[supervision.Status]int)
	silent := make([]int, int(appeal.Guide().Silence/supervision.Day)+1)
	policies := []supervision.Policy{supervision.Guide(), supervision.Rules2025()}
	outcomes := make([][]audit.Outcome, len(policies))
	for _, o := range found.Orders {
		byStatus[o.Status]++
		if since := o.Facts().Since; o.Status.Waiting() && !since.IsZero() {
			silent[min(len(silent)-1, int(page.Now.Sub(since)/supervision.Day))]++
		}
		if o.Appeal.Pending() {
			page.Due = append(page.Due, v.summary(o))
		}
		records, err := v.history(v.r.Context(), v.l, o, supervision.System())
		if err != nil {
			return err
		}
		result, err := audit.WhatIf(plain(records), policies...)
		if err != nil {
			continue // its history was not made by the rules; the record's own page says so
		}
		for i := range result {
			outcomes[i] = append(outcomes[i], result[i])
		}
	}
	for _, s := range supervision.Statuses() {
		if !s.Final() {
			page.ByStatus = append(page.ByStatus,
				bar{v.l.Status(s), byStatus[s], len(found.Orders), s == supervision.Frozen})
		}
	}
	for days, n := range silent {
		b := bar{v.l.Span(time.Duration(days+1) * supervision.Day), n, len(found.Orders), days == len(silent)-1}
		if b.Late {
			b.Label = "> " + v.l.Span(time.Duration(days)*supervision.Day)
		}
		page.BySilence = append(page.BySilence, b)
	}
	for i, p := range policies {
		page.WhatIf = append(page.WhatIf, whatIf{p.Name, audit.Sum(outcomes[i]...)})
	}
	return v.render(http.StatusOK, "overview.html", page)
}
