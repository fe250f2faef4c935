package storetest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// crowd makes orders of a few buyers, sellers and products under several
// policies, each driven some way by actions drawn at random, and stores them.
// The same seed makes the same crowd. Some are due but not settled, and many
// were opened at the same instant.
func (c *check) crowd(n int, seed uint64) []*history {
	random := rand.New(rand.NewPCG(seed, seed))
	list := make([]*history, n)
	for i := range list {
		list[i] = c.wander(random, fmt.Sprintf("order-%03d", random.IntN(1000)*1000+i))
		c.create(list[i])
	}
	return list
}

func policies() []supervision.Policy {
	untouched := supervision.Guide()
	untouched.Name, untouched.AutoAccept = "auto-accept", 10*day
	closing := supervision.Rules2025()
	closing.Name, closing.SupervisionPeriod, closing.AtScheduledEnd = "closing", 60*day, supervision.EndCancel
	return []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		untouched, supervision.Hardware(), closing}
}

func (c *check) wander(random *rand.Rand, id string) *history {
	opening := supervision.Opening{
		ID: id, Product: fmt.Sprintf("product-%d", random.IntN(6)),
		Buyer: fmt.Sprintf("buyer-%d", random.IntN(5)), Seller: fmt.Sprintf("seller-%d", random.IntN(4)),
		Paid: price, Policy: policies()[random.IntN(len(policies()))],
	}
	// Few instants, some of them a microsecond apart.
	at := day0.Add(time.Duration(random.IntN(8))*day + time.Duration(random.IntN(3))*tick)
	h := c.open(opening, at)
	h.wander(random, random.IntN(90), actions)
	if random.IntN(2) == 0 {
		h.settle(h.order.UpdatedAt.Add(2 * hour * time.Duration(random.IntN(3))))
	}
	return h
}

// wander tries a number of actions drawn at random, each some time after the
// one before.
func (h *history) wander(random *rand.Rand, n int, actions []supervision.Action) {
	for range n {
		action := actions[random.IntN(len(actions))]
		actors := []supervision.Actor{
			supervision.Buyer(h.order.Buyer), supervision.Seller(h.order.Seller), supervision.Manager("manager"),
			supervision.System(),
		}
		h.try(actors[random.IntN(len(actors))], action,
			time.Duration(random.IntN(6*24))*hour+time.Duration(random.IntN(1000))*tick)
	}
}

var price, refund = supervision.Money{Amount: 9900, Currency: "CNY"}, supervision.Money{Amount: 100, Currency: "CNY"}

var file = supervision.Attachment{Name: "evidence.pdf", Ref: "files/evidence.pdf", Digest: "sha256:00ff"}

// actions are what a crowd does; what a status does not allow is passed over.
var actions = []supervision.Action{
	supervision.SubmitRequest{Text: "Deploy it.", Attachments: []supervision.Attachment{file}},
	supervision.AcceptRequest{},
	supervision.RejectRequest{Reason: "The region is missing."},
	supervision.ReportProgress{Text: "Half of it is done."},
	supervision.Deliver{Result: "Done.", Attachments: []supervision.Attachment{file},
		EnabledAt: day0.Add(8*day + tick)},
	supervision.Deliver{Result: "Done."},
	supervision.AcceptProduct{},
	supervision.RejectProduct{Reason: "It does not answer."},
	supervision.Remind{},
	supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "No answer.", Demand: "An answer."},
	supervision.RaiseAppeal{Ground: appeal.BuyerSilent, Reason: "No answer.", Demand: "An answer.",
		Attachments: []supervision.Attachment{file}},
	supervision.RaiseAppeal{Ground: appeal.Unconditional, Reason: "It is late.", Demand: "A refund.",
		Attachments: []supervision.Attachment{file}},
	supervision.AddNote{Text: "Asked both."},
	supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "Go on."},
	supervision.DecideAppeal{Outcome: appeal.Accept, Decision: "It was delivered.", Upheld: true},
	supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "Refund it.", Upheld: true, Refund: refund},
	supervision.ProposeRefund{Amount: refund, Reason: "It is half done."},
	supervision.AgreeRefund{Amount: refund},
	supervision.Amend{Buyer: "buyer-0", Seller: "seller-0", Reason: "They were bought."},
	supervision.ReportReceipt{},
}
