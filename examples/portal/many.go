package main

import (
	"errors"
	"net/http"
	"slices"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// bulk are the operations that a seller performs on many orders at once.
var bulk = []supervision.Operation{supervision.OpAcceptRequest, supervision.OpDeliver}

type manyPage struct {
	layout
	Form   *form
	Orders []manyOrder
	Asked  bool // what is chosen has been tried, and only has to be confirmed
	Done   bool // to so many as were chosen
	Chosen int
}

// manyOrder is an order to which the operation can be done now.
type manyOrder struct {
	summary
	Cards  []card
	Chosen bool
	Why    string // why it has not been done
}

// many lists the visitor's orders to which an operation can be done with one and
// the same form, what has waited longest first.
func (v *visit) many() (page manyPage, err error) {
	op := supervision.Operation(v.r.PathValue("operation"))
	if !slices.Contains(bulk, op) {
		return page, v.notFound()
	}
	page.layout = v.layout(v.l.Operation(op))
	found, err := v.svc.Search(v.r.Context(), v.actor(), supervision.Query{
		Criteria: supervision.Criteria{Turn: v.who.Role}, Sort: supervision.LongestWaiting, Limit: supervision.MaxPage})
	if err != nil {
		return page, err
	}
	for _, v.order = range found.Orders {
		if !v.permit(op).Allowed || v.order.Form(op) != 0 {
			continue
		}
		entry := manyOrder{summary: v.summary(v.order)}
		records, err := v.records()
		if err != nil {
			return page, err
		}
		entry.Cards = slices.DeleteFunc(cards(records), func(c card) bool { return c.Name != "request" })
		page.Orders = append(page.Orders, entry)
		if page.Form == nil {
			if page.Form, err = v.newForm(task{}, op); err != nil {
				return page, err
			}
			page.Form.Inputs = slices.DeleteFunc(page.Form.Inputs, (*input).takesFiles)
		}
	}
	return page, nil
}

func (v *visit) showMany() error {
	page, err := v.many()
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "many.html", page)
}

// performMany tries an operation on every order that is chosen and, once that is
// confirmed, performs it. Each order is a command of its own: what stands in the
// way of one is said with it, and holds up no other.
func (v *visit) performMany() error {
	if err := v.readForm(textForm); err != nil {
		return err
	}
	page, err := v.many()
	if err == nil && page.Form == nil {
		return v.redirect("/orders")
	} else if err != nil {
		return err
	}
	typed := v.r.PostForm
	if _, err := page.Form.fill(v, typed); err != nil {
		return err
	}
	action, faults, err := page.Form.action(v.l)
	if err != nil {
		return err
	}
	confirmed, rest := typed.Get("confirm") == "yes" && len(faults) == 0, []manyOrder(nil)
	for _, o := range page.Orders {
		if o.Chosen = slices.Contains(typed["order"], o.ID); !o.Chosen {
			rest = append(rest, o)
			continue
		}
		options := []service.DoOption{service.WithKey(page.Form.Key + o.ID)}
		if !confirmed {
			options = append(options, service.DryRun())
		}
		_, err := v.svc.Do(v.r.Context(), o.ID, v.actor(), action, options...)
		var refusal *supervision.Refusal
		switch found := faultsOf(err); {
		case errors.As(err, &refusal):
			o.Why = v.l.Why(refusal.Decision)
		case found != nil:
			faults = found
		case err != nil:
			return err
		default:
			page.Chosen++
		}
		if !confirmed || err != nil {
			rest = append(rest, o)
		}
	}
	page.Orders, page.Form.Other = rest, v.l.blame(page.Form.Inputs, faults)
	page.Done, page.Asked = confirmed && page.Chosen > 0, !confirmed && len(faults) == 0 && page.Chosen > 0
	return v.render(http.StatusOK, "many.html", page)
}
