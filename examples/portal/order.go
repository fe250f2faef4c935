package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
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

// task is a page on which somebody acts on an order; its label stands in the
// Operation column. One without a label is named as its operation is.
type task struct {
	Slug, Label string
	Operations  []supervision.Operation
	About       string // the card of the order that one has to read before deciding
}

// tasks lists the tasks, what moves an order on first. Every operation of the
// library is in one of them: in a decision between several, or by itself.
func tasks() (list []task) {
	for _, op := range append([]supervision.Operation{supervision.OpDeliver}, supervision.Operations()...) {
		holds := func(t task) bool { return slices.Contains(t.Operations, op) }
		if slices.ContainsFunc(list, holds) {
			continue
		}
		t := task{Slug: string(op), Operations: []supervision.Operation{op}}
		if i := slices.IndexFunc(forms.Decisions, holds); i >= 0 {
			t = forms.Decisions[i]
		}
		list = append(list, t)
	}
	return list
}

func (l *tongue) task(t task) string {
	if t.Label == "" {
		return l.Operation(t.Operations[0])
	}
	return l.t(t.Label)
}

// offer is a task as one person finds it now. Where it is not allowed, Why says
// why not and from when.
type offer struct {
	Task    task
	Allowed bool
	Why     supervision.Decision
}

// never are the reasons for which a task is not the actor's at all.
var never = []supervision.Reason{supervision.ReasonRole, supervision.ReasonNotDue, supervision.ReasonNotNegotiable}

// offers lists the tasks of the actor's role, as the library answers for their
// operations (R23).
func offers(o supervision.Order, actor supervision.Actor, at time.Time) (list []offer) {
	permissions, _ := o.Operations(actor, at) // of an order that is not the actor's they allow nothing
	for _, t := range tasks() {
		var mine []supervision.Decision
		for _, d := range permissions {
			if slices.Contains(t.Operations, d.Operation) && !slices.Contains(never, d.Reason) {
				mine = append(mine, d)
			}
		}
		if len(mine) > 0 {
			allowed := slices.ContainsFunc(mine, func(d supervision.Decision) bool { return d.Allowed })
			list = append(list, offer{t, allowed, mine[0]})
		}
	}
	return list
}

// summary is an order as the list and the head of every page about it show it.
type summary struct {
	supervision.Order
	Now    time.Time
	Offers []offer
	Role   supervision.Role // the visitor's
}

func (v *visit) summary(o supervision.Order) summary {
	return summary{o, v.Now, offers(o, v.actor(), v.Now), v.Who.Role}
}

func (s summary) Allowed() []offer { return allowed(s.Offers) }

func allowed(list []offer) []offer {
	return slices.DeleteFunc(slices.Clone(list), func(o offer) bool { return !o.Allowed })
}

type closed struct {
	Offers []offer
	Why    supervision.Decision
}

// Closed lists what is not allowed, with one entry for each reason.
func (s summary) Closed() (list []closed) {
	for _, o := range s.Offers {
		same := func(c closed) bool { return c.Why.Reason == o.Why.Reason && c.Why.From.Equal(o.Why.From) }
		if i := slices.IndexFunc(list, same); !o.Allowed && i >= 0 {
			list[i].Offers = append(list[i].Offers, o)
		} else if !o.Allowed {
			list = append(list, closed{[]offer{o}, o.Why})
		}
	}
	return list
}

// Overdue tells whether the ruling on a pending appeal is late (R19).
func (s summary) Overdue() bool { return s.Appeal.Overdue(s.Now) }

// Assignee is the operations manager whose case a pending appeal is: who took
// the order in hand, or wrote first.
func (s summary) Assignee() string {
	if a := s.Pending(); a != nil && a.Manager == "" && len(a.Notes) > 0 {
		return a.Notes[0].By
	} else if a != nil {
		return a.Manager
	}
	return ""
}

// Pending returns the appeal that waits for its ruling; nil for none.
func (s summary) Pending() *appeal.Appeal {
	if s.Appeal.Pending() {
		return s.Appeal
	}
	return nil
}

// permit asks whether the visitor may do something to the order now.
func (v *visit) permit(op supervision.Operation) supervision.Decision {
	d, _ := v.order.Permit(v.actor(), op, v.Now) // an error allows nothing
	return d
}

type taskPage struct {
	*visit
	Task    task
	Order   standing
	Forms   []*form
	Closed  []supervision.Decision // the task's operations that are not allowed
	Grounds []appeal.Verdict
	About   []card
	News    []recordView // what happened to the order since the visitor saw it
	Records []recordView // beside a ruling, all that led to it
	Notice  string       // why nothing has been sent; see pages/task.html
	Refused *supervision.Decision
}

func (v *visit) task() (task, error) {
	list := tasks()
	i := slices.IndexFunc(list, func(t task) bool { return t.Slug == v.r.PathValue("task") })
	if i < 0 {
		return task{}, v.notFound()
	}
	return list[i], nil
}

func (v *visit) showTask() error {
	t, err := v.task()
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "task.html", v.taskPage(t, v.order.Version))
}

// taskPage has a fresh form for each of the task's operations that is allowed
// now, and what is new since a version.
func (v *visit) taskPage(t task, seen int64) taskPage {
	page := taskPage{visit: v, Task: t}
	v.follow()
	records := v.records()
	for i := range records {
		if records[i].Card != t.About {
			records[i].Card = "" // it is not on this page
		}
	}
	page.Order = v.standing(records)
	for _, c := range cards(records) {
		if c.Name == t.About {
			page.About = append(page.About, c)
		}
	}
	for _, r := range slices.Backward(records) {
		if r.Seq > seen {
			page.News = append(page.News, r)
		}
		if t.About == "appeal" && r.Card == "" {
			page.Records = append(page.Records, r)
		}
	}
	if slices.Contains(t.Operations, supervision.OpRaiseAppeal) {
		page.Grounds, _ = v.order.Verdicts(v.actor(), page.Now)
	}
	for _, op := range t.Operations {
		if d := v.permit(op); !d.Allowed {
			page.Closed = append(page.Closed, d)
			continue
		}
		f := v.newForm(t, op)
		f.restore(v, records)
		page.Forms = append(page.Forms, f)
	}
	return page
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
	records := v.records()
	for i := range records {
		records[i].Card = "" // here everything stands with its record
	}
	order, lost := v.svc.Order(v.ctx(), v.order.ID, supervision.System())
	stored, _ := v.history(v.ctx(), v.L, order, supervision.System()) // what cannot be read is missing
	digest, err := audit.DigestOf(plain(records))
	v.err = cmp.Or(v.err, lost, err)
	return v.render(http.StatusOK, "document.html", documentPage{v, v.order, records,
		audit.VerifyOrder(order, plain(stored), v.formOf), digest})
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
