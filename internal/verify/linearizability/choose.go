package linearizability

import (
	"math/rand/v2"

	"github.com/koogallery/serviceflow/internal/verify/model"
)

// likely are the operations that somebody may do at each status, several times
// where the flow should go on.
var likely = map[string][]string{
	"awaiting_request": {"submit_request"},
	"awaiting_confirmation": {"accept_request", "accept_request", "reject_request", "report_progress", "remind",
		"raise_appeal"},
	"awaiting_delivery":   {"deliver", "deliver", "report_progress", "remind", "raise_appeal"},
	"awaiting_acceptance": {"reject_product", "reject_product", "accept_product", "raise_appeal"},
	"frozen":              {"add_note", "decide_appeal"},
}

// choose decides what a client tries, given the status it saw last; mark tells
// its commands apart.
func choose(random *rand.Rand, status, mark string) input {
	ops := likely[status]
	if len(ops) == 0 || random.IntN(6) == 0 {
		ops = model.Operations
	}
	c := model.Command{Op: ops[random.IntN(len(ops))], Text: mark, Role: "seller", Actor: "s"}
	switch c.Op {
	case "submit_request", "accept_product", "reject_product", "remind":
		c.Role, c.Actor = "buyer", "b"
	case "intervene", "add_note", "decide_appeal":
		c.Role, c.Actor = "manager", "m"
	case "raise_appeal":
		if random.IntN(2) == 0 {
			c.Role, c.Actor = "buyer", "b"
		}
		c.Ground, c.Demand, c.Files = model.GroundWords[random.IntN(4)], "money back", 1
	}
	switch c.Op {
	case "accept_request", "accept_product", "auto_accept", "complete":
		c.Text = ""
	case "decide_appeal":
		c.Outcome, c.ResumeAt = "resume", []string{"", "", "awaiting_delivery"}[random.IntN(3)]
	}
	in := input{kind: "do", command: c}
	if random.IntN(4) > 0 {
		in.key = mark
	}
	return in
}
