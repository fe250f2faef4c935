package model

import "strings"

// Due is when time alone moves the order on; 0 for never.
func (o Order) Due() int64 {
	_, at := o.due()
	return at
}

// due is what time does next, and when: it completes an accepted order (R02),
// accepts an untouched delivery (R27), closes an order at its scheduled end
// (R14).
func (o Order) due() (op string, at int64) {
	switch {
	case o.Status == "accepted":
		op, at = "complete", o.TurnSince+o.Policy.Completion // later than the acceptance only by freezes (R17)
	case o.Status == "awaiting_acceptance" && o.Policy.AutoAccept > 0 && o.untouched() > 0:
		op, at = "auto_accept", o.untouched()+o.Policy.AutoAccept
	}
	if o.waiting() && o.Policy.AtEnd != "stay" && (at == 0 || o.End < at) {
		op, at = "close_at_end", o.End
	}
	if at != 0 && at < o.Updated {
		at = o.Updated // an amendment or a report made it overdue
	}
	return op, at
}

// untouched is from when a delivery counts as untouched; 0 for not yet.
func (o Order) untouched() int64 {
	if o.Policy.AutoFrom == "receipt" && (o.Received == 0 || o.Received > o.TurnSince) {
		return o.Received
	}
	return o.TurnSince
}

// Settle does what time has made due by an instant.
func (o Order) Settle(at int64) (Order, []Record) {
	var records []Record
	at = o.clamp(at)
	for o.Due() != 0 && o.Due() <= at {
		op, due := o.due()
		r := Record{Seq: o.Version + 1, At: due, From: o.Status, Command: bySystem(op)}
		switch {
		case op == "complete":
			r.To = "completed"
			o = o.happened("accepted").close(due)
		case op == "close_at_end" && o.Policy.AtEnd == "cancel":
			r.To = "canceled"
			o = o.cancel(op, o.Status, o.Paid, due)
		default:
			r.To = "accepted"
			if o.Status == "awaiting_acceptance" {
				o = o.happened(o.Status)
			}
			o.Accepted = due
		}
		o.Status, o.Version, o.Updated, o.TurnSince, o.SilentSince = r.To, r.Seq, due, due, due
		records = append(records, r)
	}
	return o, records
}

// close ends the order; what was proposed lapses (R32).
func (o Order) close(at int64) Order {
	o.Closed, o.Proposal = at, Proposal{}
	return o
}

// cancel closes the order without completion, with a refund if there is one.
func (o Order) cancel(by, from string, refund, at int64) Order {
	o.CanceledBy, o.CanceledFrom = by, from
	if refund != 0 {
		o.Refund = Refund{refund, by, at}
	}
	return o.close(at)
}

// at is the order as it is at an instant.
func (o Order) at(t int64) Order {
	o, _ = o.Settle(o.clamp(t))
	return o
}

// clamp: an order's time never runs backwards.
func (o Order) clamp(at int64) int64 {
	if at < o.Updated {
		return o.Updated
	}
	return at
}

// Do answers a command given at an instant.
func (o Order) Do(c Command, at int64) (Order, Answer) {
	if strings.ContainsAny(c.User, "\n\t") { // ids hold no control characters
		return o, Answer{Kind: "invalid", Faults: []string{"actor"}}
	}
	if !o.Sees(c.Role, c.Actor) {
		return o, Answer{Kind: "not_found"}
	}
	clock := at
	at = o.clamp(at)
	next, records := o.Settle(at)
	rule, reason, from := next.refuse(c, at)
	if reason != "" {
		return o, Answer{Kind: "refused", Rule: rule, Reason: reason, Status: next.Status, At: at, From: from}
	}
	if c.Op == "amend" && c.Clock {
		at = clock
	}
	if faults := next.faults(c, at); len(faults) > 0 { // rules are asked before a form is checked
		return o, Answer{Kind: "invalid", Faults: faults}
	}
	next, record := next.perform(c, at)
	return next, Answer{Kind: "done", Records: append(records, record)}
}

// faults lists the faulty fields of a command.
func (o Order) faults(c Command, at int64) []string {
	var faults []string
	bad := func(field string, yes bool) {
		if yes {
			faults = append(faults, field)
		}
	}
	blank := strings.TrimSpace(c.Text) == ""
	long := len([]rune(strings.TrimSpace(c.Text))) > 4000
	switch c.Op {
	case "submit_request":
		bad("text", long || blank == (o.Form(c.Op) == 0)) // one or the other (R03)
		bad("values", c.Form != o.Form(c.Op))
		bad("attachments", c.Files > 20)
	case "reject_request", "reject_product":
		bad("reason", blank || long)
	case "report_progress":
		bad("text", blank || long)
	case "add_note":
		bad("text", blank || long || o.noted(c) > 100_000)
		bad("attachments", c.Files > 20)
	case "remind":
		bad("text", long)
	case "deliver":
		bad("result", long || blank == (o.Form(c.Op) == 0)) // one or the other (R07)
		bad("values", c.Form != o.Form(c.Op))
		bad("attachments", c.Files > 20)
	case "raise_appeal":
		bad("ground", !isOne(c.Ground, GroundWords...))
		bad("reason", blank || long)
		bad("demand", strings.TrimSpace(c.Demand) == "")
		proof := o.Policy.Proof || c.Role == "seller" && o.Status == "awaiting_acceptance" // of delivery (R18)
		bad("attachments", c.Files > 20 || proof && c.Files == 0)
	case "decide_appeal":
		bad("outcome", !isOne(c.Outcome, "resume", "accept", "cancel"))
		resumable := isOne(c.ResumeAt, "awaiting_request", "awaiting_confirmation", "awaiting_delivery",
			"awaiting_acceptance")
		bad("resume_at", c.ResumeAt != "" && (c.Outcome != "resume" || !resumable && c.ResumeAt != o.FrozenFrom))
		bad("decision", blank || long)
		bad("attachments", c.Files > 20)
		bad("refund", c.Amount != 0 && (c.Outcome == "resume" || c.Amount < 0 || c.Amount > o.Paid))
	case "intervene":
		bad("reason", blank || long)
		bad("attachments", c.Files > 20)
	case "propose_refund":
		bad("amount", c.Amount <= 0 || c.Amount > o.Paid)
		bad("reason", long)
	case "agree_refund":
		bad("amount", c.Amount <= 0 || c.Amount > o.Paid)
	case "decline_refund":
		bad("reason", blank || long)
	case "amend":
		bad("", c.Policy == "" && c.End == 0 && c.Buyer == "" && c.Seller == "" && !c.Clock)
		bad("clock", c.Clock && (at < o.Opened || at >= o.Updated))
		bad("policy", c.Policy != "" && Named[c.Policy].Start != o.Policy.Start)
		bad("scheduled_end",
			c.End != 0 && c.End <= at || c.Policy != "" && Named[c.Policy].AtEnd != "stay" && o.past(c, at))
		bad("reason", blank || long)
	case "erase":
		line := strings.TrimSpace(c.Text)
		bad("reason", blank || strings.ContainsAny(line, "\n\t") || len([]rune(line)) > 256)
	case "report_receipt":
		bad("received_at", c.Received != 0 && (c.Received < o.Delivery.At || c.Received > at))
	}
	return faults
}

// noted is how many characters the notes have with one more; the files of this
// world have names and references of 16 together.
func (o Order) noted(c Command) int {
	n := len([]rune(strings.TrimSpace(c.Text)))
	if files := c.Files; files <= 20 {
		n += 16 * files
	}
	for _, note := range o.Appeal.Notes {
		n += len([]rune(note.Text)) + 16*note.Files
	}
	return n
}

// past says whether the scheduled end lies behind an amendment's instant, after
// the amendment, and the time that the order has been frozen so far left out.
func (o Order) past(c Command, at int64) bool {
	end := o.End
	if c.End != 0 {
		end = c.End
	}
	if o.Status == "frozen" && at > o.Appeal.Raised { // else the clock is turned back to before
		end += at - o.Appeal.Raised
	}
	return end <= at
}

func isOne(word string, of ...string) bool {
	for _, w := range of {
		if w == word {
			return true
		}
	}
	return false
}

// perform does what has been found to be allowed.
func (o Order) perform(c Command, at int64) (Order, Record) {
	c.Text, c.Demand = strings.TrimSpace(c.Text), strings.TrimSpace(c.Demand)
	r := Record{Seq: o.Version + 1, At: at, From: o.Status, To: o.Status, Command: c}
	newTurn := true
	switch c.Op {
	case "submit_request":
		r.To = "awaiting_confirmation"
		o.Request = &Request{Text: c.Text, Form: c.Form, Files: c.Files, At: at}
		o = o.happened("awaiting_request")
	case "accept_request":
		r.To = "awaiting_delivery"
		o = o.happened("awaiting_confirmation")
	case "reject_request":
		r.To = "awaiting_request"
		o.RequestRejections++
		o.Rejected = Rejection{c.Op, c.Text, c.Actor, at}
	case "report_progress":
	case "deliver":
		r.To = "awaiting_acceptance"
		o.Delivery, o.Received = &Delivery{Text: c.Text, Form: c.Form, Files: c.Files, At: at}, 0
		o = o.happened("awaiting_delivery")
	case "accept_product":
		r.To = "accepted"
		o.Accepted = at
		o = o.happened("awaiting_acceptance")
	case "reject_product":
		r.To = "awaiting_delivery"
		o.ProductRejections++
		o.Rejected = Rejection{c.Op, c.Text, c.Actor, at}
	case "remind":
		o.Reminded, o.ReminderText = at, c.Text
		newTurn = false
	case "raise_appeal":
		r.To = "frozen"
		r.Count, r.Since = o.finding(c.Ground)
		o.FrozenFrom = o.Status
		o.Appeal = &Appeal{
			By: c.Role, Ground: c.Ground, Reason: c.Text, Demand: c.Demand, Files: c.Files,
			Count: r.Count, Since: r.Since, Raised: at, HandleBy: at + o.Policy.Handling,
		}
		newTurn = false
	case "intervene":
		if a := o.Appeal; a != nil && a.Ruling != nil && a.Ruling.Outcome == "accept" {
			o = o.spent(a.Ground, at) // it was settled on that ground (R16)
		}
		r.To = "frozen"
		o.FrozenFrom = o.Status
		o.Appeal = &Appeal{Manager: c.Actor, Reason: c.Text, Files: c.Files, Raised: at,
			HandleBy: at + o.Policy.Handling}
		newTurn = false
	case "add_note":
		a := *o.Appeal
		a.Notes = append(append([]Note(nil), a.Notes...), Note{at, c.Actor, c.Text, c.Files, c.Shared})
		o.Appeal = &a
		newTurn = false
	case "propose_refund":
		o.Proposal = Proposal{c.Amount, c.Text, at}
		newTurn = false
	case "withdraw_refund", "decline_refund":
		o.Proposal = Proposal{}
		newTurn = false
	case "agree_refund":
		r.To = "canceled"
		o = o.cancel(c.Op, o.Status, c.Amount, at)
	case "amend":
		o = o.amend(c)
		if c.Clock {
			o = o.turnedBack(at)
		}
		newTurn = false
	case "report_receipt":
		if r.Received == 0 {
			r.Received = at
		}
		o.Received = r.Received
		if o.Appeal != nil && o.Appeal.Ruling != nil && o.Appeal.Ruling.At > o.Received {
			// Frozen time never counts (R17): the turn knows how much there was.
			o.Received = min(o.Received+o.TurnSince-o.Delivery.At, o.Appeal.Ruling.At)
		}
		newTurn = false
	case "erase":
		o = o.Wordless()
		o.Erased = at
		newTurn = false
	case "decide_appeal":
		r.To = o.ruled(c)
		o = o.rule(c, r.To, at)
		newTurn = false // rule has seen to it
	}
	o.Status, o.Version, o.Updated = r.To, r.Seq, at
	if newTurn {
		o.TurnSince, o.SilentSince = at, at
	}
	return o, r
}

// amend changes what an amendment names (R31).
func (o Order) amend(c Command) Order {
	if c.Policy != "" {
		policy := Named[c.Policy]
		o.Policy = &policy
		if !policy.Negotiated {
			o.Proposal = Proposal{}
		}
	}
	if c.End != 0 {
		o.End = c.End
	}
	if c.Buyer != "" {
		o.Buyer = c.Buyer
	}
	if c.Seller != "" {
		if pinned := o.RequestTemplate > 0 || o.DeliveryTemplate > 0; pinned && o.TemplateSeller == "" &&
			c.Seller != o.Seller {
			o.TemplateSeller = o.Seller // whose versions they stay (R04)
		}
		o.Seller = c.Seller
	}
	return o
}

// turnedBack has what lies later than an instant at it, and a ruling to be on
// time as long after its appeal as before (R31).
func (o Order) turnedBack(to int64) Order {
	o.TurnSince, o.SilentSince, o.Reminded = min(o.TurnSince, to), min(o.SilentSince, to), min(o.Reminded, to)
	o.Accepted, o.Received, o.Rejected.At = min(o.Accepted, to), min(o.Received, to), min(o.Rejected.At, to)
	o.Proposal.At, o.Refund.At = min(o.Proposal.At, to), min(o.Refund.At, to)
	if o.Request != nil {
		r := *o.Request
		r.At = min(r.At, to)
		o.Request = &r
	}
	if o.Delivery != nil {
		d := *o.Delivery
		d.At = min(d.At, to)
		o.Delivery = &d
	}
	if o.Appeal == nil {
		return o
	}
	a := *o.Appeal
	takes := a.HandleBy - a.Raised
	a.Raised, a.Since = min(a.Raised, to), min(a.Since, to)
	a.HandleBy = a.Raised + takes
	a.Notes = append([]Note(nil), a.Notes...)
	for i := range a.Notes {
		a.Notes[i].At = min(a.Notes[i].At, to)
	}
	if a.Ruling != nil {
		r := *a.Ruling
		r.At = min(r.At, to)
		a.Ruling = &r
	}
	o.Appeal = &a
	return o
}

// Wordless is the order without what was written in it, but that it was (R35).
func (o Order) Wordless() Order {
	o.ReminderText, o.Rejected.Reason = wordless(o.ReminderText), wordless(o.Rejected.Reason)
	o.Proposal.Reason = wordless(o.Proposal.Reason)
	if o.Request != nil {
		r := *o.Request
		r.Text = wordless(r.Text)
		o.Request = &r
	}
	if o.Delivery != nil {
		d := *o.Delivery
		d.Text = wordless(d.Text)
		o.Delivery = &d
	}
	if o.Appeal == nil {
		return o
	}
	a := *o.Appeal
	a.Reason, a.Demand = wordless(a.Reason), wordless(a.Demand)
	a.Notes = append([]Note(nil), a.Notes...)
	for i := range a.Notes {
		a.Notes[i].Text = wordless(a.Notes[i].Text)
	}
	if a.Ruling != nil {
		r := *a.Ruling
		r.Decision = wordless(r.Decision)
		a.Ruling = &r
	}
	o.Appeal = &a
	return o
}

// Erased is the record as an erasure leaves it; one of an erasure keeps its
// reason (R35).
func (r Record) Erased() Record {
	if r.Op != "erase" {
		r.Text, r.Demand = wordless(r.Text), wordless(r.Demand)
	}
	return r
}

func wordless(text string) string {
	if text == "" {
		return ""
	}
	return "(erased)"
}

// ruled is the status a ruling leads to (R15).
func (o Order) ruled(c Command) string {
	switch {
	case c.Outcome == "accept":
		return "accepted"
	case c.Outcome == "cancel":
		return "canceled"
	case c.ResumeAt != "":
		return c.ResumeAt
	}
	return o.FrozenFrom
}

// rule ends the case. Frozen time never counts: the scheduled end moves by it,
// and so do silence and timer where the flow goes on where it froze; anywhere
// else a new turn begins (R17). A flow that resumes has spent the ground ruled
// on, and no other: its counter is 0 again, or that silence begins anew (R16).
func (o Order) rule(c Command, to string, at int64) Order {
	a := *o.Appeal
	a.Ruling = &Ruling{Outcome: c.Outcome, Decision: c.Text, By: c.Actor, Upheld: c.Upheld, Files: c.Files, At: at,
		Refund: c.Amount}
	o.Appeal = &a
	frozen := at - a.Raised
	o.End += frozen
	stood := o.FrozenFrom
	o.FrozenFrom = ""
	if c.Outcome == "resume" && to == stood {
		o.TurnSince, o.SilentSince = o.TurnSince+frozen, o.SilentSince+frozen
		if o.Received != 0 {
			o.Received += frozen
		}
	} else {
		o.TurnSince, o.SilentSince = at, at
		o.Accepted, o.Refund = 0, Refund{} // an earlier acceptance is gone, and what it came with
	}
	switch c.Outcome {
	case "cancel":
		return o.cancel(c.Op, stood, c.Amount, at)
	case "accept":
		o.Accepted = at
		if c.Amount != 0 {
			o.Refund = Refund{c.Amount, c.Op, at}
		}
	case "resume":
		a.Ruling.ResumedAt = to
		o = o.spent(a.Ground, at)
	}
	return o
}

// spent is the order without what made a ground hold (R16).
func (o Order) spent(ground string, at int64) Order {
	switch ground {
	case "request_rejected":
		o.RequestRejections = 0
	case "product_rejected":
		o.ProductRejections = 0
	case "seller_silent", "buyer_silent":
		o.SilentSince = at
	}
	return o
}

// finding is what makes a ground hold (R18).
func (o Order) finding(ground string) (count int, since int64) {
	switch ground {
	case "seller_silent", "buyer_silent":
		return 0, o.SilentSince
	case "request_rejected":
		return o.RequestRejections, 0
	case "product_rejected":
		return o.ProductRejections, 0
	}
	return 0, 0
}
