package supervision

import "time"

// Delivery is what the seller delivered last (R07).
type Delivery struct {
	// Result describes what was delivered.
	Result string `json:"result"`
	// Attachments are the files delivered with it.
	Attachments []Attachment `json:"attachments,omitempty"`
	// EnabledAt is when the service was enabled for the buyer; zero where the seller did not say.
	EnabledAt time.Time `json:"enabled_at,omitzero"`
	// DeliveredAt is when it was delivered.
	DeliveredAt time.Time `json:"delivered_at"`
}

// ReportProgress tells the buyer how the work goes and begins the seller's silence anew (R06, R09). It is the seller's.
type ReportProgress struct {
	// Text is mandatory.
	Text string `json:"text"`
}

// Operation returns OpReportProgress.
func (ReportProgress) Operation() Operation { return OpReportProgress }
func (ReportProgress) sealed()              {}

func (a ReportProgress) normalize(f *faults) Action {
	a.Text = f.text("text", a.Text, true)
	return a
}

// Deliver provides the service (R07). It is the seller's.
type Deliver struct {
	// Result describes what was delivered; mandatory.
	Result string `json:"result"`
	// Attachments are optional, at most MaxAttachments.
	Attachments []Attachment `json:"attachments,omitempty"`
	// EnabledAt is when the service was enabled; optional.
	EnabledAt time.Time `json:"enabled_at,omitzero"`
}

// Operation returns OpDeliver.
func (Deliver) Operation() Operation { return OpDeliver }
func (Deliver) sealed()              {}

func (a Deliver) normalize(f *faults) Action {
	a.Result = f.text("result", a.Result, true)
	a.Attachments = f.attachments("attachments", a.Attachments)
	if !a.EnabledAt.IsZero() {
		a.EnabledAt = f.instant("enabled_at", a.EnabledAt)
	}
	return a
}

func (a Deliver) effect(o *Order, r *Record) {
	o.Delivery = &Delivery{Result: a.Result, Attachments: a.Attachments, EnabledAt: a.EnabledAt, DeliveredAt: r.At}
}

// AcceptProduct accepts the delivery; time completes the order from then on (R08, R02). It is the buyer's.
type AcceptProduct struct{}

// Operation returns OpAcceptProduct.
func (AcceptProduct) Operation() Operation { return OpAcceptProduct }
func (AcceptProduct) sealed()              {}

// RejectProduct sends the delivery back and adds one to the product rejections (R08). It is the buyer's.
type RejectProduct struct {
	// Reason is mandatory.
	Reason string `json:"reason"`
}

// Operation returns OpRejectProduct.
func (RejectProduct) Operation() Operation { return OpRejectProduct }
func (RejectProduct) sealed()              {}

func (a RejectProduct) normalize(f *faults) Action {
	a.Reason = f.text("reason", a.Reason, true)
	return a
}

// Remind asks the seller to go on; it changes no status, no counter and no clock (R20). It is the buyer's.
type Remind struct {
	// Text is optional.
	Text string `json:"text,omitempty"`
}

// Operation returns OpRemind.
func (Remind) Operation() Operation { return OpRemind }
func (Remind) sealed()              {}

func (a Remind) normalize(f *faults) Action {
	a.Text = f.text("text", a.Text, false)
	return a
}
