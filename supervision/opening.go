package supervision

import (
	"errors"
	"time"

	"github.com/koogallery/serviceflow/supervision/template"
)

// Opening puts a bought order under supervision (R01). It is what the first record of every order holds; [Open] and Service.Open
// take it, Do refuses it.
type Opening struct {
	// ID is the order's id, unique in the store.
	ID string `json:"id"`
	// Product, Buyer and Seller are the host's ids of what was sold, to whom and by whom.
	Product string `json:"product"`
	Buyer   string `json:"buyer"`
	Seller  string `json:"seller"`
	// ScheduledEnd is when the flow is scheduled to be completed (R14); zero for opening plus the policy's supervision period.
	ScheduledEnd time.Time `json:"scheduled_end,omitzero"`
	// Policy is pinned to the order (R25); the zero value stands for the service's policy, or [Guide] in [Open].
	Policy Policy `json:"policy,omitzero"`
	// TemplateVersion is the version of the seller's request template the order is pinned to (R04); 0 for free text. The Service
	// fills it in.
	TemplateVersion int `json:"template_version,omitempty"`
	// Template is that version, for callers of [Open] without a Service; it is not part of the JSON form.
	Template *template.Template `json:"-"`
}

// Open opens an order: its first state and its first record. It is pure; Service.Open also stores them. A faulty opening gives an
// [*InvalidError] with every fault, a faulty policy an error wrapping [ErrPolicy], and both together the two joined.
func Open(opening Opening, at time.Time) (Order, Record, error) {
	var f faults
	at = f.instant("at", at)
	if opening.Policy == (Policy{}) {
		opening.Policy = Guide()
	}
	opening = opening.normalize(&f).(Opening)
	if len(f) == 0 && !opening.ScheduledEnd.IsZero() && !opening.ScheduledEnd.After(at) {
		f.add("scheduled_end", "out_of_range", "give an instant after the opening")
	}
	if err := errors.Join(f.err(), opening.Policy.Validate()); err != nil {
		return Order{}, Record{}, err
	}
	if opening.ScheduledEnd.IsZero() {
		opening.ScheduledEnd = at.Add(opening.Policy.SupervisionPeriod)
	}
	pinned := opening.Template
	opening.Template = nil // the record names the version
	record := Record{Order: opening.ID, Seq: 1, At: at, Actor: System(), Operation: OpOpen, To: opening.Policy.Start, Action: opening}
	var o Order
	o.advance(&record)
	o.Template = pinned
	return o, record, nil
}

// Operation returns OpOpen.
func (Opening) Operation() Operation { return OpOpen }
func (Opening) sealed()              {}

func (a Opening) normalize(f *faults) Action {
	f.id("id", a.ID)
	f.id("product", a.Product)
	f.id("buyer", a.Buyer)
	f.id("seller", a.Seller)
	if !a.ScheduledEnd.IsZero() {
		a.ScheduledEnd = f.instant("scheduled_end", a.ScheduledEnd)
	}
	if a.TemplateVersion < 0 {
		f.add("template_version", "out_of_range", "give 0 for free text, or the version of a template")
	}
	return a
}

func (a Opening) effect(o *Order, r *Record) {
	o.ID, o.Product, o.Buyer, o.Seller = a.ID, a.Product, a.Buyer, a.Seller
	o.Policy, o.TemplateVersion = a.Policy, a.TemplateVersion
	o.OpenedAt, o.ScheduledEnd = r.At, a.ScheduledEnd
}
