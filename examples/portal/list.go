package main

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
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
		"sort": options(sort, supervision.LongestWaiting, supervision.ByHandling),
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
		account := v.Who.ID
		if v.Who.Role == supervision.RoleManager || v.Who.Role == supervision.RoleSystem {
			account = "" // they see all (R22)
		}
		q.Orders, v.err = v.db.ordersLike(v.ctx(), account, strings.TrimSpace(q.Orders[0]))
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
