package audit_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/stretchr/testify/require"
)

const (
	day  = supervision.Day
	tick = supervision.Tick
)

var (
	monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

	ben = supervision.Buyer("ben")
	sue = supervision.Seller("sue")
	mia = supervision.Manager("mia")

	host = supervision.System()
)

// samples are actions to do where they are allowed; beginnings, what time does
// and erasures have none.
var samples = []supervision.Action{
	supervisiontest.SubmitRequest,
	supervision.AcceptRequest{},
	supervisiontest.RejectRequest,
	supervisiontest.ReportProgress,
	supervision.Deliver{Result: "All users can log in.", Attachments: proof},
	supervision.AcceptProduct{},
	supervisiontest.RejectProduct,
	supervisiontest.Remind,
	appealing(appeal.SellerSilent), appealing(appeal.BuyerSilent), appealing(appeal.RequestRejected),
	appealing(appeal.ProductRejected), appealing(appeal.Unconditional),
	supervisiontest.AddNote,
	supervisiontest.ResumeFlow,
	supervision.DecideAppeal{Outcome: appeal.Resume, ResumeAt: supervision.AwaitingDelivery,
		Decision: "Deliver again."},
	supervision.DecideAppeal{Outcome: appeal.Accept, Decision: "It works."},
	supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "Refund.", Refund: half},
	supervision.Intervene{Reason: "The product was delisted.", Attachments: proof},
	supervision.Amend{Policy: refunding(autoAccepting()), Reason: "As both asked for."},
	supervision.Amend{ScheduledEnd: monday.Add(100 * day), Seller: "sam", Reason: "A merger."},
	supervision.ReportReceipt{},
	supervision.ProposeRefund{Amount: half, Reason: "Half of it works."},
	supervision.WithdrawRefund{}, supervision.AgreeRefund{Amount: half},
	supervision.DeclineRefund{Reason: "All of it works."},
}

// What was paid, and half of it.
var (
	paid = supervision.Money{Amount: 99_900, Currency: "CNY"}
	half = supervision.Money{Amount: 49_950, Currency: "CNY"}
)

var proof = []supervision.Attachment{{Name: "proof.pdf", Ref: "files/1"}}

var appealing = supervisiontest.RaiseAppeal

// history is an order driven by actions that the rules allow.
type history struct {
	t       testing.TB
	order   supervision.Order
	records []supervision.Record
	at      time.Time
}

func begin(t testing.TB, policy supervision.Policy) *history {
	t.Helper()
	opening := supervision.Opening{ID: "o-1", Product: "crm", Buyer: ben.ID, Seller: sue.ID, Paid: paid,
		Policy: policy}
	order, record, err := supervision.Open(opening, monday)
	require.NoError(t, err)
	return &history{t, order, []supervision.Record{record}, monday}
}

// adopted is a history that began in another system (R29).
func adopted(t testing.TB, policy supervision.Policy) *history {
	t.Helper()
	adoption := supervision.Adoption{
		ID: "o-1", Product: "crm", Buyer: ben.ID, Seller: sue.ID, OpenedAt: monday.Add(-9 * day), Policy: policy,
		Status: supervision.AwaitingAcceptance, TurnSince: monday.Add(-day), RequestRejections: 2, ProductRejections: 1,
		Request:  &supervision.Request{Text: "Two hundred users, please.", SubmittedAt: monday.Add(-8 * day)},
		Delivery: &supervision.Delivery{Result: "All users can log in.", DeliveredAt: monday.Add(-day)},
		History:  []supervision.Quote{{At: monday.Add(-day), Who: "sue", What: "DELIVERED"}},
	}
	order, record, err := supervision.Adopt(adoption, monday, nil)
	require.NoError(t, err)
	return &history{t, order, []supervision.Record{record}, monday}
}

func (h *history) do(actor supervision.Actor, actions ...supervision.Action) *history {
	h.t.Helper()
	for _, action := range actions {
		order, records, err := h.order.Apply(actor, action, h.at)
		require.NoError(h.t, err)
		h.order, h.records = order, append(h.records, records...)
	}
	return h
}

func (h *history) wait(d time.Duration) *history {
	h.at = h.at.Add(d)
	return h
}

func (h *history) settle() *history {
	order, records := h.order.Settle(h.at)
	h.order, h.records = order, append(h.records, records...)
	return h
}

// delivered is a history up to a delivery, a minute between the steps.
func delivered(t testing.TB, policy supervision.Policy) *history {
	t.Helper()
	return begin(t, policy).wait(time.Minute).
		do(ben, supervisiontest.SubmitRequest).wait(time.Minute).
		do(sue, supervision.AcceptRequest{}).wait(time.Minute).
		do(sue, supervisiontest.Deliver)
}

func autoAccepting() supervision.Policy {
	p := supervision.Guide()
	p.Name, p.AutoAccept = "auto", 10*day
	return p
}

// closing is hardware with a refund to negotiate and an end that closes an
// order soon (R14).
func closing() supervision.Policy {
	p := supervision.Hardware()
	p.Name, p.SupervisionPeriod, p.AtScheduledEnd = "closing", 30*day, supervision.EndCancel
	return refunding(p)
}

// refunding lets the parties of a policy agree on a refund (R32).
func refunding(p supervision.Policy) supervision.Policy {
	p.NegotiatedRefund = true
	return p
}

// cast are those who have a part in an order.
func cast(o supervision.Order) map[supervision.Role]supervision.Actor {
	return map[supervision.Role]supervision.Actor{supervision.RoleBuyer: supervision.Buyer(o.Buyer),
		supervision.RoleSeller: supervision.Seller(o.Seller), supervision.RoleManager: mia,
		supervision.RoleSystem: host}
}

// wander is a history of random actions that the rules allow.
func wander(t testing.TB, seed uint64) *history {
	random := rand.New(rand.NewPCG(seed, 0))
	policies := []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		autoAccepting(), supervision.Hardware(), closing()}
	policy := policies[random.IntN(len(policies))]
	h := begin(t, policy)
	if seed%4 == 3 {
		h = adopted(t, policy)
	}
	waits := []time.Duration{0, tick, time.Hour, 3 * time.Hour, 5*day + tick, 10 * day}
	for range 60 {
		h.wait(waits[random.IntN(len(waits))])
		action := samples[random.IntN(len(samples))]
		by := action.Operation().By()
		actor := cast(h.order)[by[random.IntN(len(by))]]
		if order, records, err := h.order.Apply(actor, action, h.at); err == nil {
			if random.IntN(2) == 0 {
				records[len(records)-1].Key = "key-" + string(rune('a'+len(h.records)))
			}
			h.order, h.records = order, append(h.records, records...)
		}
	}
	return h.settle()
}
