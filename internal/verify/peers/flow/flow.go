// Package flow is the business of the contest: an order is opened, and its
// parties take the five steps from the request to the acceptance. Each step is
// durable before it is answered.
package flow

import (
	"context"
	"errors"
)

// Step is one operation.
type Step struct {
	By    string // the account: the buyer or the seller
	Event string
	From  string // the status in which the event is allowed
	To    string
	Text  string // what its author wrote
}

// The accounts and the product of every order.
const (
	Buyer   = "buyer-4711"
	Seller  = "seller-0815"
	Product = "crm-standard"
)

// Begin is the status of an order that was opened.
const Begin = "awaiting_request"

// Steps is the course of every order.
var Steps = []Step{
	{Buyer, "submit_request", Begin, "awaiting_confirmation",
		"Please set the CRM up for our sales department: 35 users in three teams (Shenzhen, Chengdu, Kuala Lumpur). " +
			"Import the customers from the attached list and connect it to our mail gateway."},
	{Seller, "accept_request", "awaiting_confirmation", "awaiting_delivery", ""},
	{Seller, "report_progress", "awaiting_delivery", "awaiting_delivery",
		"The tenant is created and the three teams are set up. 11,840 of 12,020 customers are imported; 180 rows " +
			"have " +
			"no country, we have sent Mr. Chen a list of them."},
	{Seller, "deliver", "awaiting_delivery", "awaiting_acceptance",
		"The CRM is ready at https://crm.example.com/acme. All 35 accounts have been invited by mail; the first " +
			"login " +
			"asks for a new password. The mail gateway is connected, test messages arrived in both directions."},
	{Buyer, "accept_product", "awaiting_acceptance", "accepted", ""},
}

// ErrRefused reports an event that the order's status does not allow.
var ErrRefused = errors.New("refused")

// Peer is one way of doing the business.
type Peer interface {
	// Start makes ready what runs beside the clients, on a database that may
	// be empty.
	Start(ctx context.Context, dsn string) error
	// Open begins an order.
	Open(ctx context.Context, order string) error
	// Do takes a step of an order.
	Do(ctx context.Context, order string, step Step) error
	// Drain waits until every notice of what was done is out; a peer that
	// sends none returns at once.
	Drain(ctx context.Context) error
	Stop()
}

// Clients is the largest number of clients.
const Clients = 16

// Play takes an order through the whole course.
func Play(ctx context.Context, p Peer, order string) error {
	if err := p.Open(ctx, order); err != nil {
		return err
	}
	for _, step := range Steps {
		if err := p.Do(ctx, order, step); err != nil {
			return err
		}
	}
	return nil
}
