package appeal

import (
	"encoding/json"
	"fmt"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Ground is what an appeal rests on (R11). The zero value is no ground.
type Ground string

// The grounds. Which side has which is policy (R11).
const (
	// SellerSilent holds when it is the seller's turn and the seller has been
	// silent too long (R09).
	SellerSilent Ground = "seller_silent"
	// BuyerSilent holds when it is the buyer's turn and the buyer has been
	// silent too long (R09).
	BuyerSilent Ground = "buyer_silent"
	// RequestRejected holds when requests have been rejected often enough
	// (R10).
	RequestRejected Ground = "request_rejected"
	// ProductRejected holds when deliveries have been rejected often enough
	// (R10).
	ProductRejected Ground = "product_rejected"
	// Unconditional always holds: the 2025 rules ask for no ground (R26).
	Unconditional Ground = "unconditional"
)

var grounds = [...]Ground{SellerSilent, BuyerSilent, RequestRejected, ProductRejected, Unconditional}

// UnmarshalText reads a ground; any other word is [ErrUnknown].
func (g *Ground) UnmarshalText(text []byte) error {
	return fault.Word(g, text, "appeal: ground", grounds[:])
}

func (g Ground) bit() Grounds {
	for i, known := range grounds {
		if g == known {
			return 1 << i
		}
	}
	return 0
}

// Grounds is a set of grounds. It is comparable, so that a policy that holds it
// can be pinned to an order without aliasing. The zero value is the empty set:
// the side that has it can never appeal.
type Grounds uint8

// AllGrounds is the set of every ground.
const AllGrounds Grounds = 1<<len(grounds) - 1

// GroundsOf returns the set of the listed grounds; undeclared ones are left
// out.
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

// String lists the set's grounds, separated by commas.
func (s Grounds) String() string { return fault.Words(s.List()) }

// MarshalJSON writes the set as a list in declared order.
func (s Grounds) MarshalJSON() ([]byte, error) { return json.Marshal(s.List()) }

// UnmarshalJSON reads a list. A word that is no ground is [ErrUnknown]; a
// ground that is listed twice is [ErrMalformed].
func (s *Grounds) UnmarshalJSON(data []byte) error {
	var list []Ground
	if err := fault.Decode("appeal: grounds", data, &list); err != nil {
		return err
	}
	set := GroundsOf(list...)
	if len(set.List()) != len(list) {
		return fmt.Errorf("appeal: grounds: %w: list each ground once", ErrMalformed)
	}
	*s = set
	return nil
}
