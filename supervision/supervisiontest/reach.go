package supervisiontest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// ErrUnreachable says that under the order's policy nothing that its parties
// can do leads there.
var ErrUnreachable = errors.New("unreachable")

// Reach opens an order and brings it to a status by the actions that its
// parties and an operations manager perform. Whatever the opening leaves empty
// is filled in: the ids "order-1", "order-2" and so on, "product", "buyer" and
// "seller", and the service's policy. The clock moves only where nothing but
// time leads on: to the completion, and to the instant at which an appeal is
// open.
//
// Errors: the service's own, and [ErrUnreachable], as for a License flow's
// request.
func (e *Env) Reach(ctx context.Context, opening supervision.Opening, to supervision.Status) (supervision.Order,
	error) {
	order, err := e.Service.Open(ctx, e.complete(opening))
	for err == nil && order.Status != to {
		order, err = e.step(ctx, order, to)
	}
	if err != nil {
		return supervision.Order{}, err
	}
	return order, nil
}

func (e *Env) complete(opening supervision.Opening) supervision.Opening {
	e.opened++
	for _, id := range []struct {
		field *string
		value string
	}{
		{&opening.ID, fmt.Sprintf("order-%d", e.opened)}, {&opening.Product, "product"},
		{&opening.Buyer, "buyer"}, {&opening.Seller, "seller"},
	} {
		if *id.field == "" {
			*id.field = id.value
		}
	}
	return opening
}

// step performs the next action on the way to a status.
func (e *Env) step(ctx context.Context, o supervision.Order, to supervision.Status) (supervision.Order, error) {
	if o.Status == supervision.Frozen {
		return e.do(ctx, o.ID, supervision.Manager("manager"),
			supervision.DecideAppeal{Outcome: appeal.Cancel, Upheld: true, Decision: "The order is canceled."})
	}
	appealing := to == supervision.Frozen || to == supervision.Canceled
	if appealing {
		if next, err := e.Appeal(ctx, o); !errors.Is(err, ErrUnreachable) {
			return next, err
		}
	}
	buyer, seller := supervision.Buyer(o.Buyer), supervision.Seller(o.Seller)
	switch o.Status {
	case supervision.AwaitingRequest:
		return e.do(ctx, o.ID, buyer, e.request())
	case supervision.AwaitingConfirmation:
		if appealing && grants(o, appeal.RequestRejected) {
			return e.do(ctx, o.ID, seller, supervision.RejectRequest{Reason: "The request is not clear."})
		}
		return e.do(ctx, o.ID, seller, supervision.AcceptRequest{})
	case supervision.AwaitingDelivery:
		return e.do(ctx, o.ID, seller, e.delivery())
	case supervision.AwaitingAcceptance:
		if appealing && grants(o, appeal.ProductRejected) {
			return e.do(ctx, o.ID, buyer, supervision.RejectProduct{Reason: "It is not what was asked for."})
		}
		return e.do(ctx, o.ID, buyer, supervision.AcceptProduct{})
	case supervision.Accepted:
		if to == supervision.Completed {
			return e.wait(ctx, o)
		}
	}
	return o, fmt.Errorf("supervisiontest: %w: %s under the policy %q", ErrUnreachable, to, o.Policy.Name)
}

func (e *Env) do(
	ctx context.Context, id string, actor supervision.Actor, action supervision.Action,
) (supervision.Order, error) {
	result, err := e.Service.Do(ctx, id, actor, action)
	return result.Order, err
}

func (e *Env) request() supervision.SubmitRequest {
	if e.Request.Text == "" && len(e.Request.Values) == 0 {
		return supervision.SubmitRequest{Text: "Please set the service up.", Attachments: e.Request.Attachments}
	}
	return e.Request
}

func (e *Env) delivery() supervision.Deliver {
	if e.Delivery.Result == "" && len(e.Delivery.Values) == 0 {
		return supervision.Deliver{Result: "The service is set up.", Attachments: e.Delivery.Attachments}
	}
	return e.Delivery
}

func grants(o supervision.Order, ground appeal.Ground) bool {
	return o.Policy.Appeal.Buyer.Has(ground) || o.Policy.Appeal.Seller.Has(ground)
}

// wait moves the clock to the transition that time makes next, and has it
// stored.
func (e *Env) wait(ctx context.Context, o supervision.Order) (supervision.Order, error) {
	e.moveTo(o.NextDue())
	if _, err := e.Service.Settle(ctx); err != nil {
		return o, err
	}
	return e.Service.Order(ctx, o.ID, supervision.System())
}

func (e *Env) moveTo(instant time.Time) {
	if instant.After(e.Clock.Now()) {
		e.Clock.Set(instant)
	}
}

// Appeal freezes an order by the appeal that is open first where its flow
// stands, and moves the clock to that instant if it is still to come. Errors:
// the service's own, and [ErrUnreachable] where the policy gives neither party
// a ground that time alone would open.
func (e *Env) Appeal(ctx context.Context, o supervision.Order) (supervision.Order, error) {
	var by supervision.Actor
	var ground appeal.Ground
	var opens time.Time
	for _, actor := range []supervision.Actor{supervision.Buyer(o.Buyer), supervision.Seller(o.Seller)} {
		verdicts, err := o.Verdicts(actor, e.Service.Now())
		if err != nil {
			return o, err
		}
		for _, v := range verdicts {
			from := v.From
			if v.Holds {
				from = e.Service.Now()
			}
			if !from.IsZero() && (opens.IsZero() || from.Before(opens)) {
				by, ground, opens = actor, v.Ground, from
			}
		}
	}
	if opens.IsZero() {
		return o, fmt.Errorf("supervisiontest: %w: an appeal at %s under the policy %q", ErrUnreachable, o.Status,
			o.Policy.Name)
	}
	e.moveTo(opens)
	return e.do(ctx, o.ID, by, supervision.RaiseAppeal{
		Ground: ground, Reason: "The flow does not go on.", Demand: "A ruling.",
		Attachments: []supervision.Attachment{{Name: "proof.pdf", Ref: "files/proof.pdf"}},
	})
}
