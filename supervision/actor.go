package supervision

import (
	"fmt"

	"github.com/koogallery/serviceflow/appeal"
)

// Role is the part an actor plays. The zero value is no role.
type Role uint8

// The roles.
const (
	// RoleBuyer submits requests, accepts or rejects deliveries, reminds and appeals, on its own orders (R22).
	RoleBuyer Role = iota + 1
	// RoleSeller accepts or rejects requests, reports progress, delivers and appeals, on its own orders (R22).
	RoleSeller
	// RoleManager is the operations manager: sees every order, handles appeals and does nothing else (R13, R22).
	RoleManager
	// RoleSystem is the library itself: it opens orders and makes the transitions that time alone brings (R02, R27).
	RoleSystem
)

var roleWords = words{"", "buyer", "seller", "manager", "system"}

// Roles lists every role.
func Roles() []Role { return count[Role](roleWords) }

// String returns the role's word, such as "buyer"; "" for the zero value.
func (r Role) String() string { return roleWords.of(uint8(r)) }

// ParseRole reads a role's word. Any other word gives an error that wraps [ErrUnknown].
func ParseRole(word string) (Role, error) {
	i, err := roleWords.parse("role", word)
	return Role(i), err
}

// MarshalText writes the role's word; an undeclared role is an error that wraps [ErrUnknown].
func (r Role) MarshalText() ([]byte, error) { return roleWords.marshal("role", uint8(r)) }

// UnmarshalText reads what MarshalText writes, with the error of [ParseRole].
func (r *Role) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRole(string(text))
	return err
}

// party returns the side of an order that the role plays in an appeal; none for managers and the system.
func (r Role) party() appeal.Party {
	switch r {
	case RoleBuyer:
		return appeal.Buyer
	case RoleSeller:
		return appeal.Seller
	}
	return ""
}

// Actor is who acts or asks. The host has authenticated it; the library decides what it may do and see. The zero value is nobody
// and is refused with [ErrInvalid].
type Actor struct {
	Role Role `json:"role"`
	// ID is the host's id of the account, at most [MaxID] characters.
	ID string `json:"id"`
}

// Buyer is the buyer with the given account id.
func Buyer(id string) Actor { return Actor{RoleBuyer, id} }

// Seller is the seller with the given account id.
func Seller(id string) Actor { return Actor{RoleSeller, id} }

// Manager is the operations manager with the given account id.
func Manager(id string) Actor { return Actor{RoleManager, id} }

// System is the actor of records that no person made.
func System() Actor { return Actor{RoleSystem, "system"} }

// String names the actor for messages and logs, such as `buyer "b-1"`.
func (a Actor) String() string { return fmt.Sprintf("%s %q", a.Role, clip(a.ID)) }

func (a Actor) validate() error {
	var f faults
	f.actor(a)
	return f.err()
}

func (f *faults) actor(a Actor) {
	if a.Role.String() == "" {
		f.add("actor.role", "required", "name a role: buyer, seller, manager or system")
	}
	f.id("actor.id", a.ID)
}
