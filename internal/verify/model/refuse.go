package model

// ruleOf is the rule each operation comes from.
func ruleOf(op string) string {
	switch op {
	case "open":
		return "R01"
	case "submit_request":
		return "R03"
	case "accept_request", "reject_request":
		return "R05"
	case "report_progress":
		return "R06"
	case "deliver":
		return "R07"
	case "accept_product", "reject_product":
		return "R08"
	case "remind":
		return "R20"
	case "raise_appeal":
		return "R18"
	case "intervene":
		return "R30"
	case "add_note":
		return "R13"
	case "decide_appeal":
		return "R15"
	case "propose_refund", "withdraw_refund", "agree_refund", "decline_refund":
		return "R32"
	case "amend":
		return "R31"
	case "report_receipt", "auto_accept":
		return "R27"
	case "close_at_end":
		return "R14"
	case "complete":
		return "R02"
	case "erase":
		return "R35"
	}
	return ""
}

// mine says whether an operation is a role's.
func mine(role, op string) bool {
	switch op {
	case "submit_request", "accept_product", "reject_product", "remind", "propose_refund", "withdraw_refund":
		return role == "buyer"
	case "accept_request", "reject_request", "report_progress", "deliver", "agree_refund", "decline_refund":
		return role == "seller"
	case "raise_appeal":
		return role == "buyer" || role == "seller"
	case "intervene", "add_note", "decide_appeal", "amend":
		return role == "manager"
	case "open", "auto_accept", "close_at_end", "complete", "report_receipt", "erase":
		return role == "system"
	}
	return false
}

// here says whether an operation exists at a status.
func here(status, op string) bool {
	final := status == "completed" || status == "canceled"
	switch {
	case op == "erase":
		return final
	case op == "amend":
		return !final
	case isOne(op, "propose_refund", "withdraw_refund", "agree_refund", "decline_refund", "intervene"):
		return !final && status != "frozen"
	case isOne(op, "raise_appeal", "close_at_end"):
		return !final && status != "frozen" && status != "accepted"
	}
	switch status {
	case "awaiting_request":
		return op == "submit_request"
	case "awaiting_confirmation":
		return isOne(op, "accept_request", "reject_request", "report_progress", "remind")
	case "awaiting_delivery":
		return isOne(op, "deliver", "report_progress", "remind")
	case "awaiting_acceptance":
		return isOne(op, "accept_product", "reject_product", "report_receipt", "auto_accept")
	case "accepted":
		return op == "complete"
	case "frozen":
		return op == "add_note" || op == "decide_appeal"
	}
	return false
}

// barred is the part of a refusal that time plays no part in: whose operation
// it is and where the flow stands.
func (o Order) barred(role, op string) (rule, reason string) {
	switch {
	case !mine(role, op):
		return ruleOf(op), "another_role"
	case o.final() && !here(o.Status, op):
		return closedRule(op), "final"
	case o.Status == "frozen" && (role == "buyer" || role == "seller"):
		return "R12", "frozen"
	case !here(o.Status, op):
		return closedRule(op), "another_status"
	}
	return "", ""
}

// ownCase: a manager never handles an order of which it is a party (R13).
func (o Order) ownCase(role, actor string) bool {
	return role == "manager" && (actor == o.Buyer || actor == o.Seller)
}

// closedRule: after acceptance there is no appeal at all (R14).
func closedRule(op string) string {
	if op == "raise_appeal" {
		return "R14"
	}
	return ruleOf(op)
}

// refuse says why a command cannot be done by the order as it stands at an
// instant, and from when it could; no reason means it can.
func (o Order) refuse(c Command, at int64) (rule, reason string, from int64) {
	rule, reason = o.barred(c.Role, c.Op)
	if reason != "" {
		return rule, reason, 0
	}
	if o.ownCase(c.Role, c.Actor) {
		return "R13", "own_case", 0
	}
	switch c.Op {
	case "auto_accept", "close_at_end", "complete":
		return ruleOf(c.Op), "not_due", 0
	case "propose_refund", "withdraw_refund", "agree_refund", "decline_refund":
		return "R32", o.notNegotiated(c), 0
	case "amend":
		if c.Actor == c.Buyer || c.Actor == c.Seller { // it would be its own case
			return "R13", "own_case", 0
		}
	case "report_receipt":
		if o.Received != 0 {
			return "R27", "already_received", 0
		}
	case "erase":
		if o.Erased != 0 {
			return "R35", "erased", 0
		}
	case "remind":
		if o.remindedRecently(at) {
			return "R20", "reminded_recently", o.permission(c.Role, c.Actor, c.Op, at).From
		}
	case "add_note":
		if len(o.Appeal.Notes) >= 100 {
			return "R13", "too_many_notes", 0
		}
	case "decide_appeal":
		waits := isOne(c.ResumeAt, "awaiting_request", "awaiting_confirmation", "awaiting_delivery",
			"awaiting_acceptance")
		if c.Outcome == "resume" && waits && !o.CanResumeAt(c.ResumeAt) {
			return "R15", "nothing_to_act_on", 0
		}
	case "raise_appeal":
		if !isOne(c.Ground, GroundWords...) { // then some ground has to hold
			if o.may(c.Role, c.Actor, c.Op, at) {
				return "", "", 0
			}
			p := o.permission(c.Role, c.Actor, c.Op, at)
			return p.Rule, p.Reason, p.From
		}
		reason := o.groundFails(c.Role, c.Ground, at)
		if reason != "" {
			from, _ := o.opening(at, func(o Order, t int64) bool { return o.appealable(c.Role, c.Ground, t) })
			return ruleOfReason(reason), reason, from
		}
	}
	return "", "", 0
}

// notNegotiated says why a step of a negotiation is not open; "" when it is. An
// agreement without an amount asks whether any is (R32).
func (o Order) notNegotiated(c Command) string {
	switch {
	case !o.Policy.Negotiated || o.Paid == 0:
		return "not_negotiable"
	case c.Op == "propose_refund" && o.Proposal.At != 0:
		return "already_proposed"
	case c.Op != "propose_refund" && o.Proposal.At == 0:
		return "no_proposal"
	case c.Op == "agree_refund" && c.Amount != 0 && c.Amount != o.Proposal.Amount:
		return "another_amount"
	}
	return ""
}

func (o Order) remindedRecently(at int64) bool {
	return o.Reminded != 0 && at < o.Reminded+o.Policy.Reminder
}

// CanResumeAt says whether a ruling may resume at a status: where it froze, or
// where a party has something to act on (R15).
func (o Order) CanResumeAt(status string) bool {
	if o.Status != "frozen" || status == o.FrozenFrom {
		return o.Status == "frozen"
	}
	switch status {
	case "awaiting_request":
		return o.Policy.Start != "awaiting_delivery"
	case "awaiting_confirmation":
		return o.Request != nil
	case "awaiting_acceptance":
		return o.Delivery != nil
	}
	return status == "awaiting_delivery"
}

// groundFails says why a ground does not hold at an instant at which the order
// stands as it is; "" when it does.
func (o Order) groundFails(role, ground string, at int64) string {
	if !o.Policy.grants(role, ground) {
		return "not_granted"
	}
	switch ground {
	case "seller_silent", "buyer_silent":
		if o.Turn()+"_silent" != ground {
			return "not_their_turn"
		}
		if at-o.SilentSince <= o.Policy.Silence { // "more than" (R09)
			return "not_silent_long_enough"
		}
	case "request_rejected":
		if o.RequestRejections < o.Policy.Rejections {
			return "too_few_rejections"
		}
	case "product_rejected":
		if o.ProductRejections < o.Policy.Rejections {
			return "too_few_rejections"
		}
	}
	if o.End-o.Policy.Blackout <= at && at < o.End {
		return "in_blackout"
	}
	return ""
}

func ruleOfReason(reason string) string {
	switch reason {
	case "not_granted":
		return "R11"
	case "not_their_turn", "not_silent_long_enough":
		return "R09"
	case "too_few_rejections":
		return "R10"
	case "in_blackout":
		return "R14"
	}
	return ""
}

// appealable is the whole question: the flow stands where it can be appealed,
// and the ground holds.
func (o Order) appealable(role, ground string, at int64) bool {
	_, reason := o.barred(role, "raise_appeal")
	return reason == "" && o.groundFails(role, ground, at) == ""
}

// Holds says whether a role could appeal on a ground at an instant.
func (o Order) Holds(role, ground string, at int64) bool {
	return o.at(at).appealable(role, ground, at)
}
