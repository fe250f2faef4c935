package supervision

// Status is the flow status: where an order's service flow stands, and so whose turn it is. The zero value is no status.
type Status uint8

// The flow statuses, in the order of the flow.
const (
	// AwaitingRequest: bought; the buyer has to submit a request, the first or a revised one (R01, R03).
	AwaitingRequest Status = iota + 1
	// AwaitingConfirmation: a request is submitted; the seller accepts or rejects it (R05).
	AwaitingConfirmation
	// AwaitingDelivery: the request is accepted, or a delivery was rejected; the seller has to deliver (R07).
	AwaitingDelivery
	// AwaitingAcceptance: delivered; the buyer accepts or rejects (R08).
	AwaitingAcceptance
	// Accepted: time completes the order after the policy's completion delay (R02).
	Accepted
	// Frozen: an appeal is pending; the order remembers the status it froze (R12).
	Frozen
	// Completed is final (R02).
	Completed
	// Canceled is final, and only reached by a ruling (R15).
	Canceled
)

var statusWords = words{"", "awaiting_request", "awaiting_confirmation", "awaiting_delivery", "awaiting_acceptance",
	"accepted", "frozen", "completed", "canceled"}

// Statuses lists every flow status in the order of the flow.
func Statuses() []Status { return count[Status](statusWords) }

// String returns the status's word, such as "awaiting_request"; "" for the zero value.
func (s Status) String() string { return statusWords.of(uint8(s)) }

// ParseStatus reads a status's word. Any other word, as a newer version may write, gives an error that wraps [ErrUnknown].
func ParseStatus(word string) (Status, error) {
	i, err := statusWords.parse("flow status", word)
	return Status(i), err
}

// MarshalText writes the status's word; an undeclared status is an error that wraps [ErrUnknown].
func (s Status) MarshalText() ([]byte, error) { return statusWords.marshal("flow status", uint8(s)) }

// UnmarshalText reads what MarshalText writes, with the error of [ParseStatus].
func (s *Status) UnmarshalText(text []byte) (err error) {
	*s, err = ParseStatus(string(text))
	return err
}

// Turn returns the role whose turn it is; zero where only time or nobody moves the order.
func (s Status) Turn() Role {
	switch s {
	case AwaitingRequest, AwaitingAcceptance:
		return RoleBuyer
	case AwaitingConfirmation, AwaitingDelivery:
		return RoleSeller
	case Frozen:
		return RoleManager
	}
	return 0
}

// Waiting reports whether the flow waits for a party: the statuses that can be frozen, and resumed at (R12, R15).
func (s Status) Waiting() bool { return s >= AwaitingRequest && s <= AwaitingAcceptance }

// Final reports whether nothing can happen any more.
func (s Status) Final() bool { return s == Completed || s == Canceled }

// OrderStatus returns what the order list shows for the flow status; zero for an undeclared one.
func (s Status) OrderStatus() OrderStatus {
	switch {
	case s == Completed:
		return OrderCompleted
	case s == Canceled:
		return OrderCanceled
	case s >= AwaitingRequest && s <= Frozen:
		return OrderProcessing
	}
	return 0
}

// OrderStatus is what the order list shows (R01). The zero value is no status.
type OrderStatus uint8

// The order statuses.
const (
	// OrderProcessing: the service flow is not complete.
	OrderProcessing OrderStatus = iota + 1
	// OrderCompleted: accepted, and the completion delay has passed (R02).
	OrderCompleted
	// OrderCanceled: closed by a ruling (R15).
	OrderCanceled
)

var orderStatusWords = words{"", "processing", "completed", "canceled"}

// OrderStatuses lists every order status.
func OrderStatuses() []OrderStatus { return count[OrderStatus](orderStatusWords) }

// String returns the order status's word, such as "processing"; "" for the zero value.
func (s OrderStatus) String() string { return orderStatusWords.of(uint8(s)) }

// ParseOrderStatus reads an order status's word. Any other word gives an error that wraps [ErrUnknown].
func ParseOrderStatus(word string) (OrderStatus, error) {
	i, err := orderStatusWords.parse("order status", word)
	return OrderStatus(i), err
}

// MarshalText writes the order status's word; an undeclared one is an error that wraps [ErrUnknown].
func (s OrderStatus) MarshalText() ([]byte, error) {
	return orderStatusWords.marshal("order status", uint8(s))
}

// UnmarshalText reads what MarshalText writes, with the error of [ParseOrderStatus].
func (s *OrderStatus) UnmarshalText(text []byte) (err error) {
	*s, err = ParseOrderStatus(string(text))
	return err
}
