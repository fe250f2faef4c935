package supervision_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/require"
)

const (
	day  = supervision.Day
	tick = supervision.Tick
)

// bought is when every story begins.
var bought = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// The cast: those who have a part in every story's order, and two who have
// none.
var (
	ben = supervision.Buyer("ben")
	sue = supervision.Seller("sue")
	mia = supervision.Manager("mia")

	otherBuyer  = supervision.Buyer("bob")
	otherSeller = supervision.Seller("sam")
)

// What was paid, and half of it.
var (
	paid = supervision.Money{Amount: 99_900, Currency: "CNY"}
	half = supervision.Money{Amount: 49_950, Currency: "CNY"}
)

// The plainest action of each kind.
var (
	submit        = supervisiontest.SubmitRequest
	acceptRequest = supervision.AcceptRequest{}
	rejectRequest = supervisiontest.RejectRequest
	report        = supervisiontest.ReportProgress
	deliver       = supervisiontest.Deliver
	acceptProduct = supervision.AcceptProduct{}
	rejectProduct = supervisiontest.RejectProduct
	remind        = supervisiontest.Remind
	note          = supervisiontest.AddNote
	intervene     = supervision.Intervene{Reason: "The product was delisted."}
	resume        = supervisiontest.ResumeFlow
	deem          = supervisiontest.AcceptDelivery
	cancel        = supervisiontest.CancelOrder
	propose       = supervision.ProposeRefund{Amount: half, Reason: "Half of it works."}
	withdraw      = supervision.WithdrawRefund{}
	agreeRefund   = supervision.AgreeRefund{Amount: half}
	decline       = supervision.DeclineRefund{Reason: "All of it works."}
	amend         = supervision.Amend{Buyer: ben.ID, Reason: "As both asked for."}
	receive       = supervision.ReportReceipt{}
	appealOn      = supervisiontest.RaiseAppeal
)

func resumeAt(s supervision.Status) supervision.DecideAppeal {
	ruling := resume
	ruling.ResumeAt = s
	return ruling
}

// anOpening opens a story's order.
func anOpening(policy supervision.Policy) supervision.Opening {
	return supervision.Opening{ID: "o-1", Product: "p-1", Buyer: ben.ID, Seller: sue.ID, Paid: paid, Policy: policy}
}

// story is an order driven by real actions only, with its records and the
// instant it has come to.
type story struct {
	t       testing.TB
	order   supervision.Order
	records []supervision.Record
	at      time.Time
	forms   []*template.Form // what the order is pinned to
}

func begin(t testing.TB, policy supervision.Policy) *story {
	t.Helper()
	return beginAs(t, anOpening(policy))
}

func beginAs(t testing.TB, opening supervision.Opening) *story {
	t.Helper()
	order, record, err := supervision.Open(opening, bought)
	require.NoError(t, err)
	return &story{t: t, order: order, records: []supervision.Record{record}, at: bought}
}

// beginOn opens a story on a version of a request template, and on the same
// form as its delivery template where the opening names one.
func beginOn(t testing.TB, opening supervision.Opening, version int, form template.Template) *story {
	t.Helper()
	opening.RequestTemplateVersion = version
	s := beginAs(t, opening)
	compiled, err := template.Compile(form)
	require.NoError(t, err)
	s.forms = []*template.Form{compiled}
	return s
}

// do performs actions one after the other, at the same instant.
func (s *story) do(actor supervision.Actor, actions ...supervision.Action) *story {
	s.t.Helper()
	for _, action := range actions {
		next, records, err := s.order.Apply(actor, action, s.at, s.forms...)
		require.NoError(s.t, err)
		require.NoError(s.t, next.Validate(), "what is done can be stored")
		s.order, s.records = next, append(s.records, records...)
	}
	return s
}

// wait lets time pass; nothing is settled by that.
func (s *story) wait(d time.Duration) *story { return s.until(s.at.Add(d)) }

func (s *story) until(at time.Time) *story {
	s.at = at
	return s
}

// fork tells the story on without changing this one.
func (s *story) fork() *story {
	return &story{s.t, s.order, s.records[:len(s.records):len(s.records)], s.at, s.forms}
}

// refused attempts what a rule has to forbid, and returns the refusal.
func (s *story) refused(actor supervision.Actor, action supervision.Action) *supervision.Refusal {
	s.t.Helper()
	next, records, err := s.order.Apply(actor, action, s.at)
	var refusal *supervision.Refusal
	require.ErrorAs(s.t, err, &refusal)
	require.ErrorIs(s.t, err, supervision.ErrRefused)
	require.Zero(s.t, next)
	require.Nil(s.t, records)
	return refusal
}

// permit asks one question.
func (s *story) permit(actor supervision.Actor, op supervision.Operation) supervision.Decision {
	s.t.Helper()
	p, err := s.order.Permit(actor, op, s.at)
	require.NoError(s.t, err)
	return p
}

// now is the order as it is at the story's instant, settled.
func (s *story) now() supervision.Order {
	order, _ := s.order.Settle(s.at)
	return order
}

// The way to each waiting status, and on to acceptance, without waiting.
func (s *story) confirmation() *story { return s.do(ben, submit) }
func (s *story) delivery() *story {
	if s.order.Status == supervision.AwaitingDelivery {
		return s
	}
	return s.confirmation().do(sue, acceptRequest)
}
func (s *story) acceptance() *story { return s.delivery().do(sue, deliver) }
func (s *story) accepted() *story   { return s.acceptance().do(ben, acceptProduct) }

// silenced waits until the party whose turn it is has been silent long enough,
// and has the other one appeal; where the policy asks for no silence, the buyer
// appeals as it is.
func (s *story) silenced() *story {
	s.t.Helper()
	if s.order.Policy.Appeal.Silence == 0 {
		return s.do(ben, appealOn(appeal.Unconditional))
	}
	s.wait(s.order.Policy.Appeal.Silence + tick)
	if s.order.Turn() == supervision.RoleBuyer {
		return s.do(sue, appealOn(appeal.BuyerSilent))
	}
	return s.do(ben, appealOn(appeal.SellerSilent))
}

// arrive drives a new order to a status by the shortest way; an appeal is the
// buyer's, on a delivery that does not come.
func arrive(t testing.TB, policy supervision.Policy, status supervision.Status) *story {
	t.Helper()
	switch status {
	case supervision.Frozen:
		return arrive(t, policy, supervision.AwaitingDelivery).silenced()
	case supervision.Canceled:
		return arrive(t, policy, supervision.Frozen).do(mia, cancel)
	}
	order, records, err := supervisiontest.Reach(anOpening(policy), bought, status)
	require.NoError(t, err)
	return &story{t: t, order: order, records: records, at: order.UpdatedAt}
}

func settle(o supervision.Order, records []supervision.Record, at time.Time) (supervision.Order, []supervision.Record) {
	next, due := o.Settle(at)
	return next, append(records, due...)
}

// closing is the guide with an end that closes an order (R14).
func closing(at supervision.EndAction) supervision.Policy {
	p := supervision.Guide()
	p.Name, p.AtScheduledEnd = "closing", at
	return p
}

// autoAccepting is the guide with the optional timer of R27, on for ten days.
func autoAccepting() supervision.Policy {
	p := supervision.Guide()
	p.Name, p.AutoAccept = "auto-accept", 10*day
	return p
}
