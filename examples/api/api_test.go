package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/schema"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// client sends requests as one caller and holds every answer to the document.
type client struct {
	t       *testing.T
	handler http.Handler
	user    string
	header  map[string]string
}

func newClient(t *testing.T) (client, *supervisiontest.Env) {
	env := supervisiontest.New()
	return client{t: t, handler: newAPI(env.Service, basic)}, env
}

func (c client) as(user string) client {
	c.user = user
	return c
}

func (c client) with(header ...string) client {
	c.header = make(map[string]string)
	for i := 0; i < len(header); i += 2 {
		c.header[header[i]] = header[i+1]
	}
	return c
}

type answer struct {
	*http.Response
	body map[string]any
	list []any
}

func (c client) send(method, path, body string) answer {
	c.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if role, id, ok := strings.Cut(c.user, ":"); ok {
		r.SetBasicAuth(role, id)
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	got := answer{Response: w.Result()}
	data, err := io.ReadAll(got.Body)
	require.NoError(c.t, err)
	var value any
	require.NoError(c.t, json.Unmarshal(data, &value), string(data))
	got.body, _ = value.(map[string]any)
	got.list, _ = value.([]any)
	c.promised(method, strings.Split(path, "?")[0], got, value)
	return got
}

// promised finds the route of a request and checks the answer by its schema.
func (c client) promised(method, path string, got answer, value any) {
	c.t.Helper()
	if got.Header.Get("Content-Type") == "application/problem+json" {
		assert.Empty(c.t, schema.Misfits(schema.Of[problem](), value))
		assert.InDelta(c.t, got.StatusCode, got.body["status"], 0)
		return
	}
	for _, to := range (api{}).routes() {
		if to.method == method && to.path == strings.Replace(path, "/o-1", "/{id}", 1) {
			assert.Equal(c.t, to.status, got.StatusCode)
			assert.Empty(c.t, schema.Misfits(to.gives, value))
			return
		}
	}
	assert.Equal(c.t, "/openapi.json", path)
}

const opening = `{"id":"o-1","product":"p-1","buyer":"ben","seller":"sue"}`

// bought is a client of an order that ben has bought from sue.
func bought(t *testing.T) (client, *supervisiontest.Env) {
	c, env := newClient(t)
	opened := c.as("system:system").send("POST", "/orders", opening)
	require.Equal(t, http.StatusCreated, opened.StatusCode)
	assert.Equal(t, `"1"`, opened.Header.Get("ETag"))
	return c, env
}

func TestAnOrderFromItsPurchaseToItsAcceptance(t *testing.T) {
	c, env := bought(t)
	for i, step := range []struct{ user, operation, body string }{
		{"buyer:ben", "submit_request", `{"text":"Set up two hundred users."}`},
		{"seller:sue", "accept_request", `{}`},
		{"seller:sue", "deliver", `{"result":"All users can log in."}`},
		{"buyer:ben", "accept_product", `{}`},
	} {
		read := c.as(step.user).send("GET", "/orders/o-1", "")
		did := c.as(step.user).with("Idempotency-Key", strconv.Quote(step.operation), "If-Match",
			read.Header.Get("ETag")).
			send("POST", "/orders/o-1/"+step.operation, step.body)
		require.Equal(t, http.StatusOK, did.StatusCode, did.body)
		assert.Equal(t, strconv.Quote(strconv.Itoa(i+2)), did.Header.Get("ETag"))
		c = c.with()
		if step.user == "buyer:ben" {
			env.Clock.Add(time.Hour)
		}
	}
}

func TestWhatIsAsked(t *testing.T) {
	c, _ := bought(t)
	for after, want := range []int{1, 0} {
		records := c.as("seller:sue").send("GET", fmt.Sprint("/orders/o-1/records?after=", after), "")
		assert.Equal(t, http.StatusOK, records.StatusCode)
		assert.Len(t, records.list, want, after)
	}
	assert.Equal(t, http.StatusNotFound, c.as("buyer:bob").send("GET", "/orders/o-1/operations", "").StatusCode)
	asked := c.as("buyer:ben").send("GET", "/orders/o-1/operations", "")
	assert.Equal(t, http.StatusOK, asked.StatusCode)
	first := asked.list[0].(map[string]any)
	assert.Equal(t, "submit_request", first["operation"])
	assert.Len(t, first["inputs"], 2)
	found := c.as("manager:mia").send("GET", "/orders?status=awaiting_request&turn=buyer", "")
	assert.Len(t, found.body["orders"], 1)
	assert.Empty(t, c.as("buyer:bob").send("GET", "/orders", "").body["orders"])
}

// A seller sees what its delivery has to fill in, and every fault of that
// (R04, R07).
// A page has the address of the next one, which is the same search.
func TestPagesOfASearch(t *testing.T) {
	c, _ := bought(t)
	for _, id := range []string{"o-2", "o-3", "o-4"} {
		c.as("system:system").send("POST", "/orders", strings.Replace(opening, "o-1", id, 1))
	}
	var found []any
	for next := "/orders?limit=1&sort=waiting&order=o-3&order=o-1&order=o-4&turn=buyer"; next != ""; {
		page := c.as("seller:sue").send("GET", next, "").body
		for _, order := range page["orders"].([]any) {
			found = append(found, order.(map[string]any)["id"])
		}
		next, _ = page["next"].(string)
	}
	assert.Equal(t, []any{"o-1", "o-3", "o-4"}, found)
	faulty := c.as("seller:sue").send("GET", "/orders?limit=many&bought_from=soon&turn=nobody", "").body
	var fields []any
	for _, fault := range faulty["faults"].([]any) {
		fields = append(fields, fault.(map[string]any)["field"])
	}
	assert.ElementsMatch(t, []any{"limit", "bought_from", "turn"}, fields)
}

func TestR07_ADeliveryOnATemplate(t *testing.T) {
	c, env := newClient(t)
	criteria := supervision.TemplateID{Seller: "sue", Product: "p-1", Operation: supervision.OpDeliver}
	_, err := env.Service.PublishTemplate(t.Context(), supervision.Seller("sue"), criteria, template.Template{
		Fields: []template.Field{{Key: "key", Label: "License key", Kind: template.Line, Required: true}}})
	require.NoError(t, err)
	c.as("system:system").send("POST", "/orders",
		`{"id":"o-1","product":"p-1","buyer":"ben","seller":"sue","policy":`+policy(t, supervision.License())+`}`)
	sue := c.as("seller:sue").with("Idempotency-Key", "k")
	form := sue.send("GET", "/orders/o-1/template?operation=deliver", "")
	require.Equal(t, http.StatusOK, form.StatusCode)
	assert.Equal(t, "key", form.body["template"].(map[string]any)["fields"].([]any)[0].(map[string]any)["key"])
	assert.Equal(t, http.StatusNotFound,
		sue.send("GET", "/orders/o-1/template?operation=submit_request", "").StatusCode)
	assert.Equal(t, http.StatusNotFound,
		c.as("seller:sam").send("GET", "/orders/o-1/template?operation=deliver", "").StatusCode)

	faulty := sue.send("POST", "/orders/o-1/deliver", `{"values":{"seats":5}}`)
	assert.Equal(t, http.StatusUnprocessableEntity, faulty.StatusCode)
	assert.Len(t, faulty.body["faults"], 2)
	did := sue.send("POST", "/orders/o-1/deliver", `{"values":{"key":"ABCD-1234"}}`)
	assert.Equal(t, http.StatusOK, did.StatusCode)
}

func policy(t *testing.T, p supervision.Policy) string {
	text, err := json.Marshal(p)
	require.NoError(t, err)
	return string(text)
}

// A command that is sent again does nothing a second time; the same key with
// other words is an error (R28).
func TestR28_AKeyDoesItOnce(t *testing.T) {
	c, _ := bought(t)
	ben := c.as("buyer:ben").with("Idempotency-Key", "k")
	path, body := "/orders/o-1/submit_request", `{"text":"Users."}`
	first, again := ben.send("POST", path, body), ben.send("POST", path, body)
	assert.Equal(t, false, first.body["repeated"])
	assert.Equal(t, true, again.body["repeated"])
	assert.Equal(t, first.Header.Get("ETag"), again.Header.Get("ETag"))
	other := ben.send("POST", path, `{"text":"Other users."}`)
	assert.Equal(t, http.StatusUnprocessableEntity, other.StatusCode)
	assert.Equal(t, "/problems/key-reused", other.body["type"])
}

// A stranger's body is not read, however long it is.
func TestAStrangerIsNotListenedTo(t *testing.T) {
	c, _ := newClient(t)
	body := strings.NewReader("much")
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, httptest.NewRequest("POST", "/orders", body))
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Equal(t, 4, body.Len())
}

// What a caller has not seen keeps it from deciding.
func TestAnOrderThatHasChanged(t *testing.T) {
	c, _ := bought(t)
	ben := c.as("buyer:ben")
	for _, tag := range []string{`"7"`, `"0"`, `"x"`, `W/"1"`} {
		stale := ben.with("Idempotency-Key", "k", "If-Match", tag).send("POST", "/orders/o-1/submit_request",
			`{"text":"x"}`)
		assert.Equal(t, http.StatusPreconditionFailed, stale.StatusCode, tag)
		assert.Equal(t, "/problems/changed", stale.body["type"])
	}
	assert.Equal(t, http.StatusOK, ben.with("Idempotency-Key", "k", "If-Match", "*").
		send("POST", "/orders/o-1/submit_request", `{"text":"x"}`).StatusCode)
}

// Where others are faster each time, the same is sent again.
func TestAnOrderThatOthersKeepChanging(t *testing.T) {
	c, env := bought(t)
	for _, tag := range []string{"", "*", `"1"`} {
		env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Times: -1,
			Err: &service.ConflictError{Orders: []string{"o-1"}}})
		ben := c.as("buyer:ben").with("Idempotency-Key", "k", "If-Match", tag)
		busy := ben.send("POST", "/orders/o-1/submit_request", `{"text":"x"}`)
		assert.Equal(t, http.StatusServiceUnavailable, busy.StatusCode, tag)
		assert.Equal(t, "/problems/busy", busy.body["type"], tag)
		assert.Equal(t, "1", busy.Header.Get("Retry-After"), tag)
	}
	env.Store.Repair()
	assert.Equal(t, http.StatusOK, c.as("buyer:ben").with("Idempotency-Key", "k").
		send("POST", "/orders/o-1/submit_request", `{"text":"x"}`).StatusCode)
}

// Where the answer of the store is lost, sending the same again does it once
// (R28).
func TestR28_AnUnknownOutcome(t *testing.T) {
	c, env := bought(t)
	env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Applied: true,
		Times: -1})
	ben := c.as("buyer:ben").with("Idempotency-Key", "k")
	lost := ben.send("POST", "/orders/o-1/submit_request", `{"text":"x"}`)
	assert.Equal(t, http.StatusServiceUnavailable, lost.StatusCode)
	assert.Equal(t, "/problems/unknown-outcome", lost.body["type"])
	assert.Equal(t, "1", lost.Header.Get("Retry-After"))
	env.Store.Repair()
	assert.Equal(t, true, ben.send("POST", "/orders/o-1/submit_request", `{"text":"x"}`).body["repeated"])
}

func TestR24_ProblemsSayWhatToDo(t *testing.T) {
	c, _ := bought(t)
	keyed := c.with("Idempotency-Key", "k")
	for name, p := range map[string]struct {
		c                   client
		method, path, body  string
		status              int
		kind, detail, fault string
	}{
		"nobody": {c, "GET", "/orders", "", 401, "unauthenticated", "", ""},
		"a role that is none": {c.as("owner:x"), "GET", "/orders", "", 422, "invalid", "",
			"This is required."},
		"a stranger":   {c.as("buyer:bob"), "GET", "/orders/o-1", "", 404, "not-found", "", ""},
		"no such id":   {c.as("manager:mia"), "GET", "/orders/o-9", "", 404, "not-found", "", ""},
		"not the host": {c.as("buyer:ben"), "POST", "/orders", opening, 403, "refused", "", ""},
		"another order with the id": {c.as("system:system"), "POST", "/orders",
			strings.Replace(opening, "ben", "bob", 1), 409, "exists", "", ""},
		"no key": {c.as("buyer:ben"), "POST", "/orders/o-1/submit_request", `{"text":"x"}`, 400,
			"no-idempotency-key", "", ""},
		"no JSON": {keyed.as("buyer:ben"), "POST", "/orders/o-1/submit_request", `{"text":`, 400, "malformed",
			"supervision: action: malformed document: give one JSON value with the documented members only", ""},
		"a wrong type": {keyed.as("buyer:ben"), "POST", "/orders/o-1/submit_request", `{"text":5}`, 400, "malformed",
			"supervision: action: malformed document: text is of another type", ""},
		"an unknown word": {keyed.as("buyer:ben"), "POST", "/orders/o-1/raise_appeal", `{"ground":"TYPED"}`, 400,
			"malformed", "supervision: action: malformed document: appeal: ground: unknown word: use one of " +
				"seller_silent, buyer_silent, request_rejected, product_rejected, unconditional", ""},
		"faulty input": {keyed.as("buyer:ben"), "POST", "/orders/o-1/submit_request", `{}`, 422, "invalid", "",
			"This is required."},
		"a faulty search": {c.as("buyer:ben"), "GET", "/orders?status=lost", "", 422, "invalid", "",
			"Choose one of the values that are offered."},
		"another role": {keyed.as("seller:sue"), "POST", "/orders/o-1/submit_request", `{"text":"x"}`, 403, "refused",
			"Only the buyer does this.", ""},
		"another stage": {keyed.as("buyer:ben"), "POST", "/orders/o-1/accept_product", `{}`, 409, "refused",
			"This is not possible at the present stage of the service flow.", ""},
		"too much": {keyed.as("buyer:ben"), "POST", "/orders/o-1/submit_request", strings.Repeat(" ", mostBody+1), 413,
			"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p.c.t = t
			got := p.c.send(p.method, p.path, p.body)
			require.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
			assert.Equal(t, p.status, got.StatusCode)
			assert.Equal(t, p.status == http.StatusUnauthorized, got.Header.Get("WWW-Authenticate") == "Basic")
			if p.kind != "" {
				assert.Equal(t, "/problems/"+p.kind, got.body["type"])
			}
			if p.detail != "" {
				assert.Equal(t, p.detail, got.body["detail"])
			}
			if p.fault != "" {
				assert.Equal(t, p.fault, got.body["faults"].([]any)[0].(map[string]any)["message"])
			}
		})
	}
}

func TestProblemsAreInTheCallersLanguage(t *testing.T) {
	c, _ := bought(t)
	got := c.as("seller:sue").with("Idempotency-Key", "k", "Accept-Language", "zh-CN,en;q=0.5").
		send("POST", "/orders/o-1/submit_request", `{"text":"x"}`)
	assert.Equal(t, "该操作只能由买家执行。", got.body["detail"])
	assert.Equal(t, "zh-Hans", got.Header.Get("Content-Language"))
	faulty := c.as("seller:sue").with("Accept-Language", "zh").send("POST", "/orders/o-1/submit_request", "{")
	assert.Equal(t, "en", faulty.Header.Get("Content-Language"), "what is for the client's author")
}

// The document has every route and every operation, and is what OpenAPI 3.1
// asks for.
func TestOpenAPI(t *testing.T) {
	c, _ := newClient(t)
	doc := c.send("GET", "/openapi.json", "").body
	assert.Equal(t, "3.1.0", doc["openapi"])
	assert.Contains(t, doc["info"], "title")
	assert.Contains(t, doc["info"], "version")
	paths := doc["paths"].(map[string]any)
	for _, op := range supervision.Operations() {
		makes := op == supervision.OpOpen || op == supervision.OpAdopt
		assert.Equal(t, !makes, paths["/orders/{id}/"+string(op)] != nil, op)
	}
	for path, methods := range paths {
		assert.True(t, strings.HasPrefix(path, "/"))
		for method, value := range methods.(map[string]any) {
			item := value.(map[string]any)
			assert.Contains(t, []string{"get", "post"}, method)
			assert.NotEmpty(t, item["responses"], path)
			for status, response := range item["responses"].(map[string]any) {
				assert.NotEmpty(t, response.(map[string]any)["description"], status)
			}
			named := make(map[string]bool)
			for _, p := range item["parameters"].([]any) {
				parameter := p.(map[string]any)
				in, name := parameter["in"].(string), parameter["name"].(string)
				assert.Contains(t, []string{"path", "query", "header"}, in)
				assert.Equal(t, in == "path", strings.Contains(path, "{"+name+"}"), name)
				assert.False(t, named[in+name], "%s twice", name)
				named[in+name] = true
				if in == "path" {
					assert.Equal(t, true, parameter["required"])
				}
			}
			assert.Equal(t, strings.Contains(path, "{id}"), named["pathid"], path)
			assert.Equal(t, method == "post" && path != "/orders", named["headerIdempotency-Key"], path)
			assert.Equal(t, method == "post", item["requestBody"] != nil, path)
		}
	}
	body := paths["/orders/{id}/raise_appeal"].(map[string]any)["post"].(map[string]any)["requestBody"]
	text, err := json.Marshal(body)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"enum":["seller_silent","buyer_silent","request_rejected"`)
}

// spoiled is a store in which no order can be read.
type spoiled struct{ service.Store }

func (spoiled) Load(_ context.Context, id, _ string) (supervision.Order, *supervision.Record, error) {
	return supervision.Order{}, nil, &service.UnreadableError{Order: id, Err: supervision.ErrMalformed}
}

func (s spoiled) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) (list []service.Found,
	err error) {
	list, err = s.Store.Due(ctx, at, after, limit)
	for i, found := range list {
		list[i] = service.Found{Position: found.Position,
			Err: &service.UnreadableError{Order: found.ID, Err: supervision.ErrMalformed}}
	}
	return list, err
}

// TestUnreadable: an order that is stored and cannot be read is named, and not
// blamed on whoever asks for it.
func TestUnreadable(t *testing.T) {
	c, _ := newClient(t)
	svc, err := service.New(spoiled{memory.New()})
	require.NoError(t, err)
	c.handler = newAPI(svc, basic)
	_, err = svc.Open(t.Context(), supervision.Opening{ID: "o-1", Product: "p-1", Buyer: "b", Seller: "s"})
	require.NoError(t, err)
	got := c.as("buyer:b").send("GET", "/orders/o-1", "")
	assert.Equal(t, http.StatusInternalServerError, got.StatusCode)
	assert.Equal(t, "/problems/unreadable", got.body["type"])
	assert.Equal(t, "o-1", got.body["unreadable"])
	assert.NotContains(t, got.body, "detail", "what is wrong with it is not the caller's to know")
	assert.Equal(t, http.StatusNotFound, c.as("buyer:stranger").send("GET", "/orders/o-1", "").StatusCode)
}
