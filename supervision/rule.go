package supervision

// Rule is the ID of a rule of service supervision, such as "R09", by which a refusal, a transition and a test can be found from the
// sentence of the guide they come from. [Rule.Text] says what it demands.
type Rule string

// The rules, R01 to R28.
const (
	R01 Rule = "R01"
	R02 Rule = "R02"
	R03 Rule = "R03"
	R04 Rule = "R04"
	R05 Rule = "R05"
	R06 Rule = "R06"
	R07 Rule = "R07"
	R08 Rule = "R08"
	R09 Rule = "R09"
	R10 Rule = "R10"
	R11 Rule = "R11"
	R12 Rule = "R12"
	R13 Rule = "R13"
	R14 Rule = "R14"
	R15 Rule = "R15"
	R16 Rule = "R16"
	R17 Rule = "R17"
	R18 Rule = "R18"
	R19 Rule = "R19"
	R20 Rule = "R20"
	R21 Rule = "R21"
	R22 Rule = "R22"
	R23 Rule = "R23"
	R24 Rule = "R24"
	R25 Rule = "R25"
	R26 Rule = "R26"
	R27 Rule = "R27"
	R28 Rule = "R28"
)

var ruleTexts = []struct {
	rule Rule
	text string
}{
	{R01, "An order enters supervision when it is bought, and is Processing until its flow completes."},
	{R02, "It becomes Completed the completion delay after acceptance, at that instant exactly, whoever looks and whenever a worker ran."},
	{R03, "The buyer submits a request, on the seller's request template where the product has one."},
	{R04, "A published template version never changes, and an order is pinned to the version current when it opened. Every fault of a form is reported at once."},
	{R05, "The seller accepts the request or rejects it; a rejection needs a reason and is counted."},
	{R06, "The seller reports progress on its own turn."},
	{R07, "The seller delivers: a result, optional attachments, optionally when the service was enabled."},
	{R08, "The buyer accepts the delivery or rejects it; a rejection needs a reason and is counted."},
	{R09, "A party that has been silent on its turn for more than the policy's silence opens an appeal for the other."},
	{R10, "Enough rejections of requests, or of deliveries, open an appeal; the two are counted apart and never reset by a new attempt."},
	{R11, "Which side may appeal on which ground is policy."},
	{R12, "From an appeal until its ruling neither buyer nor seller can perform any operation."},
	{R13, "Only an operations manager handles an appeal; one appeal at a time."},
	{R14, "No appeal in the blackout before the scheduled completion, and none after acceptance."},
	{R15, "A ruling resumes the flow, accepts the delivery or cancels the order, with a mandatory decision text."},
	{R16, "A ruling that resumes sets both counters back and begins a new turn, so nobody appeals again on spent grounds."},
	{R17, "Frozen time never counts: not as silence, and the scheduled completion moves by the length of the freeze."},
	{R18, "An appeal states ground, reason and demand, and the facts that made the ground hold are recorded with it. A seller that appeals on silence at acceptance attaches proof of delivery."},
	{R19, "A ruling should come within the policy's handling time; overdue appeals can be searched for, and nothing happens by itself."},
	{R20, "The buyer can remind the seller on the seller's turn, not more often than the policy allows; a reminder changes no status, counter or clock."},
	{R21, "Every operation leaves one record; records are only ever added, and replaying them yields the order."},
	{R22, "A party sees and touches its own orders only; to anyone else an order does not exist. An operations manager sees all."},
	{R23, "Who asks what can be done now gets every operation with yes or no, why not, and from when; the answer and the operation never disagree."},
	{R24, "Every refusal is typed: rule, operation, status, actor, reason, and from when it would be allowed."},
	{R25, "The policy is data, and pinned to the order when it opens; a later change touches new orders only."},
	{R26, "Presets: the guide's, the 2025 rules, and a License flow that starts at the delivery."},
	{R27, "Optionally, a delivery that the buyer leaves untouched is accepted by the system."},
	{R28, "A repeated command with the same idempotency key does nothing a second time; the same key with another command is an error."},
}

// Rules lists every rule in order.
func Rules() []Rule {
	list := make([]Rule, len(ruleTexts))
	for i, r := range ruleTexts {
		list[i] = r.rule
	}
	return list
}

// String returns the ID.
func (r Rule) String() string { return string(r) }

// ParseRule reads a rule's ID. Any other word gives an error that wraps [ErrUnknown].
func ParseRule(word string) (Rule, error) { return parseWord("rule", word, Rules()) }

// MarshalText writes the ID; an undeclared rule is an error that wraps [ErrUnknown].
func (r Rule) MarshalText() ([]byte, error) {
	_, err := ParseRule(string(r))
	return []byte(r), err
}

// UnmarshalText reads what MarshalText writes, with the error of [ParseRule].
func (r *Rule) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRule(string(text))
	return err
}

// Text says what the rule demands, in English sentences without numbers, which are policy; "" for an unknown rule.
func (r Rule) Text() string {
	for _, known := range ruleTexts {
		if known.rule == r {
			return known.text
		}
	}
	return ""
}
