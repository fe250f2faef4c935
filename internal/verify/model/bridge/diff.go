package bridge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/supervision"
)

// difference collects what two values disagree on; it costs nothing while they
// agree.
type difference []string

func (d *difference) word(what, model, library string) {
	if model != library {
		*d = append(*d, fmt.Sprintf("%s: model %q, library %q", what, model, library))
	}
}

func (d *difference) number(what string, model, library int) {
	if model != library {
		*d = append(*d, fmt.Sprintf("%s: model %d, library %d", what, model, library))
	}
}

func (d *difference) flag(what string, model, library bool) {
	if model != library {
		*d = append(*d, fmt.Sprintf("%s: model %t, library %t", what, model, library))
	}
}

func (d *difference) money(what string, model int64, library supervision.Money) {
	if Money(model) != library {
		*d = append(*d, fmt.Sprintf("%s: model %d, library %d", what, model, library.Amount))
	}
}

func (d *difference) instant(what string, model int64, library time.Time) {
	if model != Micros(library) {
		*d = append(*d, fmt.Sprintf("%s: model %s, library %s", what, Time(model).Format(time.RFC3339Nano),
			library.Format(time.RFC3339Nano)))
	}
	if !library.IsZero() && library.Location() != time.UTC {
		*d = append(*d, what+": not in UTC")
	}
}

// both reports whether both values are there, and notes where only one is.
func (d *difference) both(what string, model, library bool) bool {
	d.flag(what+" present", model, library)
	return model && library
}

func (d difference) String() string { return strings.Join(d, "; ") }

// DiffOrder tells what the model's order and the library's disagree on; "" for
// nothing.
func DiffOrder(m *model.Order, o *supervision.Order) string {
	var d difference
	d.word("id", m.ID, o.ID)
	d.word("product", m.Product, o.Product)
	d.word("buyer", m.Buyer, o.Buyer)
	d.word("seller", m.Seller, o.Seller)
	d.number("request template", m.RequestTemplate, o.RequestTemplateVersion)
	d.number("delivery template", m.DeliveryTemplate, o.DeliveryTemplateVersion)
	d.word("template seller", m.TemplateSeller, o.TemplateSeller)
	d.word("status", m.Status, string(o.Status))
	d.word("frozen from", m.FrozenFrom, string(o.FrozenFrom))
	d.number("version", m.Version, int(o.Version))
	d.instant("bought", m.Bought, o.BoughtAt)
	d.instant("opened", m.Opened, o.OpenedAt)
	d.instant("updated", m.Updated, o.UpdatedAt)
	d.instant("turn since", m.TurnSince, o.TurnSince)
	d.instant("silent since", m.SilentSince, o.Facts().Since)
	d.instant("scheduled end", m.End, o.ScheduledEnd)
	d.instant("reminded", m.Reminded, o.Reminder.At)
	d.word("reminder text", m.ReminderText, o.Reminder.Text)
	d.word("rejected by what", m.Rejected.Op, string(o.Rejection.Operation))
	d.word("rejected why", m.Rejected.Reason, o.Rejection.Reason)
	d.word("rejected by", m.Rejected.By, o.Rejection.By)
	d.instant("rejected", m.Rejected.At, o.Rejection.At)
	d.instant("accepted", m.Accepted, o.AcceptedAt)
	d.instant("closed", m.Closed, o.ClosedAt)
	d.instant("erased", m.Erased, o.ErasedAt)
	d.instant("received", m.Received, o.ReceivedAt)
	d.money("paid", m.Paid, o.Paid)
	d.money("proposal", m.Proposal.Amount, o.Proposal.Amount)
	d.word("proposal", m.Proposal.Reason, o.Proposal.Reason)
	d.instant("proposed", m.Proposal.At, o.Proposal.At)
	d.money("refund", m.Refund.Amount, o.Refund.Amount)
	d.word("refund by", m.Refund.By, string(o.Refund.By))
	d.instant("refunded", m.Refund.At, o.Refund.At)
	d.word("canceled by", m.CanceledBy, string(o.Cancellation.By))
	d.word("canceled from", m.CanceledFrom, string(o.Cancellation.From))
	d.number("request rejections", m.RequestRejections, o.RequestRejections)
	d.number("product rejections", m.ProductRejections, o.ProductRejections)
	if Policy(*m.Policy) != o.Policy {
		d = append(d, "policy")
	}
	d.request(m.Request, o.Request)
	d.delivery(m.Delivery, o.Delivery)
	d.appeal(m.Appeal, o.Appeal)
	return d.String()
}

func (d *difference) request(m *model.Request, r *supervision.Request) {
	if !d.both("request", m != nil, r != nil) {
		return
	}
	d.word("request text", m.Text, r.Text)
	d.number("request form", m.Form, formOf(r.Values))
	d.number("request files", m.Files, len(r.Attachments))
	d.instant("request", m.At, r.SubmittedAt)
}

func (d *difference) delivery(m *model.Delivery, r *supervision.Delivery) {
	if !d.both("delivery", m != nil, r != nil) {
		return
	}
	d.word("delivery text", m.Text, r.Result)
	d.number("delivery form", m.Form, formOf(r.Values))
	d.number("delivery files", m.Files, len(r.Attachments))
	d.instant("delivery", m.At, r.DeliveredAt)
}

func (d *difference) appeal(m *model.Appeal, a *appeal.Appeal) {
	if !d.both("appeal", m != nil, a != nil) {
		return
	}
	d.word("appeal by", m.By, string(a.By))
	d.word("intervention by", m.Manager, a.Manager)
	d.word("ground", m.Ground, string(a.Ground))
	d.word("appeal reason", m.Reason, a.Reason)
	d.word("demand", m.Demand, a.Demand)
	d.number("appeal files", m.Files, len(a.Attachments))
	d.number("found rejections", m.Count, a.Finding.Count)
	d.instant("found silence", m.Since, a.Finding.Since)
	d.instant("raised", m.Raised, a.RaisedAt)
	d.instant("handle by", m.HandleBy, a.HandleBy)
	d.number("notes", len(m.Notes), len(a.Notes))
	if len(m.Notes) == len(a.Notes) {
		for i, n := range m.Notes {
			d.word("note", n.Text, a.Notes[i].Text)
			d.word("note by", n.By, a.Notes[i].By)
			d.instant("note at", n.At, a.Notes[i].At)
			d.number("note files", n.Files, len(a.Notes[i].Attachments))
			d.flag("note shared", n.Shared, a.Notes[i].Shared)
		}
	}
	if d.both("ruling", m.Ruling != nil, a.Ruling != nil) {
		d.word("outcome", m.Ruling.Outcome, string(a.Ruling.Outcome))
		d.word("resumed at", m.Ruling.ResumedAt, a.Ruling.ResumedAt)
		d.word("decision", m.Ruling.Decision, a.Ruling.Decision)
		d.word("ruled by", m.Ruling.By, a.Ruling.By)
		d.flag("upheld", m.Ruling.Upheld, a.Ruling.Upheld)
		d.instant("ruled", m.Ruling.At, a.Ruling.At)
		d.money("ruling's refund", m.Ruling.Refund, a.Ruling.Refund)
		d.number("ruling files", m.Ruling.Files, len(a.Ruling.Attachments))
	}
}

// DiffRecord tells what the model's record and the library's disagree on.
func DiffRecord(m *model.Record, r *supervision.Record) string {
	var d difference
	d.number("seq", m.Seq, int(r.Seq))
	d.instant("at", m.At, r.At)
	d.word("from", m.From, string(r.From))
	d.word("to", m.To, string(r.To))
	d.word("operation", m.Op, string(r.Operation))
	d.number("found rejections", m.Count, r.Finding.Count)
	d.instant("found silence", m.Since, r.Finding.Since)
	if c := Command(r.Actor, r.Action); c != m.Command {
		d = append(d, fmt.Sprintf("command: model %+v, library %+v", m.Command, c))
	}
	return d.String()
}

// DiffAnswer tells what the model's answer and the library's, for the same
// command, disagree on.
func DiffAnswer(next *model.Order, m *model.Answer, order *supervision.Order, records []supervision.Record,
	err error) string {
	var d difference
	d.word("answer", m.Kind, KindOf(err))
	if len(d) > 0 {
		return fmt.Sprintf("%s (model %+v, library %v)", d, *m, err)
	}
	switch m.Kind {
	case "done":
		d.word("order", "", DiffOrder(next, order))
		d.number("records", len(m.Records), len(records))
		for i := range min(len(records), len(m.Records)) {
			d.word("record", "", DiffRecord(&m.Records[i], &records[i]))
		}
	default:
		return DiffError(m, err)
	}
	return d.String()
}

// DiffError tells what a refusal of the model and an error of the library
// disagree on.
func DiffError(m *model.Answer, err error) string {
	var d difference
	var refusal *supervision.Refusal
	var invalid *supervision.InvalidError
	switch {
	case errors.As(err, &refusal):
		d.word("rule", m.Rule, string(refusal.Rule))
		d.word("reason", m.Reason, string(refusal.Reason))
		d.word("status", m.Status, string(refusal.Status))
		d.instant("at", m.At, refusal.At)
		d.instant("from", m.From, refusal.From)
	case errors.As(err, &invalid):
		slices.Sort(m.Faults)
		d.word("faults", strings.Join(m.Faults, " "), strings.Join(faultyFields(invalid), " "))
	}
	return d.String()
}

// faultyFields are the fields an error names, each once and without what it
// names inside them.
func faultyFields(err *supervision.InvalidError) []string {
	var fields []string
	for _, f := range err.Faults {
		field, _, _ := strings.Cut(f.Field, ".")
		field, _, _ = strings.Cut(field, "[")
		fields = append(fields, field)
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// KindOf classes an error as the model does; an error that the rules do not
// know is "error".
func KindOf(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, supervision.ErrRefused):
		return "refused"
	case errors.Is(err, supervision.ErrInvalid):
		return "invalid"
	case errors.Is(err, supervision.ErrNotFound):
		return "not_found"
	}
	return "error"
}
