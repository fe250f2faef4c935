package bridge

import (
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Micros is an instant as the model writes it.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is an instant as the library writes it.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func duration(micros int64) time.Duration { return time.Duration(micros) * time.Microsecond }

// Policy hands a policy of the model to the library, which has the numbers of
// its own presets, so that they are compared too.
func Policy(p model.Policy) supervision.Policy {
	switch p.Name {
	case "guide":
		return supervision.Guide()
	case "2025":
		return supervision.Rules2025()
	case "license":
		return supervision.License()
	case "hardware":
		return supervision.Hardware()
	}
	return supervision.Policy{
		Name: p.Name, Start: Status(p.Start), CompletionDelay: duration(p.Completion),
		SupervisionPeriod: duration(p.Period),
		ReminderInterval:  duration(p.Reminder), AutoAccept: duration(p.AutoAccept), NegotiatedRefund: p.Negotiated,
		Notices: supervision.Notices{
			AppealOpens: duration(p.Tell["appeal_opens"]), Completion: duration(p.Tell["completion"]),
			AutoAccept: duration(p.Tell["auto_accept"]), ScheduledEnd: duration(p.Tell["scheduled_end"]),
			BlackoutBegins: duration(p.Tell["blackout_begins"]), BlackoutEnds: duration(p.Tell["blackout_ends"]),
			Reminder: duration(p.Tell["reminder"]), RulingOverdue: duration(p.Tell["ruling_overdue"]),
			OpenFor: duration(p.Tell["open_for"]),
		},
		AtScheduledEnd: supervision.EndAction(p.AtEnd), AutoAcceptFrom: supervision.CountedFrom(p.AutoFrom),
		Appeal: appeal.Policy{
			Silence: duration(p.Silence), Rejections: p.Rejections, Blackout: duration(p.Blackout),
			Handling: duration(p.Handling), Proof: p.Proof,
			Buyer: grounds(p.BuyerGrounds), Seller: grounds(p.SellerGrounds),
		},
	}
}

func grounds(words []string) (set appeal.Grounds) {
	for _, w := range words {
		set |= appeal.GroundsOf(appeal.Ground(w))
	}
	return set
}

// Status reads a status's word; zero for none.
func Status(word string) supervision.Status {
	var s supervision.Status
	_ = s.UnmarshalText([]byte(word))
	return s
}

// Actor is the actor of a command.
func Actor(c model.Command) supervision.Actor {
	return supervision.Actor{Role: supervision.Role(c.Role), ID: c.Actor, User: c.User}
}

// Form fills in, correctly, the form of a version of the template that Template
// makes.
func Form(version int) template.Values {
	return template.Values{fieldOf(version): "filled in"}
}

// Template is a template whose only field is another in each version.
func Template(version int) template.Template {
	return template.Template{Fields: []template.Field{{
		Key: fieldOf(version), Label: "What", Kind: template.Text, Required: true,
	}}}
}

func fieldOf(version int) string { return "field_" + strconv.Itoa(version) }

// Money is an amount of the model, which has one currency; zero for 0.
func Money(amount int64) supervision.Money {
	if amount == 0 {
		return supervision.Money{}
	}
	return supervision.Money{Amount: amount, Currency: "CNY"}
}

var files = func() (list []supervision.Attachment) {
	for range 30 {
		list = append(list, supervision.Attachment{Name: "proof.pdf", Ref: "store/1"})
	}
	return list
}()

// Action is what a command asks for.
func Action(c model.Command) supervision.Action {
	switch c.Op {
	case "submit_request":
		a := supervision.SubmitRequest{Text: c.Text, Attachments: files[:c.Files]}
		if c.Form != 0 {
			a.Values = Form(c.Form)
		}
		return a
	case "accept_request":
		return supervision.AcceptRequest{}
	case "reject_request":
		return supervision.RejectRequest{Reason: c.Text}
	case "report_progress":
		return supervision.ReportProgress{Text: c.Text}
	case "deliver":
		a := supervision.Deliver{Result: c.Text, Attachments: files[:c.Files]}
		if c.Form != 0 {
			a.Values = Form(c.Form)
		}
		return a
	case "accept_product":
		return supervision.AcceptProduct{}
	case "reject_product":
		return supervision.RejectProduct{Reason: c.Text}
	case "remind":
		return supervision.Remind{Text: c.Text}
	case "raise_appeal":
		return supervision.RaiseAppeal{Ground: appeal.Ground(c.Ground), Reason: c.Text, Demand: c.Demand,
			Attachments: files[:c.Files]}
	case "add_note":
		return supervision.AddNote{Text: c.Text, Attachments: files[:c.Files], Shared: c.Shared}
	case "decide_appeal":
		return supervision.DecideAppeal{
			Outcome: appeal.Outcome(c.Outcome), ResumeAt: Status(c.ResumeAt), Upheld: c.Upheld, Decision: c.Text,
			Refund: Money(c.Amount), Attachments: files[:c.Files],
		}
	case "intervene":
		return supervision.Intervene{Reason: c.Text, Attachments: files[:c.Files]}
	case "propose_refund":
		return supervision.ProposeRefund{Amount: Money(c.Amount), Reason: c.Text}
	case "withdraw_refund":
		return supervision.WithdrawRefund{}
	case "agree_refund":
		return supervision.AgreeRefund{Amount: Money(c.Amount)}
	case "decline_refund":
		return supervision.DeclineRefund{Reason: c.Text}
	case "amend":
		a := supervision.Amend{ScheduledEnd: Time(c.End), Buyer: c.Buyer, Seller: c.Seller, Clock: c.Clock,
			Reason: c.Text}
		if c.Policy != "" {
			a.Policy = Policy(model.Named[c.Policy])
		}
		return a
	case "report_receipt":
		return supervision.ReportReceipt{ReceivedAt: Time(c.Received)}
	case "close_at_end":
		return supervision.CloseAtEnd{}
	case "auto_accept":
		return supervision.AutoAccept{}
	case "complete":
		return supervision.Complete{}
	case "erase":
		return supervision.Erase{Reason: c.Text}
	}
	return nil
}

// Adoption hands an order over as another system would that has led it so far:
// with what it stands at, and nothing that only records could tell (R29).
func Adoption(o model.Order) supervision.Adoption {
	a := supervision.Adoption{
		ID: o.ID, Product: o.Product, Buyer: o.Buyer, Seller: o.Seller, Policy: Policy(*o.Policy), Paid: Money(o.Paid),
		RequestTemplateVersion: o.RequestTemplate, DeliveryTemplateVersion: o.DeliveryTemplate,
		BoughtAt: Time(o.Bought), OpenedAt: Time(o.Opened), ScheduledEnd: Time(o.End), Status: Status(o.Status),
		FrozenFrom: Status(o.FrozenFrom), AcceptedAt: Time(o.Accepted), ReceivedAt: Time(o.Received),
		ClosedAt: Time(o.Closed), RequestRejections: o.RequestRejections, ProductRejections: o.ProductRejections,
		Refund:       Money(o.Refund.Amount),
		Cancellation: supervision.Cancellation{By: supervision.Operation(o.CanceledBy), From: Status(o.CanceledFrom)},
		Reminder:     supervision.Reminder{Text: o.ReminderText, At: Time(o.Reminded)},
		Rejection: supervision.Rejection{Operation: supervision.Operation(o.Rejected.Op), Reason: o.Rejected.Reason,
			By: o.Rejected.By, At: Time(o.Rejected.At)},
		History: []supervision.Quote{{At: Time(o.Opened), Who: "legacy", What: "led it"}},
	}
	if a.Status.Waiting() || a.FrozenFrom.Waiting() {
		a.TurnSince = Time(o.TurnSince)
	}
	if r := o.Request; r != nil {
		a.Request = &supervision.Request{Text: r.Text, Attachments: files[:r.Files], SubmittedAt: Time(r.At)}
		if r.Form != 0 {
			a.Request.Values = Form(r.Form)
		}
	}
	if d := o.Delivery; d != nil {
		a.Delivery = &supervision.Delivery{Result: d.Text, Attachments: files[:d.Files], DeliveredAt: Time(d.At)}
		if d.Form != 0 {
			a.Delivery.Values = Form(d.Form)
		}
	}
	if o.Appeal != nil {
		a.Appeal = caseOf(*o.Appeal)
	}
	return a
}

func caseOf(m model.Appeal) *appeal.Appeal {
	a := &appeal.Appeal{
		By: appeal.Party(m.By), Manager: m.Manager, Ground: appeal.Ground(m.Ground), Reason: m.Reason, Demand: m.Demand,
		Attachments: files[:m.Files], Finding: appeal.Finding{Count: m.Count, Since: Time(m.Since)},
		RaisedAt: Time(m.Raised), HandleBy: Time(m.HandleBy),
	}
	for _, n := range m.Notes {
		a.Notes = append(a.Notes, appeal.Note{At: Time(n.At), By: n.By, Text: n.Text, Attachments: files[:n.Files],
			Shared: n.Shared})
	}
	if r := m.Ruling; r != nil {
		a.Ruling = &appeal.Ruling{Outcome: appeal.Outcome(r.Outcome), ResumedAt: r.ResumedAt, Upheld: r.Upheld,
			Decision: r.Decision, Refund: Money(r.Refund), Attachments: files[:r.Files], At: Time(r.At), By: r.By}
	}
	return a
}

// Command is what an actor did with an action.
func Command(actor supervision.Actor, action supervision.Action) model.Command {
	c := model.Command{Role: string(actor.Role), Actor: actor.ID, User: actor.User, Op: string(action.Operation())}
	switch a := action.(type) {
	case supervision.SubmitRequest:
		c.Text, c.Form, c.Files = a.Text, formOf(a.Values), len(a.Attachments)
	case supervision.RejectRequest:
		c.Text = a.Reason
	case supervision.ReportProgress:
		c.Text = a.Text
	case supervision.Deliver:
		c.Text, c.Form, c.Files = a.Result, formOf(a.Values), len(a.Attachments)
	case supervision.RejectProduct:
		c.Text = a.Reason
	case supervision.Remind:
		c.Text = a.Text
	case supervision.RaiseAppeal:
		c.Ground, c.Text, c.Demand, c.Files = string(a.Ground), a.Reason, a.Demand, len(a.Attachments)
	case supervision.AddNote:
		c.Text, c.Files, c.Shared = a.Text, len(a.Attachments), a.Shared
	case supervision.DecideAppeal:
		c.Outcome, c.ResumeAt, c.Upheld, c.Text, c.Files = string(a.Outcome), string(a.ResumeAt), a.Upheld, a.Decision,
			len(a.Attachments)
		c.Amount = a.Refund.Amount
	case supervision.ProposeRefund:
		c.Text, c.Amount = a.Reason, a.Amount.Amount
	case supervision.AgreeRefund:
		c.Amount = a.Amount.Amount
	case supervision.DeclineRefund:
		c.Text = a.Reason
	case supervision.Amend:
		c.Text, c.Policy, c.End, c.Buyer, c.Seller = a.Reason, a.Policy.Name, Micros(a.ScheduledEnd), a.Buyer, a.Seller
		c.Clock = a.Clock
	case supervision.ReportReceipt:
		c.Received = Micros(a.ReceivedAt)
	case supervision.Intervene:
		c.Text, c.Files = a.Reason, len(a.Attachments)
	case supervision.Erase:
		c.Text = a.Reason
	}
	return c
}

func formOf(v template.Values) int {
	version := 0
	for key := range v {
		version, _ = strconv.Atoi(strings.TrimPrefix(key, "field_"))
	}
	return version
}
