package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// fact is one line of what somebody submitted: a label with a text, an instant
// or files.
type fact struct {
	Label, Text string
	At          time.Time
	Files       []supervision.Attachment
}

// text says the fact in one text.
func (f fact) text() string {
	if !f.At.IsZero() {
		return stamp(f.At)
	}
	names := make([]string, len(f.Files))
	for i, file := range f.Files {
		names[i] = file.Name
	}
	return f.Text + strings.Join(names, ", ")
}

// subject is facts with the order whose files they refer to.
type subject struct {
	Order string
	Facts []fact
}

// factsOf is what an action says (R21).
func (l *tongue) factsOf(a supervision.Action, t *template.Template) []fact {
	switch a := a.(type) {
	case supervision.SubmitRequest:
		return l.requestFacts(a.Text, a.Values, a.Attachments, t)
	case supervision.RejectRequest:
		return l.texts("Reason", a.Reason)
	case supervision.ReportProgress:
		return l.texts("Progress", a.Text)
	case supervision.Deliver:
		return append(l.texts("Result", a.Result), l.enabledFacts(a.EnabledAt, a.Attachments)...)
	case supervision.RejectProduct:
		return l.texts("Reason", a.Reason)
	case supervision.Remind:
		return l.texts("Message", a.Text)
	case supervision.RaiseAppeal:
		return append(l.texts("Ground", l.Ground(a.Ground), "What happened", a.Reason, "Asks for", a.Demand),
			l.attached(a.Attachments)...)
	case supervision.AddNote:
		return append(l.texts("Note", a.Text), l.attached(a.Attachments)...)
	case supervision.ProposeRefund:
		return l.texts("Refund", money(a.Amount), "Reason", a.Reason)
	case supervision.AgreeRefund:
		return l.texts("Refund", money(a.Amount))
	case supervision.DeclineRefund:
		return l.texts("Reason", a.Reason)
	case supervision.Amend:
		list := l.texts("Rules", a.Policy.Name, "Buyer", accountName(a.Buyer), "Seller", accountName(a.Seller),
			"Reason", a.Reason)
		if !a.ScheduledEnd.IsZero() {
			list = append(list, fact{Label: l.t("Scheduled completion"), At: a.ScheduledEnd})
		}
		return list
	case supervision.Intervene:
		return append(l.texts("Reason", a.Reason), l.attached(a.Attachments)...)
	case supervision.DecideAppeal:
		return append(l.texts("Result", l.Outcome(a.Outcome), "Appeal", l.upheld(a.Upheld), "Refund", money(a.Refund),
			"Decision", a.Decision),
			l.attached(a.Attachments)...)
	}
	return nil
}

// requestFacts shows the request submitted last, under the labels of the
// template it was submitted on.
func (v *visit) requestFacts(o supervision.Order) ([]fact, error) {
	if o.Request == nil {
		return nil, nil
	}
	t, err := v.templateOf(v.r.Context(), o)
	if err != nil {
		return nil, err
	}
	return v.l.requestFacts(o.Request.Text, o.Request.Values, o.Request.Attachments, t), nil
}

// templateOf returns the template that the order is pinned to; nil for none
// (R04).
func (p *portal) templateOf(ctx context.Context, o supervision.Order) (*template.Template, error) {
	if o.RequestTemplateVersion == 0 {
		return nil, nil
	}
	published, err := p.svc.Template(ctx, o.Seller, o.Product, o.RequestTemplateVersion)
	return &published.Template, err
}

func (l *tongue) requestFacts(text string, values template.Values, attachments []supervision.Attachment,
	t *template.Template) []fact {
	list := l.texts("Request", text)
	if t != nil {
		for _, f := range t.Fields {
			value, answered := values[f.Key]
			switch {
			case !answered:
			case f.Kind == template.File:
				ref, _ := value.(string)
				if kept, ok := parseRef(ref); ok {
					list = append(list, fact{Label: f.Label, Files: []supervision.Attachment{kept.attachment()}})
				}
			default:
				in := l.fieldInput(f)
				in.Values = written(value)
				list = append(list, fact{Label: f.Label, Text: in.Readout()})
			}
		}
	}
	return append(list, l.attached(attachments)...)
}

func (l *tongue) deliveryFacts(o supervision.Order) []fact {
	if o.Delivery == nil {
		return nil
	}
	return append(l.texts("Result", o.Delivery.Result), l.enabledFacts(o.Delivery.EnabledAt, o.Delivery.Attachments)...)
}

func (l *tongue) enabledFacts(enabled time.Time, attachments []supervision.Attachment) (list []fact) {
	if !enabled.IsZero() {
		list = append(list, fact{Label: l.t("Service enabled"), At: enabled})
	}
	return append(list, l.attached(attachments)...)
}

// appealFacts shows an appeal with what made its ground hold (R18) and, once
// there is one, its ruling (R15).
func (l *tongue) appealFacts(a *appeal.Appeal) []fact {
	if a == nil {
		return nil
	}
	list := l.texts("Initiated by", capital(l.Role(supervision.Role(a.By))), "Intervention by", accountName(a.Manager),
		"Ground",
		l.Ground(a.Ground))
	if a.Finding.Count > 0 {
		list = append(list, l.texts("Rejections", strconv.Itoa(a.Finding.Count))...)
	}
	if !a.Finding.Since.IsZero() {
		list = append(list, fact{Label: l.t("Silent since"), At: a.Finding.Since})
	}
	list = append(list, l.texts("What happened", a.Reason, "Asks for", a.Demand)...)
	list = append(list, l.attached(a.Attachments)...)
	for _, n := range a.Notes {
		list = append(list, l.texts("Note by", accountName(n.By), "Note", n.Text)...)
		list = append(list, l.attached(n.Attachments)...)
	}
	if r := a.Ruling; r != nil {
		list = append(list,
			l.texts("Appeal", l.upheld(r.Upheld), "Result", l.Outcome(r.Outcome), "Goes on at",
				l.Status(supervision.Status(r.ResumedAt)),
				"Decision", r.Decision, "Decided by", accountName(r.By))...)
		list = append(list, l.attached(r.Attachments)...)
	}
	return list
}

func (l *tongue) upheld(yes bool) string {
	if yes {
		return l.t("Upheld")
	}
	return l.t("Not upheld")
}

// texts makes facts of labels and texts in turn, leaving empty texts out.
func (l *tongue) texts(pairs ...string) (list []fact) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, fact{Label: l.t(pairs[i]), Text: pairs[i+1]})
		}
	}
	return list
}

// attached shows the files that the portal keeps, which are referred to by
// their digest.
func (l *tongue) attached(attachments []supervision.Attachment) []fact {
	var kept []supervision.Attachment
	for _, a := range attachments {
		if strings.HasPrefix(a.Ref, "sha256:") {
			kept = append(kept, a)
		}
	}
	if kept == nil {
		return nil
	}
	return []fact{{Label: l.t("Attachments"), Files: kept}}
}
