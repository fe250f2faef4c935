package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
)

type orderPage struct {
	layout
	Order     summary
	Done      string // what the visitor has just done
	Steps     []supervision.Step
	Deadlines []deadline
	Request   []fact
	Delivery  []fact
	Appeal    []fact
	Records   []recordView
	Earlier   int64 // the record before the first one shown; 0 where all are
}

// deadline is what time alone will bring, in words: a sentence around its
// countdown.
type deadline struct {
	supervision.Deadline
	Before, After string
}

// recordView is an operation record with what was submitted.
type recordView struct {
	supervision.Record
	Facts []fact
}

// recordsShown is how many operation records the order's page begins with.
const recordsShown = 50

func (v *visit) showOrder() error {
	ctx := v.r.Context()
	order, err := v.svc.Order(ctx, v.r.PathValue("id"), v.actor())
	if err != nil {
		return err
	}
	page := orderPage{layout: v.layout("Order " + order.ID), Delivery: deliveryFacts(order),
		Appeal: appealFacts(order.Appeal)}
	if page.Order, err = v.summary(order); err != nil {
		return err
	}
	page.Done = english.Record(supervision.Operation(v.said(address(order.ID))))
	page.Live = livePath(order)
	page.Steps = order.Steps(page.Now)
	page.Deadlines = v.deadlines(order)
	if page.Request, err = v.requestFacts(order); err != nil {
		return err
	}
	after := order.Version - recordsShown
	if v.r.FormValue("records") == "all" {
		after = order.Version - supervision.MaxPage
	}
	page.Earlier = max(0, after)
	if page.Records, err = v.news(order, page.Earlier); err != nil {
		return err
	}
	return v.render(http.StatusOK, "order", page)
}

// news lists the records after a version, newest first.
func (v *visit) news(order supervision.Order, after int64) ([]recordView, error) {
	records, err := v.svc.Records(v.r.Context(), order.ID, v.actor(), max(0, after), supervision.MaxPage)
	if err != nil {
		return nil, err
	}
	t, err := v.templateOf(v.r.Context(), order)
	if err != nil {
		return nil, err
	}
	list := make([]recordView, len(records))
	for i, r := range records {
		list[i] = recordView{r, factsOf(r.Action, t)}
	}
	slices.Reverse(list)
	return list, nil
}

// horizon is how far ahead people are told what time brings.
const horizon = 90 * supervision.Day

// deadlines says what time will bring to whoever asks.
func (v *visit) deadlines(order supervision.Order) (list []deadline) {
	now := v.svc.Now()
	for _, d := range order.Deadlines(now) {
		if d.At.Before(now.Add(horizon)) {
			before, after, _ := strings.Cut(english.Deadline(d, "\x00"), "\x00")
			list = append(list, deadline{d, before, after})
		}
	}
	return list
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// address is where an order's page is; ids may hold anything on one line.
func address(order string) string { return "/orders/" + url.PathEscape(order) }

// livePath is the stream of what happens to an order after the version that is
// shown.
func livePath(o supervision.Order) string {
	return address(o.ID) + "/events?" + query("seen", fmt.Sprint(o.Version))
}
