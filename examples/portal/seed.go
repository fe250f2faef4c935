package main

import (
	"context"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// seed fills an empty database with a market in which something of everything
// is going on. Every order gets where it is by real actions at the instants at
// which they might have happened.
func (p *portal) seed(ctx context.Context) error {
	orders, err := p.svc.Search(ctx, supervision.Manager("seed"), supervision.Query{Limit: 1})
	if err != nil || len(orders.Orders) > 0 {
		return err
	}
	if err := p.seedTemplates(ctx); err != nil {
		return err
	}
	for i, tell := range stories() {
		s, err := newStory(ctx, p, fmt.Sprintf("KG-%d", 1000+len(stories())-i))
		if err != nil {
			return err
		}
		if tell(s); s.err != nil {
			return fmt.Errorf("seed order %s: %w", s.id, s.err)
		}
	}
	return nil
}

func (p *portal) seedTemplates(ctx context.Context) error {
	for product, t := range requestTemplates {
		owner, _ := findProduct(product)
		if _, err := p.svc.PublishTemplate(ctx, supervision.Seller(owner.Seller), owner.requestTemplate(), t); err != nil {
			return fmt.Errorf("seed template of %s: %w", product, err)
		}
	}
	return nil
}

// story tells one order's past: it has its own clock, which it moves forward as
// it tells.
type story struct {
	ctx    context.Context
	p      *portal
	svc    *service.Service
	clock  *clock.Mock
	id     string
	buyer  supervision.Actor
	seller supervision.Actor
	err    error
}

func newStory(ctx context.Context, p *portal, id string) (*story, error) {
	mock := clock.NewMock()
	svc, err := service.New(p.db.store, service.WithClock(mock))
	return &story{ctx: ctx, p: p, svc: svc, clock: mock, id: id}, err
}

// bought opens the order a while ago.
func (s *story) bought(buyer, productID string, ago time.Duration) *story {
	p, _ := findProduct(productID)
	s.clock.Set(s.p.svc.Now().Add(-ago))
	s.buyer, s.seller = supervision.Buyer(buyer), supervision.Seller(p.Seller)
	_, s.err = s.svc.Open(s.ctx,
		supervision.Opening{ID: s.id, Product: productID, Buyer: buyer, Seller: p.Seller, Policy: p.policy,
			Paid: p.paid()})
	return s
}

// then lets time pass and somebody act.
func (s *story) then(after time.Duration, actor supervision.Actor, action supervision.Action) *story {
	if s.err == nil {
		s.clock.Set(s.clock.Now().Add(after))
		_, s.err = s.svc.Do(s.ctx, s.id, actor, action)
	}
	return s
}

func (s *story) byBuyer(after time.Duration, action supervision.Action) *story {
	return s.then(after, s.buyer, action)
}

func (s *story) bySeller(after time.Duration, action supervision.Action) *story {
	return s.then(after, s.seller, action)
}

func (s *story) byManager(after time.Duration, action supervision.Action) *story {
	return s.then(after, supervision.Manager("manager-mei"), action)
}

// delivered tells the usual course up to a delivery.
func (s *story) delivered(request supervision.SubmitRequest, result string) *story {
	return s.byBuyer(2*time.Hour, request).bySeller(5*time.Hour, supervision.AcceptRequest{}).
		bySeller(30*time.Hour,
			supervision.ReportProgress{Text: "The environment is ready; we are setting up your accounts."}).
		bySeller(20*time.Hour, supervision.Deliver{Result: result})
}

// appealed is the usual appeal on a ground.
func appealed(ground appeal.Ground, reason, demand string) supervision.RaiseAppeal {
	return supervision.RaiseAppeal{Ground: ground, Reason: reason, Demand: demand}
}
