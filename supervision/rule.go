package supervision

// Rule is the ID of a rule of service supervision, such as "R09".
// Transitions, refusals, deadlines and the names of tests cite it.
type Rule string

// The rules. [Rule.Text] says what each demands; docs/rules.md lists them.
const (
	R01 Rule = "R01" // entry
	R02 Rule = "R02" // completion
	R03 Rule = "R03" // request
	R04 Rule = "R04" // templates
	R05 Rule = "R05" // confirmation
	R06 Rule = "R06" // progress
	R07 Rule = "R07" // delivery
	R08 Rule = "R08" // acceptance
	R09 Rule = "R09" // silence
	R10 Rule = "R10" // rejections
	R11 Rule = "R11" // grounds
	R12 Rule = "R12" // freeze
	R13 Rule = "R13" // operations manager
	R14 Rule = "R14" // blackout and scheduled end
	R15 Rule = "R15" // rulings
	R16 Rule = "R16" // spent grounds
	R17 Rule = "R17" // frozen time
	R18 Rule = "R18" // appeals
	R19 Rule = "R19" // overdue rulings
	R20 Rule = "R20" // reminders
	R21 Rule = "R21" // records
	R22 Rule = "R22" // parties
	R23 Rule = "R23" // asking
	R24 Rule = "R24" // refusals
	R25 Rule = "R25" // policy
	R26 Rule = "R26" // presets
	R27 Rule = "R27" // automatic acceptance
	R28 Rule = "R28" // idempotency
	R29 Rule = "R29" // adoption
	R30 Rule = "R30" // intervention
	R31 Rule = "R31" // amendment
	R32 Rule = "R32" // negotiated refund
	R33 Rule = "R33" // notices
	R34 Rule = "R34" // views
	R35 Rule = "R35" // retention
)

// ruleText is a rule in words. The numbers are policy.
type ruleText struct {
	rule   Rule
	source string // Guide, Seller guide, CN guide, 2025 rules, Ours
	text   string
	why    string // where the source names Ours
}

// ruleTexts holds rule Rnn at index nn-1.
var ruleTexts = []ruleText{
	{
		rule:   R01,
		source: "Guide",
		text: "An order enters supervision when it is bought and is Processing until its flow completes. The host " +
			"may report an earlier purchase; silence counts from the opening.",
	},
	{
		rule:   R02,
		source: "Guide, Ours",
		text: "An order becomes Completed when the completion delay after its acceptance ends: at that instant " +
			"exactly, whoever looks and whether or not a worker ran. A later command never undoes what a reader " +
			"was shown of an order.",
		why: "Two readers must not get two answers because a worker was late, and a slow clock must not take back " +
			"what somebody has acted on.",
	},
	{
		rule:   R03,
		source: "Guide",
		text: "The buyer submits a request: on the seller's request template where the product has one, as free " +
			"text where it has none.",
	},
	{
		rule:   R04,
		source: "Seller guide, Ours",
		text: "A template belongs to a seller's product and has versions. A published version never changes; the " +
			"seller may withdraw it for new orders. An order is pinned to the version current at its opening. All " +
			"faults of a form are reported at once, each at its field. A product may also have a delivery " +
			"template, its acceptance criteria, pinned in the same way.",
		why: "A seller must change neither the questions nor the acceptance criteria of a running order, and a " +
			"form that reveals one fault at a time is filled in many times.",
	},
	{
		rule:   R05,
		source: "Guide, Seller guide",
		text:   "The seller accepts the request or rejects it. A rejection needs a reason and is counted.",
	},
	{
		rule:   R06,
		source: "Guide, Seller guide",
		text:   "The seller reports progress while it is the seller's turn.",
	},
	{
		rule:   R07,
		source: "Seller guide",
		text: "The seller delivers a result, on the delivery template where the product has one, with optional " +
			"attachments and, optionally, the instant at which the service was enabled. That instant lies neither " +
			"before the opening nor after the delivery.",
	},
	{
		rule:   R08,
		source: "Guide",
		text:   "The buyer accepts the delivery or rejects it. A rejection needs a reason and is counted.",
	},
	{
		rule:   R09,
		source: "Guide, Seller guide",
		text: "A party is silent while it is its turn, from the beginning of the turn or its last update on that " +
			"turn. Silence longer than the policy allows opens an appeal for the other party. Silence of exactly " +
			"that length does not.",
	},
	{
		rule:   R10,
		source: "Guide, CN guide",
		text: "As many rejected requests as the policy names open an appeal, and so do as many rejected deliveries. " +
			"An order counts the two apart, and a new request or delivery resets neither.",
	},
	{
		rule:   R11,
		source: "Guide, Seller guide",
		text: "The grounds of an appeal are the other party's silence, rejected requests and rejected deliveries. " +
			"Policy says which of them each side has.",
	},
	{
		rule:   R12,
		source: "Guide",
		text: "From an appeal until its ruling neither buyer nor seller can perform any operation, reminders and " +
			"appeals included. Both can still read.",
	},
	{
		rule:   R13,
		source: "Guide, Ours",
		text: "Only an operations manager handles an appeal: adds notes, with files, and rules. An order has one " +
			"appeal at a time. A manager never handles an order of which it is a party.",
		why: "Nobody judges its own case; the guide leaves that unsaid.",
	},
	{
		rule:   R14,
		source: "Guide, CN guide, Ours",
		text: "No appeal begins in the blackout before the flow's scheduled end S: it is refused at an instant t " +
			"with S − blackout ≤ t < S. S is the order's own date or else the opening plus the supervision " +
			"period. After acceptance there is no appeal. Policy says what happens at S: nothing, acceptance or " +
			"cancellation. Where nothing happens, an open order can be appealed again from S on.",
		why: "The guide speaks to buyers; the blackout binds both parties, or one could appeal when the other " +
			"cannot. An order that stays open without any way to appeal would be stuck.",
	},
	{
		rule:   R15,
		source: "Seller guide, Ours",
		text: "A ruling has a decision text and says whether the appeal is upheld. It resumes the flow where it " +
			"froze, or at a waiting status whose party has something to act on; or it accepts, in the seller's " +
			"favor, from any status, delivered or not; or it cancels, which is final. One that accepts or cancels " +
			"may name a refund (R32). At which statuses it may resume can be asked (R23). A step that never " +
			"happened is never shown as done.",
		why: "The guides say only that an order is restored, or closed and settled. A flow that resumes where " +
			"nobody can act would be stuck, and a history must not claim a delivery that nobody made.",
	},
	{
		rule:   R16,
		source: "Ours",
		text: "A ruling that resumes the flow spends the ground it ruled on: its counter, which both sides share, " +
			"returns to zero, or that silence begins anew. Every other ground stands as it was, and an appeal " +
			"without ground spends none. A ruling that accepts or cancels resets nothing; an intervention that " +
			"opens an accepted case again spends the ground on which it was accepted.",
		why: "Nobody appeals twice on the same facts, and no appeal destroys the opponent's rights.",
	},
	{
		rule:   R17,
		source: "Ours",
		text: "Frozen time never counts, neither as silence nor for a timer, and the scheduled end moves by the " +
			"length of the freeze. A turn resumed at its own status keeps the silence it had and what has run of " +
			"its timer; at another status a new turn begins.",
		why: "A party that may not act cannot be silent, and how long a ruling takes is not in the parties' hands.",
	},
	{
		rule:   R18,
		source: "Seller guide, CN guide, 2025 rules",
		text: "An appeal states ground, reason and demand, with optional attachments, and is recorded with the " +
			"facts that made the ground hold. A seller that appeals at acceptance attaches proof of delivery; " +
			"policy may demand proof of every appeal. All faults of an appeal are reported at once.",
	},
	{
		rule:   R19,
		source: "CN guide",
		text: "The operations manager should rule within the policy's handling time. Overdue appeals can be " +
			"searched for, oldest first, and bring a notice (R33).",
	},
	{
		rule:   R20,
		source: "Guide, Ours",
		text: "The buyer can remind the seller while it is the seller's turn, not more often than the policy " +
			"allows. A reminder changes no status, no counter and no clock.",
		why: "The guide gives no interval; without one a reminder could be sent every second.",
	},
	{
		rule:   R21,
		source: "Guide, CN guide",
		text: "Every operation, the system's included, leaves one record: sequence, instant, actor and person, " +
			"operation, from, to, and what was submitted. Records are only ever added. Replaying them yields the " +
			"order, and verifying them names each one that the rules would not have allowed.",
	},
	{
		rule:   R22,
		source: "Ours",
		text: "A party sees and touches its own orders only; to anyone else an order does not exist. Operations " +
			"managers and the host see all. The account is the party; the person who acts for it is recorded and " +
			"decides nothing.",
		why: "An answer of \"forbidden\" would tell a stranger that the order exists, and people come and go while " +
			"their company stays the party.",
	},
	{
		rule:   R23,
		source: "Ours",
		text: "Who asks what can be done now gets every operation with yes or no, why not, and from when, where " +
			"time alone will change the answer. The answer and the operation never disagree.",
		why: "The console shows the operations beside each order. A button that fails when pressed is a broken " +
			"promise, and a host that works the answer out itself writes the rules a second time.",
	},
	{
		rule:   R24,
		source: "Ours",
		text: "Every refusal is typed: rule, operation, status, actor, reason with its numbers, and the instant " +
			"from which the operation would be allowed.",
		why: "A host explains a refusal in its users' language and never parses a message.",
	},
	{
		rule:   R25,
		source: "Ours",
		text: "The policy is data, validated field by field and as a whole, and pinned to the order when it opens. " +
			"A later change touches new orders only; a running order changes only by an amendment (R31).",
		why: "The marketplace itself runs old orders on the old flow: nobody's rights change in the middle of an " +
			"order.",
	},
	{
		rule:   R26,
		source: "Guide, Seller guide, CN guide, 2025 rules",
		text: "There are four presets: Guide, the default; Rules2025, with appeals at any time and without ground, " +
			"mandatory proof, and negotiated refunds; License, which starts at the delivery; and Hardware, a " +
			"License flow that accepts by itself some time after the receipt.",
	},
	{
		rule:   R27,
		source: "CN guide",
		text: "Optionally, the system accepts a delivery that the buyer leaves untouched for the time the policy " +
			"names, counted from the delivery or from the receipt that the host reports.",
	},
	{
		rule:   R28,
		source: "CN guide",
		text: "A command repeated with its idempotency key does nothing a second time and says so; the same key " +
			"with another command is an error. Keys belong to one order and one actor. A repeated opening returns " +
			"the order at any later time; an opening that differs is an error.",
	},
	{
		rule:   R29,
		source: "Ours",
		text: "An order that already runs in another system is adopted: its first record holds a checked snapshot, " +
			"and the old history as quoted evidence that decides nothing. Everything after it obeys the rules. " +
			"Adopting twice is safe.",
		why: "Existing services have orders in flight, and records forged to fit would not be evidence.",
	},
	{
		rule:   R30,
		source: "Ours",
		text: "An operations manager may take any order that is not final into its hands, with a reason. The order " +
			"is frozen as by an appeal, from every status, without ground and outside the blackout, until a " +
			"ruling.",
		why: "Refunds by law, fraud, delisted products and plain mistakes do not wait for an appeal. It touches no " +
			"party's right to one.",
	},
	{
		rule:   R31,
		source: "Ours",
		text: "An operations manager may change a running order's policy, scheduled end or party account, with a " +
			"reason, and turn its clock back where a host's was ahead. An amendment is recorded, replayed, and " +
			"checked like an opening.",
		why: "Companies merge and deadlines are agreed anew; a change behind the records' back would make them " +
			"wrong. One wrong clock must not stop an order until its date has come.",
	},
	{
		rule:   R32,
		source: "2025 rules",
		text: "Where policy allows it, which Guide does not, the buyer may propose a refund until the order is " +
			"final: of more than nothing and at most what was paid, in whole minor units of an ISO 4217 " +
			"currency. The seller agrees, which cancels the order with that refund, or declines with a reason; " +
			"the buyer may withdraw and propose again. While the order is frozen nobody can. A proposal changes " +
			"no clock, counter or status, and lapses with the order. The host pays.",
	},
	{
		rule:   R33,
		source: "CN guide, Ours",
		text: "Policy lists how long before or after an instant people are told of it: silence about to entitle, " +
			"completion, automatic acceptance, blackout, scheduled end, the next reminder, an overdue ruling, a " +
			"flow open for long. Whom follows from the kind: of an overdue ruling the operations managers are " +
			"told, of the next reminder the buyer, of all else both parties. Each notice goes out once, if the " +
			"instant still stands, and changes nothing a user could conflict with.",
		why: "A deadline that nobody hears of surprises people. The CN guide has one such notice; hosts need more.",
	},
	{
		rule:   R34,
		source: "Ours",
		text: "Whatever is handed out of an order or record is its reader's view: managers' notes are theirs unless " +
			"shared, and idempotency keys are their owner's.",
		why: "A leaked working note is a real incident, and a host that has to remember the filter will forget it " +
			"once.",
	},
	{
		rule:   R35,
		source: "Ours",
		text: "Closed orders can be exported and removed whole. The texts of an order are erased on request, by a " +
			"recorded operation that leaves its history verifiable.",
		why: "The law demands both: evidence that lasts, and personal data that goes.",
	},
}

// Rules lists every rule in order.
func Rules() []Rule {
	list := make([]Rule, len(ruleTexts))
	for i, r := range ruleTexts {
		list[i] = r.rule
	}
	return list
}

// Text says what the rule demands; "" for an undeclared rule.
// It names no number that policy sets.
func (r Rule) Text() string { return r.words().text }

// Source names where the rule comes from: Guide, Seller guide, CN guide,
// 2025 rules, or Ours; several are separated by ", ".
func (r Rule) Source() string { return r.words().source }

// Why gives the reason for a rule, or a part of it, that is Ours.
func (r Rule) Why() string { return r.words().why }

func (r Rule) words() ruleText {
	for _, known := range ruleTexts {
		if known.rule == r {
			return known
		}
	}
	return ruleText{}
}

// UnmarshalText reads an ID. An undeclared one is an error that wraps
// [ErrUnknown].
func (r *Rule) UnmarshalText(text []byte) error { return parseWord(r, "rule", text, Rules()) }
