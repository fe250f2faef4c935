package main

import (
	"crypto/rand"
	"net/http"

	"github.com/koogallery/serviceflow/supervision"
)

// product is something the marketplace sells. A real host has a catalogue; the
// demonstration has this list.
type product struct {
	ID, Name, About, Seller string
	policy                  supervision.Policy
}

var products = []product{
	{"erp-suite", "Cloudline ERP Suite", "Finance, stock and purchasing, set up for your company.", "seller-cloudline",
		supervision.Guide()},
	{"data-migration", "Data Migration", "Your records moved from the old system, checked and signed off.",
		"seller-cloudline",
		supervision.Guide()},
	{"crm", "Cloudline CRM", "Customers and offers in one place. Appeals are open at any time.", "seller-cloudline",
		supervision.Rules2025()},
	{"helpdesk", "Brightdesk Help Desk", "Tickets, answers and reports for a support team.", "seller-brightdesk",
		supervision.Guide()},
	{"endpoint-license", "Endpoint License", "Licenses for endpoint protection, delivered without a request.",
		"seller-brightdesk",
		supervision.License()},
}

func findProduct(id string) (product, bool) {
	for _, p := range products {
		if p.ID == id {
			return p, true
		}
	}
	return product{}, false
}

// productName is what people read where the library knows an id.
func productName(id string) string {
	if p, ok := findProduct(id); ok {
		return p.Name
	}
	return id
}

type marketPage struct {
	layout
	Products []product
	Keys     map[string]string // the id of the order that each button would make
}

// showMarket stands for the marketplace's shop, so that orders can begin.
func (v *visit) showMarket() error {
	page := marketPage{v.layout("Marketplace"), products, make(map[string]string)}
	for _, p := range products {
		page.Keys[p.ID] = "KG-" + rand.Text()[:10]
	}
	return v.render(http.StatusOK, "market", page)
}

// buy puts what is bought under supervision (R01). The order's id comes with
// the form, so that pressing twice buys once.
func (v *visit) buy() error {
	if err := v.readForm(smallForm); err != nil {
		return err
	}
	p, ok := findProduct(v.r.PathValue("product"))
	if !ok {
		return v.notFound()
	}
	order, err := v.svc.Open(v.r.Context(), supervision.Opening{
		ID: v.r.PostFormValue("order"), Product: p.ID, Buyer: v.who.ID, Seller: p.Seller, Policy: p.policy,
	})
	if err != nil {
		return err
	}
	http.Redirect(v.w, v.r, address(order.ID)+"?"+query("done", string(supervision.OpOpen)), http.StatusSeeOther)
	return nil
}
