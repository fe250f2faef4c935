package appeal

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Ground is what an appeal rests on (R11). The zero value is no ground.
type Ground string

// The grounds. Which side has which is policy (R11).
const (
	// SellerSilent holds when it is the seller's turn and the seller has been silent too long (R09).
	SellerSilent Ground = "seller_silent"
	// BuyerSilent holds when it is the buyer's turn and the buyer has been silent too long (R09).
	BuyerSilent Ground = "buyer_silent"
	// RequestRejected holds when requests have been rejected often enough (R10).
	RequestRejected Ground = "request_rejected"
	// ProductRejected holds when deliveries have been rejected often enough (R10).
	ProductRejected Ground = "product_rejected"
	// Unconditional always holds: the 2025 rules ask for no ground (R26).
	Unconditional Ground = "unconditional"
)

var grounds = [...]Ground{SellerSilent, BuyerSilent, RequestRejected, ProductRejected, Unconditional}

// String returns the ground's word, such as "seller_silent".
func (g Ground) String() string { return string(g) }

// ParseGround reads a ground's word. Any other word gives an error that wraps [ErrUnknown].
func ParseGround(s string) (Ground, error) {
	if Ground(s).bit() == 0 {
		return "", fmt.Errorf("%w: ground %q: use one of %s", ErrUnknown, clip(s), GroundsOf(grounds[:]...))
	}
	return Ground(s), nil
}

// MarshalText writes the ground's word; an undeclared ground is an error that wraps [ErrUnknown].
func (g Ground) MarshalText() ([]byte, error) {
	_, err := ParseGround(string(g))
	return []byte(g), err
}

// UnmarshalText reads what MarshalText writes, with the error of [ParseGround].
func (g *Ground) UnmarshalText(text []byte) (err error) {
	*g, err = ParseGround(string(text))
	return err
}

func (g Ground) bit() Grounds {
	for i, known := range grounds {
		if g == known {
			return 1 << i
		}
	}
	return 0
}

// Grounds is a set of grounds. It is comparable and copies by value, so a policy that holds it can be pinned to an order
// without aliasing. The zero value is the empty set: the side that has it can never appeal.
type Grounds uint8

// GroundsOf collects a set; undeclared grounds are left out.
func GroundsOf(list ...Ground) (set Grounds) {
	for _, g := range list {
		set |= g.bit()
	}
	return set
}

// Has reports whether the set contains g.
func (s Grounds) Has(g Ground) bool { return s&g.bit() != 0 }

// List returns the set's grounds in their declared order.
func (s Grounds) List() []Ground {
	list := make([]Ground, 0, len(grounds))
	for _, g := range grounds {
		if s.Has(g) {
			list = append(list, g)
		}
	}
	return list
}

// String lists the set's words, separated by commas.
func (s Grounds) String() string {
	words := make([]string, 0, len(grounds))
	for _, g := range s.List() {
		words = append(words, string(g))
	}
	return strings.Join(words, ", ")
}

// MarshalJSON writes the set as a list of words in their declared order.
func (s Grounds) MarshalJSON() ([]byte, error) { return json.Marshal(s.List()) }

// UnmarshalJSON reads a list of words. A word that is no ground wraps [ErrUnknown]; one named twice wraps [ErrPolicy].
func (s *Grounds) UnmarshalJSON(data []byte) error {
	var list []Ground
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	set := GroundsOf(list...)
	if len(set.List()) != len(list) {
		return fmt.Errorf("%w: a ground is listed twice", ErrPolicy)
	}
	*s = set
	return nil
}
