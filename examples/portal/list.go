package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

type listPage struct {
	layout
	Search search
	Tabs   []queue
	Orders []summary
	Next   string // address of the next page; empty on the last
	First  string // address of the first page; empty on it
}

// search is the search form as it was filled in.
type search struct {
	l        *tongue
	values   url.Values
	Inputs   []input
	Criteria supervision.Criteria
	Any      bool // something is searched for
}

const pageSize = 10

func (v *visit) showList() error {
	s := v.newSearch(v.r.URL.Query())
	page := listPage{layout: v.layout("Service Supervision"), Search: s}
	page.Live = "/events"
	result, err := v.svc.Search(v.r.Context(), v.actor(),
		supervision.Query{Criteria: s.Criteria, Limit: pageSize, Cursor: v.r.FormValue("after")})
	status := http.StatusOK
	if faults := faultsOf(err); faults != nil {
		page.Search.blame(v.l, faults)
		status, err = http.StatusUnprocessableEntity, nil
	}
	if err != nil {
		return err
	}
	if page.Tabs, err = v.tabs(s); err != nil {
		return err
	}
	for _, order := range result.Orders {
		entry, err := v.summary(order)
		if err != nil {
			return err
		}
		page.Orders = append(page.Orders, entry)
	}
	if result.Next != "" {
		page.Next = s.address(result.Next)
	}
	if v.r.FormValue("after") != "" {
		page.First = s.address("")
	}
	return v.render(status, "list.html", page)
}

// queue is a search that somebody works through, with how many orders it finds.
type queue struct {
	Label, Path string
	Count       service.Count
	Current     bool
}

// tabs lists the queues of the visitor's role.
func (v *visit) tabs(current search) (list []queue, err error) {
	turn := func(r supervision.Role) url.Values { return url.Values{"turn": {string(r)}} }
	pending, done := url.Values{"appeal": {string(supervision.AppealPending)}},
		url.Values{"order_status": {string(supervision.OrderCompleted)}}
	queues := []struct {
		label  string
		search url.Values
	}{{"My turn", turn(v.who.Role)}, {"Waiting for the seller", turn(supervision.RoleSeller)},
		{"Waiting for the buyer", turn(supervision.RoleBuyer)}, {"Appeals", pending}, {"Done", done},
		{"All", url.Values{}}}
	var criteria []supervision.Criteria
	for _, q := range queues {
		s := v.newSearch(q.search)
		if s.Criteria.Turn == v.who.Role && q.label != "My turn" || v.who.Role == supervision.RoleManager &&
			q.label == "My turn" {
			continue
		}
		criteria = append(criteria, s.Criteria)
		list = append(list, queue{Label: q.label, Path: s.address(""), Current: s.address("") == current.address("")})
	}
	counts, err := v.svc.Count(v.r.Context(), v.actor(), criteria...)
	for i, count := range counts {
		list[i].Count = count
	}
	return list, err
}

// Deep tells whether more is searched for than a tab does, and Faulty whether
// that cannot be.
func (s search) Deep() bool {
	return slices.ContainsFunc(s.Inputs, func(in input) bool {
		return in.Value() != "" && in.Name != "turn" && in.Name != "appeal" && in.Name != "order_status"
	})
}

func (s search) Faulty() bool {
	return slices.ContainsFunc(s.Inputs, func(in input) bool { return in.Fault != "" })
}

// address is the same search from another place in its result.
func (s search) address(after string) string {
	q := url.Values{}
	for _, in := range s.Inputs {
		if in.Value() != "" {
			q.Set(in.Name, in.Value())
		}
	}
	if after != "" {
		q.Set("after", after)
	}
	return "/orders?" + q.Encode()
}

// newSearch reads the search form from the address. Its names are those of the
// faults that the library reports.
func (v *visit) newSearch(values url.Values) search {
	s := search{l: v.l, values: values}
	c := &s.Criteria
	c.Orders = s.some(input{Name: "order", Label: "Order ID", Control: "line", Type: "search"})
	c.Products = s.some(input{Name: "product", Label: "Product", Control: "select", Options: productOptions()})
	c.Status = supervision.Status(s.ask(input{Name: "status", Label: "Flow status", Control: "select",
		Options: v.l.statusOptions()}))
	c.OrderStatus = supervision.OrderStatus(s.ask(input{Name: "order_status", Label: "Order status", Control: "select",
		Options: v.l.orderStatusOptions()}))
	if v.who.Role != supervision.RoleBuyer {
		c.Buyers = s.some(input{Name: "buyer", Label: "Buyer", Control: "select",
			Options: accountOptions(supervision.RoleBuyer)})
	}
	if v.who.Role != supervision.RoleSeller {
		c.Sellers = s.some(input{Name: "seller", Label: "Seller", Control: "select",
			Options: accountOptions(supervision.RoleSeller)})
	}
	c.Turn = supervision.Role(s.ask(input{Name: "turn", Label: "Waiting for", Control: "select",
		Options: v.l.turnOptions()}))
	c.SilentFor,
		_ = time.ParseDuration(s.ask(input{Name: "silent_for", Label: "Silent for more than", Control: "select",
		Options: v.l.silenceOptions()}))
	c.Appeal = supervision.AppealState(s.ask(input{Name: "appeal", Label: "Appeal", Control: "select",
		Options: v.l.appealOptions()}))
	c.Bought.From = s.day(input{Name: "bought_from", Label: "Bought from", Control: "date"})
	if last := s.day(input{Name: "bought_before", Label: "Bought until", Control: "date"}); !last.IsZero() {
		c.Bought.Before = last.Add(supervision.Day) // people count the last day in
	}
	return s
}

// ask adds an input and returns what was asked for.
func (s *search) ask(in input) string {
	if in.Control == "select" {
		in.Options = append([]option{{Label: s.l.t("Any")}}, in.Options...)
	}
	in.Label = s.l.t(in.Label)
	in.Values = []string{s.values.Get(in.Name)}
	s.Inputs = append(s.Inputs, in)
	s.Any = s.Any || in.Value() != ""
	return in.Value()
}

// some is what was asked for as a list of ids.
func (s *search) some(in input) []string { return strings.Fields(s.ask(in)) }

func (s *search) day(in input) time.Time {
	text := s.ask(in)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		s.blame(s.l, []supervision.Fault{{Field: in.Name, Message: "Give a date."}})
	}
	return t
}

func (s *search) blame(l *tongue, faults []supervision.Fault) {
	for _, fault := range faults {
		for i := range s.Inputs {
			if s.Inputs[i].Name == fault.Field {
				s.Inputs[i].Fault = l.advice(fault)
			}
		}
	}
}

func productOptions() (list []option) {
	for _, p := range market.Products {
		list = append(list, option{Value: p.ID, Label: p.Name})
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

func (l *tongue) orderStatusOptions() (list []option) {
	for _, s := range supervision.OrderStatuses() {
		list = append(list, option{Value: string(s), Label: l.OrderStatus(s)})
	}
	return list
}

func (l *tongue) statusOptions() (list []option) {
	for _, s := range supervision.Statuses() {
		list = append(list, option{Value: string(s), Label: l.Status(s)})
	}
	return list
}

func (l *tongue) turnOptions() (list []option) {
	for _, r := range []supervision.Role{supervision.RoleBuyer, supervision.RoleSeller, supervision.RoleManager} {
		list = append(list, option{Value: string(r), Label: capital(l.Role(r))})
	}
	return list
}

func (l *tongue) silenceOptions() (list []option) {
	for _, days := range []int{1, 3, 5, 10, 30} {
		list = append(list, option{Value: (time.Duration(days) * supervision.Day).String(),
			Label: l.Span(time.Duration(days) * supervision.Day)})
	}
	return list
}

func (l *tongue) appealOptions() (list []option) {
	for _, s := range supervision.AppealStates() {
		list = append(list, option{Value: string(s), Label: l.AppealStates[s]})
	}
	return list
}
