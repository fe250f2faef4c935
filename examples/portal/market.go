package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"net/http"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
)

// product is something the marketplace sells. A real host has a catalogue; the
// demonstration has this list.
type product struct {
	ID, Name, About, Seller string
	policy                  supervision.Policy
	price                   int64 // in cents
}

var products = []product{
	{"erp-suite", "Cloudline ERP Suite", "Finance, stock and purchasing, set up for your company.", "seller-cloudline",
		supervision.Guide(), 480000},
	{"data-migration", "Data Migration", "Your records moved from the old system, checked and signed off.",
		"seller-cloudline",
		supervision.Guide(), 125000},
	{"crm", "Cloudline CRM", "Customers and offers in one place. Appeals are open at any time.", "seller-cloudline",
		supervision.Rules2025(), 96000},
	{"helpdesk", "Brightdesk Help Desk", "Tickets, answers and reports for a support team.", "seller-brightdesk",
		supervision.Guide(), 60000},
	{"endpoint-license", "Endpoint License", "Licenses for endpoint protection, delivered without a request.",
		"seller-brightdesk",
		supervision.License(), 18000},
}

// policies are what orders can be put under.
var policies = []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
	supervision.Hardware()}

// paid is what a buyer pays.
func (p product) paid() supervision.Money { return supervision.Money{Amount: p.price, Currency: "CNY"} }

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
	Key      string // tells this page's purchases from those of any other
}

// showMarket stands for the marketplace's shop, so that orders can begin.
func (v *visit) showMarket() error {
	return v.render(http.StatusOK, "market", marketPage{v.layout("Marketplace"), products, rand.Text()})
}

// orderID mints the id of an order. It follows from the page that the button
// was pressed on, so that pressing twice buys once, and nobody can choose it.
func orderID(a account, product, key string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{a.ID, product, key}, "\x00")))
	return "KG-" + base32.StdEncoding.EncodeToString(sum[:])[:10]
}

// buy puts what is bought under supervision (R01).
func (v *visit) buy() error {
	if err := v.readForm(smallForm); err != nil {
		return err
	}
	p, ok := findProduct(v.r.PathValue("product"))
	if !ok {
		return v.notFound()
	}
	order, err := v.svc.Open(v.r.Context(), supervision.Opening{
		ID: orderID(v.who, p.ID, v.r.PostFormValue("key")), Product: p.ID, Buyer: v.who.ID, Seller: p.Seller,
		Policy: p.policy,
		Paid:   p.paid(),
	})
	if err != nil {
		return err
	}
	v.say(address(order.ID), string(supervision.OpOpen))
	http.Redirect(v.w, v.r, address(order.ID), http.StatusSeeOther)
	return nil
}
