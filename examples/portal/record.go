package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// recordView is an operation record with what was submitted.
type recordView struct {
	supervision.Record
	Facts []fact
	Card  string // where the page shows the facts; empty for with the record
}

// fact is one line of what somebody submitted: a label with a text, an instant
// or files.
type fact struct {
	supervision.Fact
	Label, Text string
	At          time.Time
	Files       []file
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
	for _, f := range r.Facts() {
		view.Facts = append(view.Facts, l.fact(r, f, t))
	}
	slices.SortStableFunc(view.Facts, func(a, b fact) int { // what is no answer comes after them
		return cmp.Compare(uint(placeOf(a.Fact, t)), uint(placeOf(b.Fact, t)))
	})
	return view
}

// placeOf is where an answer's field stands in its template; -1 for what is no
// answer.
func placeOf(f supervision.Fact, t template.Template) int {
	return slices.IndexFunc(t.Fields, func(field template.Field) bool { return answerPrefix+field.Key == f.Key })
}

func (l *tongue) fact(r supervision.Record, f supervision.Fact, t template.Template) fact {
	said := fact{Fact: f, Label: l.Field(r.Operation, f.Key), Text: l.Value(f.Value)}
	switch value := f.Value.(type) {
	case time.Time:
		said.At = value
	case []supervision.Attachment:
		for _, a := range value {
			if kept := (file{order: r.Order, Digest: a.Ref, Name: a.Name}); kept.sound() {
				said.Files = append(said.Files, kept)
			}
		}
	}
	if f.Kind == supervision.FieldID {
		said.Text = nameOf(said.Text)
	}
	if i := placeOf(f, t); i >= 0 {
		in := l.field(answerPrefix, t.Fields[i])
		in.Values = written(f.Value)
		said.Label, said.Text = in.Label, in.Readout()
		if kept, ok := parseRef(in.Value()); ok && t.Fields[i].Kind == template.File {
			kept.order = r.Order
			said.Files = []file{kept}
		}
	}
	return said
}

// templateOf returns the template that an operation of the order fills in; the
// zero one for none (R04).
func (p *portal) templateOf(ctx context.Context, o supervision.Order, op supervision.Operation) (template.Template,
	error) {
	if o.Form(op).Version == 0 {
		return template.Template{}, nil
	}
	published, err := p.svc.Template(ctx, o.Form(op))
	return published.Template, err
}

// views shows records of an order, each in the words of the template that it
// was submitted on.
func (p *portal) views(ctx context.Context, l *tongue, o supervision.Order, records []supervision.Record) (
	list []recordView, err error) {
	for _, r := range records {
		t, failed := p.templateOf(ctx, o, r.Operation)
		list, err = append(list, l.view(r, t)), cmp.Or(err, failed)
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

// records shows the history of the visitor's order, and those of its cards that
// the page has; what stands in one of them says so.
func (v *visit) records(names ...string) (list []recordView, shown []card) {
	history, err := v.history(v.ctx(), v.order, v.actor())
	v.readable(err)
	list, err = v.views(v.ctx(), v.L, v.order, history)
	v.readable(err)
	for _, c := range cards(list) {
		if !slices.Contains(names, c.Name) {
			continue
		}
		shown = append(shown, c)
		for _, r := range c.Records {
			same := func(other recordView) bool { return other.Seq == r.Seq && r.Operation != supervision.OpAdopt }
			if i := slices.IndexFunc(list, same); i >= 0 {
				list[i].Card = c.Name
			}
		}
	}
	return list, shown
}

// card is what an order's pages show of its records by itself: the last
// request, the last delivery, the last case with all that was said in it.
type card struct {
	Name, Title string
	Records     []recordView
}

func cards(records []recordView) (list []card) {
	request, delivery, appeal := card{Name: "request", Title: "Request"}, card{Name: "delivery", Title: "Delivery"},
		card{Name: "appeal", Title: "Appeal"}
	for _, r := range records {
		switch r.Operation {
		case supervision.OpSubmitRequest:
			request.Records = []recordView{r}
		case supervision.OpDeliver:
			delivery.Records = []recordView{r}
		case supervision.OpRaiseAppeal, supervision.OpIntervene:
			appeal.Records = []recordView{r}
		case supervision.OpAddNote, supervision.OpDecideAppeal:
			appeal.Records = append(appeal.Records, r)
		case supervision.OpAdopt: // what had been submitted in the other system (R29)
			for _, c := range []*card{&request, &delivery, &appeal} {
				facts := slices.DeleteFunc(slices.Clone(r.Facts),
					func(f fact) bool { return !strings.HasPrefix(f.Key, c.Name+".") })
				if len(facts) > 0 {
					c.Records = []recordView{{Record: r.Record, Facts: facts}}
				}
			}
		}
	}
	return slices.DeleteFunc([]card{appeal, delivery, request}, func(c card) bool { return c.Records == nil })
}
