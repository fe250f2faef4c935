package supervision

// Status is the flow status: where an order's service flow stands, and so
// whose turn it is. The zero value is no status.
type Status string

// The flow statuses, in the order of the flow.
const (
	// AwaitingRequest: bought; the buyer has to submit a request, the first or
	// a revised one (R01, R03).
	AwaitingRequest Status = "awaiting_request"
	// AwaitingConfirmation: a request is submitted; the seller accepts or
	// rejects it (R05).
	AwaitingConfirmation Status = "awaiting_confirmation"
	// AwaitingDelivery: the request is accepted, or a delivery was rejected;
	// the seller has to deliver (R07).
	AwaitingDelivery Status = "awaiting_delivery"
	// AwaitingAcceptance: delivered; the buyer accepts or rejects (R08).
	AwaitingAcceptance Status = "awaiting_acceptance"
	// Accepted: time completes the order after the policy's completion delay
	// (R02).
	Accepted Status = "accepted"
	// Frozen: an appeal or an intervention is pending; the order remembers the
	// status it froze (R12, R30).
	Frozen Status = "frozen"
	// Completed is final (R02).
	Completed Status = "completed"
	// Canceled is final: by a ruling, an agreement or the scheduled end (R14, R15,
	// R32); see Order.Cancellation.
	Canceled Status = "canceled"
)

var statuses = []Status{AwaitingRequest, AwaitingConfirmation, AwaitingDelivery, AwaitingAcceptance, Accepted,
	Frozen, Completed, Canceled}

// Statuses lists every flow status in the order of the flow.
func Statuses() []Status { return append([]Status(nil), statuses...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (s *Status) UnmarshalText(text []byte) error { return parseWord(s, "flow status", text, statuses) }

// Turn returns the role whose turn it is; zero where only time or nobody moves
// the order.
func (s Status) Turn() Role {
	switch s {
	case AwaitingRequest, AwaitingAcceptance:
		return RoleBuyer
	case AwaitingConfirmation, AwaitingDelivery:
		return RoleSeller
	case Frozen:
		return RoleManager
	}
	return ""
}

// Waiting reports whether the flow waits for a party: the statuses that can be
// appealed at, and resumed at (R12, R15).
func (s Status) Waiting() bool {
	switch s {
	case AwaitingRequest, AwaitingConfirmation, AwaitingDelivery, AwaitingAcceptance:
		return true
	}
	return false
}

// Final reports whether nothing can happen any more.
func (s Status) Final() bool { return s == Completed || s == Canceled }

// OrderStatus returns what the order list shows for the flow status; zero for
// an undeclared one.
func (s Status) OrderStatus() OrderStatus {
	switch {
	case s == Completed:
		return OrderCompleted
	case s == Canceled:
		return OrderCanceled
	case s.Waiting(), s == Accepted, s == Frozen:
		return OrderProcessing
	}
	return ""
}

// OrderStatus is what the order list shows (R01). The zero value is no status.
type OrderStatus string

// The order statuses.
const (
	// OrderProcessing: the service flow is not complete.
	OrderProcessing OrderStatus = "processing"
	// OrderCompleted: accepted, and the completion delay has passed (R02).
	OrderCompleted OrderStatus = "completed"
	// OrderCanceled: closed without completion (R14, R15, R32).
	OrderCanceled OrderStatus = "canceled"
)

var orderStatuses = []OrderStatus{OrderProcessing, OrderCompleted, OrderCanceled}

// OrderStatuses lists every order status.
func OrderStatuses() []OrderStatus { return append([]OrderStatus(nil), orderStatuses...) }

// UnmarshalText refuses any other word with [ErrUnknown].
func (s *OrderStatus) UnmarshalText(text []byte) error {
	return parseWord(s, "order status", text, orderStatuses)
}
