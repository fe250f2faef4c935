package supervision

// Rule is the ID of a rule of service supervision, such as "R09", by which a refusal, a transition and a test can be found from the
// sentence of the guide they come from. The README explains each.
type Rule string

// The rules.
const (
	R01 Rule = "R01" // an order enters supervision when it is bought
	R02 Rule = "R02" // completed the completion delay after acceptance, at that instant exactly
	R03 Rule = "R03" // the buyer submits a request on the seller's template
	R04 Rule = "R04" // templates have versions; an order is pinned to one
	R05 Rule = "R05" // the seller accepts or rejects the request, with a reason
	R06 Rule = "R06" // the seller reports progress
	R07 Rule = "R07" // the seller delivers
	R08 Rule = "R08" // the buyer accepts or rejects the delivery, with a reason
	R09 Rule = "R09" // silence opens an appeal
	R10 Rule = "R10" // repeated rejections open an appeal
	R11 Rule = "R11" // which side has which ground
	R12 Rule = "R12" // a pending appeal freezes both parties
	R13 Rule = "R13" // only an operations manager handles an appeal
	R14 Rule = "R14" // no appeal shortly before the scheduled completion, none after acceptance
	R15 Rule = "R15" // what a ruling may do
	R16 Rule = "R16" // a ruling sets the counters back and begins a new turn
	R17 Rule = "R17" // frozen time never counts
	R18 Rule = "R18" // what an appeal has to state
	R19 Rule = "R19" // a ruling should come in time
	R20 Rule = "R20" // the buyer's reminder
	R21 Rule = "R21" // every operation leaves one record
	R22 Rule = "R22" // a party sees its own orders only
	R23 Rule = "R23" // every operation is answered with yes or no, why not, and from when
	R24 Rule = "R24" // every refusal is typed
	R25 Rule = "R25" // policy is data, pinned to the order
	R26 Rule = "R26" // presets
	R27 Rule = "R27" // an untouched delivery is accepted by the system, where the policy says so
	R28 Rule = "R28" // a repeated command with the same key does nothing a second time
)

// String returns the ID.
func (r Rule) String() string { return string(r) }
