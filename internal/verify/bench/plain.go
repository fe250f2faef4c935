package main

import (
	"errors"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// plainOrder is an order as a host without the library would keep it.
type plainOrder struct {
	ID, Product, Buyer, Seller           string
	Status                               string
	Version                              int64
	OpenedAt, UpdatedAt, TurnSince       time.Time
	ScheduledEnd, AcceptedAt, RemindedAt time.Time
	RequestRejections, ProductRejections int
	Request                              *supervision.Request
	Delivery                             *supervision.Delivery
}

// plainRecord is its operation record.
type plainRecord struct {
	Order               string
	Seq                 int64
	At                  time.Time
	Actor               supervision.Actor
	Operation, From, To string
	Action              supervision.Action
}

func plainOpen(o supervision.Opening, at time.Time) plainOrder {
	return plainOrder{
		ID: o.ID, Product: o.Product, Buyer: o.Buyer, Seller: o.Seller, Status: supervision.AwaitingRequest.String(), Version: 1,
		OpenedAt: at, UpdatedAt: at, TurnSince: at, ScheduledEnd: at.AddDate(1, 0, 0),
	}
}

func (o *plainOrder) party(a supervision.Actor) bool {
	return a.Role == supervision.RoleBuyer && a.ID == o.Buyer || a.Role == supervision.RoleSeller && a.ID == o.Seller
}

// advance does the bookkeeping of an operation.
func (o *plainOrder) advance(r *plainRecord) {
	switch a := r.Action.(type) {
	case supervision.SubmitRequest:
		o.Request = &supervision.Request{Text: a.Text, Values: a.Values, Attachments: a.Attachments, SubmittedAt: r.At}
	case supervision.RejectRequest:
		o.RequestRejections++
	case supervision.Deliver:
		o.Delivery = &supervision.Delivery{Result: a.Result, Attachments: a.Attachments, EnabledAt: a.EnabledAt, DeliveredAt: r.At}
	case supervision.AcceptProduct:
		o.AcceptedAt = r.At
	case supervision.RejectProduct:
		o.ProductRejections++
	case supervision.Remind:
		o.RemindedAt = r.At
	}
	o.Status, o.Version, o.UpdatedAt, o.TurnSince = r.To, r.Seq, r.At, r.At
}

// plainMap keeps orders, records and an outbox in maps under a mutex.
type plainMap struct {
	mu      sync.Mutex
	orders  map[string]plainOrder
	records map[string][]plainRecord
	outbox  []plainRecord
}

// leads tells where an operation leads from a status.
var leads = func() map[[2]string]string {
	table := make(map[[2]string]string)
	for _, t := range supervision.Flow() {
		table[[2]string{t.From.String(), t.Operation.String()}] = t.To.String()
	}
	return table
}()

var errRefused = errors.New("refused")

// do takes the steps of Service.Do: read the clock, load, move, record, put into the outbox, save, return a copy.
func (m *plainMap) do(id string, actor supervision.Actor, action supervision.Action) (plainOrder, error) {
	at := time.Now().UTC().Truncate(time.Microsecond)
	m.mu.Lock()
	defer m.mu.Unlock()
	order, known := m.orders[id]
	if !known || !order.party(actor) {
		return plainOrder{}, errRefused
	}
	operation := action.Operation().String()
	to, known := leads[[2]string{order.Status, operation}]
	if !known {
		return plainOrder{}, errRefused
	}
	record := plainRecord{id, order.Version + 1, at, actor, operation, order.Status, to, action}
	order.advance(&record)
	m.orders[id] = order
	m.records[id] = append(m.records[id], record)
	m.outbox = append(m.outbox, record)
	return order, nil
}
