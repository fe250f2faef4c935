package supervision

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/koogallery/serviceflow/internal/fault"
)

// orderFields has Order's fields without its methods.
type orderFields Order

type orderJSON struct {
	Format int `json:"format"`
	orderFields
	// Policy hides that of the fields. It is the last one, and written as it is.
	Policy json.RawMessage `json:"policy,omitempty"`
}

// MarshalJSON writes the order with its format version; instants as RFC 3339,
// enumerations by their words. What UnmarshalJSON would refuse is not written.
func (o Order) MarshalJSON() ([]byte, error) { return (*Documents)(nil).MarshalOrder(o) }

// UnmarshalJSON reads what MarshalJSON writes. Unknown fields and words,
// documents of a newer version, and orders that [Order.Validate] refuses are
// errors that match [ErrNewerFormat] or [ErrMalformed], and [ErrUnknown] where
// a word is the cause.
func (o *Order) UnmarshalJSON(data []byte) error {
	read, err := (*Documents)(nil).UnmarshalOrder(data)
	if err == nil {
		*o = read
	}
	return err
}

// Documents reads and writes the JSON forms of orders, and writes those of
// records, for a store. It remembers those of their policies: all orders have
// the same few (R25), and a policy is the longer part of a short order. The zero
// value is ready for use, by many at a time; nil remembers nothing.
type Documents struct {
	mu       sync.RWMutex
	policies map[string]Policy
	forms    map[Policy]json.RawMessage
}

// mostPolicies bounds what is remembered; then it is forgotten.
const mostPolicies = 256

// MarshalOrder is [Order.MarshalJSON].
func (d *Documents) MarshalOrder(o Order) ([]byte, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	written, err := json.Marshal(orderJSON{Format: Format, orderFields: orderFields(o)})
	if err != nil {
		return nil, err
	}
	return slices.Concat(written[:len(written)-1], []byte(`,"policy":`), d.form(o.Policy), []byte("}")), nil
}

// UnmarshalOrder is [Order.UnmarshalJSON].
func (d *Documents) UnmarshalOrder(data []byte) (Order, error) {
	var wire orderJSON
	err := fault.DecodeDocument("supervision: order", data, &wire, &wire.Format)
	read := Order(wire.orderFields)
	if err == nil && wire.Policy != nil {
		read.Policy, err = d.policy(wire.Policy)
	}
	if err == nil {
		err = read.Validate()
	}
	if err != nil {
		return Order{}, err
	}
	return read, nil
}

// MarshalRecord is [Record.MarshalJSON].
func (d *Documents) MarshalRecord(r Record) ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	var policy Policy
	if a, ok := r.Action.(beginning); ok {
		r.Action, policy = a.withoutPolicy()
	}
	written, err := json.Marshal(recordJSON[Action]{Format, r.Order, r.Seq, r.At, r.Actor, r.Operation, r.From, r.To,
		r.Finding, r.Key, r.Salt, r.Seal, r.Action})
	if err != nil || policy == (Policy{}) {
		return written, err
	}
	return slices.Concat(written[:len(written)-2], []byte(`,"policy":`), d.form(policy), []byte("}}")), nil
}

// form writes a valid policy, or remembers how.
func (d *Documents) form(p Policy) json.RawMessage {
	if d != nil {
		d.mu.RLock()
		form, ok := d.forms[p]
		d.mu.RUnlock()
		if ok {
			return form
		}
	}
	form, _ := p.MarshalJSON() // cannot fail: words, numbers and texts
	if d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.forms = remember(d.forms, p, form)
	}
	return form
}

// policy reads a policy, or remembers what it says.
func (d *Documents) policy(form json.RawMessage) (p Policy, err error) {
	if d != nil {
		d.mu.RLock()
		p, ok := d.policies[string(form)]
		d.mu.RUnlock()
		if ok {
			return p, nil
		}
	}
	if err := p.UnmarshalJSON(form); err != nil {
		return Policy{}, fmt.Errorf("supervision: order: %w: %w", ErrMalformed, err)
	}
	if d != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.policies = remember(d.policies, string(form), p)
	}
	return p, nil
}

func remember[K comparable, V any](known map[K]V, key K, value V) map[K]V {
	if known == nil || len(known) == mostPolicies {
		known = make(map[K]V)
	}
	known[key] = value
	return known
}
