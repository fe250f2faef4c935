package supervision

// OpAcceptProduct and OpRejectProduct are the buyer's: see [AcceptProduct] and
// [RejectProduct] (R08).
const (
	OpAcceptProduct Operation = "accept_product"
	OpRejectProduct Operation = "reject_product"
)

// AcceptProduct accepts the delivery; time completes the order from then on
// (R08, R02). It is the buyer's.
type AcceptProduct struct{}

// Operation returns OpAcceptProduct.
func (AcceptProduct) Operation() Operation { return OpAcceptProduct }

func (a AcceptProduct) check(_ command, f faults) (Action, faults) { return a, f }

// RejectProduct sends the delivery back and adds one to the product rejections
// (R08). It is the buyer's.
type RejectProduct struct {
	// Reason is mandatory.
	Reason string `json:"reason"`
}

// Operation returns OpRejectProduct.
func (RejectProduct) Operation() Operation { return OpRejectProduct }

func (a RejectProduct) check(_ command, f faults) (Action, faults) {
	a.Reason = f.text("reason", a.Reason, true)
	return a, f
}

func (RejectProduct) inputs(command) []Input { return []Input{askText("reason", true)} }

func (a RejectProduct) facts(f facts) facts { return f.text("reason", a.Reason) }

func (a RejectProduct) effect(o Order, r Record) Order {
	o.ProductRejections++
	o.Rejection = Rejection{r.Operation, a.Reason, r.Actor.ID, r.At}
	return o
}
