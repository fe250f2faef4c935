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
)

// api answers those whom who knows.
type api struct {
	svc *service.Service
	who func(*http.Request) (supervision.Actor, error)
}

// route is what an address answers, and how the document describes it.
type route struct {
	method, path string
	status       int
	query        []string
	takes, gives schema.Schema
	answer       func(call) (any, error)
}

// call is a request and who sends it.
type call struct {
	*http.Request
	actor supervision.Actor
	body  []byte
}

type page struct {
	Orders []supervision.Order `json:"orders"`
	Next   string              `json:"next,omitempty"` // the address of the next page
}

// offer is an operation with what it asks for.
type offer struct {
	supervision.Decision
	Inputs []supervision.Input `json:"inputs,omitempty"`
}

type done struct {
	Order    supervision.Order    `json:"order"`
	Records  []supervision.Record `json:"records,omitempty"`
	Repeated bool                 `json:"repeated"`
}

func (a api) routes() []route {
	order := schema.Of[supervision.Order]()
	list := []route{
		{"GET", "/orders", http.StatusOK, supervision.QueryKeys(), nil, schema.Of[page](), a.search},
		{"POST", "/orders", http.StatusCreated, nil, schema.Action(supervision.OpOpen), order, a.open},
		{"GET", "/orders/{id}", http.StatusOK, nil, nil, order, a.order},
		{"GET", "/orders/{id}/records", http.StatusOK, []string{"after"}, nil, schema.Of[[]supervision.Record](),
			a.records},
		{"GET", "/orders/{id}/operations", http.StatusOK, nil, nil, schema.Of[[]offer](), a.operations},
		{"GET", "/orders/{id}/template", http.StatusOK, []string{"operation"}, nil,
			schema.Of[service.PublishedTemplate](), a.template},
	}
	for _, op := range supervision.Operations() {
		if op == supervision.OpOpen || op == supervision.OpAdopt { // which make an order
			continue
		}
		list = append(list, route{"POST", "/orders/{id}/" + string(op), http.StatusOK, nil, schema.Action(op),
			schema.Of[done](), func(c call) (any, error) { return a.do(c, op) }})
	}
	return list
}

func newAPI(svc *service.Service, who func(*http.Request) (supervision.Actor, error)) http.Handler {
	a, mux := api{svc, who}, http.NewServeMux()
	for _, to := range a.routes() {
		mux.HandleFunc(to.method+" "+to.path, func(w http.ResponseWriter, r *http.Request) {
			actor, err := a.who(r)
			text, tooLarge := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
			var body any
			if err = cmp.Or(err, tooLarge); err == nil {
				body, err = to.answer(call{r, actor, text})
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
	return page{append([]supervision.Order{}, found.Orders...), next}, err
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
	if err != nil {
		return nil, err
	}
	now := a.svc.Now()
	decisions, err := order.Operations(c.actor, now)
	offers := make([]offer, len(decisions))
	for i, d := range decisions {
		offers[i].Decision = d
		if d.Allowed && err == nil {
			offers[i].Inputs, err = order.Inputs(c.actor, d.Operation, now)
		}
	}
	return offers, err
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

// do performs an operation once, whatever becomes of its answer, and only on
// the version that the caller has seen.
func (a api) do(c call, op supervision.Operation) (any, error) {
	action, err := supervision.UnmarshalActionOf(op, c.body)
	key := strings.Trim(c.Header.Get("Idempotency-Key"), `"`)
	if err != nil || key == "" {
		return nil, cmp.Or(err, errNoKey)
	}
	options := []service.DoOption{service.WithKey(key)}
	if tag := c.Header.Get("If-Match"); tag != "" && tag != "*" {
		version, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
		if err != nil || version < 1 {
			return nil, service.ErrConflict // no tag of ours: it matches no version
		}
		options = append(options, service.IfVersion(version))
	}
	result, err := a.svc.Do(c.Context(), c.PathValue("id"), c.actor, action, options...)
	return done{result.Order, result.Records, result.Repeated}, err
}

// write answers with a body and, where that is about one order, with its
// version as entity tag.
func write(w http.ResponseWriter, kind string, status int, body any) {
	order, _ := body.(supervision.Order)
	if d, ok := body.(done); ok {
		order = d.Order
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
