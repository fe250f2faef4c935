package appeal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// policyJSON is the JSON form of a policy; durations are written as Go writes them ("120h0m0s").
type policyJSON struct {
	Silence    string   `json:"silence"`
	Rejections *int     `json:"rejections"`
	Blackout   string   `json:"blackout"`
	Handling   string   `json:"handling"`
	Buyer      *Grounds `json:"buyer"`
	Seller     *Grounds `json:"seller"`
}

// MarshalJSON writes the policy with durations as text:
//
//	{"silence":"120h0m0s","rejections":3,"blackout":"360h0m0s","handling":"72h0m0s",
//	 "buyer":["seller_silent"],"seller":["buyer_silent"]}
func (p Policy) MarshalJSON() ([]byte, error) {
	return json.Marshal(policyJSON{
		Silence: p.Silence.String(), Rejections: &p.Rejections, Blackout: p.Blackout.String(),
		Handling: p.Handling.String(), Buyer: &p.Buyer, Seller: &p.Seller,
	})
}

// UnmarshalJSON reads what MarshalJSON writes and validates it. Every field has to be there, and one it does not know is refused, since
// leaving either out would change the rules silently; every error wraps [ErrPolicy].
func (p *Policy) UnmarshalJSON(data []byte) error {
	var wire policyJSON
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wire); err != nil {
		return fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	silence, err1 := parseDuration("silence", wire.Silence)
	blackout, err2 := parseDuration("blackout", wire.Blackout)
	handling, err3 := parseDuration("handling", wire.Handling)
	var err4 error
	if wire.Rejections == nil || wire.Buyer == nil || wire.Seller == nil {
		err4 = fmt.Errorf("%w: give rejections, buyer and seller, even if 0 or empty", ErrPolicy)
	}
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	read := Policy{silence, *wire.Rejections, blackout, handling, *wire.Buyer, *wire.Seller}
	if err := read.Validate(); err != nil {
		return err
	}
	*p = read
	return nil
}

func parseDuration(field, text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%w: %s: write a duration such as \"120h0m0s\"", ErrPolicy, field)
	}
	return d, nil
}
