package supervision

import "time"

// OpReportReceipt is the host's: see [ReportReceipt] (R27).
const OpReportReceipt Operation = "report_receipt"

// ReportReceipt tells when the buyer received the delivery, such as a courier's
// signature; the host reports it once for each delivery (R27). It changes no
// status and no silence. It is the system's. A receipt that comes while the
// order is frozen is reported when it goes on.
type ReportReceipt struct {
	// ReceivedAt is not before the delivery and not after the report; zero for
	// the instant of the report.
	ReceivedAt time.Time `json:"received_at,omitzero"`
}

// Operation returns OpReportReceipt.
func (ReportReceipt) Operation() Operation { return OpReportReceipt }

func (a ReportReceipt) check(c command, f faults) (Action, faults) {
	if a.ReceivedAt.IsZero() {
		a.ReceivedAt = c.at
	}
	if c.again {
		a.ReceivedAt = f.Instant("received_at", a.ReceivedAt)
		return a, f
	}
	a.ReceivedAt = f.between("received_at", a.ReceivedAt, c.order.Delivery.DeliveredAt, c.at)
	return a, f
}

func (ReportReceipt) inputs(c command) []Input {
	in := Input{Key: "received_at", Kind: FieldInstant, Until: c.at}
	if c.order.Delivery != nil {
		in.From = c.order.Delivery.DeliveredAt
	}
	return []Input{in}
}

func (a ReportReceipt) facts(f facts) facts { return f.instant("received_at", a.ReceivedAt) }

func (ReportReceipt) decide(o Order, d Decision, _ Actor, _ time.Time) Decision {
	if !o.ReceivedAt.IsZero() {
		d.Reason = ReasonReceived
	}
	return d
}

// effect counts from the receipt, moved by what was frozen since the delivery,
// as that turn has been, and at most to the end of the last freeze: frozen time
// never counts (R17). A receipt between two freezes may so count later than it
// need, never earlier.
func (a ReportReceipt) effect(o Order, _ Record) Order {
	o.ReceivedAt = cut(a.ReceivedAt)
	if o.Appeal != nil && o.Appeal.Ruling != nil && o.Appeal.Ruling.At.After(o.ReceivedAt) {
		o.ReceivedAt = o.ReceivedAt.Add(o.TurnSince.Sub(o.Delivery.DeliveredAt))
		if ended := o.Appeal.Ruling.At; o.ReceivedAt.After(ended) {
			o.ReceivedAt = ended
		}
	}
	return o
}

func (ReportReceipt) keepsTurn() {}
