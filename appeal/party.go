package appeal

import "github.com/koogallery/serviceflow/internal/fault"

// Party is a side of an order that can be silent, reject and appeal. The zero
// value is no party: nobody's turn.
type Party string

// The two parties of an order.
const (
	Buyer  Party = "buyer"
	Seller Party = "seller"
)

// UnmarshalText reads a party; any other word is [ErrUnknown].
func (p *Party) UnmarshalText(text []byte) error {
	return fault.Word(p, text, "appeal: party", []Party{Buyer, Seller})
}
