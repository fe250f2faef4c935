package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

// The demonstration's market: who can log in, what is sold, on which request
// templates, and what has happened to orders so far.
//
//go:embed market.json
var marketFile []byte

var market = embedded[struct {
	Accounts  []account
	Products  []product
	Templates []struct {
		supervision.TemplateID
		Template template.Template
	}
	Orders []json.RawMessage // a story each
}](marketFile)

// embedded reads a file that is part of the program.
func embedded[T any](file []byte) (content T) {
	if err := json.Unmarshal(file, &content); err != nil {
		panic(err)
	}
	return content
}

// account is somebody who can log in. A real host has a directory of its own.
type account struct {
	ID, Name, About string
	Role            supervision.Role
}

// product is something the marketplace sells. A real host has a catalogue.
type product struct {
	ID, Name, About, Seller, Policy string
	Price                           int64                 // in cents
	AtScheduledEnd                  supervision.EndAction `json:"at_scheduled_end"`
}

// opening puts an order of the product under supervision (R01).
func (p product) opening(id, buyer string) supervision.Opening {
	policy := policies[p.Policy]
	policy.Notices = supervision.Notices{RulingOverdue: supervision.Day, OpenFor: 180 * supervision.Day}
	if policy.Appeal.Silence > 0 {
		policy.Notices.AppealOpens = supervision.Day
	}
	if p.AtScheduledEnd != "" {
		policy.AtScheduledEnd, policy.Notices.ScheduledEnd = p.AtScheduledEnd, 30*supervision.Day
	}
	return supervision.Opening{ID: id, Product: p.ID, Buyer: buyer, Seller: p.Seller, Policy: policy,
		Paid: supervision.Money{Amount: p.Price, Currency: "CNY"}}
}

// byID finds the items of a list by their ids.
func byID[T any](list []T, id func(T) string) map[string]T {
	items := make(map[string]T)
	for _, item := range list {
		items[id(item)] = item
	}
	return items
}

var (
	accounts = byID(market.Accounts, func(a account) string { return a.ID })
	products = byID(market.Products, func(p product) string { return p.ID })
	// policies are what orders can be put under.
	policies = byID([]supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		supervision.Hardware()}, func(p supervision.Policy) string { return p.Name })
)

// nameOf is what people read where the library knows an account or a product by
// its id.
func nameOf(id string) string {
	return cmp.Or(accounts[id].Name, products[id].Name, id)
}

func (a account) mail() string { return a.ID + "@portal.example" }

// actor is who the account is to the library, which decides what it may see and
// do, and which of its people acts: here each account has one (R22).
func (a account) actor() supervision.Actor {
	return supervision.Actor{Role: a.Role, ID: a.ID, User: a.mail()}
}

// showMarket stands for the marketplace's shop, so that orders can begin.
func (v *visit) showMarket() error { return v.render(http.StatusOK, "market.html", v) }

// buy opens an order. Its id follows from the page that the button was pressed
// on, so that pressing twice buys once, and nobody can choose it.
func (v *visit) buy() error {
	p, ok := products[v.r.PathValue("product")]
	if !ok {
		return v.notFound()
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{v.Who.ID, p.ID, v.r.PostFormValue("key")}, "\x00")))
	id := "KG-" + base32.StdEncoding.EncodeToString(sum[:])[:10]
	order, err := v.svc.Open(v.ctx(), p.opening(id, v.Who.ID))
	if err != nil {
		return err
	}
	return v.say(address(order.ID), string(supervision.OpOpen))
}

// story is one order's past: actions are data, so that it is a list.
type story struct {
	ID, Buyer, Product string
	Ago                time.Duration         // in hours
	Adopt              *supervision.Adoption // how it stood in another system; nil where it began here
	Then               []struct {
		After     time.Duration // in hours
		By        string
		Operation supervision.Operation
		Action    json.RawMessage
	}
}

// seed fills an empty database with the market. Every order gets where it is by
// real actions at the instants at which they might have happened.
func (p *portal) seed(ctx context.Context) error {
	found, err := p.svc.Search(ctx, supervision.System(), supervision.Query{Limit: 1})
	if err != nil || len(found.Orders) > 0 {
		return err
	}
	for _, t := range market.Templates {
		if _, err := p.svc.PublishTemplate(ctx, supervision.Seller(t.Seller), t.TemplateID, t.Template); err != nil {
			return fmt.Errorf("seed template of %s: %w", t.Product, err)
		}
	}
	now := p.svc.Now()
	for _, document := range market.Orders {
		s := embedded[story](instants.ReplaceAllFunc(document, func(text []byte) []byte {
			d, _ := time.ParseDuration(string(text[len(`"now`) : len(text)-1]))
			return []byte(`"` + stamp(now.Add(d)) + `"`)
		}))
		if err := p.tell(ctx, s, now.Add(-s.Ago*time.Hour)); err != nil {
			return fmt.Errorf("seed order %s: %w", s.ID, err)
		}
	}
	return nil
}

// instants are those of the stories: so much before or after the market opens.
var instants = regexp.MustCompile(`"now[+-]\w+"`)

// tell lets a story happen, on a clock of its own.
func (p *portal) tell(ctx context.Context, s story, begin time.Time) error {
	past := clock.NewMock()
	past.Set(begin)
	svc, err := service.New(p.db.store, service.WithClock(past))
	if err != nil {
		return err
	}
	sold := products[s.Product]
	opening := sold.opening(s.ID, s.Buyer)
	if a := s.Adopt; a == nil {
		_, err = svc.Open(ctx, opening)
	} else {
		a.ID, a.Product, a.Buyer, a.Seller = opening.ID, opening.Product, opening.Buyer, opening.Seller
		a.Policy, a.Paid = opening.Policy, opening.Paid
		adopted, failed := svc.Adopt(ctx, *a)
		if err = failed; err == nil {
			err = adopted[0].Err
		}
	}
	if err != nil {
		return err
	}
	actors := map[string]supervision.Actor{"buyer": supervision.Buyer(s.Buyer), "system": supervision.System(),
		"seller": supervision.Seller(sold.Seller), "manager": supervision.Manager("manager-mei")}
	for _, step := range s.Then {
		past.Set(past.Now().Add(step.After * time.Hour))
		action, err := supervision.UnmarshalActionOf(step.Operation, step.Action)
		if err == nil {
			_, err = svc.Do(ctx, s.ID, actors[step.By], action)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
