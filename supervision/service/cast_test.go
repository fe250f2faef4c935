package service_test

import (
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
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
	submit        = supervisiontest.SubmitRequest
	acceptRequest = supervision.AcceptRequest{}
	rejectRequest = supervisiontest.RejectRequest
	report        = supervisiontest.ReportProgress
	deliver       = supervisiontest.Deliver
	acceptProduct = supervision.AcceptProduct{}
	rejectProduct = supervisiontest.RejectProduct
	remind        = supervisiontest.Remind
	note          = supervisiontest.AddNote
	resume        = supervisiontest.ResumeFlow
	deem          = supervisiontest.AcceptDelivery
	cancel        = supervisiontest.CancelOrder
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
