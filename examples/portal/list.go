package main

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/service"
)

type listPage struct {
	*visit
	Inputs inputs
	Tabs   []queue
	Total  service.Count
	Orders []summary
	Many   []supervision.Operation // what can be done to many orders at once
	Query  supervision.Query
	Next   string // from where on the next page is; empty where there is none
}

const pageSize = 10

func (v *visit) showList() error {
	typed := v.r.URL.Query()
	page := listPage{visit: v, Inputs: v.criteria(typed)}
	v.Live = "/events"
	page.Query, v.err = supervision.ParseQuery(typed)
	meant := v.meant(page.Query)
	found := v.search(meant)
	status := http.StatusOK
	if faults := v.L.Explain(v.err).Faults; len(faults) > 0 {
		v.L.blame(page.Inputs, faults)
		status, v.err, meant.Criteria = http.StatusUnprocessableEntity, nil, supervision.Criteria{}
	}
	page.Tabs = v.count(append(v.tabs(page.Query), queue{query: meant}))
	last := len(page.Tabs) - 1
	page.Tabs, page.Total = page.Tabs[:last], page.Tabs[last].Count
	for _, order := range found.Orders {
		page.Orders = append(page.Orders, v.summary(order))
	}
	if v.Who.Role == supervision.RoleSeller {
		page.Many = bulk
	}
	page.Next = found.Next
	return v.render(status, "list.html", page)
}

// listAddress is a search from a place in its result on.
func listAddress(q supervision.Query, cursor string) string {
	q.Cursor, q.Limit = cursor, 0 // pages are of one length here
	return "/orders?" + q.Values().Encode()
}

// queue is a search that somebody works through, with how many orders it finds.
type queue struct {
	Label         string
	query         supervision.Query
	Count         service.Count
	Current, Late bool
}

func (q queue) Path() string { return listAddress(q.query, "") }

// count counts the orders of queues, in one round trip.
func (v *visit) count(list []queue) []queue {
	var criteria []supervision.Criteria
	for _, q := range list {
		criteria = append(criteria, q.query.Criteria)
	}
	counts, err := v.svc.Count(v.ctx(), v.actor(), criteria...)
	for i, n := range counts {
		list[i].Count = n
	}
	v.err = cmp.Or(v.err, err)
	return list
}

// appealsPath is the queue of the operations manager, the overdue ones first
// (R19).
const appealsPath = "/orders?appeal=pending&sort=handling"

// tabs lists the queues of the visitor's role, each with what is most urgent
// first.
func (v *visit) tabs(current supervision.Query) (list []queue) {
	for _, q := range forms.Queues {
		if !slices.Contains(q.Roles, v.Who.Role) {
			continue
		}
		typed, _ := url.ParseQuery(strings.ReplaceAll(q.Query, "{role}", string(v.Who.Role))) // what the portal wrote
		query, _ := supervision.ParseQuery(typed)
		list = append(list, queue{Label: q.Label, query: query,
			Current: listAddress(current, "") == listAddress(query, "")})
	}
	return list
}

// criteria draws the search form. Its names are those of the faults that the
// library reports.
func (v *visit) criteria(typed url.Values) (list inputs) {
	days := func(text string) string {
		d, _ := time.ParseDuration(text)
		return v.L.Span(d)
	}
	role := func(r supervision.Role) string { return capital(v.L.Role(r)) }
	sort := func(s supervision.Sort) string { return v.L.Sorts[s] }
	offered := map[string][]option{
		"product": options(nameOf, slices.Sorted(maps.Keys(products))...),
		"buyer":   accountOptions("buyer"), "seller": accountOptions("seller"),
		"status":       options(v.L.Status, supervision.Statuses()...),
		"order_status": options(v.L.OrderStatus, supervision.OrderStatuses()...),
		"turn":         options(role, supervision.RoleBuyer, supervision.RoleSeller, supervision.RoleManager),
		"silent_for":   options(days, "24h0m0s", "72h0m0s", "120h0m0s", "240h0m0s", "720h0m0s"),
		"appeal": options(func(s supervision.AppealState) string { return v.L.AppealStates[s] },
			supervision.AppealStates()...),
		"sort": options(sort, supervision.LongestWaiting, supervision.ByHandling, supervision.ByProposal),
	}
	for _, f := range forms.Search.Fields {
		if f.Label = v.L.t(f.Label); f.Key == string(v.Who.Role) {
			continue
		}
		in := v.L.field("", f)
		if in.Options, in.Values = offered[f.Key], []string{typed.Get(f.Key)}; in.Options != nil {
			in.fold(map[bool]string{true: sort(supervision.Newest), false: v.L.t("Any")}[f.Key == "sort"])
		}
		list = append(list, in)
	}
	return list
}

// meant is a query as the search form means it: a day until which something was
// done is one of those days, and an order is named by a part of its id.
func (v *visit) meant(q supervision.Query) supervision.Query {
	q.Limit = pageSize
	for _, until := range []*time.Time{&q.Bought.Before, &q.Closed.Before} {
		if !until.IsZero() && until.Equal(until.Truncate(supervision.Day)) {
			*until = until.Add(supervision.Day)
		}
	}
	if len(q.Orders) > 0 && v.err == nil {
		q.Orders, v.err = v.db.ordersLike(v.ctx(), v.Who, strings.TrimSpace(q.Orders[0]))
	}
	return q
}

func options[T ~string](say func(T) string, words ...T) (list []option) {
	for _, w := range words {
		list = append(list, option{Value: string(w), Label: say(w)})
	}
	return list
}

func accountOptions(role supervision.Role) (list []option) {
	for _, a := range market.Accounts {
		if a.Role == role {
			list = append(list, option{Value: a.ID, Label: a.Name})
		}
	}
	return list
}

// bulk are the operations that a seller performs on many orders at once.
var bulk = []supervision.Operation{supervision.OpAcceptRequest, supervision.OpDeliver}

type manyPage struct {
	*visit
	Operation supervision.Operation
	Form      *form
	Orders    []manyOrder
	Asked     bool // what is chosen has been tried, and only has to be confirmed
	Done      bool // to so many as were chosen
	Chosen    int
}

// manyOrder is an order to which the operation can be done now.
type manyOrder struct {
	summary
	Cards  []card
	Chosen bool
	Why    string // why it has not been done
	done   bool
}

// many lists the visitor's orders to which an operation can be done with one
// and the same form, what has waited longest first. It is tried on every one
// that is chosen and, once that is confirmed, performed. Each order is a
// command of its own: what stands in the way of one is said with it, and holds
// up no other.
func (v *visit) many() error {
	op := supervision.Operation(v.r.PathValue("operation"))
	if !slices.Contains(bulk, op) {
		return v.notFound()
	}
	page := manyPage{visit: v, Operation: op}
	found := v.search(supervision.Query{Criteria: supervision.Criteria{Turn: v.Who.Role},
		Sort: supervision.LongestWaiting, Limit: supervision.MaxPage})
	for _, v.order = range found.Orders {
		if !v.permit(op).Allowed || v.order.Form(op).Version != 0 {
			continue
		}
		_, about := v.records("request")
		page.Orders = append(page.Orders, manyOrder{summary: v.summary(v.order), Cards: about})
		if page.Form == nil {
			page.Form = v.newForm(op)
			page.Form.Inputs = slices.DeleteFunc(page.Form.Inputs, (*input).takesFiles)
		}
	}
	typed := v.r.PostForm
	if page.Form == nil || typed == nil || v.err != nil {
		return v.render(http.StatusOK, "many.html", page)
	}
	page.Form.fill(v, typed)
	action, err := page.Form.action()
	if action == nil {
		return malformed(err)
	}
	faults := v.L.Explain(err).Faults
	confirmed := typed.Get("confirm") == "yes" && len(faults) == 0
	for i := range page.Orders {
		o := &page.Orders[i]
		if o.Chosen = slices.Contains(typed["order"], o.ID); !o.Chosen {
			continue
		}
		_, err := v.try(o.ID, action, confirmed, service.WithKey(page.Form.Key))
		switch said := v.L.Explain(err); {
		case said.Refusal != nil:
			o.Why = said.Detail
		case said.Faults != nil:
			faults = said.Faults
		case err != nil:
			return err
		default:
			page.Chosen++
			o.done = confirmed
		}
	}
	page.Orders = slices.DeleteFunc(page.Orders, func(o manyOrder) bool { return o.done })
	page.Form.Other = v.L.blame(page.Form.Inputs, faults)
	page.Done, page.Asked = confirmed && page.Chosen > 0, !confirmed && len(faults) == 0 && page.Chosen > 0
	return v.render(http.StatusOK, "many.html", page)
}

type overviewPage struct {
	*visit
	ByStatus, BySilence []queue
	Due                 []supervision.Order   // the cases that wait for a ruling
	WhatIf              map[string]audit.Sums // by the name of the rules
}

// showOverview draws how the market stands, and what the history of its newest
// orders would have come to under other rules.
func (v *visit) showOverview() error {
	page := overviewPage{visit: v}
	for _, s := range supervision.Statuses() {
		if !s.Final() {
			page.ByStatus = append(page.ByStatus, queue{Label: v.L.Status(s), Late: s == supervision.Frozen,
				query: supervision.Query{Criteria: supervision.Criteria{Status: s}}})
		}
	}
	for d, most := supervision.Day, appeal.Guide().Silence; d <= most; d += supervision.Day {
		page.BySilence = append(page.BySilence, queue{Label: v.L.Span(d), Late: d == most,
			query: supervision.Query{Criteria: supervision.Criteria{SilentFor: d}}})
	}
	v.count(page.ByStatus)
	v.count(page.BySilence)
	page.Due = v.search(supervision.Query{Sort: supervision.ByHandling, Limit: supervision.MaxPage}).Orders
	var outcomes []audit.Outcome
	for _, o := range v.search(supervision.Query{Limit: supervision.MaxPage}).Orders {
		if records, err := v.history(v.ctx(), o, supervision.System()); v.readable(err) {
			// There is none of what the rules could not have made.
			result, _ := audit.WhatIf(records, supervision.Guide(), supervision.Rules2025())
			outcomes = append(outcomes, result...)
		}
	}
	page.WhatIf = audit.Sum(outcomes...)
	return v.render(http.StatusOK, "overview.html", page)
}
