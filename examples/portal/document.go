package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
)

// documentPage is an order's record as something to print and to keep.
type documentPage struct {
	layout
	Order    supervision.Order
	Records  []recordView
	Findings []audit.Finding // what could not have been made by the rules; none is good
	Digest   audit.Digest    // of the records as they are shown
}

// showDocument shows the whole record. Order and records are verified as they
// are stored, and the digest is that of what the visitor may see, so that they
// can check it (R21, R34).
func (v *visit) showDocument() error {
	records := v.records()
	for i := range records {
		records[i].Card = "" // here everything stands with its record
	}
	order, lost := v.svc.Order(v.ctx(), v.order.ID, supervision.System())
	stored, failed := v.history(v.ctx(), v.l, order, supervision.System())
	stored = slices.DeleteFunc(stored, func(r recordView) bool { return r.Seq > order.Version }) // done meanwhile
	digest, err := audit.DigestOf(plain(records))
	v.err = cmp.Or(v.err, lost, failed, err)
	page := documentPage{v.layout(v.l.t("Record of order %s", v.order.ID)), v.order, records,
		audit.VerifyOrder(order, plain(stored), v.formOf), digest}
	return v.render(http.StatusOK, "document.html", page)
}

func plain(views []recordView) (list []supervision.Record) {
	for _, r := range views {
		list = append(list, r.Record)
	}
	return list
}

// formOf finds the template that an operation of an order fills in (R04).
func (v *visit) formOf(o supervision.Order, op supervision.Operation) *template.Form {
	t, err := v.templateOf(v.ctx(), o, op)
	if err != nil {
		return nil
	}
	form, _ := template.Compile(t) // nil for none
	return form
}

func (v *visit) exportJSON() error {
	data, err := json.MarshalIndent(plain(v.records()), "", "  ")
	v.err = cmp.Or(v.err, err)
	return v.saveAs("application/json", "record.json", append(data, '\n'))
}

func (v *visit) exportCSV() error {
	var table strings.Builder
	w := csv.NewWriter(&table) // a strings.Builder takes everything
	_ = w.Write([]string{"order", "seq", "at", "role", "account", "operation", "from", "to", "submitted"})
	for _, r := range v.records() {
		var said []string
		for _, f := range r.Facts {
			if !f.At.IsZero() {
				f.Text = stamp(f.At)
			}
			said = append(said, f.Label+": "+f.Text)
		}
		row := []string{r.Order, strconv.FormatInt(r.Seq, 10), stamp(r.At), string(r.Actor.Role), r.Actor.ID,
			string(r.Operation), string(r.From), string(r.To), strings.Join(said, "\n")}
		for i, cell := range row {
			row[i] = plainCell(cell)
		}
		_ = w.Write(row)
	}
	w.Flush()
	return v.saveAs("text/csv; charset=utf-8", "record.csv", []byte(table.String()))
}

// plainCell keeps a spreadsheet from taking what somebody wrote for a formula.
func plainCell(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r") {
		return "'" + text
	}
	return text
}

type overviewPage struct {
	layout
	ByStatus, BySilence []bar
	Due                 []supervision.Summary // the cases that wait for a ruling
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
	found, err := v.svc.Search(v.ctx(), v.actor(), supervision.Query{Limit: supervision.MaxPage})
	due, failed := v.svc.Search(v.ctx(), v.actor(), supervision.Query{Sort: supervision.ByHandling,
		Limit: supervision.MaxPage})
	if err = cmp.Or(err, failed); err != nil {
		return err
	}
	page.Due = due.Orders
	byStatus := make(map[supervision.Status]int)
	silent := make([]int, int(appeal.Guide().Silence/supervision.Day)+1)
	policies := []supervision.Policy{supervision.Guide(), supervision.Rules2025()}
	outcomes := make([][]audit.Outcome, len(policies))
	for _, o := range found.Orders {
		byStatus[o.Status]++
		if since := o.WaitingSince; !since.IsZero() {
			silent[min(len(silent)-1, int(page.Now.Sub(since)/supervision.Day))]++
		}
		records, err := v.history(v.ctx(), v.l, supervision.Order{ID: o.ID}, supervision.System())
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
