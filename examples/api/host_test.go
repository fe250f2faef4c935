package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/koogallery/serviceflow/supervision/words"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The API, its list with tabs, its letters, its dashboard and its words are a
// whole host, and that is what it takes.
func TestAWholeHostTakesFewerThan500Lines(t *testing.T) {
	lines := 0
	for _, file := range []string{"api.go", "problem.go", "host.go"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		lines += bytes.Count(text, []byte("\n"))
		if file == "problem.go" {
			assert.Less(t, lines, 300, "the API alone")
		}
	}
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, file := range files {
		own := strings.HasSuffix(file.Name(), ".go") && !strings.HasSuffix(file.Name(), "_test.go")
		assert.Equal(t, own, strings.Contains("api.go problem.go host.go", file.Name()), file.Name())
	}
	assert.Less(t, lines, 500)
	t.Log(lines, "lines")
}

// host is a client of a host on which ben has bought from sue: an order that is
// frozen, one that waits for him, one that waits for her and one that is
// accepted.
func host(t *testing.T) (client, *supervisiontest.Env) {
	policy := supervision.Guide()
	policy.Notices = supervision.Notices{AppealOpens: supervision.Day, Completion: time.Hour}
	env := supervisiontest.New(service.WithPolicy(policy))
	for i, status := range []supervision.Status{supervision.Frozen, supervision.AwaitingRequest,
		supervision.AwaitingDelivery, supervision.Accepted} {
		opening := supervision.Opening{ID: fmt.Sprint("o-", i), Product: "p-1", Buyer: "ben", Seller: "sue"}
		_, err := env.Reach(t.Context(), opening, status)
		require.NoError(t, err)
	}
	return client{t: t, handler: newAPI(env.Service, basic)}, env
}

func TestTheListAndItsTabsTakeTwoRoundTrips(t *testing.T) {
	c, env := host(t)
	env.Clock.Add(time.Hour)
	_, err := env.Service.Do(t.Context(), "o-2", supervision.Seller("sue"), supervision.ReportProgress{Text: "Half."})
	require.NoError(t, err)
	env.Clock.Add(30 * time.Minute)
	for _, reader := range []struct{ user, language, first, says string }{
		{"buyer:ben", "en", "Longest waiting first", "Processing · Waiting for service · 30 min"},
		{"seller:sue", "zh-CN", "等待最久优先", "处理中 · 待提供服务 · 30分钟"},
		{"manager:mia", "zh", "处理期限最近优先", "处理中 · 待提供服务 · 30分钟"},
		{"system:host", "en", "Decision due first", "Processing · Waiting for service · 30 min"},
	} {
		env.Store.Repair()
		c := c.as(reader.user).with("Accept-Language", reader.language)
		got := c.send("GET", "/list?order_status=processing&sort=newest", "")
		require.Equal(t, http.StatusOK, got.StatusCode)
		assert.Equal(t, []supervisiontest.Method{supervisiontest.Search, supervisiontest.Count}, env.Store.Calls())
		assert.Len(t, got.body["orders"], 4)
		assert.Equal(t, reader.says, got.body["orders"].([]any)[1].(map[string]any)["says"])
		tabs := got.body["tabs"].([]any)
		assert.Equal(t, reader.first, tabs[0].(map[string]any)["title"])
		for _, each := range tabs {
			tab := each.(map[string]any)
			found := c.send("GET", tab["path"].(string), "")
			orders := service.Count{Orders: len(found.body["orders"].([]any))}
			assert.Equal(t, tab["count"], orders.String(), tab["path"])
		}
	}
	c = c.as("buyer:ben")
	assert.Equal(t, http.StatusUnprocessableEntity, c.send("GET", "/list?turn=nobody", "").StatusCode)
	paged := c.send("GET", "/list?limit=3", "")
	assert.Len(t, c.send("GET", paged.body["next"].(string), "").body["orders"], 1)
}

func TestTheDashboardTellsWhatWaitsAndWhatComes(t *testing.T) {
	c, env := host(t)
	for _, party := range []string{"buyer:ben", "seller:sue"} {
		assert.Equal(t, http.StatusForbidden, c.as(party).send("GET", "/dashboard", "").StatusCode, party)
	}
	assert.Equal(t, http.StatusOK, c.as("system:host").send("GET", "/dashboard", "").StatusCode)
	c = c.as("manager:mia").with("Accept-Language", "zh")
	got := c.send("GET", "/dashboard", "")
	assert.NotEqual(t, "0", got.body["waiting"])
	require.Len(t, got.body["coming"], 1, "within a day")
	comes := got.body["coming"].([]any)[0].(map[string]any)
	assert.Equal(t, "o-3", comes["order"])
	assert.Equal(t, "订单将于3小时后完成。", comes["says"])
	assert.Equal(t, "0", got.body["failing"])
	_, err := env.Service.Relay(t.Context(), func(context.Context, service.Event) error { return errors.New("down") })
	require.Error(t, err)
	env.Clock.Add(4 * supervision.Day)
	got = c.send("GET", "/dashboard", "")
	assert.NotEqual(t, "0", got.body["failing"])
	assert.NotContains(t, got.body, "oldest_waiting")
	assert.Equal(t, "1", got.body["overdue"])
	assert.Contains(t, got.body, "oldest_due")
	env.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Count}})
	assert.Equal(t, http.StatusInternalServerError, c.send("GET", "/dashboard", "").StatusCode)
}

// The dashboard is bounded, and names the orders that are due and cannot be
// read.
func TestTheDashboardIsBounded(t *testing.T) {
	c, env := newClient(t)
	for i := range mostComing + 1 {
		_, err := env.Reach(t.Context(), supervision.Opening{ID: fmt.Sprint("o-", i)}, supervision.Accepted)
		require.NoError(t, err)
	}
	c = c.as("manager:mia")
	assert.Len(t, c.send("GET", "/dashboard", "").body["coming"], mostComing)
	svc, err := service.New(spoiled{env.Store}, service.WithClock(env.Clock), service.WithBatch(2))
	require.NoError(t, err)
	c.handler = newAPI(svc, basic)
	env.Clock.Add(4 * time.Hour)
	assert.Equal(t, []any{"o-0", "o-1"}, c.send("GET", "/dashboard", "").body["unreadable"])
}

func TestLettersGoToThoseWhomTheyConcernInTheirLanguage(t *testing.T) {
	_, env := host(t)
	var sent []letter
	mail := notifier{
		managers: []supervision.Actor{supervision.Manager("mia")}, now: env.Clock.Now,
		language: func(to supervision.Actor) *words.Language {
			if to.Role == supervision.RoleBuyer {
				return words.Chinese()
			}
			return words.English()
		},
		send: func(_ context.Context, l letter) error {
			sent = append(sent, l)
			return nil
		},
	}
	deliver := func() (list map[supervision.Actor][]letter) {
		sent, list = nil, make(map[supervision.Actor][]letter)
		for {
			_, err := env.Service.Notice(t.Context())
			require.NoError(t, err)
			n, err := env.Service.Relay(t.Context(), mail.publish)
			require.NoError(t, err)
			if n == 0 {
				break
			}
		}
		for _, l := range sent {
			list[l.To] = append(list[l.To], l)
		}
		return list
	}
	deliver()
	ben, sue, mia := supervision.Buyer("ben"), supervision.Seller("sue"), mail.managers[0]

	_, err := env.Service.Do(t.Context(), "o-2", sue, supervision.ReportProgress{Text: "Half of it."})
	require.NoError(t, err)
	letters := deliver()
	assert.Equal(t, []letter{{ID: supervision.RecordID{Order: "o-2", Seq: 4}, To: ben, Subject: "已更新进度",
		Lines: []string{"进度: Half of it.", "提醒商家"}}}, letters[ben])
	assert.Empty(t, letters[sue], "who did it knows")
	assert.Equal(t, "Progress reported", letters[mia][0].Subject)

	_, err = env.Service.Do(t.Context(), "o-0", supervision.Manager("max"), supervision.AddNote{Text: "Call both."})
	require.NoError(t, err)
	letters = deliver()
	assert.Empty(t, append(letters[ben], letters[sue]...), "a manager's own note (R34)")
	assert.Len(t, letters[mia], 1)

	env.Clock.Add(2 * time.Hour)
	letters = deliver()
	assert.Equal(t, "The order is completed in 1 h.", letters[sue][0].Subject)
	assert.Empty(t, letters[mia])

	mail.send = func(context.Context, letter) error { return errors.New("no mail server") }
	assert.Error(t, mail.publish(t.Context(), service.Event{ID: supervision.RecordID{Order: "o-2", Seq: 4},
		Record: supervision.Record{Order: "o-2", Seq: 4, Operation: supervision.OpReportProgress}, Buyer: "ben"}))
}
