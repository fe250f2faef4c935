package main

import (
	"net/http"
	"slices"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

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
	action, faults, err := page.Form.action()
	if err != nil {
		return err
	}
	confirmed := typed.Get("confirm") == "yes" && len(faults) == 0
	for i := range page.Orders {
		o := &page.Orders[i]
		if o.Chosen = slices.Contains(typed["order"], o.ID); !o.Chosen {
			continue
		}
		_, err := v.try(o.ID, action, confirmed, service.WithKey(page.Form.Key+o.ID))
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
