package supervision

import (
	"fmt"

	"github.com/koogallery/serviceflow/internal/fault"

	"github.com/koogallery/serviceflow/appeal"
)

// Role is the part an actor plays. The zero value is no role.
type Role string

// The roles.
const (
	// RoleBuyer submits requests, accepts or rejects deliveries, reminds, appeals
	// and proposes refunds, on its own orders (R22).
	RoleBuyer Role = "buyer"
	// RoleSeller accepts or rejects requests, reports progress, delivers, appeals
	// and answers to proposed refunds, on its own orders (R22).
	RoleSeller Role = "seller"
	// RoleManager is the operations manager, who sees every order, handles
	// appeals, intervenes and amends (R13, R22, R30, R31).
	RoleManager Role = "manager"
	// RoleSystem is the host and the library itself: it opens orders, makes the
	// transitions that time alone brings, and sees every order (R02, R22, R27).
	RoleSystem Role = "system"
)

var roles = []Role{RoleBuyer, RoleSeller, RoleManager, RoleSystem}

// Roles lists every role.
func Roles() []Role { return append([]Role(nil), roles...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (r *Role) UnmarshalText(text []byte) error { return parseWord(r, "role", text, roles) }

// party returns the side of an order that the role plays in an appeal; none
// for managers and the system.
func (r Role) party() appeal.Party {
	switch r {
	case RoleBuyer:
		return appeal.Buyer
	case RoleSeller:
		return appeal.Seller
	}
	return ""
}

// Actor is who acts or asks. The host has authenticated it; the library
// decides what it may do and see, by role and ID. The zero value is nobody and
// is refused with [ErrInvalid].
type Actor struct {
	Role Role `json:"role"`
	// ID is the host's id of the account, at most [MaxID] characters. The
	// account is the party, whatever its role: a manager with the id of an
	// order's buyer is that buyer, and does not rule on its order (R13).
	ID string `json:"id"`
	// User is the person who acts for the account, such as an IAM user's id;
	// optional. It is recorded and decides nothing (R22).
	User string `json:"user,omitempty"`
}

// Buyer is the buyer with the given account id.
func Buyer(id string) Actor { return Actor{Role: RoleBuyer, ID: id} }

// Seller is the seller with the given account id.
func Seller(id string) Actor { return Actor{Role: RoleSeller, ID: id} }

// Manager is the operations manager with the given account id.
func Manager(id string) Actor { return Actor{Role: RoleManager, ID: id} }

// System is the actor of records that no person made, and the host, which sees
// every order whole.
func System() Actor { return Actor{Role: RoleSystem, ID: "system"} }

// is reports whether two actors are the same party, whoever acts for it (R22).
func (a Actor) is(b Actor) bool { return a.Role == b.Role && a.ID == b.ID }

// String names the actor for messages and logs, such as `buyer "b-1"`.
func (a Actor) String() string { return fmt.Sprintf("%s %q", a.Role, fault.Clip(a.ID)) }

// Validate refuses nobody: an undeclared role, or an id that is none, with an
// [*InvalidError].
func (a Actor) Validate() error {
	var f faults
	f.actor(a)
	return f.err()
}
