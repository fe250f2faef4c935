package supervision

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Criteria are what the order list is searched by; all that are set have to
// match. The zero value matches every order.
type Criteria struct {
	// Order, Product, Buyer and Seller are exact ids. A buyer searches its
	// counterpart by Seller, a seller by Buyer.
	Order, Product, Buyer, Seller string
	// OrderStatus and Status are what the order shows at the instant of the
	// search.
	OrderStatus OrderStatus
	Status      Status
	// Turn is whose turn it is.
	Turn Role
	// SilentFor finds orders whose buyer or seller has been silent on its turn
	// for more than this long (R09); zero for any.
	SilentFor time.Duration
	// Appeal finds orders by their appeal.
	Appeal AppealState
	// BoughtFrom and BoughtBefore bound when the order was bought: from the
	// one, up to but not including the other. Zero for no bound.
	BoughtFrom, BoughtBefore time.Time
}

// AppealState is how an order's appeal stands, as the list searches by it. The
// zero value is any, or none.
type AppealState string

// The states of an appeal.
const (
	// AppealPending: an appeal waits for its ruling.
	AppealPending AppealState = "pending"
	// AppealOverdue: an appeal waits for its ruling, and it is late (R19).
	AppealOverdue AppealState = "overdue"
)

var appealStates = []AppealState{AppealPending, AppealOverdue}

// AppealStates lists every state of an appeal.
func AppealStates() []AppealState { return append([]AppealState(nil), appealStates...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (s *AppealState) UnmarshalText(text []byte) error {
	return parseWord(s, "appeal state", text, appealStates)
}

// Query asks for one page of the order list.
type Query struct {
	Criteria
	// Limit is how many orders a page holds at most: DefaultPage when 0, at
	// most MaxPage.
	Limit int
	// Cursor is the Next of the page before; empty for the first page. It goes
	// with the same actor and criteria.
	Cursor string
}

// Filter is a query as a store gets it: checked, and narrowed to what the actor
// may see.
type Filter struct {
	Criteria
	// At is the instant of the search: statuses are those that time has made by
	// then.
	At time.Time
	// After is the last position of the page before; zero for the first page.
	After Position
	// Limit is how many orders to return at most; positive.
	Limit int
}

// Matches reports whether an order belongs to the result, its place in it
// aside. A store may express the same in its own language.
func (f Filter) Matches(l Listing) bool {
	status := l.StatusAt(f.At)
	return matches(f.Order, l.ID) && matches(f.Product, l.Product) && matches(f.Buyer, l.Buyer) &&
		matches(f.Seller, l.Seller) &&
		matches(f.OrderStatus, status.OrderStatus()) && matches(f.Status, status) && matches(f.Turn, status.Turn()) &&
		f.matchesSilence(status, l.TurnSince) && f.matchesAppeal(l.HandleBy) &&
		(f.BoughtFrom.IsZero() || !l.BoughtAt.Before(f.BoughtFrom)) &&
		(f.BoughtBefore.IsZero() || l.BoughtAt.Before(f.BoughtBefore))
}

func matches[T comparable](want, have T) bool {
	var any T
	return want == any || want == have
}

func (f Filter) matchesSilence(status Status, since time.Time) bool {
	return f.SilentFor == 0 || status.Waiting() && since.Add(f.SilentFor).Before(f.At)
}

func (f Filter) matchesAppeal(handleBy time.Time) bool {
	switch f.Appeal {
	case AppealPending:
		return !handleBy.IsZero()
	case AppealOverdue:
		return !handleBy.IsZero() && handleBy.Before(f.At)
	}
	return true
}

// Filter checks a query and narrows it to what the actor may see (R22); none
// says that nothing can match. A faulty query, cursor or actor gives an
// [*InvalidError].
func (q Query) Filter(actor Actor, at time.Time) (filter Filter, none bool, err error) {
	var f faults
	f.actor(actor)
	criteria := q.Criteria
	for _, id := range [...]struct{ field, value string }{
		{"order", q.Order}, {"product", q.Product}, {"buyer", q.Buyer}, {"seller", q.Seller},
	} {
		if id.value != "" {
			f.ID(id.field, id.value)
		}
	}
	f.choices(criteria)
	if !criteria.BoughtFrom.IsZero() {
		criteria.BoughtFrom = f.Instant("bought_from", criteria.BoughtFrom)
	}
	if !criteria.BoughtBefore.IsZero() {
		criteria.BoughtBefore = f.Instant("bought_before", criteria.BoughtBefore)
	}
	if q.Limit == 0 {
		q.Limit = DefaultPage
	}
	f.Range("limit", q.Limit, 1, MaxPage)
	none = criteria.narrow(actor)
	filter = Filter{Criteria: criteria, At: cut(at), Limit: q.Limit}
	if q.Cursor != "" {
		filter.After = f.cursor(q.Cursor, criteria.digest())
	}
	return filter, none, f.err()
}

func (f *faults) choices(c Criteria) {
	if c.OrderStatus != "" && !slices.Contains(orderStatuses, c.OrderStatus) {
		f.Add("order_status", fault.Unknown, "name an order status")
	}
	if c.Status != "" && !slices.Contains(statuses, c.Status) {
		f.Add("status", fault.Unknown, "name a flow status")
	}
	if c.Turn != "" && !slices.Contains(roles, c.Turn) {
		f.Add("turn", fault.Unknown, "name a role")
	}
	f.Duration("silent_for", c.SilentFor, 0)
	if c.Appeal != "" && !slices.Contains(appealStates, c.Appeal) {
		f.Add("appeal", fault.Unknown, "name pending or overdue")
	}
}

// narrow limits a party to its own orders and reports whether that leaves
// nothing.
func (c *Criteria) narrow(actor Actor) (seesNone bool) {
	own := &c.Buyer
	switch actor.Role {
	case RoleSeller:
		own = &c.Seller
	case RoleManager, RoleSystem:
		return false
	}
	seesNone = *own != "" && *own != actor.ID
	*own = actor.ID
	return seesNone
}

// digest ties a cursor to its search. The criteria are narrowed already, so
// another party's cursor is another search's.
func (c Criteria) digest() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%#v", c)
	return h.Sum64()
}

type cursorJSON struct {
	At     int64  `json:"t"`
	ID     string `json:"i"`
	Search uint64 `json:"q"`
}

// Next returns the cursor of the page after a position.
func (f Filter) Next(p Position) string {
	data, _ := json.Marshal(cursorJSON{p.At.UnixMicro(), p.ID, f.digest()}) // cannot fail: two numbers and a string
	return base64.RawURLEncoding.EncodeToString(data)
}

func (f *faults) cursor(cursor string, search uint64) Position {
	var wire cursorJSON
	data, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil {
		err = fault.Decode("supervision: cursor", data, &wire)
	}
	before := len(f.List)
	f.ID("cursor", wire.ID)
	if len(f.List) > before || err != nil || wire.Search != search {
		f.List = f.List[:before]
		f.Add("cursor", fault.Malformed, "pass the Next of a page of the same search")
	}
	return Position{time.UnixMicro(wire.At).UTC(), wire.ID}
}
