package supervision

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// Reason says why an operation is not allowed. The zero value means that it is.
type Reason = appeal.Reason

// The reasons, in the order in which they are looked for; those of an appeal
// follow them.
const (
	// ReasonRole: the operation is another role's.
	ReasonRole Reason = "another_role"
	// ReasonFrozen: an appeal or an intervention is pending, so neither party
	// can do anything (R12).
	ReasonFrozen Reason = "frozen"
	// ReasonFinal: the order is Completed or Canceled.
	ReasonFinal Reason = "final"
	// ReasonStatus: the flow stands elsewhere.
	ReasonStatus Reason = "another_status"
	// ReasonOwnCase: the manager's account is a party of the order (R13).
	ReasonOwnCase Reason = "own_case"
	// ReasonNotDue: only time does it, and it is not due, or the policy has the
	// timer switched off (R02, R27). Nobody is ever allowed to do it by hand,
	// so there is no From; [Order.Deadlines] tells when it will be done.
	ReasonNotDue Reason = "not_due"
	// ReasonReminded: the last reminder is too recent (R20).
	ReasonReminded Reason = "reminded_recently"
	// ReasonNotes: the appeal has MaxNotes notes already (R13).
	ReasonNotes Reason = "too_many_notes"
	// ReasonNothingThere: a ruling cannot resume where the party would have
	// nothing to act on: a confirmation without a request, an acceptance
	// without a delivery, a request in a flow that has none (R15).
	ReasonNothingThere Reason = "nothing_to_act_on"

	// ReasonNotNegotiable: the policy has no negotiated refund, or the order
	// does not say what was paid (R32).
	ReasonNotNegotiable Reason = "not_negotiable"
	// ReasonProposed: a proposal is pending; withdraw it first (R32).
	ReasonProposed Reason = "already_proposed"
	// ReasonNoProposal: no proposal is pending (R32).
	ReasonNoProposal Reason = "no_proposal"
	// ReasonOtherAmount: the pending proposal is of another amount (R32).
	ReasonOtherAmount Reason = "another_amount"
	// ReasonReceived: the receipt of this delivery is reported already (R27).
	ReasonReceived Reason = "already_received"

	// ReasonErased: the order's texts have been erased before (R35).
	ReasonErased Reason = "erased"

	// Why no ground of an appeal holds; see package appeal.
	ReasonNotGranted          = appeal.NotGranted
	ReasonNotTheirTurn        = appeal.NotTheirTurn
	ReasonTooFewRejections    = appeal.TooFewRejections
	ReasonNotSilentLongEnough = appeal.NotSilentLongEnough
	ReasonInBlackout          = appeal.InBlackout
)

var reasonTexts = map[Reason]string{
	ReasonRole:                "it is another role's operation",
	ReasonFrozen:              "the flow is frozen until an operations manager rules",
	ReasonFinal:               "the order is closed",
	ReasonStatus:              "the flow does not stand where this can be done",
	ReasonOwnCase:             "a manager does not handle an order of which it is a party",
	ReasonNotDue:              "only time does this",
	ReasonReminded:            "the last reminder is too recent",
	ReasonNotes:               "the appeal has as many notes as it can hold",
	ReasonNothingThere:        "at that status the party would have nothing to act on",
	ReasonNotNegotiable:       "the parties cannot negotiate a refund of this order",
	ReasonProposed:            "a refund is proposed already",
	ReasonNoProposal:          "no refund is proposed",
	ReasonOtherAmount:         "the refund that is proposed is of another amount",
	ReasonReceived:            "the receipt is reported already",
	ReasonErased:              "the texts have been erased",
	ReasonNotGranted:          "the policy does not give this party that ground",
	ReasonNotTheirTurn:        "the other party cannot be silent while it is not its turn",
	ReasonTooFewRejections:    "there have not been enough rejections",
	ReasonNotSilentLongEnough: "the other party has not been silent long enough",
	ReasonInBlackout:          "the scheduled completion is too near",
}

// Reasons lists every reason, those of appeals included, by their words.
func Reasons() []Reason { return slices.Sorted(maps.Keys(reasonTexts)) }

// ReasonText says a reason in an English sentence without a full stop, such as
// "the order is closed", for errors and logs; "" for none. Package words has
// what a page shows.
func ReasonText(r Reason) string { return reasonTexts[r] }

// Refusal is the typed answer to an operation that a rule forbids (R24). It
// matches [ErrRefused].
type Refusal struct {
	// Order is the order's id, Status where its flow stood when it was asked,
	// due timers settled.
	Order  string `json:"order"`
	Status Status `json:"status"`
	// Actor is who asked, At when.
	Actor Actor     `json:"actor"`
	At    time.Time `json:"at"`
	// Decision is the answer: the operation, the rule that forbids it, why, and
	// from when it is allowed.
	Decision
}

// Error tells the whole refusal in one line.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("supervision: order %q: %s by %s refused at %s: %s (%s)",
		r.Order, r.Operation, r.Actor, r.Status, ReasonText(r.Reason), r.Rule)
	if !r.From.IsZero() {
		text += "; allowed from " + r.From.Format(time.RFC3339Nano)
	}
	return text
}

// Is matches ErrRefused.
func (r *Refusal) Is(target error) bool { return target == ErrRefused }
