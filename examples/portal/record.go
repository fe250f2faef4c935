package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/koogallery/serviceflow/supervision/words"
)

// recordView is an operation record with what was submitted.
type recordView struct {
	supervision.Record
	Facts []fact
	Card  string // where the page shows the facts; empty for with the record
}

// fact is what the library tells of a fact, with its files.
type fact struct {
	words.Told
	Files []file
}

// Quote is what was said in a record, where that is short enough to stand in a
// banner: the amount, and the first of its texts.
func (r recordView) Quote() string {
	var lines []string
	for _, f := range r.Facts {
		switch f.Kind {
		case supervision.FieldMoney:
			lines = append(lines, f.Text)
		case supervision.FieldText:
			return strings.Join(append(lines, f.Text), "\n")
		}
	}
	return strings.Join(lines, "\n")
}

// view shows a record: what was submitted, in the reader's words and those of
// the template that it was submitted on.
func (l *tongue) view(r supervision.Record, t template.Template) recordView {
	view := recordView{Record: r}
	for _, told := range l.Facts(r, t) {
		said := fact{Told: told}
		switch {
		case told.Kind == supervision.FieldID:
			said.Text = nameOf(told.Text)
		case told.Kind == supervision.FieldFiles, told.Field.Kind == template.File:
			for _, ref := range written(told.Value) {
				if kept, ok := parseRef(ref); ok {
					kept.order = r.Order
					said.Files = append(said.Files, kept)
					said.Text = strings.ReplaceAll(said.Text, ref, kept.Name)
				}
			}
		}
		view.Facts = append(view.Facts, said)
	}
	return view
}

// views shows records of an order, each in the words of the template that it
// was submitted on.
func (p *portal) views(ctx context.Context, l *tongue, o supervision.Order, records []supervision.Record) (
	list []recordView, err error) {
	for _, r := range records {
		filled, failed := p.svc.Form(ctx, o, r.Operation)
		list, err = append(list, l.view(r, filled.Template())), cmp.Or(err, failed)
	}
	return list, err
}

// history returns an order's records up to its version, as the actor may see
// them. Those that cannot be read are left out, and the error names one.
func (p *portal) history(ctx context.Context, o supervision.Order, actor supervision.Actor) (
	all []supervision.Record, err error) {
	for after := int64(0); after < o.Version; after += supervision.MaxPage {
		page, failed := p.svc.Records(ctx, o.ID, actor, after, int(min(supervision.MaxPage, o.Version-after)))
		all, err = append(all, page...), cmp.Or(err, failed)
	}
	return all, err
}

// card is what an order's pages show of its records by itself: the last
// request, the last delivery, the last case with all that was said in it.
type card struct {
	Name    string
	Records []recordView
}

// cardOf names the card on which a record of an operation stands.
var cardOf = map[supervision.Operation]string{supervision.OpSubmitRequest: "request",
	supervision.OpDeliver: "delivery", supervision.OpRaiseAppeal: "appeal", supervision.OpIntervene: "appeal",
	supervision.OpAddNote: "appeal", supervision.OpDecideAppeal: "appeal"}

// records shows the history of the visitor's order, and those of its cards that
// the page has; what stands in one of them says so.
func (v *visit) records(names ...string) (list []recordView, shown []card) {
	history, err := v.history(v.ctx(), v.order, v.actor())
	v.readable(err)
	list, err = v.views(v.ctx(), v.L, v.order, history)
	v.readable(err)
	for _, name := range names {
		if c := newCard(name, list); c.Records != nil {
			shown = append(shown, c)
		}
	}
	return list, shown
}

// newCard takes from a history what stands on a card, and has it say so.
func newCard(name string, list []recordView) card {
	c, on := card{Name: name}, []int(nil)
	for i, r := range list {
		switch {
		case r.Operation == supervision.OpAdopt: // what had been submitted in the other system (R29)
			facts := slices.DeleteFunc(slices.Clone(r.Facts),
				func(f fact) bool { return !strings.HasPrefix(f.Key, name+".") })
			if len(facts) > 0 {
				c.Records = []recordView{{Record: r.Record, Facts: facts}}
			}
		case name == "", cardOf[r.Operation] != name: // a task may have none
		case r.Operation == supervision.OpAddNote, r.Operation == supervision.OpDecideAppeal:
			c.Records, on = append(c.Records, r), append(on, i)
		default:
			c.Records, on = []recordView{r}, []int{i}
		}
	}
	for _, i := range on {
		list[i].Card = name
	}
	return c
}

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
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
				row[i] = "'" + cell // no formula, whatever somebody wrote
			}
		}
		_ = w.Write(row)
	}
	w.Flush()
	return v.saveAs("text/csv; charset=utf-8", "record.csv", []byte(table.String()))
}
