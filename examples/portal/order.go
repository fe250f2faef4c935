package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
)

type orderPage struct {
	layout
	Order    standing
	Done     supervision.Operation // what the visitor has just done
	Steps    []supervision.Step
	Later    []deadline // what time brings that the banner does not say
	Request  []fact
	Delivery []fact
	Appeal   []fact
	Records  []recordView
	Earlier  int64 // the record before the first one shown; 0 where all are
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
	Facts     []fact
	Elsewhere string // where on the page the facts are shown; empty for here
}

// recordsShown is how many operation records a page begins with.
const recordsShown = 50

func (v *visit) showOrder() error {
	order, err := v.svc.Order(v.r.Context(), v.r.PathValue("id"), v.actor())
	if err != nil {
		return err
	}
	if err := v.db.read(v.r.Context(), v.who.ID, order.ID); err != nil {
		return err
	}
	page := orderPage{layout: v.layout("Order %s", order.ID), Delivery: v.l.deliveryFacts(order),
		Appeal: v.l.appealFacts(order.Appeal)}
	s, err := v.summary(order)
	if err != nil {
		return err
	}
	page.Done = supervision.Operation(v.said(address(order.ID)))
	page.Live = livePath(order)
	page.Steps = order.Steps(page.Now)
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
	for i := range page.Records {
		page.Records[i].Elsewhere = elsewhere(order, page.Records[i].Record)
	}
	page.Order = v.standing(s, page.Records)
	for _, d := range v.deadlines(order) {
		if !slices.Contains(page.Order.Comes, d) {
			page.Later = append(page.Later, d)
		}
	}
	return v.render(http.StatusOK, "order", page)
}

// elsewhere names the part of the order's page that shows what a record submitted,
// so that nothing is said twice.
func elsewhere(o supervision.Order, r supervision.Record) string {
	switch {
	case r.Operation == supervision.OpSubmitRequest && o.Request != nil && r.At.Equal(o.Request.SubmittedAt):
		return "request"
	case r.Operation == supervision.OpDeliver && o.Delivery != nil && r.At.Equal(o.Delivery.DeliveredAt):
		return "delivery"
	case o.Appeal != nil && !r.At.Before(o.Appeal.RaisedAt) && slices.Contains([]supervision.Operation{
		supervision.OpRaiseAppeal, supervision.OpIntervene, supervision.OpAddNote, supervision.OpDecideAppeal},
		r.Operation):
		return "appeal"
	}
	return ""
}

// history returns all records of an order that the actor may see, oldest first.
func (p *portal) history(ctx context.Context, order string, actor supervision.Actor) (all []supervision.Record,
	err error) {
	for {
		records, err := p.svc.Records(ctx, order, actor, int64(len(all)), supervision.MaxPage)
		all = append(all, records...)
		if err != nil || len(records) < supervision.MaxPage {
			return all, err
		}
	}
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
		list[i] = recordView{Record: r, Facts: v.l.factsOf(r.Action, t)}
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
			before, after, _ := strings.Cut(v.l.Deadline(d, "\x00"), "\x00")
			list = append(list, deadline{d, before, after})
		}
	}
	return list
}

// address is where an order's page is; ids may hold anything on one line.
func address(order string) string { return "/orders/" + url.PathEscape(order) }

// livePath is the stream of what happens to an order after the version that is
// shown.
func livePath(o supervision.Order) string {
	return address(o.ID) + "/events?" + query("seen", fmt.Sprint(o.Version))
}
