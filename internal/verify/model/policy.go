package model

// Durations in microseconds.
const (
	Hour = int64(3600) * 1000 * 1000
	Day  = 24 * Hour
)

// Policy is the numbers an order goes by.
type Policy struct {
	Name  string
	Start string
	// Completion, Period, Reminder and AutoAccept are R02, R14, R20 and R27.
	Completion, Period, Reminder, AutoAccept int64
	// Silence, Blackout and Handling are R09, R14 and R19.
	Silence, Blackout, Handling int64
	// Rejections is R10.
	Rejections int
	// AtEnd is "stay", "accept" or "cancel" (R14), AutoFrom "delivery" or
	// "receipt" (R27).
	AtEnd, AutoFrom string
	// Negotiated is R32, Proof that of R18 for every appeal.
	Negotiated, Proof bool
	// Tell is how long before its instant, negative for after it, people are
	// told of each kind (R33): appeal_opens, completion, auto_accept,
	// scheduled_end, blackout_begins, blackout_ends, reminder, ruling_overdue; of
	// open_for, how long after the opening.
	Tell map[string]int64
	// BuyerGrounds and SellerGrounds are R11.
	BuyerGrounds, SellerGrounds []string
}

// GroundWords are all grounds, in the order in which answers list them.
var GroundWords = []string{"seller_silent", "buyer_silent", "request_rejected", "product_rejected", "unconditional"}

// Guide is the guide's policy.
func Guide() Policy {
	return Policy{
		Name: "guide", Start: "awaiting_request",
		Completion: 3 * Hour, Period: 365 * Day, Reminder: 24 * Hour,
		Silence: 5 * Day, Blackout: 15 * Day, Handling: 3 * Day, Rejections: 3, AtEnd: "stay", AutoFrom: "delivery",
		BuyerGrounds:  []string{"seller_silent", "request_rejected", "product_rejected"},
		SellerGrounds: []string{"buyer_silent", "request_rejected", "product_rejected"},
	}
}

// Rules2025 lets both sides appeal at any time until acceptance, without a
// ground and with proof, and agree on a refund (R18, R26, R32).
func Rules2025() Policy {
	p := Guide()
	p.Name = "2025"
	p.Silence, p.Rejections, p.Blackout, p.Negotiated, p.Proof = 0, 0, 0, true, true
	p.BuyerGrounds, p.SellerGrounds = []string{"unconditional"}, []string{"unconditional"}
	return p
}

// License starts with the delivery (R26).
func License() Policy {
	p := Guide()
	p.Name, p.Start = "license", "awaiting_delivery"
	return p
}

// Hardware is License with an acceptance by time 10 days after the receipt
// (R26, R27).
func Hardware() Policy {
	p := License()
	p.Name, p.AutoAccept, p.AutoFrom = "hardware", 10*Day, "receipt"
	return p
}

// Closing is the guide's policy with an order canceled at its scheduled end,
// and refunds.
func Closing() Policy {
	p := Guide()
	p.Name, p.AtEnd, p.Negotiated = "closing", "cancel", true
	return p
}

// Named are the policies that an amendment may name.
var Named = map[string]Policy{
	"guide": Guide(), "2025": Rules2025(), "license": License(), "hardware": Hardware(), "closing": Closing(),
}

func (p Policy) grants(role, ground string) bool {
	list := p.BuyerGrounds
	if role == "seller" {
		list = p.SellerGrounds
	} else if role != "buyer" {
		return false
	}
	for _, g := range list {
		if g == ground {
			return true
		}
	}
	return false
}
