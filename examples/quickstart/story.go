package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

const orderID = "o-1001"

var (
	buyer   = supervision.Buyer("acme")
	seller  = supervision.Seller("brightcrm")
	manager = supervision.Manager("olga")
)

// story holds the service, the clock that the story moves, and the first error
// that the story did not expect.
type story struct {
	svc   *service.Service
	clock *clock.Mock
	out   io.Writer
	err   error
}

func begin(out io.Writer) (*story, error) {
	now := clock.NewMock()
	now.Set(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	svc, err := service.New(memory.New(), service.WithClock(now))
	return &story{svc: svc, clock: now, out: out}, err
}

func (s *story) purchase(ctx context.Context) {
	s.title("A purchase")
	s.say("BrightCRM, the seller, has a request template. Acme buys; the order is pinned to the template and the " +
		"policy of today.")
	id := supervision.TemplateID{Seller: seller.ID, Product: "crm", Operation: supervision.OpSubmitRequest}
	_, err := s.svc.PublishTemplate(ctx, seller, id,
		template.Template{Title: "Set up your CRM", Fields: []template.Field{
			{Key: "seats", Label: "Seats", Kind: template.Integer, Required: true, Min: "1", Max: "500"},
			{Key: "region", Label: "Region", Kind: template.Choice, Required: true,
				Options: []template.Option{{Value: "eu", Label: "Europe"}, {Value: "ap", Label: "Asia Pacific"}}},
			{Key: "start", Label: "Start date", Kind: template.Date},
		}})
	s.expect(err)
	order, err := s.svc.Open(ctx, supervision.Opening{ID: orderID, Product: "crm", Buyer: buyer.ID, Seller: seller.ID})
	s.expect(err)
	s.show(order)
}

func (s *story) request(ctx context.Context) {
	s.title("A request")
	s.say("Acme fills the form in too quickly. Every fault is reported at once, and nothing is stored.")
	s.refused(ctx, buyer, supervision.SubmitRequest{Values: template.Values{"seats": "many", "start": "2026-02-30"}})
	s.say("The second time it fits: numbers and dates are made canonical, so \"050\" is 50.")
	s.show(s.do(ctx, buyer,
		supervision.SubmitRequest{Values: template.Values{"seats": "050", "region": "eu", "start": "2026-04-01"}}))
}

func (s *story) confirmation(ctx context.Context) {
	s.title("A rejection")
	s.wait(2 * time.Hour)
	s.say("The seller rejects the request with a reason. That is one of the three that would entitle Acme to appeal.")
	s.show(s.do(ctx, seller, supervision.RejectRequest{Reason: "We cannot start on 1 April. Is 8 April possible?"}))
	s.say("Acme revises it, and the seller accepts.")
	s.do(ctx, buyer,
		supervision.SubmitRequest{Values: template.Values{"seats": "50", "region": "eu", "start": "2026-04-08"}})
	s.show(s.do(ctx, seller, supervision.AcceptRequest{}))
}

func (s *story) silence(ctx context.Context) {
	s.title("Silence")
	s.wait(3 * supervision.Day)
	s.say("Nothing happens. Acme sends a reminder, and an hour later another one: too soon.")
	s.do(ctx, buyer, supervision.Remind{Text: "How is it going?"})
	s.wait(time.Hour)
	s.refused(ctx, buyer, supervision.Remind{Text: "Hello?"})
	s.wait(2*supervision.Day - time.Hour)
	s.say("Five days to the microsecond. \"More than five days\" has not begun.")
	s.refused(ctx, buyer, acmesAppeal)
}

var acmesAppeal = supervision.RaiseAppeal{
	Ground: appeal.SellerSilent, Reason: "No word since 2 March.", Demand: "A delivery date, or the money back.",
}

func (s *story) appeal(ctx context.Context) {
	s.title("An appeal")
	s.wait(supervision.Tick)
	s.say("One microsecond later it has. The appeal freezes the flow: nobody but an operations manager can act.")
	s.show(s.do(ctx, buyer, acmesAppeal))
	s.refused(ctx, seller, supervision.Deliver{Result: "Here it is after all."})
	s.wait(6*time.Hour - supervision.Tick)
	s.say("Olga, the operations manager, looks into it.")
	s.do(ctx, manager, supervision.AddNote{Text: "Called the seller: their engineer was ill."})
	s.say("She rules: upheld, and the flow goes on where it was. Counters and turn begin anew, and frozen time does " +
		"not count.")
	s.show(s.do(ctx, manager, supervision.DecideAppeal{
		Outcome: appeal.Resume, Upheld: true, Decision: "Deliver by 12 March.",
	}))
}

func (s *story) delivery(ctx context.Context) {
	s.title("A delivery")
	s.say("The seller reports progress, which begins its five days anew, and delivers.")
	s.wait(supervision.Day)
	s.do(ctx, seller, supervision.ReportProgress{Text: "Tenant created, importing contacts."})
	s.wait(supervision.Day)
	s.show(s.do(ctx, seller, supervision.Deliver{Result: "https://acme.brightcrm.example, 50 seats."}))
	s.say("Acme counts 45 seats and rejects; the seller mends it.")
	s.do(ctx, buyer, supervision.RejectProduct{Reason: "Only 45 seats work."})
	s.wait(time.Hour)
	s.do(ctx, seller, supervision.Deliver{Result: "All 50 seats work now."})
}

func (s *story) completion(ctx context.Context) {
	s.title("Completion")
	s.say("Acme accepts, and sends the command twice because the network is bad. With its key it is applied once.")
	s.do(ctx, buyer, supervision.AcceptProduct{}, service.WithKey("accept-1"))
	s.show(s.do(ctx, buyer, supervision.AcceptProduct{}, service.WithKey("accept-1")))
	s.wait(3*time.Hour - supervision.Tick)
	s.show(s.order(ctx))
	s.wait(supervision.Tick)
	s.say("Three hours after acceptance the order is Completed, although no worker has run.")
	s.show(s.order(ctx))
}

// do performs an action that the story expects to succeed.
func (s *story) do(ctx context.Context, actor supervision.Actor, action supervision.Action,
	options ...service.DoOption) supervision.Order {
	result, err := s.svc.Do(ctx, orderID, actor, action, options...)
	s.expect(err)
	if err == nil {
		s.done(actor, action)
	}
	return result.Order
}

// refused performs an action that the story expects to be refused, and shows
// why.
func (s *story) refused(ctx context.Context, actor supervision.Actor, action supervision.Action) {
	_, err := s.svc.Do(ctx, orderID, actor, action)
	var refusal *supervision.Refusal
	var invalid *supervision.InvalidError
	switch {
	case errors.As(err, &refusal):
		s.denied(refusal)
	case errors.As(err, &invalid):
		s.faulty(actor, action, invalid)
	default:
		s.expect(errors.Join(errors.New("quickstart: the story goes otherwise"), err))
	}
}

func (s *story) order(ctx context.Context) supervision.Order {
	order, err := s.svc.Order(ctx, orderID, manager)
	s.expect(err)
	return order
}

// wait lets time pass.
func (s *story) wait(d time.Duration) { s.clock.Add(d) }

func (s *story) expect(err error) { s.err = errors.Join(s.err, err) }
