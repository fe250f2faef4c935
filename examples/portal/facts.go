package main

import (
	"context"
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
func factsOf(a supervision.Action, t *template.Template) []fact {
	switch a := a.(type) {
	case supervision.SubmitRequest:
		return requestFacts(a.Text, a.Values, a.Attachments, t)
	case supervision.RejectRequest:
		return texts("Reason", a.Reason)
	case supervision.ReportProgress:
		return texts("Progress", a.Text)
	case supervision.Deliver:
		return append(texts("Result", a.Result), enabledFacts(a.EnabledAt, a.Attachments)...)
	case supervision.RejectProduct:
		return texts("Reason", a.Reason)
	case supervision.Remind:
		return texts("Message", a.Text)
	case supervision.RaiseAppeal:
		return append(texts("Ground", english.Ground(a.Ground), "What happened", a.Reason, "Asks for", a.Demand),
			attached(a.Attachments)...)
	case supervision.AddNote:
		return append(texts("Note", a.Text), attached(a.Attachments)...)
	case supervision.Intervene:
		return append(texts("Reason", a.Reason), attached(a.Attachments)...)
	case supervision.DecideAppeal:
		return append(texts("Result", english.Outcome(a.Outcome), "Appeal", upheld(a.Upheld), "Decision", a.Decision),
			attached(a.Attachments)...)
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
	return requestFacts(o.Request.Text, o.Request.Values, o.Request.Attachments, t), nil
}

// templateOf returns the template that the order is pinned to; nil for none
// (R04).
func (p *portal) templateOf(ctx context.Context, o supervision.Order) (*template.Template, error) {
	if o.TemplateVersion == 0 {
		return nil, nil
	}
	published, err := p.svc.Template(ctx, o.Seller, o.Product, o.TemplateVersion)
	return &published.Template, err
}

func requestFacts(text string, values template.Values, attachments []supervision.Attachment,
	t *template.Template) []fact {
	list := texts("Request", text)
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
				in := fieldInput(f)
				in.Values = written(value)
				list = append(list, fact{Label: f.Label, Text: in.Readout()})
			}
		}
	}
	return append(list, attached(attachments)...)
}

func deliveryFacts(o supervision.Order) []fact {
	if o.Delivery == nil {
		return nil
	}
	return append(texts("Result", o.Delivery.Result), enabledFacts(o.Delivery.EnabledAt, o.Delivery.Attachments)...)
}

func enabledFacts(enabled time.Time, attachments []supervision.Attachment) (list []fact) {
	if !enabled.IsZero() {
		list = append(list, fact{Label: "Service enabled", At: enabled})
	}
	return append(list, attached(attachments)...)
}

// appealFacts shows an appeal with what made its ground hold (R18) and, once
// there is one, its ruling (R15).
func appealFacts(a *appeal.Appeal) []fact {
	if a == nil {
		return nil
	}
	list := texts("Initiated by", capital(string(a.By)), "Intervention by", accountName(a.Manager), "Ground",
		english.Ground(a.Ground))
	if a.Finding.Count > 0 {
		list = append(list, texts("Finding", count(a.Finding.Count, "rejection"))...)
	}
	if !a.Finding.Since.IsZero() {
		list = append(list, fact{Label: "Silent since", At: a.Finding.Since})
	}
	list = append(list, texts("What happened", a.Reason, "Asks for", a.Demand)...)
	list = append(list, attached(a.Attachments)...)
	for _, n := range a.Notes {
		list = append(list, texts("Note by "+accountName(n.By), n.Text)...)
		list = append(list, attached(n.Attachments)...)
	}
	if r := a.Ruling; r != nil {
		list = append(list,
			texts("Appeal", upheld(r.Upheld), "Result", english.Outcome(r.Outcome), "Goes on at", resumed(r.ResumedAt),
				"Decision", r.Decision, "Decided by", accountName(r.By))...)
		list = append(list, attached(r.Attachments)...)
	}
	return list
}

func upheld(yes bool) string {
	if yes {
		return "Upheld"
	}
	return "Not upheld"
}

// texts makes facts of labels and texts in turn, leaving empty texts out.
func texts(pairs ...string) (list []fact) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, fact{Label: pairs[i], Text: pairs[i+1]})
		}
	}
	return list
}

// attached shows the files that the portal keeps, which are referred to by
// their digest.
func attached(attachments []supervision.Attachment) []fact {
	var kept []supervision.Attachment
	for _, a := range attachments {
		if strings.HasPrefix(a.Ref, "sha256:") {
			kept = append(kept, a)
		}
	}
	if kept == nil {
		return nil
	}
	return []fact{{Label: "Attachments", Files: kept}}
}
