package main

import (
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// The parties of the orders, and when they were bought.
var (
	buyer  = supervision.Buyer("buyer-4711")
	seller = supervision.Seller("seller-0815")
	bought = time.Date(2024, time.January, 29, 9, 0, 0, 0, time.UTC)
)

// move is an action with who performs it.
type move struct {
	by     supervision.Actor
	action supervision.Action
}

// flow is what the parties of an order do, from the request to the acceptance,
// in texts as people write them.
var flow = []move{
	{buyer, supervision.SubmitRequest{
		Text: "Please set the CRM up for our sales department: 35 users in three teams (Shenzhen, Chengdu, Kuala " +
			"Lumpur). Import the customers from the attached list, connect it to our mail gateway, and give the " +
			"team leads the role \"manager\". We would like to start on Monday, 12 February. Our contact for " +
			"questions about the data is Mr. Chen, chen@example.com, on weekdays from 9 to 17 h.",
		Attachments: []supervision.Attachment{{Name: "customers-2024-01.xlsx",
			Ref: "files/7f9c2ba4/customers-2024-01.xlsx"}},
	}},
	{seller, supervision.AcceptRequest{}},
	{seller, supervision.ReportProgress{
		Text: "The tenant is created and the three teams are set up. 11,840 of 12,020 customers are imported; 180 " +
			"rows have no country, we have sent Mr. Chen a list of them. The mail gateway follows tomorrow.",
	}},
	{seller, supervision.Deliver{
		Result: "The CRM is ready at https://crm.example.com/acme. All 35 accounts have been invited by mail; the " +
			"first login asks for a new password. The mail gateway is connected, test messages arrived in both " +
			"directions. The handbook is attached; an introduction for the team leads is booked for Friday at 10 h.",
		Attachments: []supervision.Attachment{{Name: "handbook.pdf", Ref: "files/1b2c3d4e/handbook.pdf"}},
	}},
	{buyer, supervision.RejectProduct{
		Reason: "The team Kuala Lumpur cannot log in: the invitations went to addresses with the old domain. Please " +
			"send them again to the addresses in column F of the list.",
	}},
	{seller, supervision.Deliver{
		Result: "The twelve invitations were sent again to the addresses in column F; nine colleagues have logged " +
			"in already.",
	}},
	{buyer, supervision.AcceptProduct{}},
}

func opening(i int) supervision.Opening {
	return supervision.Opening{ID: fmt.Sprintf("CS-20240129-%07d", i), Product: "crm-standard", Buyer: buyer.ID,
		Seller: seller.ID}
}

// orderIDs are the IDs of the first openings.
var orderIDs = func() (ids [1000]string) {
	for i := range ids {
		ids[i] = opening(i).ID
	}
	return ids
}()

// play lets order i, bought i minutes after the first, go through the first
// moves of the flow, an hour apart.
func play(i, moves int) (supervision.Order, []supervision.Record, error) {
	bought := bought.Add(time.Duration(i) * time.Minute)
	order, first, err := supervision.Open(opening(i), bought)
	records := []supervision.Record{first}
	for n, m := range flow[:moves] {
		if err != nil {
			break
		}
		var more []supervision.Record
		order, more, err = order.Apply(m.by, m.action, bought.Add(time.Duration(n+1)*time.Hour))
		records = append(records, more...)
	}
	return order, records, err
}
