package main

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

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

// showDocument shows the whole record. It is verified as it is stored, and its
// digest is that of what the visitor may see, so that they can check it (R21,
// R34).
func (v *visit) showDocument() error {
	records, err := v.records()
	if err != nil {
		return err
	}
	stored, err := v.history(v.r.Context(), v.l, v.order, supervision.System())
	if err != nil {
		return err
	}
	page := documentPage{layout: v.layout(v.l.t("Record of order %s", v.order.ID)), Order: v.order, Records: records,
		Findings: audit.Verify(plain(stored), v.formOf)}
	for i := range records {
		records[i].Card = "" // here everything stands with its record
	}
	if page.Digest, err = audit.DigestOf(plain(records)); err != nil {
		return err
	}
	return v.render(http.StatusOK, "document.html", page)
}

// plain are records as they are kept.
func plain(views []recordView) (list []supervision.Record) {
	for _, r := range views {
		list = append(list, r.Record)
	}
	return list
}

// formOf finds the template that an operation of an order fills in (R04).
func (v *visit) formOf(o supervision.Order, op supervision.Operation) *template.Form {
	t, err := v.templateOf(v.r.Context(), o, op)
	if err != nil {
		return nil
	}
	form, _ := template.Compile(t) // nil for none
	return form
}

// exportJSON sends the records in the library's own form.
func (v *visit) exportJSON() error {
	records, err := v.records()
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(plain(records), "", "  ")
	if err != nil {
		return err
	}
	return v.saveAs("application/json", "record.json", append(data, '\n'))
}

// exportCSV sends the records as a table.
func (v *visit) exportCSV() error {
	records, err := v.records()
	if err != nil {
		return err
	}
	var table strings.Builder
	w := csv.NewWriter(&table) // a strings.Builder takes everything
	_ = w.Write([]string{"order", "seq", "at", "role", "account", "operation", "from", "to", "submitted"})
	for _, r := range records {
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
