package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/koogallery/serviceflow/appeal"
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

// deadline is what time alone will bring, in words.
type deadline struct {
	supervision.Deadline
	Text string
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
	page.Done = doneNames[supervision.Operation(v.said(address(order.ID)))]
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

// deadlines says what time will bring to whoever asks: the other party's
// possibilities are not theirs to wait for.
func (v *visit) deadlines(order supervision.Order) (list []deadline) {
	now := v.svc.Now()
	for _, d := range order.Deadlines(now) {
		if text := v.deadlineText(d, order); text != "" && d.At.Before(now.Add(horizon)) {
			list = append(list, deadline{d, text})
		}
	}
	return list
}

func (v *visit) deadlineText(d supervision.Deadline, o supervision.Order) string {
	switch d.Kind {
	case supervision.DeadlineCompletion:
		return "The order is completed"
	case supervision.DeadlineAutoAccept:
		return "The delivery is accepted automatically"
	case supervision.DeadlineAppealOpens:
		mine, waitedFor := d.Party == partyOf(v.who), o.Turn() == v.who.Role
		switch {
		case d.Rule == supervision.R14 && mine:
			return "You can appeal again"
		case d.Rule == supervision.R14:
			return fmt.Sprintf("The %s can appeal again", d.Party)
		case mine:
			return fmt.Sprintf("You can appeal, if the %s does nothing until then", o.Turn())
		case waitedFor:
			return fmt.Sprintf("The %s can appeal, if you do nothing until then", d.Party)
		}
		return fmt.Sprintf("The %s can appeal, if the %s does nothing until then", d.Party, o.Turn())
	case supervision.DeadlineBlackoutBegins:
		return fmt.Sprintf("No appeals from here, %s before the scheduled completion",
			count(int(o.Policy.Appeal.Blackout/supervision.Day), "day"))
	case supervision.DeadlineBlackoutEnds:
		return "Appeals are possible again"
	case supervision.DeadlineReminder:
		if v.who.Role == supervision.RoleBuyer {
			return "You can remind the seller again"
		}
	case supervision.DeadlineRulingOverdue:
		return "The decision on the appeal is due"
	}
	return ""
}

func partyOf(a account) appeal.Party { return appeal.Party(string(a.Role)) }

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
