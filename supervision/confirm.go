package supervision

// OpAcceptRequest and OpRejectRequest are the seller's: see [AcceptRequest]
// and [RejectRequest] (R05).
const (
	OpAcceptRequest Operation = "accept_request"
	OpRejectRequest Operation = "reject_request"
)

// AcceptRequest takes the request on (R05). It is the seller's.
type AcceptRequest struct{}

// Operation returns OpAcceptRequest.
func (AcceptRequest) Operation() Operation { return OpAcceptRequest }

func (a AcceptRequest) check(_ command, f faults) (Action, faults) { return a, f }

// RejectRequest sends the request back and adds one to the request rejections
// (R05). It is the seller's.
type RejectRequest struct {
	// Reason is mandatory.
	Reason string `json:"reason"`
}

// Operation returns OpRejectRequest.
func (RejectRequest) Operation() Operation { return OpRejectRequest }

func (a RejectRequest) check(_ command, f faults) (Action, faults) {
	a.Reason = f.text("reason", a.Reason, true)
	return a, f
}

func (RejectRequest) inputs(command) []Input { return []Input{askText("reason", true)} }

func (a RejectRequest) facts(f facts) facts { return f.text("reason", a.Reason) }

func (a RejectRequest) effect(o Order, r Record) Order {
	o.RequestRejections++
	o.Rejection = Rejection{r.Operation, a.Reason, r.Actor.ID, r.At}
	return o
}
