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
	e.opened++
	order, err := e.Service.Open(ctx, complete(opening, e.opened))
	for err == nil && order.Status != to {
		var m move
		if m, err = next(order, to, e.Service.Now()); err == nil {
			order, err = e.perform(ctx, order, m)
		}
	}
	if err != nil {
		return supervision.Order{}, err
	}
	return order, nil
}

// Reach does what [Env.Reach] does without a service: it opens an order at an
// instant, brings it to a status and returns it with its records. Where the
// opening names no policy it is the guide's. Errors are those of
// [supervision.Open] and [supervision.Order.Apply], and [ErrUnreachable].
func Reach(opening supervision.Opening, at time.Time, to supervision.Status) (supervision.Order,
	[]supervision.Record, error) {
	order, record, err := supervision.Open(complete(opening, 1), at)
	records := []supervision.Record{record}
	for err == nil && order.Status != to {
		var m move
		if m, err = next(order, to, at); err != nil {
			break
		}
		at = m.from
		var more []supervision.Record
		if m.action == nil {
			order, more = order.Settle(at)
		} else {
			order, more, err = order.Apply(m.by, m.action, at)
		}
		records = append(records, more...)
	}
	if err != nil {
		return supervision.Order{}, nil, err
	}
	return order, records, nil
}

// Appeal freezes an order by the appeal that is open first where its flow
// stands, and moves the clock to that instant if it is still to come. Errors:
// the service's own, and [ErrUnreachable] where the policy gives neither party
// a ground that time alone would open.
func (e *Env) Appeal(ctx context.Context, o supervision.Order) (supervision.Order, error) {
	m, err := firstAppeal(o, e.Service.Now())
	if err != nil {
		return supervision.Order{}, err
	}
	return e.perform(ctx, o, m)
}

// complete fills in what the n-th opening leaves empty.
func complete(opening supervision.Opening, n int) supervision.Opening {
	for _, id := range []struct {
		field *string
		value string
	}{
		{&opening.ID, fmt.Sprintf("order-%d", n)}, {&opening.Product, "product"},
		{&opening.Buyer, "buyer"}, {&opening.Seller, "seller"},
	} {
		if *id.field == "" {
			*id.field = id.value
		}
	}
	return opening
}

// move is what happens next on the way to a status: an action, and who performs
// it, or what time makes where there is none; not before an instant.
type move struct {
	by     supervision.Actor
	action supervision.Action
	from   time.Time
}

// next returns the next move on the way to a status.
func next(o supervision.Order, to supervision.Status, now time.Time) (move, error) {
	if o.Status == supervision.Frozen {
		return move{supervision.Manager("manager"), CancelOrder, now}, nil
	}
	appealing := to == supervision.Frozen || to == supervision.Canceled
	if appealing {
		if m, err := firstAppeal(o, now); err == nil {
			return m, nil
		}
	}
	buyer, seller := supervision.Buyer(o.Buyer), supervision.Seller(o.Seller)
	switch o.Status {
	case supervision.AwaitingRequest:
		return move{buyer, SubmitRequest, now}, nil
	case supervision.AwaitingConfirmation:
		if appealing && grants(o, appeal.RequestRejected) {
			return move{seller, RejectRequest, now}, nil
		}
		return move{seller, supervision.AcceptRequest{}, now}, nil
	case supervision.AwaitingDelivery:
		return move{seller, Deliver, now}, nil
	case supervision.AwaitingAcceptance:
		if appealing && grants(o, appeal.ProductRejected) {
			return move{buyer, RejectProduct, now}, nil
		}
		return move{buyer, supervision.AcceptProduct{}, now}, nil
	case supervision.Accepted:
		return move{from: o.NextDue()}, nil
	}
	return move{}, fmt.Errorf("supervisiontest: %w: %s under the policy %q", ErrUnreachable, to, o.Policy.Name)
}

func grants(o supervision.Order, ground appeal.Ground) bool {
	return o.Policy.Appeal.Buyer.Has(ground) || o.Policy.Appeal.Seller.Has(ground)
}

// firstAppeal returns the appeal that is open first where a flow stands.
func firstAppeal(o supervision.Order, now time.Time) (first move, err error) {
	for _, actor := range []supervision.Actor{supervision.Buyer(o.Buyer), supervision.Seller(o.Seller)} {
		verdicts, err := o.Verdicts(actor, now)
		if err != nil {
			return move{}, err
		}
		for _, v := range verdicts {
			from := v.From
			if v.Holds {
				from = now
			}
			if !from.IsZero() && (first.action == nil || from.Before(first.from)) {
				first = move{actor, RaiseAppeal(v.Ground), from}
			}
		}
	}
	if first.action == nil {
		return move{}, fmt.Errorf("supervisiontest: %w: an appeal at %s under the policy %q", ErrUnreachable, o.Status,
			o.Policy.Name)
	}
	return first, nil
}

// perform makes a move, with the environment's own request and delivery.
func (e *Env) perform(ctx context.Context, o supervision.Order, m move) (supervision.Order, error) {
	if m.from.After(e.Clock.Now()) {
		e.Clock.Set(m.from)
	}
	switch action := m.action.(type) {
	case nil:
		return e.Service.Order(ctx, o.ID, supervision.System())
	case supervision.SubmitRequest:
		m.action = e.request(action)
	case supervision.Deliver:
		m.action = e.delivery(action)
	}
	result, err := e.Service.Do(ctx, o.ID, m.by, m.action)
	return result.Order, err
}

// request is the environment's own, or a text with its attachments.
func (e *Env) request(plain supervision.SubmitRequest) supervision.SubmitRequest {
	if e.Request.Text == "" && len(e.Request.Values) == 0 {
		plain.Attachments = e.Request.Attachments
		return plain
	}
	return e.Request
}

func (e *Env) delivery(plain supervision.Deliver) supervision.Deliver {
	if e.Delivery.Result == "" && len(e.Delivery.Values) == 0 {
		plain.Attachments = e.Delivery.Attachments
		return plain
	}
	return e.Delivery
}
