package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

type orderPage struct {
	*visit
	Order   standing
	Done    supervision.Operation // what the visitor has just done
	Cards   []card
	Records []recordView // newest first
	Earlier bool         // there are more than are shown
}

// recordsShown is how many operation records an order's page shows at most; its
// record as a document has all.
const recordsShown = 50

func (v *visit) showOrder() error {
	v.err = v.db.read(v.ctx(), v.Who.ID, v.order.ID)
	records, cards := v.records("appeal", "delivery", "request")
	page := orderPage{visit: v, Cards: cards, Order: v.standing(records),
		Done: supervision.Operation(v.said(address(v.order.ID)))}
	v.follow()
	slices.Reverse(records)
	shown := min(len(records), recordsShown)
	page.Records, page.Earlier = records[:shown], shown < len(records)
	return v.render(http.StatusOK, "order.html", page)
}

// address is where an order's page is; ids may hold anything on one line.
func address(order string) string { return "/orders/" + url.PathEscape(order) }

// follow has the page hear of what happens to the order after the version that
// it shows.
func (v *visit) follow() {
	v.Live = fmt.Sprintf("%s/events?seen=%d", address(v.order.ID), v.order.Version)
}

// summary is an order as the list and the head of every page about it show it.
type summary struct {
	supervision.Order
	Now    time.Time
	Offers offers
	Role   supervision.Role // the visitor's
}

func (v *visit) summary(o supervision.Order) summary {
	return summary{o, v.Now, offersOf(o, v.actor(), v.Now), v.Who.Role}
}

// Assignee is the operations manager whose case the order's appeal is: who took
// the order in hand, or wrote first.
func (s summary) Assignee() string {
	if s.Appeal.Manager == "" && len(s.Appeal.Notes) > 0 {
		return s.Appeal.Notes[0].By
	}
	return s.Appeal.Manager
}
