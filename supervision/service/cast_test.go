package service_test

import (
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

const (
	day  = supervision.Day
	tick = supervision.Tick
)

// bought is when every story begins.
var bought = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// The cast: those who have a part in every story's order, and two who have
// none.
var (
	ben = supervision.Buyer("ben")
	sue = supervision.Seller("sue")
	mia = supervision.Manager("mia")

	otherBuyer  = supervision.Buyer("bob")
	otherSeller = supervision.Seller("sam")
)

// The plainest action of each kind.
var (
	submit        = supervision.SubmitRequest{Text: "Set up two hundred users."}
	acceptRequest = supervision.AcceptRequest{}
	rejectRequest = supervision.RejectRequest{Reason: "Which region?"}
	report        = supervision.ReportProgress{Text: "Half of them are there."}
	deliver       = supervision.Deliver{Result: "All users can log in."}
	acceptProduct = supervision.AcceptProduct{}
	rejectProduct = supervision.RejectProduct{Reason: "Ten cannot."}
	remind        = supervision.Remind{Text: "How far are you?"}
	note          = supervision.AddNote{Text: "Called both sides."}
	resume        = supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "Go on."}
	deem          = supervision.DecideAppeal{Outcome: appeal.Accept, Decision: "It works.", Upheld: true}
	cancel        = supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "Refund."}
)

// anOpening opens a story's order.
func anOpening(policy supervision.Policy) supervision.Opening {
	return supervision.Opening{ID: "o-1", Product: "p-1", Buyer: ben.ID, Seller: sue.ID, Policy: policy}
}

// autoAccepting is the guide with the optional timer of R27, on for ten days.
func autoAccepting() supervision.Policy {
	p := supervision.Guide()
	p.Name, p.AutoAccept = "auto-accept", 10*day
	return p
}

func seats() template.Template {
	return template.Template{Fields: []template.Field{
		{Key: "users", Label: "Users", Kind: template.Integer, Required: true, Min: "1", Max: "500"},
		{Key: "region", Label: "Region", Kind: template.Choice, Required: true,
			Options: []template.Option{{Value: "eu"}, {Value: "cn"}}},
	}}
}
