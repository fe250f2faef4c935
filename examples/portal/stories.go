package main

import (
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// requestTemplates are what the sellers of the demonstration ask for.
var requestTemplates = map[string]template.Template{
	"erp-suite": {
		Title: "Set up your ERP suite",
		Intro: "Tell us about your company. We confirm the request within two working days.",
		Fields: []template.Field{
			{Key: "company", Label: "Company name", Kind: template.Line, Required: true, MaxLength: 120},
			{Key: "users", Label: "Number of users", Help: "Named accounts, from 1 to 5000.", Kind: template.Integer,
				Required: true,
				Min:      "1", Max: "5000"},
			{Key: "region", Label: "Data region", Kind: template.Choice, Required: true, Options: []template.Option{
				{Value: "eu", Label: "Europe"}, {Value: "ap", Label: "Asia Pacific"}, {Value: "af", Label: "Africa"}}},
			{Key: "modules", Label: "Modules", Kind: template.Choices, Options: []template.Option{
				{Value: "finance", Label: "Finance"}, {Value: "stock", Label: "Stock"},
				{Value: "purchasing", Label: "Purchasing"}}},
			{Key: "start", Label: "Go-live date", Kind: template.Date},
			{Key: "contact", Label: "Contact e-mail", Kind: template.Email, Required: true},
			{Key: "training", Label: "Do you need training?", Kind: template.YesNo},
			{Key: "notes", Label: "Anything else", Kind: template.Text, MaxLength: 1000},
		},
	},
	"helpdesk": {
		Title: "Open your help desk",
		Fields: []template.Field{
			{Key: "site", Label: "Web site", Help: "Where the help desk will be shown.", Kind: template.URL,
				Required: true},
			{Key: "agents", Label: "Number of agents", Kind: template.Integer, Required: true, Min: "1", Max: "500"},
			{Key: "phone", Label: "Phone", Kind: template.Phone},
			{Key: "logo", Label: "Logo", Kind: template.File},
		},
	},
}

const (
	harbor    = "buyer-harbor"
	northwind = "buyer-northwind"
	day       = supervision.Day
)

func erpRequest(company, users string) supervision.SubmitRequest {
	return supervision.SubmitRequest{Values: template.Values{
		"company": company, "users": users, "region": "eu", "modules": []string{"finance", "stock"},
		"contact": "operations@harbor.example", "training": "yes",
	}}
}

func deskRequest() supervision.SubmitRequest {
	return supervision.SubmitRequest{Values: template.Values{"site": "https://northwind.example/support",
		"agents": "12"}}
}

func textRequest(text string) supervision.SubmitRequest { return supervision.SubmitRequest{Text: text} }

// stories tell the demonstration's orders, newest first.
func stories() []func(*story) {
	list := []func(*story){
		func(s *story) { s.bought(harbor, "erp-suite", time.Hour) },
		func(s *story) {
			s.bought(northwind, "helpdesk", 5*time.Hour).byBuyer(time.Hour, deskRequest())
		},
		func(s *story) {
			s.bought(harbor, "data-migration", day).
				byBuyer(3*time.Hour,
					textRequest("Move 40,000 customer records from the old system before the end of the quarter.")).
				bySeller(4*time.Hour, supervision.AcceptRequest{})
		},
		func(s *story) { s.bought(northwind, "endpoint-license", 2*day) },
		awaitingAcceptance, acceptedJustNow, requestRejectedThreeTimes, productRejectedThreeTimes, sellerSilent,
		buyerSilent,
		appealPending, appealOverdue, appealResumed, canceledByRuling, freeAppeal,
	}
	for i := range 16 {
		list = append(list, completed(i))
	}
	return list
}

func awaitingAcceptance(s *story) {
	s.bought(harbor, "erp-suite", 3*day).delivered(erpRequest("Harbor Retail", "240"),
		"The suite is set up for 240 users. Sign in with the accounts that we sent to your contact.")
}

func acceptedJustNow(s *story) {
	s.bought(northwind, "helpdesk", 2*day+11*time.Hour).delivered(deskRequest(),
		"Your help desk is open for 12 agents.").
		byBuyer(time.Hour, supervision.AcceptProduct{})
}

func requestRejectedThreeTimes(s *story) {
	s.bought(northwind, "helpdesk", 6*day)
	for _, reason := range []string{"The web site does not answer.", "Please name a phone number.",
		"The number of agents exceeds your plan."} {
		s.byBuyer(6*time.Hour, deskRequest()).bySeller(9*time.Hour, supervision.RejectRequest{Reason: reason})
	}
}

func productRejectedThreeTimes(s *story) {
	s.bought(harbor, "erp-suite", 12*day).byBuyer(2*time.Hour, erpRequest("Harbor Retail Outlet", "35")).
		bySeller(3*time.Hour, supervision.AcceptRequest{})
	for _, reason := range []string{"Stock is missing.", "Stock opens, but the figures are those of another company.",
		"The import stops half way."} {
		s.bySeller(day, supervision.Deliver{Result: "The suite is ready for you to check."}).
			byBuyer(8*time.Hour, supervision.RejectProduct{Reason: reason})
	}
}

func sellerSilent(s *story) {
	s.bought(harbor, "data-migration", 9*day).byBuyer(2*time.Hour, textRequest("Move the supplier list as well.")).
		bySeller(3*time.Hour, supervision.AcceptRequest{}).byBuyer(4*day,
		supervision.Remind{Text: "When can we expect the migration?"})
}

func buyerSilent(s *story) {
	s.bought(northwind, "helpdesk", 14*day).delivered(deskRequest(), "Your help desk is open. Please check and accept.")
}

func appealPending(s *story) {
	s.bought(harbor, "data-migration", 10*day).byBuyer(time.Hour, textRequest("Move the archive of invoices.")).
		byBuyer(8*day, appealed(appeal.SellerSilent, "The seller has not answered our request for more than a week.",
			"Have the seller begin at once, or cancel the order.")).
		byManager(4*time.Hour, supervision.AddNote{Text: "Asked the seller for a statement."})
}

func appealOverdue(s *story) {
	s.bought(northwind, "helpdesk", 16*day).delivered(deskRequest(), "The help desk is set up.").
		byBuyer(2*day, supervision.RejectProduct{Reason: "The agents cannot sign in."}).
		byBuyer(6*day, appealed(appeal.SellerSilent, "Since our rejection we have heard nothing.",
			"A working help desk, or our money back."))
}

func appealResumed(s *story) {
	s.bought(harbor, "erp-suite", 25*day).delivered(erpRequest("Harbor Retail", "80"), "Set up for 80 users.").
		byBuyer(time.Hour, supervision.RejectProduct{Reason: "Purchasing is missing."}).
		byBuyer(6*day, appealed(appeal.SellerSilent, "No answer for six days.", "Deliver what was ordered.")).
		byManager(day, supervision.DecideAppeal{Outcome: appeal.Resume, Upheld: true,
			Decision: "The seller has to deliver the purchasing module."}).
		bySeller(15*day, supervision.ReportProgress{Text: "Purchasing is installed; we are testing it."}).
		byManager(time.Hour,
			supervision.Amend{ScheduledEnd: s.clock.Now().Add(400 * day), Reason: "Both sides asked for more time."})
}

func canceledByRuling(s *story) {
	s.bought(northwind, "helpdesk", 40*day).byBuyer(time.Hour, deskRequest()).
		byBuyer(7*day, appealed(appeal.SellerSilent, "The seller never answered.", "Our money back.")).
		byManager(2*day, supervision.DecideAppeal{Outcome: appeal.Cancel, Upheld: true,
			Refund:   supervision.Money{Amount: 60000, Currency: "CNY"},
			Decision: "The seller did not react; the order is refunded."})
}

func freeAppeal(s *story) {
	s.bought(harbor, "crm", 5*day).byBuyer(time.Hour, textRequest("One workspace for 20 people.")).
		bySeller(2*time.Hour, supervision.AcceptRequest{}).
		byBuyer(day, supervision.ProposeRefund{Amount: supervision.Money{Amount: 90000, Currency: "CNY"},
			Reason: "We need it no longer."}).
		bySeller(5*time.Hour, supervision.DeclineRefund{Reason: "The workspace is half set up."}).
		byBuyer(day, supervision.ProposeRefund{Amount: supervision.Money{Amount: 48000, Currency: "CNY"},
			Reason: "Half of it, then."})
}

// completed is an order that went well some months ago.
func completed(i int) func(*story) {
	return func(s *story) {
		ago := time.Duration(50+9*i) * day
		if i%2 == 0 {
			s.bought(harbor, "erp-suite", ago).delivered(erpRequest("Harbor Retail", "60"), "Set up and handed over.")
		} else {
			s.bought(northwind, "helpdesk", ago).delivered(deskRequest(), "The help desk is open.")
		}
		s.byBuyer(4*time.Hour, supervision.AcceptProduct{})
	}
}
