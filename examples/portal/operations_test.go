package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// performed are what people type for operations, each at an order where it is
// allowed. What is not here nobody performs by hand.
var performed = map[supervision.Operation]struct {
	who, product string
	steps        []step
	typed        url.Values
}{
	supervision.OpSubmitRequest: {harbor, "data-migration", nil, url.Values{"text": {"Move it."}}},
	supervision.OpAcceptRequest: {"seller-cloudline", "data-migration", requested, nil},
	supervision.OpRejectRequest: {"seller-cloudline", "data-migration", requested,
		url.Values{"reason": {"Too vague."}}},
	supervision.OpReportProgress: {"seller-cloudline", "data-migration", underWay,
		url.Values{"text": {"Half of it is moved."}}},
	supervision.OpDeliver: {"seller-cloudline", "data-migration", underWay,
		url.Values{"result": {"Moved."}, "enabled_at": {""}}},
	supervision.OpAcceptProduct: {harbor, "data-migration", delivered, nil},
	supervision.OpRejectProduct: {harbor, "data-migration", delivered,
		url.Values{"reason": {"Half of it is missing."}}},
	supervision.OpRemind: {harbor, "data-migration", requested, url.Values{"text": {"When do you begin?"}}},
	supervision.OpRaiseAppeal: {harbor, "crm", underWay, url.Values{"ground": {"unconditional"},
		"reason": {"Nothing happens."}, "demand": {"Begin."}, "attachments": {"proof.txt"}}},
	supervision.OpIntervene: {"manager-mei", "crm", underWay, url.Values{"reason": {"The product is delisted."}}},
	supervision.OpAddNote: {"manager-tomas", "crm", frozen,
		url.Values{"text": {"Asked both."}, "shared": {"yes"}, "attachments": {"minutes.txt", "note.txt"}}},
	supervision.OpDecideAppeal: {"manager-mei", "crm", frozen, url.Values{"outcome": {"cancel"}, "upheld": {"no"},
		"refund": {"12.50"}, "decision": {"The seller is gone."}}},
	supervision.OpProposeRefund:  {harbor, "crm", underWay, url.Values{"amount": {"480"}, "reason": {"Half of it."}}},
	supervision.OpWithdrawRefund: {harbor, "crm", proposed, nil},
	supervision.OpAgreeRefund:    {"seller-cloudline", "crm", proposed, url.Values{"amount": {"480.00"}}},
	supervision.OpDeclineRefund:  {"seller-cloudline", "crm", proposed, url.Values{"reason": {"It is half set up."}}},
	supervision.OpAmend: {"manager-mei", "crm", underWay,
		url.Values{"policy": {"guide"}, "seller": {"seller-brightdesk"}, "reason": {"The sellers have merged."}}},
	supervision.OpReportReceipt: {"system", "data-migration", delivered, url.Values{"received_at": {""}}},
	supervision.OpErase: {"system", "crm", append(proposed, bySeller(supervision.AgreeRefund{Amount: half})),
		url.Values{"reason": {"Request 12"}}},
}

var (
	half      = supervision.Money{Amount: 48000, Currency: "CNY"}
	requested = []step{byBuyer(textRequest("Move it."))}
	underWay  = append(requested[:1:1], bySeller(supervision.AcceptRequest{}))
	delivered = append(underWay[:2:2], bySeller(supervision.Deliver{Result: "Moved."}))
	frozen    = append(underWay[:2:2], byBuyer(supervision.RaiseAppeal{Ground: appeal.Unconditional, Reason: "r",
		Demand: "d", Attachments: []supervision.Attachment{{Name: "a.txt", Ref: "files/a"}}}))
	proposed = append(underWay[:2:2], byBuyer(supervision.ProposeRefund{Amount: half}))
)

// TestEveryOperation: whatever the library lets a person do, the portal has a
// form for, drawn from what the operation asks for; and what was typed into it
// is what is recorded (R23).
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, op := range supervision.Operations() {
		example, ok := performed[op]
		if !ok {
			byTime := op == supervision.OpAutoAccept || op == supervision.OpCloseAtEnd || op == supervision.OpComplete
			makes := op == supervision.OpOpen || op == supervision.OpAdopt
			assert.True(t, byTime || makes, "%s has no example", op)
			continue
		}
		t.Run(string(op), func(t *testing.T) {
			order := s.order(t, example.product, harbor, example.steps...)
			p := s.as(t, example.who)
			var path string
			for _, task := range tasks() {
				for _, other := range task.Operations {
					if other == op {
						path = at(order, task.Slug)
					}
				}
			}
			page := p.get(path)
			for name := range example.typed {
				assert.Contains(t, page.body, `name="`+name+`"`)
			}
			typed := page.form(example.typed)
			typed.Set("operation", string(op))
			typed.Del("attachments")
			var files []upload
			for _, name := range example.typed["attachments"] {
				files = append(files, upload{"attachments", name, "proof"})
			}
			asked := p.send(path, typed, files...)
			require.Equal(t, http.StatusOK, asked.StatusCode, asked.body)
			assert.Equal(t, order.Version, s.version(t, order))
			grave := slices.Contains([]supervision.Operation{supervision.OpRejectRequest, supervision.OpRejectProduct,
				supervision.OpRaiseAppeal, supervision.OpIntervene, supervision.OpDecideAppeal,
				supervision.OpAgreeRefund, supervision.OpDeclineRefund, supervision.OpAmend, supervision.OpErase}, op)
			assert.Equal(t, grave, strings.Contains(asked.body, `value="no" data-cancel data-first>`),
				"what has the focus")
			require.Equal(t, http.StatusSeeOther, p.send(path, asked.form(nil)).StatusCode)
			records, err := s.svc.Records(t.Context(), order.ID, supervision.System(), order.Version, 1)
			require.NoError(t, err)
			require.Len(t, records, 1)
			assert.Equal(t, op, records[0].Operation)
			said := url.Values{}
			for _, f := range records[0].Facts() {
				if said[f.Key] = written(f.Value); said[f.Key] == nil {
					said.Set(f.Key, fmt.Sprint(f.Value))
				}
			}
			for name, values := range example.typed {
				switch name {
				case "attachments":
					assert.Len(t, said[name], len(values))
				case "enabled_at", "received_at", "policy", "amount", "refund":
				default:
					assert.Equal(t, values, said[name], name)
				}
			}
		})
	}
}

// TestOffers_AreOnesOwn: nobody reads of what is never theirs to do: what
// belongs to another role, or to time.
func TestOffers_AreOnesOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, a := range market.Accounts {
		found, err := s.svc.SearchWhole(t.Context(), a.actor(), supervision.Query{Limit: supervision.MaxPage})
		require.NoError(t, err)
		require.NotEmpty(t, found.Orders)
		for _, o := range found.Orders {
			for _, offer := range offersOf(o, a.actor(), s.svc.Now()) {
				assert.Contains(t, offer.Operation.By(), a.Role, "%s of %s for %s", offer.Operation, o.ID, a.ID)
				assert.NotEqual(t, supervision.ReasonNotDue, offer.Reason, "%s of %s", offer.Operation, o.ID)
			}
		}
	}
}
