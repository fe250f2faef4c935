package supervisiontest

import (
	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// The plainest action of each kind that has something to say, for tests in
// which nothing depends on what it says. [Reach] goes by them.
var (
	SubmitRequest  = supervision.SubmitRequest{Text: "Set up two hundred users."}
	RejectRequest  = supervision.RejectRequest{Reason: "Which region?"}
	ReportProgress = supervision.ReportProgress{Text: "Half of them are there."}
	Deliver        = supervision.Deliver{Result: "All users can log in."}
	RejectProduct  = supervision.RejectProduct{Reason: "Ten cannot."}
	Remind         = supervision.Remind{Text: "How far are you?"}
	AddNote        = supervision.AddNote{Text: "Called both sides."}
	ResumeFlow     = supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "Go on."}
	AcceptDelivery = supervision.DecideAppeal{Outcome: appeal.Accept, Upheld: true, Decision: "It works."}
	CancelOrder    = supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "Refund."}
)

// RaiseAppeal appeals on a ground with everything that an appeal may need
// (R18).
func RaiseAppeal(ground appeal.Ground) supervision.RaiseAppeal {
	return supervision.RaiseAppeal{
		Ground: ground, Reason: "Nothing happens.", Demand: "Go on.",
		Attachments: []supervision.Attachment{{Name: "proof.pdf", Ref: "files/1"}},
	}
}
