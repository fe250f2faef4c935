package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
)

// documentPage is an order's record as something to print and to keep.
type documentPage struct {
	*visit
	Order    supervision.Order
	Records  []recordView
	Findings []audit.Finding // what could not have been made by the rules; none is good
	Digest   audit.Digest    // of the records as they are shown
}

// showDocument shows the whole record. Order and records are verified as they
// are stored, and the digest is that of what the visitor may see, so that they
// can check it (R21, R34).
func (v *visit) showDocument() error {
	shown, err := v.history(v.ctx(), v.order, v.actor())
	v.readable(err)
	records, failed := v.views(v.ctx(), v.L, v.order, shown)
	order, lost := v.svc.Order(v.ctx(), v.order.ID, supervision.System())
	stored, _ := v.history(v.ctx(), order, supervision.System()) // what cannot be read is missing
	digest, err := audit.DigestOf(shown)
	v.err = cmp.Or(v.err, failed, lost, err)
	findings := audit.VerifyOrder(order, stored, func(o supervision.Order, op supervision.Operation) *template.Form {
		filled, _ := v.svc.Form(v.ctx(), o, op) // what is lost is unchecked
		return filled
	})
	return v.render(http.StatusOK, "document.html", documentPage{v, v.order, records, findings, digest})
}

func (v *visit) exportJSON() error {
	records, err := v.history(v.ctx(), v.order, v.actor())
	v.readable(err)
	data, err := json.MarshalIndent(records, "", "  ")
	v.err = cmp.Or(v.err, err)
	return v.saveAs("application/json", "record.json", append(data, '\n'))
}

func (v *visit) exportCSV() error {
	var table strings.Builder
	w := csv.NewWriter(&table) // a strings.Builder takes everything
	_ = w.Write([]string{"order", "seq", "at", "role", "account", "operation", "from", "to", "submitted"})
	records, _ := v.records()
	for _, r := range records {
		var said []string
		for _, f := range r.Facts {
			if at, ok := f.Value.(time.Time); ok {
				f.Text = stamp(at)
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
