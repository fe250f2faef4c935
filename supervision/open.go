package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// OpOpen puts a bought order under supervision (R01). It is the system's.
const OpOpen Operation = "open"

// Opening puts a bought order under supervision (R01). It is what the first
// record of every order holds; [Open] takes it, [Order.Apply] refuses it.
type Opening struct {
	// ID is the order's id, unique in the store.
	ID string `json:"id"`
	// Product, Buyer and Seller are the host's ids of what was sold, to whom
	// and by whom.
	Product string `json:"product"`
	Buyer   string `json:"buyer"`
	Seller  string `json:"seller"`
	// BoughtAt is when the order was bought; zero for the opening. Silence
	// counts from the opening (R01).
	BoughtAt time.Time `json:"bought_at,omitzero"`
	// ScheduledEnd is when the flow is scheduled to be completed (R14); zero
	// for the opening plus the policy's supervision period.
	ScheduledEnd time.Time `json:"scheduled_end,omitzero"`
	// Paid is what the buyer paid, the most that can be refunded (R32); zero
	// where the host does not say, and then nothing can be.
	Paid Money `json:"paid,omitzero"`
	// Policy is pinned to the order (R25); zero stands for [Guide], and with a
	// service for the service's. The same purchase delivered again, after a
	// policy named here has changed, is another opening (R28): let the service
	// have the policy, or keep what was named.
	Policy Policy `json:"policy,omitzero"`
	// RequestTemplateVersion and DeliveryTemplateVersion are the versions of
	// the seller's templates that the order is pinned to (R04); 0 for free text.
	// A service fills them in.
	RequestTemplateVersion  int `json:"request_template_version,omitempty"`
	DeliveryTemplateVersion int `json:"delivery_template_version,omitempty"`
}

// Open opens an order: its first state and its first record. It is pure. A
// faulty opening gives an [*InvalidError] with every fault, its policy's
// included.
func Open(opening Opening, at time.Time) (Order, Record, error) {
	var f faults
	at = f.Instant("at", at)
	if opening.Policy == (Policy{}) {
		opening.Policy = Guide()
	}
	f = opening.validate(f)
	opening.BoughtAt, opening.ScheduledEnd = cut(opening.BoughtAt), cut(opening.ScheduledEnd)
	if !f.name("at", "bought_at") && opening.BoughtAt.After(at) {
		f.Add("bought_at", fault.OutOfRange, "give an instant not after the opening")
	}
	if !f.name("at", "scheduled_end") && !opening.ScheduledEnd.IsZero() && !opening.ScheduledEnd.After(at) {
		f.Add("scheduled_end", fault.OutOfRange, "give an instant after the opening")
	}
	f.Within("policy", opening.Policy.Validate())
	if err := f.err(); err != nil {
		return Order{}, Record{}, err
	}
	if opening.BoughtAt.IsZero() {
		opening.BoughtAt = at
	}
	if opening.ScheduledEnd.IsZero() {
		opening.ScheduledEnd = at.Add(opening.Policy.SupervisionPeriod)
	}
	record := Record{
		Order: opening.ID, Seq: 1, At: at, Actor: System(), Operation: OpOpen, To: opening.Policy.Start,
		Action: opening,
	}
	var o Order
	o.take(&record)
	return o, record, nil
}

// beginning is an action that makes an order; nobody can apply it to one.
type beginning interface {
	// begins returns the id of the order and where its flow stands.
	begins() (id string, at Status)
	// withoutPolicy returns the action and the policy of its order, apart.
	withoutPolicy() (Action, Policy)
}

// beginnings is how many operations of the registry, its first ones, make an
// order.
const beginnings = 2

func begins(op Operation) bool { return op == OpOpen || op == OpAdopt }

func (a Opening) begins() (id string, at Status) { return a.ID, a.Policy.Start }

func (a Opening) withoutPolicy() (Action, Policy) {
	policy := a.Policy
	a.Policy = Policy{}
	return a, policy
}

// Operation returns OpOpen.
func (Opening) Operation() Operation { return OpOpen }

func (a Opening) check(_ command, f faults) (Action, faults) {
	return a, a.validate(f)
}

func (a Opening) facts(f facts) facts {
	return f.id("id", a.ID).id("product", a.Product).id("buyer", a.Buyer).id("seller", a.Seller).
		instant("bought_at", a.BoughtAt).instant("scheduled_end", a.ScheduledEnd).money("paid", a.Paid).
		policy("policy", a.Policy).number("request_template_version", a.RequestTemplateVersion).
		number("delivery_template_version", a.DeliveryTemplateVersion)
}

func (a Opening) validate(f faults) faults {
	f.ID("id", a.ID)
	f.ID("product", a.Product)
	f.ID("buyer", a.Buyer)
	f.ID("seller", a.Seller)
	if !a.BoughtAt.IsZero() {
		f.Instant("bought_at", a.BoughtAt)
	}
	if !a.ScheduledEnd.IsZero() {
		f.Instant("scheduled_end", a.ScheduledEnd)
	}
	f.templateVersions(a.RequestTemplateVersion, a.DeliveryTemplateVersion)
	if a.Paid != (Money{}) {
		f.Within("paid", a.Paid.Validate())
	}
	return f
}

func (a Opening) effect(o Order, r Record) Order {
	o.ID, o.Product, o.Buyer, o.Seller = a.ID, a.Product, a.Buyer, a.Seller
	o.RequestTemplateVersion, o.DeliveryTemplateVersion = a.RequestTemplateVersion, a.DeliveryTemplateVersion
	o.Policy, o.Paid = a.Policy, a.Paid
	o.BoughtAt, o.OpenedAt, o.ScheduledEnd = cut(a.BoughtAt), r.At, cut(a.ScheduledEnd)
	return o
}
