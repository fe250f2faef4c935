package supervision

import (
	"slices"
	"strconv"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Criteria are what the order list is searched by; all that are set have to
// match. The zero value matches every order.
type Criteria struct {
	// Orders, Products, Buyers and Sellers are exact ids, of which one has to
	// match; none for any, at most MaxPage of each. A buyer searches its
	// counterparts by Sellers, a seller by Buyers.
	Orders, Products, Buyers, Sellers []string
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
	// Bought, Accepted and Closed are when that happened. The last two find
	// what stands at the instant of the search: an acceptance taken back does
	// not (R15).
	Bought, Accepted, Closed Span
}

// Span is a span of time, from one instant up to but not including another. A
// zero instant is no bound.
type Span struct{ From, Before time.Time }

func (s Span) has(at time.Time) bool {
	return (s.From.IsZero() || !at.Before(s.From)) && (s.Before.IsZero() || at.Before(s.Before))
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
	// AppealOpenToBuyer and AppealOpenToSeller: that party may appeal (R09 to
	// R14).
	AppealOpenToBuyer  AppealState = "open_to_buyer"
	AppealOpenToSeller AppealState = "open_to_seller"
)

var appealStates = []AppealState{AppealPending, AppealOverdue, AppealOpenToBuyer, AppealOpenToSeller}

// AppealStates lists every state of an appeal.
func AppealStates() []AppealState { return append([]AppealState(nil), appealStates...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (s *AppealState) UnmarshalText(text []byte) error {
	return parseWord(s, "appeal state", text, appealStates)
}

// matches reports whether an order matches at an instant.
func (c *Criteria) matches(l *Listing, at time.Time) bool {
	status := l.StatusAt(at)
	return among(c.Orders, l.ID) && among(c.Products, l.Product) && among(c.Buyers, l.Buyer) &&
		among(c.Sellers, l.Seller) &&
		(c.OrderStatus == "" || c.OrderStatus == status.OrderStatus()) &&
		(c.Status == "" || c.Status == status) && (c.Turn == "" || c.Turn == status.Turn()) &&
		(c.SilentFor == 0 || status.Waiting() && l.WaitingSince.Add(c.SilentFor).Before(at)) &&
		(c.Appeal == "" || c.Appeal.stands(l, status, at)) &&
		c.Bought.has(l.BoughtAt) &&
		(c.Accepted == Span{} || (status == Accepted || status == Completed) && c.Accepted.has(l.AcceptedAt)) &&
		(c.Closed == Span{} || status.Final() && c.Closed.has(l.ClosedAt))
}

func among(list []string, id string) bool { return len(list) == 0 || slices.Contains(list, id) }

// stands reports whether an order, at its status, has an appeal in this state.
func (s AppealState) stands(l *Listing, status Status, at time.Time) bool {
	opens := l.BuyerAppeal
	switch s {
	case AppealPending:
		return !l.HandleBy.IsZero()
	case AppealOverdue:
		return !l.HandleBy.IsZero() && l.HandleBy.Before(at)
	case AppealOpenToSeller:
		opens = l.SellerAppeal
	}
	return status.Waiting() && reached(opens, at) && !l.blackout(at)
}

// criteria returns criteria in the one form that means the same. Faults are
// named by what a query string calls their field.
func (f *faults) criteria(c Criteria) Criteria {
	c.Orders, c.Products = f.ids("order", c.Orders), f.ids("product", c.Products)
	c.Buyers, c.Sellers = f.ids("buyer", c.Buyers), f.ids("seller", c.Sellers)
	if c.OrderStatus != "" && !slices.Contains(orderStatuses, c.OrderStatus) {
		f.Add("order_status", fault.Unknown, "use one of "+fault.Words(orderStatuses))
	}
	if c.Status != "" && !slices.Contains(statuses, c.Status) {
		f.Add("status", fault.Unknown, "use one of "+fault.Words(statuses))
	}
	if c.Turn != "" && !slices.Contains(roles, c.Turn) {
		f.Add("turn", fault.Unknown, "use one of "+fault.Words(roles))
	}
	f.Duration("silent_for", c.SilentFor, 0)
	if c.Appeal != "" && !slices.Contains(appealStates, c.Appeal) {
		f.Add("appeal", fault.Unknown, "use one of "+fault.Words(appealStates))
	}
	c.Bought, c.Accepted, c.Closed = f.span("bought", c.Bought), f.span("accepted", c.Accepted),
		f.span("closed", c.Closed)
	return c
}

// ids returns ids sorted, each once.
func (f *faults) ids(field string, ids []string) []string {
	if len(ids) > MaxPage {
		f.Put(field, Fault{Code: fault.TooMany, Max: strconv.Itoa(MaxPage),
			Message: "search for at most " + strconv.Itoa(MaxPage)})
		return nil
	}
	before := len(f.List)
	for _, id := range ids {
		if f.ID(field, id); len(f.List) > before {
			return nil
		}
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (f *faults) span(field string, s Span) Span {
	if !s.From.IsZero() {
		s.From = f.Instant(field+"_from", s.From)
	}
	if !s.Before.IsZero() {
		s.Before = f.Instant(field+"_before", s.Before)
	}
	return s
}

// narrow limits a party to its own orders (R22) and reports whether that leaves
// nothing.
func (c *Criteria) narrow(actor Actor) (seesNone bool) {
	own := &c.Buyers
	switch actor.Role {
	case RoleSeller:
		own = &c.Sellers
	case RoleManager, RoleSystem:
		return false
	}
	seesNone = !among(*own, actor.ID)
	*own = []string{actor.ID}
	return seesNone
}
