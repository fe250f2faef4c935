package simulation

import (
	"context"
	"strconv"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// intent is one command as its sender means it, however often it has to be
// sent.
type intent struct {
	order   string
	command model.Command
	key     string
	// expects is the version it depends on; 0 for none.
	expects int
	dryRun  bool
	// opening is set where it opens an order.
	opening *supervision.Opening
	// snapshot is set where it adopts one (R29).
	snapshot *model.Order
	// closedBefore is set where it archives (R35).
	closedBefore int64
}

// owned is the key with its owner (R28).
func (i *intent) owned() string { return owned(bridge.Actor(i.command), i.key) }

// owned is a key with its owner, whoever acts for it (R22, R28), as the library
// writes it: the oracle does not ask the library.
func owned(by supervision.Actor, key string) string {
	if key == "" {
		return ""
	}
	return string(by.Role) + "\t" + by.ID + "\t" + key
}

// commands reports whether it is a command on an order that is there.
func (i *intent) commands() bool {
	return i != nil && i.opening == nil && i.snapshot == nil && i.closedBefore == 0
}

// erased is the command as its record has it once its texts are erased (R35).
func (i *intent) erased() model.Command { return model.Record{Command: i.command}.Erased().Command }

// repeat sends a command that was done once more, whoever acts for the account,
// or another, or somebody else's, with its key.
func (p *process) repeat(done *intent) {
	w := p.world
	switch w.random.IntN(20) {
	case 0, 1:
		again := *done
		again.command.User = w.user()
		p.send(&again)
	case 2:
		other := *done
		other.command.Op, other.command.Text = "report_progress", "another"
		p.send(&other)
	case 3:
		other := *done
		other.command.Role, other.command.Actor = "manager", "m"
		p.send(&other)
	}
}

// send has a command done and, if it has a key, asks again until the outcome is
// certain or patience ends. It reports whether it is done.
func (p *process) send(want *intent) (done bool) {
	w := p.world
	for {
		p.call.want = want
		var result service.Result
		var err error
		h := w.anyHost()
		w.result.Counts.Calls++
		w.log("sends %s to %s by %s, key %q, version %d, dry %t", want.command.Op, want.order, want.command.Actor,
			want.key, want.expects, want.dryRun)
		answered := p.on(h, func(ctx context.Context) {
			result, err = h.service.Do(ctx, want.order, bridge.Actor(want.command), bridge.Action(want.command),
				options(want)...)
		})
		if answered && w.answered(p, want, &result, err) {
			return err == nil && !want.dryRun
		}
		w.result.Counts.Unknown++
		if want.key == "" || w.chance(200) {
			return false
		}
	}
}

func options(want *intent) []service.DoOption {
	list := make([]service.DoOption, 0, 3)
	if want.key != "" {
		list = append(list, service.WithKey(want.key))
	}
	if want.expects != 0 {
		list = append(list, service.IfVersion(int64(want.expects)))
	}
	if want.dryRun {
		list = append(list, service.DryRun())
	}
	return list
}

// likely are the operations that each role tries at each status; "" is to let
// it be.
var likely = map[string]map[string][]string{
	"buyer": {
		"awaiting_request": {"submit_request", "submit_request", "submit_request", "raise_appeal",
			"propose_refund"},
		"awaiting_confirmation": {"remind", "raise_appeal", "", ""},
		"awaiting_delivery":     {"remind", "raise_appeal", "propose_refund", "withdraw_refund", "", ""},
		"accepted":              {"propose_refund", "withdraw_refund", "", ""},
		"awaiting_acceptance":   {"accept_product", "reject_product", "reject_product", "raise_appeal"},
		"frozen":                {"remind", "raise_appeal", "", "", "", "", "", ""},
	},
	"seller": {
		"awaiting_request": {"raise_appeal", ""},
		"awaiting_confirmation": {"accept_request", "accept_request", "reject_request", "report_progress",
			"raise_appeal"},
		"awaiting_delivery": {"deliver", "deliver", "deliver", "report_progress", "raise_appeal", "agree_refund",
			"decline_refund", "decline_refund"},
		"accepted":            {"agree_refund", "decline_refund", ""},
		"awaiting_acceptance": {"raise_appeal", ""},
		"frozen":              {"deliver", "report_progress", "", "", "", "", "", ""},
	},
	"manager": {
		"awaiting_confirmation": {"intervene", "", "", "", "", "", "", "", "", ""},
		"awaiting_delivery":     {"amend", "amend", "", "", "", "", "", "", "", ""},
		"awaiting_acceptance":   {"intervene", "amend", "", "", "", "", "", "", "", ""},
		"accepted":              {"intervene", "", "", ""},
		"frozen":                {"add_note", "amend", "decide_appeal", "decide_appeal", "decide_appeal"},
	},
	"system": {
		"awaiting_acceptance": {"report_receipt", ""},
		"completed":           {"erase", "", "", ""},
		"canceled":            {"erase", "", "", ""},
	},
}

// choose decides what somebody tries: mostly something sensible, now and then
// anything; false for nothing. Now and then a manager is a party of the order
// (R13).
func (w *world) choose(c model.Command, o *model.Order) (model.Command, bool) {
	ops := likely[c.Role][o.Status]
	if c.Role == "manager" && w.random.IntN(20) == 0 {
		c.Actor = []string{o.Buyer, o.Seller}[w.random.IntN(2)]
	}
	c.User = w.user()
	switch {
	case w.random.IntN(30) == 0:
		c.Op = model.Operations[w.random.IntN(len(model.Operations))]
	case len(ops) == 0:
		return c, false
	default:
		c.Op = ops[w.random.IntN(len(ops))]
	}
	if c.Role == "buyer" && c.Actor != o.Buyer || c.Role == "seller" && c.Actor != o.Seller {
		if w.random.IntN(40) > 0 {
			return c, false // a stranger
		}
	}
	w.serial++
	switch c.Op {
	case "":
		return c, false
	case "accept_request", "accept_product", "auto_accept", "close_at_end", "complete", "withdraw_refund":
	case "propose_refund":
		c.Amount, c.Text = 1+int64(w.random.IntN(1001)), w.text()
	case "agree_refund":
		if c.Amount = o.Proposal.Amount; w.random.IntN(10) == 0 {
			c.Amount++
		}
	case "report_receipt":
		if c.Received = w.now; o.Delivery != nil && w.random.IntN(10) > 0 {
			c.Received = o.Delivery.At + w.random.Int64N(1+max(0, w.now-o.Delivery.At))
		}
	case "amend":
		c = w.amend(c)
	case "submit_request", "deliver":
		if c.Form = o.Form(c.Op); w.random.IntN(20) == 0 {
			c.Form = w.random.IntN(3)
		}
		if c.Form == 0 {
			c.Text = w.text()
		}
	case "raise_appeal":
		ground, holds := w.ground(c.Role, o)
		if !holds && w.random.IntN(4) > 0 {
			return c, false
		}
		c.Ground, c.Files = ground, w.random.IntN(2)
		c.Text, c.Demand = w.text(), "money back"
	case "decide_appeal":
		c.Outcome, c.Upheld, c.Text = []string{"resume", "resume", "resume", "resume", "accept",
			"cancel"}[w.random.IntN(6)], w.random.IntN(2) == 0, w.text()
		if c.Outcome == "resume" && w.random.IntN(3) == 0 {
			c.ResumeAt = waiting[w.random.IntN(len(waiting))]
		}
		if refused := w.random.IntN(20) == 0; refused || c.Outcome != "resume" && w.random.IntN(2) == 0 {
			c.Amount = 1 + w.random.Int64N(1001)
		}
		c.Files = w.files()
	case "add_note":
		c.Text, c.Files, c.Shared = w.text(), w.files(), w.random.IntN(2) == 0
	case "intervene":
		c.Text, c.Files = w.text(), w.files()
	default:
		c.Text = w.text()
	}
	return c, true
}

// amend has one thing of an order changed, or two (R31): its policy, its end,
// its clock, or the account of a party, which now and then is the manager
// itself.
func (w *world) amend(c model.Command) model.Command {
	c.Text = w.text()
	for range 1 + w.random.IntN(2) {
		switch w.random.IntN(5) {
		case 4:
			c.Clock = true // which is refused where the host's is not behind
		case 0:
			c.Policy = []string{"guide", "2025", "license", "hardware", "closing"}[w.random.IntN(5)]
		case 1:
			c.End = w.now + w.random.Int64N(20*w.policy.unit)
		case 2:
			c.Buyer = append(buyers, c.Actor)[w.random.IntN(len(buyers)+1)]
		default:
			c.Seller = append(sellers, c.Actor)[w.random.IntN(len(sellers)+1)]
		}
	}
	return c
}

// user is a person who acts for an account, or nobody in particular (R22).
func (w *world) user() string { return []string{"", "ann", "bob"}[w.random.IntN(3)] }

// files is how many files are attached, now and then too many.
func (w *world) files() int {
	if w.random.IntN(50) == 0 {
		return 21
	}
	return w.random.IntN(3)
}

func (w *world) text() string {
	if w.random.IntN(100) == 0 {
		return "" // mostly refused
	}
	return "text " + strconv.Itoa(w.serial)
}

// ground is one that holds, or any.
func (w *world) ground(role string, o *model.Order) (ground string, holds bool) {
	for _, g := range model.GroundWords {
		if o.Holds(role, g, w.now) {
			return g, true
		}
	}
	return model.GroundWords[w.random.IntN(len(model.GroundWords))], false
}

var waiting = []string{"awaiting_request", "awaiting_confirmation", "awaiting_delivery", "awaiting_acceptance"}
