package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
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
	Card  string // where the order's page shows the facts; empty for with the record
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
	place := func(f fact) uint { // of an answer that of its field, of all else after them
		return uint(slices.IndexFunc(t.Fields, func(field template.Field) bool {
			return answerPrefix+field.Key == f.Key
		}))
	}
	slices.SortStableFunc(view.Facts, func(a, b fact) int { return cmp.Compare(place(a), place(b)) })
	return view
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
	for _, field := range t.Fields {
		if answerPrefix+field.Key != f.Key {
			continue
		}
		in := l.field(answerPrefix, field)
		in.Values = written(f.Value)
		said.Label, said.Text = field.Label, in.Readout()
		if kept, ok := parseRef(in.Value()); ok && field.Kind == template.File {
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

// part shows an order's records after one, as the actor may see them, at most a
// page of them.
func (p *portal) part(ctx context.Context, l *tongue, o supervision.Order, actor supervision.Actor, after int64,
	most int) (list []recordView, err error) {
	records, err := p.svc.Records(ctx, o.ID, actor, after, most)
	for _, r := range records {
		t, failed := p.templateOf(ctx, o, r.Operation)
		list, err = append(list, l.view(r, t)), cmp.Or(err, failed)
	}
	return list, err
}

// history shows an order's records up to its version. Those that cannot be read
// are left out, and the error names one.
func (p *portal) history(ctx context.Context, l *tongue, o supervision.Order, actor supervision.Actor) (
	all []recordView, err error) {
	for after := int64(0); after < o.Version; after += supervision.MaxPage {
		list, failed := p.part(ctx, l, o, actor, after, int(min(supervision.MaxPage, o.Version-after)))
		all, err = append(all, list...), cmp.Or(err, failed)
	}
	return all, err
}

// records shows the history of the visitor's order; what stands in its cards
// says so.
func (v *visit) records() []recordView {
	list, err := v.history(v.ctx(), v.L, v.order, v.actor())
	v.readable(err)
	for _, c := range cards(list) {
		for _, r := range c.Records {
			if i := slices.IndexFunc(list, r.is); r.Operation != supervision.OpAdopt {
				list[i].Card = c.Name
			}
		}
	}
	return list
}

func (r recordView) is(other recordView) bool { return r.Seq == other.Seq }

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

type orderPage struct {
	*visit
	Order   standing
	Done    supervision.Operation // what the visitor has just done
	Steps   []supervision.Step
	Later   []supervision.Deadline // what time brings that the banner does not say
	Cards   []card
	Records []recordView // newest first
	Earlier bool         // there are more than are shown
}

// recordsShown is how many operation records an order's page shows at most; its
// record as a document has all.
const recordsShown = 50

func (v *visit) showOrder() error {
	v.err = v.db.read(v.ctx(), v.Who.ID, v.order.ID)
	records := v.records()
	page := orderPage{visit: v, Cards: cards(records), Order: v.standing(records), Steps: v.order.Steps(v.Now),
		Done: supervision.Operation(v.said(address(v.order.ID)))}
	v.follow()
	slices.Reverse(records)
	shown := min(len(records), recordsShown)
	page.Records, page.Earlier = records[:shown], shown < len(records)
	page.Order.Comes, page.Later = v.deadlines(v.order)
	return v.render(http.StatusOK, "order.html", page)
}

// horizon is how far ahead people are told what time brings, foreseen how much
// of it at the head of a page.
const (
	horizon  = 90 * supervision.Day
	foreseen = 2
)

// deadlines are what time will bring, soonest first, at the head of a page and
// beside it.
func (v *visit) deadlines(order supervision.Order) (head, later []supervision.Deadline) {
	for _, d := range order.Deadlines(v.Now) {
		switch {
		case !d.At.Before(v.Now.Add(horizon)):
		case len(head) < foreseen && d.Kind != supervision.DeadlineReminder:
			head = append(head, d)
		default:
			later = append(later, d)
		}
	}
	return head, later
}

// address is where an order's page is; ids may hold anything on one line.
func address(order string) string { return "/orders/" + url.PathEscape(order) }

// follow has the page hear of what happens to the order after the version that
// it shows.
func (v *visit) follow() {
	v.Live = fmt.Sprintf("%s/events?seen=%d", address(v.order.ID), v.order.Version)
}

// standing says at the head of an order's pages what happened, how much of
// whose time is used, and what comes if nobody acts.
type standing struct {
	summary
	Happened []recordView // in this turn, newest first
	Used     used
	Comes    []supervision.Deadline
	Can      []supervision.Actor // who can appeal already
}

// used is a stretch of time that runs; zero where none does.
type used struct {
	Since, Until time.Time
}

// Length is how long the stretch is, Gone how much of it has passed, in
// seconds.
func (u used) Length() float64            { return u.Until.Sub(u.Since).Seconds() }
func (u used) Gone(now time.Time) float64 { return min(u.Length(), max(0, now.Sub(u.Since).Seconds())) }
func (u used) Passed(now time.Time) bool  { return now.After(u.Until) }

// happenings is how many records the banner shows at most.
const happenings = 3

func (v *visit) standing(records []recordView) standing {
	s := v.summary(v.order)
	st := standing{summary: s, Happened: thisTurn(records)}
	st.Comes, _ = v.deadlines(v.order)
	switch facts := s.Facts(); {
	case s.Status == supervision.Frozen:
		st.Used = used{s.Appeal.RaisedAt, s.Appeal.HandleBy}
	case s.Status == supervision.Accepted:
		st.Used = used{s.AcceptedAt, s.NextDue()}
	case s.Status.Waiting() && s.Policy.Appeal.Silence > 0 && !facts.Since.IsZero():
		st.Used = used{facts.Since, facts.Since.Add(s.Policy.Appeal.Silence)}
	}
	for _, party := range []supervision.Actor{supervision.Buyer(s.Buyer), supervision.Seller(s.Seller)} {
		if d, _ := s.Permit(party, supervision.OpRaiseAppeal, s.Now); d.Allowed {
			st.Can = append(st.Can, party)
		}
	}
	return st
}

// thisTurn picks from an order's records, newest first, what somebody whose
// turn it is has to know: what began the turn, a ruling included with what it
// let go on, and what was said since.
func thisTurn(records []recordView) (list []recordView) {
	ruled := false
	for _, r := range slices.Backward(records) {
		opened := r.Operation == supervision.OpRaiseAppeal || r.Operation == supervision.OpIntervene
		over := ruled && opened
		if r.Operation != supervision.OpAddNote && len(list) < happenings && !over {
			list = append(list, r)
		}
		if r.From != r.To && r.Operation != supervision.OpDecideAppeal && !over {
			break
		}
		ruled = ruled || r.Operation == supervision.OpDecideAppeal
	}
	return list
}
