package model_test

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// TestMain makes rapid's runs long enough to matter; -rapid.checks and
// -rapid.seed still decide when they are given.
func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	checks := "1000"
	if raceEnabled {
		checks = "200"
	}
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.steps": "60",
		"rapid.nofailfile": "true"} {
		if !given[name] {
			_ = flag.Set(name, value)
		}
	}
	os.Exit(m.Run())
}

// TestLibraryAgreesWithModel drives an order and its model with the same
// commands and questions, at instants at and around those at which an answer
// changes.
func TestLibraryAgreesWithModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := open(t)
		t.Repeat(map[string]func(*rapid.T){
			"command": p.command,
			"likely":  p.likely,
			"settle":  p.settle,
			"notes":   p.notes,
			"adopt":   p.adopt,
			"ask":     p.ask,
			"":        p.invariants,
		})
		p.roundTrip(t)
	})
}

// pair is an order and its model, with all records so far.
type pair struct {
	form    *template.Form
	order   supervision.Order
	model   model.Order
	records []supervision.Record
	now     int64
}

const start = int64(1_767_225_600_000_000) // 2026-01-01

func open(t *rapid.T) *pair {
	mp := policies().Draw(t, "policy")
	require.NoError(t, bridge.Policy(mp).Validate())
	end := int64(0)
	if rapid.Bool().Draw(t, "own end") {
		end = start + durations().Draw(t, "end") + 1
	}
	paid := rapid.SampledFrom([]int64{0, 1, 1000, 1000}).Draw(t, "paid")
	earlier := int64(0)
	if rapid.Bool().Draw(t, "bought earlier") {
		earlier = start - durations().Draw(t, "earlier") + 1
	}
	versions := rapid.SampledFrom([]int{0, 0, 2})
	request, delivery := versions.Draw(t, "request template"), versions.Draw(t, "delivery template")
	form, err := template.Compile(bridge.Template(2))
	require.NoError(t, err)
	p := &pair{now: start, form: form}
	var record supervision.Record
	var want model.Record
	p.order, record, err = supervision.Open(supervision.Opening{
		ID: "o", Product: "p", Buyer: "b", Seller: "s", Policy: bridge.Policy(mp), ScheduledEnd: bridge.Time(end),
		RequestTemplateVersion: request, DeliveryTemplateVersion: delivery, Paid: bridge.Money(paid),
		BoughtAt: bridge.Time(earlier),
	}, bridge.Time(start))
	require.NoError(t, err)
	p.model, want = model.Open("o", "p", "b", "s", &mp, request, delivery, paid, earlier, end, start)
	require.Empty(t, bridge.DiffRecord(&want, &record))
	p.records = append(p.records, record)
	return p
}

func durations() *rapid.Generator[int64] {
	return rapid.SampledFrom([]int64{1, 2, 3, 4, 7, 10, 20, 50, model.Hour, model.Day, 2 * model.Day, 16 * model.Day})
}

func policies() *rapid.Generator[model.Policy] {
	return rapid.Custom(func(t *rapid.T) model.Policy {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return model.Guide()
		case 1:
			return model.Rules2025()
		case 2:
			return model.License()
		case 8:
			return model.Hardware()
		case 9:
			return model.Closing()
		case 3:
			p := model.Guide()
			p.Name, p.AutoAccept = "auto", 10*model.Day
			return p
		}
		optional := rapid.OneOf(rapid.Just(int64(0)), durations())
		p := model.Policy{
			AtEnd:      rapid.SampledFrom([]string{"stay", "accept", "cancel"}).Draw(t, "at the end"),
			AutoFrom:   rapid.SampledFrom([]string{"delivery", "receipt"}).Draw(t, "counted from"),
			Negotiated: rapid.Bool().Draw(t, "negotiated"), Proof: rapid.Bool().Draw(t, "proof"),
			Name:       "own",
			Start:      rapid.SampledFrom([]string{"awaiting_request", "awaiting_delivery"}).Draw(t, "start"),
			Completion: durations().Draw(t, "completion"), Period: durations().Draw(t, "period"),
			Reminder: optional.Draw(t, "reminder"), AutoAccept: optional.Draw(t, "auto accept"),
			Silence: durations().Draw(t, "silence"), Blackout: optional.Draw(t, "blackout"),
			Handling:      durations().Draw(t, "handling"),
			Rejections:    rapid.IntRange(1, 3).Draw(t, "rejections"),
			BuyerGrounds:  grounds("buyer_silent").Draw(t, "buyer's grounds"),
			SellerGrounds: grounds("seller_silent").Draw(t, "seller's grounds"),
		}
		p.Blackout = min(p.Blackout, p.Period-1)
		if p.AtEnd != "stay" && p.Silence+1+p.Blackout >= p.Period {
			p.Period = p.Silence + p.Blackout + 2
		}
		p.Tell = tells(t, p)
		return p
	})
}

// tells draws notices that a policy can give (R33).
func tells(t *rapid.T, p model.Policy) map[string]int64 {
	tell := make(map[string]int64)
	draw := func(kind string, least, most int64) {
		if counts := map[string]int64{"appeal_opens": p.Silence + 1, "blackout_begins": p.Period - p.Blackout,
			"reminder": p.Reminder}[kind]; p.AtEnd != "stay" && counts > 0 {
			least = max(least, counts-p.Period+1)
		}
		if least <= most && rapid.Bool().Draw(t, kind+" told") {
			tell[kind] = rapid.Int64Range(least, most).Draw(t, kind)
		}
	}
	draw("appeal_opens", -p.Silence, p.Silence-1)
	draw("completion", 1, p.Completion-1)
	draw("auto_accept", 1, p.AutoAccept-1)
	draw("ruling_overdue", -p.Handling, p.Handling)
	if p.Blackout > 0 {
		draw("blackout_begins", -p.Blackout, p.Period-p.Blackout-1)
		if p.AtEnd == "stay" {
			draw("blackout_ends", -p.Period, p.Period-1)
		}
	}
	draw("reminder", -2*p.Reminder, p.Reminder-1)
	if p.AtEnd != "stay" {
		draw("scheduled_end", 1, p.Period-1)
	}
	draw("open_for", 1, p.Period-1)
	return tell
}

// grounds draws a set of grounds without a side's own silence.
func grounds(own string) *rapid.Generator[[]string] {
	return rapid.Custom(func(t *rapid.T) (set []string) {
		for _, g := range model.GroundWords {
			if g != own && rapid.Bool().Draw(t, g) {
				set = append(set, g)
			}
		}
		return set
	})
}

// instant draws an instant that matters to the order, or one near to it, or
// any; now and then one before its newest record.
func (p *pair) instant(t *rapid.T) int64 {
	base := append(p.model.Instants(), p.now, p.now, p.model.Updated)
	at := rapid.SampledFrom(base).Draw(t, "instant")
	if rapid.IntRange(0, 9).Draw(t, "elsewhere") == 0 {
		at = p.now + durations().Draw(t, "later")
	}
	at += rapid.Int64Range(-1, 1).Draw(t, "around")
	if at < start {
		return start
	}
	return at
}

// pass lets time go on to the instant, unless it lies behind.
func (p *pair) pass(at int64) {
	if at > p.now {
		p.now = at
	}
}

var actors = []model.Command{
	{Role: "buyer", Actor: "b", User: "ann"}, {Role: "seller", Actor: "s"}, {Role: "manager", Actor: "m", User: "ann"},
	{Role: "manager", Actor: "m2"},
	{Role: "system", Actor: "system"}, {Role: "buyer", Actor: "s"}, {Role: "seller", Actor: "b"},
	{Role: "manager", Actor: "s"}, {Role: "buyer", Actor: "b2"}, {Role: "seller", Actor: "s2"},
}

func content(t *rapid.T, c model.Command) model.Command {
	texts := []string{"text", "  text\n", "text", "other", strings.Repeat("ä", 4000), "", "  ",
		strings.Repeat("x", 4001)}
	files := []int{0, 0, 1, 20, 21}
	c.Text = rapid.SampledFrom(texts).Draw(t, "text")
	switch c.Op {
	case "accept_request", "accept_product", "auto_accept", "close_at_end", "complete", "withdraw_refund":
		c.Text = ""
	case "propose_refund":
		c.Amount = amount(t)
	case "agree_refund":
		c.Text, c.Amount = "", amount(t)
	case "report_receipt":
		c.Text, c.Received = "", rapid.SampledFrom([]int64{0, start, start + 5}).Draw(t, "received")
	case "amend":
		c.Policy = rapid.SampledFrom([]string{"", "guide", "2025", "license", "hardware", "closing"}).Draw(t, "policy")
		c.Buyer = rapid.SampledFrom([]string{"", "", "b", "b2", "m"}).Draw(t, "new buyer")
		c.Seller = rapid.SampledFrom([]string{"", "", "s", "s2"}).Draw(t, "new seller")
		c.End = rapid.SampledFrom([]int64{0, 0, start, start + 20, start + model.Day, start + 400*model.Day}).Draw(t,
			"new end")
		c.Clock = rapid.IntRange(0, 3).Draw(t, "clock") == 0
	case "submit_request", "deliver":
		if rapid.Bool().Draw(t, "on a form") {
			c.Text, c.Form = rapid.SampledFrom([]string{"", "", "text"}).Draw(t, "text beside the form"),
				rapid.IntRange(1, 2).Draw(t, "form")
		}
		c.Files = rapid.SampledFrom(files).Draw(t, "files")
	case "raise_appeal":
		c.Files = rapid.SampledFrom(files).Draw(t, "files")
		c.Demand = rapid.SampledFrom([]string{"demand", "demand", " "}).Draw(t, "demand")
		c.Ground = rapid.SampledFrom(append([]string{"", "whim"}, model.GroundWords...)).Draw(t, "ground")
	case "intervene":
		c.Files = rapid.SampledFrom(files).Draw(t, "files")
	case "add_note":
		c.Files, c.Shared = rapid.SampledFrom(files).Draw(t, "files"), rapid.Bool().Draw(t, "shared")
	case "decide_appeal":
		c.Outcome = rapid.SampledFrom([]string{"resume", "resume", "accept", "cancel", "", "shrug"}).Draw(t, "outcome")
		c.Upheld = rapid.Bool().Draw(t, "upheld")
		c.Amount = rapid.SampledFrom([]int64{0, 0, 1, 1001}).Draw(t, "refund")
		c.Files = rapid.SampledFrom(files).Draw(t, "files")
		c.ResumeAt = rapid.SampledFrom([]string{"", "", "awaiting_request", "awaiting_confirmation",
			"awaiting_delivery",
			"awaiting_acceptance", "accepted", "frozen", "canceled"}).Draw(t, "resume at")
	}
	return c
}

func amount(t *rapid.T) int64 {
	return rapid.SampledFrom([]int64{0, 1, 1, 500, 1000, 1001}).Draw(t, "amount")
}

// command tries anything by anybody.
func (p *pair) command(t *rapid.T) {
	c := rapid.SampledFrom(actors).Draw(t, "actor")
	c.Op = rapid.SampledFrom(model.Operations).Draw(t, "operation")
	c.User = rapid.SampledFrom([]string{c.User, c.User, "bob", "a\tb"}).Draw(t, "user")
	p.do(t, content(t, c), p.instant(t))
}

// likely tries what somebody may do, with faultless content, so that orders get
// far.
func (p *pair) likely(t *rapid.T) {
	at := p.instant(t)
	var may []model.Command
	for _, c := range p.likelyActors() {
		for _, permission := range p.model.Permissions(c.Role, c.Actor, at) {
			if permission.Allowed {
				may = append(may, model.Command{Role: c.Role, Actor: c.Actor, Op: permission.Op})
			}
		}
	}
	if len(may) == 0 {
		t.Skip("nobody may do anything")
	}
	c := rapid.SampledFrom(may).Draw(t, "command")
	c.User = rapid.SampledFrom([]string{"", "ann", "bob"}).Draw(t, "user")
	switch c.Op {
	case "accept_request", "accept_product", "withdraw_refund":
	case "propose_refund":
		c.Amount = min(p.model.Paid, 500)
	case "agree_refund":
		c.Amount = p.model.Proposal.Amount
	case "report_receipt":
		c.Received = rapid.SampledFrom([]int64{0, p.model.Delivery.At}).Draw(t, "received")
	case "amend":
		c.Text = "merger"
		switch rapid.IntRange(0, 4).Draw(t, "amendment") {
		case 4:
			c.Clock = true
		case 0:
			c.Buyer = rapid.SampledFrom([]string{"b", "b2"}).Draw(t, "new buyer")
		case 1:
			c.Seller = rapid.SampledFrom([]string{"s", "s2"}).Draw(t, "new seller")
		case 2:
			c.End = at + durations().Draw(t, "new end")
		default:
			c.Policy = rapid.SampledFrom([]string{"guide", "2025", "closing"}).Draw(t, "policy")
		}
	case "submit_request", "deliver":
		if c.Form = p.model.Form(c.Op); c.Form == 0 {
			c.Text = "text"
		}
	case "raise_appeal":
		for _, v := range p.model.Verdicts(c.Role, at) {
			if v.Holds {
				c.Ground = v.Ground
			}
		}
		c.Text, c.Demand, c.Files = "reason", "demand", rapid.IntRange(0, 1).Draw(t, "proof")
	case "decide_appeal":
		c.Outcome = rapid.SampledFrom([]string{"resume", "resume", "resume", "accept", "cancel"}).Draw(t, "outcome")
		if c.Text = "decision"; c.Outcome == "resume" {
			c.ResumeAt = rapid.SampledFrom([]string{"", "", "", "awaiting_request", "awaiting_confirmation",
				"awaiting_delivery",
				"awaiting_acceptance", p.model.FrozenFrom}).Draw(t, "resume at")
		} else {
			c.Amount = rapid.SampledFrom([]int64{0, p.model.Paid}).Draw(t, "refund")
		}
		c.Files = rapid.IntRange(0, 2).Draw(t, "files")
	case "add_note", "intervene":
		c.Text, c.Files = "text", rapid.IntRange(0, 2).Draw(t, "files")
		c.Shared = c.Op == "add_note" && rapid.Bool().Draw(t, "shared")
	default:
		c.Text = "text"
	}
	p.do(t, c, at)
}

// notes fills the appeal with notes, now and then.
func (p *pair) notes(t *rapid.T) {
	if p.model.Status != "frozen" || len(p.model.Appeal.Notes) > 90 ||
		rapid.IntRange(0, 19).Draw(t, "many notes") != 19 {
		t.Skip("no notes")
	}
	c := model.Command{Role: "manager", Actor: "m2", Op: "add_note", Text: "note"} // never a party
	for len(p.model.Appeal.Notes) < 99 {
		order, records, err := p.order.Apply(bridge.Actor(c), bridge.Action(c), bridge.Time(p.now), p.form)
		require.NoError(t, err)
		p.model, _ = p.model.Do(c, p.now)
		p.order, p.records = order, append(p.records, records...)
	}
	p.do(t, c, p.now)
	p.do(t, c, p.now)
}

// adopt hands the order over as it stands, or something that cannot be, and
// goes on with what was adopted, whose only record that is (R29).
func (p *pair) adopt(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "adopted") != 9 {
		t.Skip("not now")
	}
	snapshot, at := p.model, p.now
	switch rapid.IntRange(0, 14).Draw(t, "said wrongly") {
	case 0:
		snapshot.Buyer = ""
	case 1:
		snapshot.Status = "on_hold"
	case 2:
		snapshot.Request = nil
	case 3:
		snapshot.Delivery = nil
	case 4:
		snapshot.Appeal = nil
	case 5:
		snapshot.Accepted = 0
	case 6:
		snapshot.Closed = 0
	case 7:
		snapshot.RequestRejections--
	case 8:
		snapshot.ProductRejections++
	case 9:
		snapshot.Bought, snapshot.End = snapshot.Opened+1, snapshot.Opened
	case 10:
		snapshot.Accepted = at + 1
	case 11:
		at = p.model.Updated - 1
	case 12:
		snapshot.TurnSince = snapshot.Opened - 1
	case 13:
		snapshot.Refund.Amount++
	}
	forms := map[supervision.Operation]*template.Form{
		supervision.OpSubmitRequest: p.form, supervision.OpDeliver: p.form,
	}
	want, record, faults := model.Adopt(snapshot, at)
	order, made, err := supervision.Adopt(bridge.Adoption(snapshot), bridge.Time(at), forms)
	if len(faults) > 0 || err != nil {
		answer := model.Answer{Kind: "invalid", Faults: faults}
		if diff := bridge.DiffAnswer(nil, &answer, nil, nil, err); diff != "" {
			t.Fatalf("adopting %+v at %s: %s", snapshot, bridge.Time(at), diff)
		}
		return
	}
	require.Empty(t, bridge.DiffOrder(&want, &order))
	require.Empty(t, bridge.DiffRecord(&record, &made))
	p.order, p.model, p.records = order, want, []supervision.Record{made}
}

// likelyActors are the parties and a manager, and the host.
func (p *pair) likelyActors() []model.Command {
	return []model.Command{{Role: "buyer", Actor: p.model.Buyer}, {Role: "seller", Actor: p.model.Seller}, actors[2],
		actors[4]}
}

func (p *pair) do(t *rapid.T, c model.Command, at int64) {
	next, answer := p.model.Do(c, at)
	before := p.order.Clone()
	order, records, err := p.order.Apply(bridge.Actor(c), bridge.Action(c), bridge.Time(at), p.form)
	if diff := bridge.DiffAnswer(&next, &answer, &order, records, err); diff != "" {
		t.Fatalf("%+v at %s: %s", c, bridge.Time(at), diff)
	}
	if !reflect.DeepEqual(before, p.order) {
		t.Fatalf("Apply changed the order it was called on")
	}
	p.pass(at)
	if answer.Kind == "done" {
		p.order, p.model, p.records = order, next, append(p.records, records...)
	}
}

// settle lets a worker come by.
func (p *pair) settle(t *rapid.T) {
	at := p.instant(t)
	order, records := p.order.Settle(bridge.Time(at))
	next, want := p.model.Settle(at)
	require.Empty(t, bridge.DiffOrder(&next, &order))
	require.Len(t, records, len(want))
	for i := range want {
		require.Empty(t, bridge.DiffRecord(&want[i], &records[i]))
	}
	p.pass(at)
	p.order, p.model, p.records = order, next, append(p.records, records...)
}

// told compares what people are told of (R33).
func (p *pair) told(t *rapid.T, at int64) {
	require.Equal(t, bridge.SortNotices(p.model.Notices()), bridge.Notices(p.order.Notices()), "notices")
	for _, n := range p.model.Notices() {
		for _, at := range []int64{at, n.Due - 1, n.Due, n.Due + 1, n.At - 1, n.At} {
			told := bridge.SortNotices(p.model.Told(at))
			require.Equal(t, told, bridge.Notices(p.order.NoticesDue(bridge.Time(at))), "told at %d", at)
			if len(told) == 0 {
				continue
			}
			given := rapid.SampledFrom(told).Draw(t, "given").Due
			told = slices.DeleteFunc(told, func(n model.Notice) bool { return n.Due == given })
			rest := bridge.Notices(p.order.NoticesDue(bridge.Time(at), bridge.Time(given)))
			require.Equal(t, told, append(told[:0:0], rest...), "told at %d, once what was due at %d is given", at,
				given)
		}
	}
}

// ask compares every answer about the present.
func (p *pair) ask(t *rapid.T) {
	at := p.instant(t)
	instant := bridge.Time(at)
	for _, c := range actors {
		actor := bridge.Actor(c)
		permissions, err := p.order.Operations(actor, instant)
		verdicts, err2 := p.order.Verdicts(actor, instant)
		if c.Role == "buyer" && c.Actor != p.model.Buyer || c.Role == "seller" && c.Actor != p.model.Seller {
			require.ErrorIs(t, err, supervision.ErrNotFound)
			require.ErrorIs(t, err2, supervision.ErrNotFound)
			continue
		}
		require.NoError(t, err)
		require.NoError(t, err2)
		require.Equal(t, p.model.Permissions(c.Role, c.Actor, at), bridge.Permissions(permissions[:]),
			"permissions of %s at %s", c.Role, instant)
		require.Equal(t, p.model.Verdicts(c.Role, at), bridge.Verdicts(verdicts), "grounds of %s at %s", c.Role,
			instant)
	}
	p.told(t, at)
	var steps []string
	for _, step := range p.order.Steps(instant) {
		steps = append(steps, string(step.State))
	}
	require.Equal(t, p.model.Steps(at), steps, "steps at %s", instant)
	var targets []supervision.Status
	for _, status := range supervision.Statuses() {
		if p.model.CanResumeAt(string(status)) {
			targets = append(targets, status)
		}
	}
	require.Equal(t, targets, p.order.ResumeTargets())
	deadlines := p.order.Deadlines(instant)
	for i := 1; i < len(deadlines); i++ {
		require.False(t, deadlines[i].At.Before(deadlines[i-1].At), "deadlines are sorted")
	}
	require.Equal(t, bridge.SortDeadlines(p.model.Deadlines(at)), bridge.SortDeadlines(bridge.Deadlines(deadlines)),
		"at %s", instant)
}

// invariants hold after every step.
func (p *pair) invariants(t *rapid.T) {
	if diff := bridge.DiffOrder(&p.model, &p.order); diff != "" {
		t.Fatalf("%s", diff)
	}
	for _, c := range p.likelyActors() {
		seen, view := p.model.SeenBy(c.Role), p.view(t, c)
		if diff := bridge.DiffOrder(&seen, &view); diff != "" {
			t.Fatalf("as %s sees it: %s", c.Role, diff)
		}
	}
	replayed, err := supervision.Replay(p.records)
	if err != nil || !reflect.DeepEqual(p.order, replayed) {
		t.Fatalf("replaying the records does not yield the order (R21): %v", err)
	}
	p.erased(t)

	listing := p.order.Listing()
	if p.model.Due() != bridge.Micros(listing.Due) {
		t.Fatalf("due: model %d, library %s", p.model.Due(), listing.Due)
	}
	for _, at := range p.model.Instants() {
		for _, at := range []int64{at - 1, at, at + 1} {
			if at >= p.model.Updated {
				settled, _ := p.model.Settle(at)
				if status := string(listing.StatusAt(bridge.Time(at))); status != settled.Status {
					t.Fatalf("status listed at %s: model %s, library %s", bridge.Time(at), settled.Status, status)
				}
			}
		}
	}
}

// erased holds that the records of an order that was erased, erased as well,
// still yield it (R35).
func (p *pair) erased(t *rapid.T) {
	if p.order.ErasedAt.IsZero() {
		return
	}
	var list []supervision.Record
	for _, r := range p.records {
		erased, err := r.Erase()
		require.NoError(t, err)
		list = append(list, erased)
	}
	replayed, err := supervision.Replay(list)
	if err != nil || !reflect.DeepEqual(p.order, replayed) {
		t.Fatalf("replaying the erased records does not yield the erased order (R35): %v", err)
	}
}

func (p *pair) view(t *rapid.T, c model.Command) supervision.Order {
	view, err := p.order.For(bridge.Actor(c))
	require.NoError(t, err)
	return view
}

// roundTrip holds that the order and its records read back as they were
// written.
func (p *pair) roundTrip(t *rapid.T) {
	data, err := json.Marshal(p.order)
	require.NoError(t, err)
	var order supervision.Order
	require.NoError(t, json.Unmarshal(data, &order))
	require.True(t, reflect.DeepEqual(p.order, order), "an order reads back as it was written")

	data, err = json.Marshal(p.records)
	require.NoError(t, err)
	var records []supervision.Record
	require.NoError(t, json.Unmarshal(data, &records))
	require.True(t, reflect.DeepEqual(p.records, records), "records read back as they were written")
}
