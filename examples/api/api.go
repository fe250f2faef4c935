// Api serves orders as JSON over HTTP: what an order is, what may be done to
// it now, and doing it, with an OpenAPI document that says so. A key makes a
// command repeatable, an entity tag keeps it from an order that has changed,
// and errors are problem details that name each fault. Host.go adds what makes
// a whole host of it: a list with tabs, letters and a dashboard.
package main

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/schema"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/words"
)

// basic takes the role and the account from Basic authentication, such as
// buyer:ben. A host authenticates before it trusts either.
func basic(r *http.Request) (supervision.Actor, error) {
	role, id, ok := r.BasicAuth()
	if !ok {
		return supervision.Actor{}, errUnknownCaller
	}
	return supervision.Actor{Role: supervision.Role(role), ID: id}, nil
}

type api struct{ svc *service.Service }

// route is what an address answers, and how the document describes it.
type route struct {
	method, path string
	status       int
	asks         []schema.Schema // the parameters
	takes, gives schema.Schema
	answer       func(call) (any, error)
}

// call is a request and who sends it.
type call struct {
	*http.Request
	actor supervision.Actor
	l     *words.Language
	body  []byte
}

type page struct {
	Orders []supervision.Summary `json:"orders"`
	Next   string                `json:"next,omitempty"` // the address of the next page
}

func (a api) routes() []route {
	order, records := schema.Of[supervision.Order](), schema.Of[[]supervision.Record]()
	id, after := parameter("path", "id", true), parameter("query", "after", false)
	form, op := schema.Of[service.PublishedTemplate](), parameter("query", "operation", true)
	key, match := parameter("header", "Idempotency-Key", true), parameter("header", "If-Match", false)
	criteria, none, one := []schema.Schema{}, []schema.Schema{}, []schema.Schema{id}
	for _, name := range supervision.QueryKeys() {
		criteria = append(criteria, parameter("query", name, false))
	}
	list := []route{
		{"GET", "/orders", 200, criteria, nil, schema.Of[page](), a.search},
		{"POST", "/orders", 201, none, schema.Action(supervision.OpOpen), order, a.open},
		{"GET", "/orders/{id}", 200, one, nil, order, a.order},
		{"GET", "/orders/{id}/records", 200, append(one, after), nil, records, a.records},
		{"GET", "/orders/{id}/operations", 200, one, nil, schema.Of[[]supervision.Offer](), a.operations},
		{"GET", "/list", 200, criteria, nil, schema.Of[listing](), a.list},
		{"GET", "/dashboard", 200, none, nil, schema.Of[dashboard](), a.dashboard},
		{"GET", "/orders/{id}/template", 200, append(one, op), nil, form, a.template},
	}
	for _, op := range supervision.Operations() {
		if op == supervision.OpOpen || op == supervision.OpAdopt { // which make an order
			continue
		}
		list = append(list, route{"POST", "/orders/{id}/" + string(op), 200, []schema.Schema{id, key, match},
			schema.Action(op), schema.Of[service.Result](), func(c call) (any, error) { return a.do(c, op) }})
	}
	return list
}

// document describes the routes in OpenAPI 3.1.
func document(routes []route) schema.Schema {
	paths := schema.Schema{}
	for _, to := range routes {
		item := schema.Schema{"parameters": to.asks, "responses": schema.Schema{
			strconv.Itoa(to.status): content("Done", "application/json", to.gives),
			"default":               content("A problem (RFC 9457)", "application/problem+json", schema.Of[problem]()),
		}}
		if to.takes != nil {
			item["requestBody"] = content("The action", "application/json", to.takes)
		}
		if paths[to.path] == nil {
			paths[to.path] = schema.Schema{}
		}
		paths[to.path].(schema.Schema)[strings.ToLower(to.method)] = item
	}
	return schema.Schema{
		"openapi": "3.1.0", "info": schema.Schema{"title": "Service supervision", "version": "1"}, "paths": paths,
		"components": schema.Schema{"securitySchemes": schema.Schema{
			"basic": schema.Schema{"type": "http", "scheme": "basic"}}},
		"security": []schema.Schema{{"basic": []string{}}},
	}
}

func parameter(in, name string, required bool) schema.Schema {
	return schema.Schema{"in": in, "name": name, "required": required, "schema": schema.Schema{"type": "string"}}
}

func content(description, kind string, s schema.Schema) schema.Schema {
	return schema.Schema{"description": description, "content": schema.Schema{kind: schema.Schema{"schema": s}}}
}

// newAPI serves those whom who knows.
func newAPI(svc *service.Service, who func(*http.Request) (supervision.Actor, error)) http.Handler {
	a, mux := api{svc}, http.NewServeMux()
	for _, to := range a.routes() {
		mux.HandleFunc(to.method+" "+to.path, func(w http.ResponseWriter, r *http.Request) {
			actor, err := who(r)
			var body any
			if err == nil { // of a stranger nothing is read
				var text []byte
				if text, err = io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody)); err == nil {
					body, err = to.answer(call{r, actor, words.Preferred(r.Header.Get("Accept-Language")), text})
				}
			}
			if err != nil {
				writeProblem(w, r, err)
				return
			}
			write(w, "application/json", to.status, body)
		})
	}
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		write(w, "application/json", http.StatusOK, document(a.routes()))
	})
	return mux
}

// mostBody bounds a request: more than any action that is taken.
const mostBody = 1 << 20

func (a api) search(c call) (any, error) {
	query, err := supervision.ParseQuery(c.URL.Query())
	if err != nil {
		return nil, err
	}
	found, err := a.svc.Search(c.Context(), c.actor, query)
	next := ""
	if query.Cursor = found.Next; query.Cursor != "" {
		next = "/orders?" + query.Values().Encode()
	}
	return page{found.Orders, next}, err
}

// open is the host's: nobody else buys.
func (a api) open(c call) (any, error) {
	action, err := supervision.UnmarshalActionOf(supervision.OpOpen, c.body)
	if c.actor.Role != supervision.RoleSystem {
		return nil, errNotYours
	} else if err != nil {
		return nil, err
	}
	return a.svc.Open(c.Context(), action.(supervision.Opening))
}

func (a api) order(c call) (any, error) { return a.svc.Order(c.Context(), c.PathValue("id"), c.actor) }

func (a api) records(c call) (any, error) {
	after, _ := strconv.ParseInt(c.FormValue("after"), 10, 64)
	return a.svc.Records(c.Context(), c.PathValue("id"), c.actor, after, supervision.MaxPage)
}

func (a api) operations(c call) (any, error) {
	order, err := a.svc.Order(c.Context(), c.PathValue("id"), c.actor)
	offers, refused := order.Offers(c.actor, a.svc.Now())
	return offers, cmp.Or(err, refused)
}

// template is the form of an operation whose inputs have one.
func (a api) template(c call) (any, error) {
	order, err := a.svc.Order(c.Context(), c.PathValue("id"), c.actor)
	form := order.Form(supervision.Operation(c.FormValue("operation")))
	if err != nil || form.Version == 0 {
		return nil, cmp.Or(err, supervision.ErrNotFound)
	}
	return a.svc.Template(c.Context(), form)
}

// do performs an operation once, and only on the version the caller has seen.
func (a api) do(c call, op supervision.Operation) (any, error) {
	action, err := supervision.UnmarshalActionOf(op, c.body)
	key := strings.Trim(c.Header.Get("Idempotency-Key"), `"`)
	if err != nil || key == "" {
		return nil, cmp.Or(err, errNoKey)
	}
	options := []service.DoOption{service.WithKey(key)}
	if tag := c.Header.Get("If-Match"); tag != "" && tag != "*" {
		version, _ := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64) // 0 for no number: no order has it
		options = append(options, service.IfVersion(version))
	}
	return a.svc.Do(c.Context(), c.PathValue("id"), c.actor, action, options...)
}

// write answers with a body; the version of one order is its entity tag.
func write(w http.ResponseWriter, kind string, status int, body any) {
	order, _ := body.(supervision.Order)
	if done, ok := body.(service.Result); ok {
		order = done.Order
	}
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, nil
	}
	if order.Version > 0 {
		w.Header().Set("ETag", strconv.Quote(strconv.FormatInt(order.Version, 10)))
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(text) // whoever has gone needs no answer
}
