package supervision

// Operation names what can be done to an order. The zero value is no operation.
type Operation uint8

// The operations, each with who performs it.
const (
	// OpOpen puts a bought order under supervision; the host has it done by Service.Open (R01).
	OpOpen Operation = iota + 1
	// OpSubmitRequest is the buyer's: see [SubmitRequest] (R03).
	OpSubmitRequest
	// OpAcceptRequest is the seller's: see [AcceptRequest] (R05).
	OpAcceptRequest
	// OpRejectRequest is the seller's: see [RejectRequest] (R05).
	OpRejectRequest
	// OpReportProgress is the seller's: see [ReportProgress] (R06).
	OpReportProgress
	// OpDeliver is the seller's: see [Deliver] (R07).
	OpDeliver
	// OpAcceptProduct is the buyer's: see [AcceptProduct] (R08).
	OpAcceptProduct
	// OpRejectProduct is the buyer's: see [RejectProduct] (R08).
	OpRejectProduct
	// OpRemind is the buyer's: see [Remind] (R20).
	OpRemind
	// OpRaiseAppeal is the buyer's or the seller's: see [RaiseAppeal] (R18).
	OpRaiseAppeal
	// OpAddNote is the operations manager's: see [AddNote] (R13).
	OpAddNote
	// OpRuleAppeal is the operations manager's: see [RuleAppeal] (R15).
	OpRuleAppeal
	// OpAutoAccept is the system's: time accepts an untouched delivery (R27).
	OpAutoAccept
	// OpComplete is the system's: time completes an accepted order (R02).
	OpComplete
)

var operationWords = words{"", "open", "submit_request", "accept_request", "reject_request", "report_progress", "deliver",
	"accept_product", "reject_product", "remind", "raise_appeal", "add_note", "rule_appeal", "auto_accept", "complete"}

// Operations lists every operation in its declared order.
func Operations() []Operation { return count[Operation](operationWords) }

// String returns the operation's word, such as "submit_request"; "" for the zero value.
func (o Operation) String() string { return operationWords.of(uint8(o)) }

// ParseOperation reads an operation's word. Any other word gives an error that wraps [ErrUnknown].
func ParseOperation(word string) (Operation, error) {
	i, err := operationWords.parse("operation", word)
	return Operation(i), err
}

// MarshalText writes the operation's word; an undeclared operation is an error that wraps [ErrUnknown].
func (o Operation) MarshalText() ([]byte, error) {
	return operationWords.marshal("operation", uint8(o))
}

// UnmarshalText reads what MarshalText writes, with the error of [ParseOperation].
func (o *Operation) UnmarshalText(text []byte) (err error) {
	*o, err = ParseOperation(string(text))
	return err
}

// By returns the roles that perform the operation, as the transition table has them.
func (o Operation) By() []Role {
	var list []Role
	for _, r := range Roles() {
		if by[o].has(r) {
			list = append(list, r)
		}
	}
	return list
}

// keepsTurn reports whether the operation leaves the clock of silence alone: a reminder and a manager's note do; every transition
// and every progress report starts it again (R06, R09, R20).
func (o Operation) keepsTurn() bool { return o == OpRemind || o == OpAddNote }
