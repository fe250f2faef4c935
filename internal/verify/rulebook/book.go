package main

import (
	"bytes"
	"encoding/json"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
)

type ruleBook struct {
	Format      int                           `json:"format"`
	Rules       []ruleEntry                   `json:"rules"`
	Statuses    []statusEntry                 `json:"statuses"`
	Operations  []operationEntry              `json:"operations"`
	Transitions []transitionEntry             `json:"transitions"`
	Presets     map[string]supervision.Policy `json:"presets"`
	Limits      map[string]int                `json:"limits"`
	Words       words                         `json:"words"`
	Reasons     []reasonEntry                 `json:"reasons"`
	FaultCodes  []supervision.FaultCode       `json:"fault_codes"`
}

type ruleEntry struct {
	ID     supervision.Rule `json:"id"`
	Text   string           `json:"text"`
	Source string           `json:"source"`
	Why    string           `json:"why,omitempty"`
}

type statusEntry struct {
	Status      supervision.Status      `json:"status"`
	OrderStatus supervision.OrderStatus `json:"order_status"`
	Turn        supervision.Role        `json:"turn,omitempty"`
	Waiting     bool                    `json:"waiting"`
	Final       bool                    `json:"final"`
}

// operationEntry says whose an operation is, and the rules it is refused by:
// where the flow stands elsewhere, and otherwise.
type operationEntry struct {
	Operation supervision.Operation `json:"operation"`
	By        []supervision.Role    `json:"by"`
	Rule      supervision.Rule      `json:"rule"`
	Outside   supervision.Rule      `json:"outside"`
}

type transitionEntry struct {
	From      supervision.Status       `json:"from"`
	Operation supervision.Operation    `json:"operation"`
	By        []supervision.Role       `json:"by"`
	To        supervision.Status       `json:"to"`
	Timer     supervision.DeadlineKind `json:"timer,omitempty"`
	Rule      supervision.Rule         `json:"rule"`
}

type words struct {
	OrderStatuses []supervision.OrderStatus  `json:"order_statuses"`
	Roles         []supervision.Role         `json:"roles"`
	Parties       []appeal.Party             `json:"parties"`
	Grounds       []appeal.Ground            `json:"grounds"`
	Outcomes      []appeal.Outcome           `json:"outcomes"`
	Deadlines     []supervision.DeadlineKind `json:"deadlines"`
	StepStates    []supervision.StepState    `json:"step_states"`
	AppealStates  []supervision.AppealState  `json:"appeal_states"`
	Kinds         []template.Kind            `json:"template_kinds"`
	FieldKinds    []supervision.FieldKind    `json:"field_kinds"`
	Sorts         []supervision.Sort         `json:"sorts"`
	EndActions    []supervision.EndAction    `json:"at_scheduled_end"`
	CountedFrom   []supervision.CountedFrom  `json:"auto_accept_from"`
	Findings      []audit.Kind               `json:"findings"`
}

type reasonEntry struct {
	Reason supervision.Reason `json:"reason"`
	Text   string             `json:"text"`
}

// presets are the policies that the library declares (R26).
func presets() []supervision.Policy {
	return []supervision.Policy{
		supervision.Guide(), supervision.Rules2025(), supervision.License(), supervision.Hardware(),
	}
}

// book writes docs/rules.json.
func book() ([]byte, error) {
	b := ruleBook{
		Format:  supervision.Format,
		Presets: make(map[string]supervision.Policy),
		Limits: map[string]int{
			"text": supervision.MaxText, "id": supervision.MaxID, "attachments": supervision.MaxAttachments,
			"notes": supervision.MaxNotes, "history": supervision.MaxHistory, "page": supervision.MaxPage,
			"default_page": supervision.DefaultPage,
		},
		Words: words{
			supervision.OrderStatuses(), supervision.Roles(), []appeal.Party{appeal.Buyer, appeal.Seller},
			appeal.AllGrounds.List(), appeal.Outcomes(), supervision.DeadlineKinds(), supervision.StepStates(),
			supervision.AppealStates(), template.Kinds(), supervision.FieldKinds(), supervision.Sorts(),
			supervision.EndActions(), supervision.CountedFroms(), audit.Kinds(),
		},
		FaultCodes: supervision.FaultCodes(),
	}
	for _, r := range supervision.Rules() {
		b.Rules = append(b.Rules, ruleEntry{r, r.Text(), r.Source(), r.Why()})
	}
	for _, s := range supervision.Statuses() {
		b.Statuses = append(b.Statuses, statusEntry{s, s.OrderStatus(), s.Turn(), s.Waiting(), s.Final()})
	}
	for _, t := range supervision.Flow() {
		b.Transitions = append(b.Transitions, transitionEntry(t))
	}
	for _, op := range supervision.Operations() {
		entry, err := describe(op)
		if err != nil {
			return nil, err
		}
		b.Operations = append(b.Operations, entry)
	}
	for _, p := range presets() {
		b.Presets[p.Name] = p
	}
	for _, r := range supervision.Reasons() {
		b.Reasons = append(b.Reasons, reasonEntry{r, supervision.ReasonText(r)})
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(b)
	return out.Bytes(), err
}

// describe asks the library by which rule an operation is refused where the
// flow stands elsewhere, of an order that is open and of one that is closed.
func describe(op supervision.Operation) (operationEntry, error) {
	entry := operationEntry{Operation: op, By: op.By(), Rule: op.Rule(), Outside: op.Rule()}
	for _, s := range []supervision.Status{supervision.Canceled, supervision.AwaitingRequest} {
		o, err := orderAt(s)
		if err != nil {
			return entry, err
		}
		d, err := o.Permit(actors[op.By()[0]], op, o.UpdatedAt)
		if err != nil {
			return entry, err
		}
		if d.Reason == supervision.ReasonStatus || d.Reason == supervision.ReasonFinal {
			entry.Outside = d.Rule
			break
		}
	}
	return entry, nil
}

// orderAt is an order at one of two statuses: just opened, or canceled.
func orderAt(status supervision.Status) (supervision.Order, error) {
	order, _,
		err := supervision.Open(supervision.Opening{ID: "o", Product: "p", Buyer: "buyer", Seller: "seller"}, began)
	for _, action := range []supervision.Action{
		supervision.Intervene{Reason: "…"}, supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "…"},
	} {
		if err == nil && status == supervision.Canceled {
			order, _, err = order.Apply(actors[supervision.RoleManager], action, began)
		}
	}
	return order, err
}
