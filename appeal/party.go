package appeal

import "fmt"

// Party is a side of an order that can be silent, reject and appeal. The zero value is no party: nobody's turn.
type Party string

// The two parties of an order.
const (
	Buyer  Party = "buyer"
	Seller Party = "seller"
)

// String returns the party's word, "buyer" or "seller".
func (p Party) String() string { return string(p) }

// ParseParty reads a party's word. Any other word gives an error that wraps [ErrUnknown].
func ParseParty(s string) (Party, error) {
	switch p := Party(s); p {
	case Buyer, Seller:
		return p, nil
	}
	return "", fmt.Errorf("%w: party %q: use buyer or seller", ErrUnknown, clip(s))
}

// MarshalText writes the party's word; an undeclared party is an error that wraps [ErrUnknown].
func (p Party) MarshalText() ([]byte, error) {
	_, err := ParseParty(string(p))
	return []byte(p), err
}

// UnmarshalText reads what MarshalText writes, with the error of [ParseParty].
func (p *Party) UnmarshalText(text []byte) (err error) {
	*p, err = ParseParty(string(text))
	return err
}
