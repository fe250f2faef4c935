package model

import "strings"

// Due is when time alone moves the order on (R02, R27); 0 for never.
func (o Order) Due() int64 {
	switch {
	case o.Status == "accepted":
		return o.TurnSince + o.Policy.Completion // later than the acceptance only by freezes (R17)
	case o.Status == "awaiting_acceptance" && o.Policy.AutoAccept > 0:
		return o.TurnSince + o.Policy.AutoAccept
	}
	return 0
}

// Settle does what time has made due by an instant.
func (o Order) Settle(at int64) (Order, []Record) {
	var records []Record
	for o.Due() != 0 && o.Due() <= at {
		due := o.Due()
		r := Record{Seq: o.Version + 1, At: due, From: o.Status}
		if o.Status == "accepted" {
			r.Command, r.To = bySystem("complete"), "completed"
			o = o.happened("accepted")
			o.Closed = due
		} else {
			r.Command, r.To = bySystem("auto_accept"), "accepted"
			o = o.happened("awaiting_acceptance")
			o.Accepted = due
		}
		o.Status, o.Version, o.Updated, o.TurnSince, o.SilentSince = r.To, r.Seq, due, due, due
		records = append(records, r)
	}
	return o, records
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
	if !o.sees(c.Role, c.Actor) {
		return o, Answer{Kind: "not_found"}
	}
	at = o.clamp(at)
	next, records := o.Settle(at)
	rule, reason, from := next.refuse(c, at)
	if reason != "" {
		return o, Answer{Kind: "refused", Rule: rule, Reason: reason, Status: next.Status, At: at, From: from}
	}
	if faults := next.faults(c); len(faults) > 0 { // rules are asked before a form is checked
		return o, Answer{Kind: "invalid", Faults: faults}
	}
	next, record := next.perform(c, at)
	return next, Answer{Kind: "done", Records: append(records, record)}
}

// faults lists the faulty fields of a command.
func (o Order) faults(c Command) []string {
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
		bad("text", long || blank == (o.Template == 0)) // one or the other (R03)
		bad("values", c.Form != o.Template)
		bad("attachments", c.Files > 20)
	case "reject_request", "reject_product":
		bad("reason", blank || long)
	case "report_progress":
		bad("text", blank || long)
	case "add_note":
		bad("text", blank || long)
		bad("attachments", c.Files > 20)
	case "remind":
		bad("text", long)
	case "deliver":
		bad("result", blank || long)
		bad("attachments", c.Files > 20)
	case "raise_appeal":
		bad("ground", !isOne(c.Ground, GroundWords...))
		bad("reason", blank || long)
		bad("demand", strings.TrimSpace(c.Demand) == "")
		proof := c.Ground == "buyer_silent" && o.Status == "awaiting_acceptance" // of delivery (R18)
		bad("attachments", c.Files > 20 || proof && c.Files == 0)
	case "decide_appeal":
		bad("outcome", !isOne(c.Outcome, "resume", "accept", "cancel"))
		resumable := isOne(c.ResumeAt, "awaiting_request", "awaiting_confirmation", "awaiting_delivery",
			"awaiting_acceptance")
		bad("resume_at", c.ResumeAt != "" && (c.Outcome != "resume" || !resumable && c.ResumeAt != o.FrozenFrom))
		bad("decision", blank || long)
		bad("attachments", c.Files > 20)
	case "intervene":
		bad("reason", blank || long)
		bad("attachments", c.Files > 20)
	}
	return faults
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
	case "report_progress":
	case "deliver":
		r.To = "awaiting_acceptance"
		o.Delivery = &Delivery{Text: c.Text, Files: c.Files, At: at}
		o = o.happened("awaiting_delivery")
	case "accept_product":
		r.To = "accepted"
		o.Accepted = at
		o = o.happened("awaiting_acceptance")
	case "reject_product":
		r.To = "awaiting_delivery"
		o.ProductRejections++
	case "remind":
		o.Reminded = at
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
	a.Ruling = &Ruling{Outcome: c.Outcome, Decision: c.Text, By: c.Actor, Upheld: c.Upheld, Files: c.Files, At: at}
	o.Appeal = &a
	frozen := at - a.Raised
	o.End += frozen
	if c.Outcome == "resume" && to == o.FrozenFrom {
		o.TurnSince, o.SilentSince = o.TurnSince+frozen, o.SilentSince+frozen
	} else {
		o.TurnSince, o.SilentSince = at, at
	}
	switch c.Outcome {
	case "cancel":
		o.Closed = at
		return o
	case "accept":
		o.Accepted = at
	case "resume":
		a.Ruling.ResumedAt = to
		if to != "accepted" {
			o.Accepted = 0
		}
		switch a.Ground {
		case "request_rejected":
			o.RequestRejections = 0
		case "product_rejected":
			o.ProductRejections = 0
		case "seller_silent", "buyer_silent":
			o.SilentSince = at
		}
	}
	o.FrozenFrom = ""
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
