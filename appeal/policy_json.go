package appeal

import (
	"encoding/json"
	"fmt"

	"github.com/koogallery/serviceflow/internal/fault"
)

// policyJSON is the JSON form of a policy; durations are written as Go writes
// them ("120h0m0s").
type policyJSON struct {
	Silence    string   `json:"silence"`
	Rejections *int     `json:"rejections"`
	Blackout   string   `json:"blackout"`
	Handling   string   `json:"handling"`
	Proof      *bool    `json:"proof"`
	Buyer      *Grounds `json:"buyer"`
	Seller     *Grounds `json:"seller"`
}

// MarshalJSON writes the policy with durations as text:
//
//	{"silence":"120h0m0s","rejections":3,"blackout":"360h0m0s","handling":"72h0m0s",
//	 "proof":false,"buyer":["seller_silent"],"seller":["buyer_silent"]}
func (p Policy) MarshalJSON() ([]byte, error) {
	return json.Marshal(policyJSON{
		Silence: p.Silence.String(), Rejections: &p.Rejections, Blackout: p.Blackout.String(),
		Handling: p.Handling.String(), Proof: &p.Proof, Buyer: &p.Buyer, Seller: &p.Seller,
	})
}

// UnmarshalJSON reads what MarshalJSON writes and validates it. Every member
// has to be there and no other may, because either would change the rules
// silently. Every error matches [ErrPolicy].
func (p *Policy) UnmarshalJSON(data []byte) error {
	var wire policyJSON
	if err := fault.Decode("appeal: policy", data, &wire); err != nil {
		return fmt.Errorf("%w: %w", err, ErrPolicy)
	}
	var faults fault.List
	read := Policy{
		Silence:    faults.ParseDuration("silence", wire.Silence),
		Rejections: given(&faults, "rejections", wire.Rejections, "give a number, even if 0"),
		Blackout:   faults.ParseDuration("blackout", wire.Blackout),
		Handling:   faults.ParseDuration("handling", wire.Handling),
		Proof:      given(&faults, "proof", wire.Proof, "say true or false"),
		Buyer:      given(&faults, "buyer", wire.Buyer, "give a list of grounds, even if empty"),
		Seller:     given(&faults, "seller", wire.Seller, "give a list of grounds, even if empty"),
	}
	if err := faults.Err("appeal", ErrPolicy); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*p = read
	return nil
}

// given returns a mandatory member.
func given[T any](faults *fault.List, field string, value *T, message string) (v T) {
	if value == nil {
		faults.Add(field, fault.Required, message)
		return v
	}
	return *value
}
