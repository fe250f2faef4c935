package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
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
		answersFile := told.Field.Kind == template.File
		if told.Kind == supervision.FieldFiles || answersFile {
			for _, ref := range written(told.Value) {
				if kept, ok := parseRef(ref); ok {
					kept.order = r.Order
					said.Files = append(said.Files, kept)
				}
			}
		}
		switch {
		case told.Kind == supervision.FieldID:
			said.Text = nameOf(told.Text)
		case answersFile && said.Files != nil:
			said.Text = said.Files[0].Name
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
