package supervision

import (
	"github.com/koogallery/serviceflow/appeal"
)

// RaiseAppeal appeals to the operations manager and freezes the flow (R12, R18). It is either party's.
type RaiseAppeal struct {
	// Ground is what the appeal rests on; it must hold at that instant (R11, R18).
	Ground appeal.Ground `json:"ground,omitzero"`
	// Reason and Demand say what happened and what is asked for; both are mandatory.
	Reason string `json:"reason"`
	Demand string `json:"demand"`
	// Attachments are optional, except that a seller appealing on the buyer's silence at acceptance attaches proof of delivery.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Operation returns OpRaiseAppeal.
func (RaiseAppeal) Operation() Operation { return OpRaiseAppeal }
func (RaiseAppeal) sealed()              {}

func (a RaiseAppeal) normalize(f *faults) Action {
	if _, err := appeal.ParseGround(string(a.Ground)); err != nil {
		f.add("ground", "unknown", "name one of the grounds")
	}
	a.Reason = f.text("reason", a.Reason, true)
	a.Demand = f.text("demand", a.Demand, true)
	a.Attachments = f.attachments("attachments", a.Attachments)
	return a
}

// proof asks for what only the order's status makes mandatory (R18).
func (a RaiseAppeal) proof(o *Order) error {
	var f faults
	if a.Ground == appeal.BuyerSilent && o.Status == AwaitingAcceptance && len(a.Attachments) == 0 {
		f.add("attachments", "required", "attach proof of delivery")
	}
	return f.err()
}

func (a RaiseAppeal) effect(o *Order, r *Record) {
	o.FrozenFrom = r.From
	o.Appeal = &appeal.Appeal{
		By: r.Actor.Role.party(), Ground: a.Ground, Reason: a.Reason, Demand: a.Demand, Attachments: a.Attachments,
		Finding: r.Finding, RaisedAt: r.At, HandleBy: r.At.Add(o.Policy.Appeal.Handling),
	}
}

// AddNote adds a working note to the pending appeal (R13). It is the operations manager's.
type AddNote struct {
	// Text is mandatory.
	Text string `json:"text"`
}

// Operation returns OpAddNote.
func (AddNote) Operation() Operation { return OpAddNote }
func (AddNote) sealed()              {}

func (a AddNote) normalize(f *faults) Action {
	a.Text = f.text("text", a.Text, true)
	return a
}

func (a AddNote) effect(o *Order, r *Record) {
	o.Appeal = o.Appeal.Clone()
	o.Appeal.Notes = append(o.Appeal.Notes, appeal.Note{At: r.At, By: r.Actor.ID, Text: a.Text})
}

// RuleAppeal rules on the pending appeal (R13, R15). It is the operations manager's.
type RuleAppeal struct {
	// Outcome is resume, accept or cancel.
	Outcome appeal.Outcome `json:"outcome,omitzero"`
	// ResumeAt is the waiting status to resume at; zero for the one that was frozen. Only with the outcome resume.
	ResumeAt Status `json:"resume_at,omitzero"`
	// Upheld says whether the party that appealed was right.
	Upheld bool `json:"upheld"`
	// Decision is the text of the ruling; mandatory.
	Decision string `json:"decision"`
}

// Operation returns OpRuleAppeal.
func (RuleAppeal) Operation() Operation { return OpRuleAppeal }
func (RuleAppeal) sealed()              {}

func (a RuleAppeal) normalize(f *faults) Action {
	if _, err := appeal.ParseOutcome(string(a.Outcome)); err != nil {
		f.add("outcome", "unknown", "name an outcome: resume, accept or cancel")
	}
	if a.ResumeAt != 0 && (a.Outcome != appeal.Resume || !a.ResumeAt.Waiting()) {
		f.add("resume_at", "not_waiting", "name a waiting status, and only to resume")
	}
	a.Decision = f.text("decision", a.Decision, true)
	return a
}

// to returns where the ruling leads.
func (a RuleAppeal) to(o *Order) Status {
	switch a.Outcome {
	case appeal.Accept:
		return Accepted
	case appeal.Cancel:
		return Canceled
	}
	if a.ResumeAt != 0 {
		return a.ResumeAt
	}
	return o.FrozenFrom
}

// effect sets the counters back, so that nobody can appeal again on spent grounds (R16), and moves the scheduled completion by the
// length of the freeze (R17).
func (a RuleAppeal) effect(o *Order, r *Record) {
	o.Appeal = o.Appeal.Clone()
	o.Appeal.Ruling = &appeal.Ruling{Outcome: a.Outcome, Upheld: a.Upheld, Decision: a.Decision, At: r.At, By: r.Actor.ID}
	if a.Outcome == appeal.Resume {
		o.Appeal.Ruling.ResumedAt = r.To.String()
	}
	o.RequestRejections, o.ProductRejections = 0, 0
	o.ScheduledEnd = o.ScheduledEnd.Add(r.At.Sub(o.Appeal.RaisedAt))
	if a.Outcome != appeal.Cancel {
		o.FrozenFrom = 0
	}
}

// AutoAccept is what the system records when time accepts an untouched delivery (R27). Nobody can apply it.
type AutoAccept struct{}

// Operation returns OpAutoAccept.
func (AutoAccept) Operation() Operation { return OpAutoAccept }
func (AutoAccept) sealed()              {}

// Complete is what the system records when time completes an accepted order (R02). Nobody can apply it.
type Complete struct{}

// Operation returns OpComplete.
func (Complete) Operation() Operation { return OpComplete }
func (Complete) sealed()              {}
