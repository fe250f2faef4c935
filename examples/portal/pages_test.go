package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// TestSeed_HasEverything: the demonstration has an order in every status, and
// is made once.
func TestSeed_HasEverything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	count := func() (n int) {
		seen := map[supervision.Status]int{}
		page, err := s.svc.Search(t.Context(), supervision.Manager("m"), supervision.Query{Limit: supervision.MaxPage})
		require.NoError(t, err)
		for _, o := range page.Orders {
			seen[o.Status]++
		}
		for _, status := range supervision.Statuses() {
			assert.Positive(t, seen[status], status)
		}
		return len(page.Orders)
	}
	n := count()
	require.NoError(t, s.seed(t.Context()))
	assert.Equal(t, n, count())
}

// TestEveryPageOfEveryOrder: whatever happened to an order, each of its pages
// can be shown to whoever may see it.
func TestEveryPageOfEveryOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page, err := s.svc.SearchWhole(t.Context(), supervision.Manager("m"), supervision.Query{Limit: 16})
	require.NoError(t, err)
	people := s.everybody(t)
	for _, o := range page.Orders {
		for _, who := range []string{o.Buyer, o.Seller, "manager-mei"} {
			assert.Equal(t, http.StatusOK, people[who].get(at(o)).StatusCode, "%s for %s", o.ID, who)
			for _, task := range tasks() {
				answer := people[who].get(at(o, task.Slug))
				assert.Equal(t, http.StatusOK, answer.StatusCode, "%s of %s for %s", task.Slug, o.ID, who)
			}
			assert.Equal(t, http.StatusNotFound, people[who].get(at(o, "idle")).StatusCode, "no such task")
		}
	}
}

// TestOddIDs: a host's ids may hold anything on one line.
func TestOddIDs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order, err := s.svc.Open(t.Context(),
		supervision.Opening{ID: `K/G?1 #%2F"<é>`, Product: "data-migration", Buyer: harbor, Seller: "seller-cloudline"})
	require.NoError(t, err)
	buyer := s.as(t, harbor)
	list := buyer.get("/orders").body
	_, link, found := strings.Cut(list, `<th scope="row"><a href="`)
	require.True(t, found)
	link, _, _ = strings.Cut(link, `"`)
	assert.Contains(t, buyer.get(link).body, "K/G?1 #%2F&#34;&lt;é&gt;")
	typed := buyer.get(link + "/submit_request").form(url.Values{"text": {"Move it."}, "confirm": {"yes"}})
	done := buyer.send(link+"/submit_request", typed, upload{"attachments", "list.txt", "a list"})
	require.Equal(t, http.StatusSeeOther, done.StatusCode)
	body := buyer.get(done.Header.Get("Location")).body
	file, _, _ := strings.Cut(body[strings.Index(body, link+"/files/"):], `"`)
	assert.Equal(t, "a list", buyer.get(file).body)
	assert.Equal(t, order.Version+1, s.version(t, order))
}

// TestFrozen_NoButtons: while an appeal is pending neither party finds anything
// to press, and reads why (R12).
func TestFrozen_NoButtons(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	page, err := s.svc.SearchWhole(t.Context(), supervision.Manager("m"),
		supervision.Query{Criteria: supervision.Criteria{Status: supervision.Frozen}})
	require.NoError(t, err)
	require.NotEmpty(t, page.Orders)
	for _, o := range page.Orders {
		for _, who := range []string{o.Buyer, o.Seller} {
			p := s.as(t, who)
			body := p.get(at(o)).body
			assert.Contains(t, body, "There is nothing for you to do now.")
			for _, task := range tasks() {
				assert.NotContains(t, body, `href="`+at(o, task.Slug)+`"`)
				assert.NotContains(t, p.get(at(o, task.Slug)).body, `name="operation"`)
			}
		}
		assert.Contains(t, s.as(t, "manager-mei").get(at(o)).body, `href="`+at(o, "ruling")+`"`)
	}
}

// TestList_Searches: the criteria are those of the library, faults stand at
// their fields, and pages follow each other.
func TestList_Searches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	buyer, manager := s.as(t, harbor), s.as(t, "manager-mei")
	for search, want := range map[string][]string{
		"order=KG-1027":                          {"KG-1027"},
		"order=g-102":                            {"KG-1021", "KG-1023", "KG-1024", "KG-1027", "KG-1029"},
		"order=%25":                              nil,
		"order=_":                                nil,
		"status=awaiting_request":                {"KG-1031"},
		"order_status=canceled":                  {"KG-1032"},
		"order=KG-1030":                          nil, // another buyer's
		"turn=seller&silent_for=168h0m0s":        {"KG-1023", "KG-1024"},
		"appeal=pending":                         {"KG-1021", "KG-1035"},
		"appeal=overdue":                         nil,
		"product=crm":                            {"KG-1017", "KG-1032", "KG-1035"},
		"bought_until=&bought_before=2020-01-01": nil,
	} {
		t.Run(search, func(t *testing.T) {
			body := buyer.get("/orders?" + search).body
			for _, id := range want {
				assert.Contains(t, body, ">"+id+"</a>")
			}
			assert.Equal(t, len(want), strings.Count(body, `<th scope="row">`))
		})
	}
	assert.Contains(t, manager.get("/orders?appeal=overdue").body, ">KG-1020</a>")
	for _, who := range []string{"manager-mei", "system", "seller-brightdesk", northwind} {
		assert.Contains(t, s.as(t, who).get("/orders?order=g-1030").body, ">KG-1030</a>", who)
	}
	for _, party := range []string{"buyer", "seller"} {
		assert.Equal(t, party == "seller", strings.Contains(buyer.get("/orders").body, `<select id="`+party+`"`),
			"whose orders they are goes without saying")
	}

	order, err := s.svc.Order(t.Context(), "KG-1027", supervision.System())
	require.NoError(t, err)
	day := order.BoughtAt.UTC().Format(time.DateOnly)
	on := buyer.get("/orders?order=KG-1027&bought_from=" + day + "&bought_before=" + day)
	assert.Contains(t, on.body, ">KG-1027</a>", "the last day is one of the days")
	assert.Equal(t, 2, strings.Count(on.body, `value="`+day+`"`))
	assert.NotContains(t,
		buyer.get("/orders?order=KG-1027&bought_before="+url.QueryEscape(stamp(order.BoughtAt))).body, ">KG-1027</a>",
		"an instant is one")
	closed, err := s.svc.Order(t.Context(), "KG-1002", supervision.System())
	require.NoError(t, err)
	day = closed.ClosedAt.UTC().Format(time.DateOnly)
	assert.Contains(t, buyer.get("/orders?closed_from="+day+"&closed_before="+day).body, ">KG-1002</a>")
	assert.Contains(t, manager.get("/orders?bought_from=2020-01-01").body,
		`href="/orders?bought_from=2020-01-01&amp;cursor=`)

	long := buyer.get("/orders?order=" + strings.Repeat("x", supervision.MaxID+1))
	assert.Equal(t, http.StatusUnprocessableEntity, long.StatusCode)
	assert.Contains(t, long.body, `id="order-fault"`)
	assert.Equal(t, http.StatusUnprocessableEntity, buyer.get("/orders?cursor=nonsense").StatusCode)

	seen := map[string]bool{}
	next := "/orders"
	for next != "" {
		body := manager.get(next).body
		for _, part := range strings.Split(body, `<th scope="row"><a href="/orders/`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			assert.False(t, seen[id], id)
			seen[id] = true
		}
		_, link, found := strings.Cut(body, `rel="next" href="`)
		next, _, _ = strings.Cut(strings.ReplaceAll(link, "&amp;", "&"), `"`)
		assert.Equal(t, found, next != "")
	}
	assert.Len(t, seen, len(market.Orders))
}

// spoil makes the document of orders, or of one's record, such as nobody can
// read.
func (s *site) spoil(t *testing.T, table, where string) {
	t.Helper()
	_, err := s.db.Exec("UPDATE " + table + " SET document = '{' WHERE " + where)
	require.NoError(t, err)
}

// TestUnreadable: what cannot be read is named on every page that would show
// it, and hides nothing else.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seller, manager := s.as(t, "seller-cloudline"), s.as(t, "manager-mei")
	for _, id := range []string{"T-1", "T-2"} {
		s.open(t, id, "data-migration", harbor, byBuyer(textRequest("Move it.")))
	}
	require.Eventually(t, func() bool {
		feed := seller.get("/notices").body
		return strings.Contains(feed, "/orders/T-1") && strings.Contains(feed, "/orders/T-2")
	}, patience, 20*time.Millisecond)
	s.spoil(t, "serviceflow_orders", "id = 'T-1'")
	for path, still := range map[string]string{"/many/accept_request": `value="T-2"`, "/notices": "/orders/T-2"} {
		body := seller.get(path).body
		assert.Contains(t, body, "Could not be read: T-1.", path)
		assert.Contains(t, body, still, path)
	}
	overview := manager.get("/overview").body
	assert.Contains(t, overview, "Could not be read: T-1.")
	assert.Contains(t, overview, "KG-1020</a>")

	s.spoil(t, "serviceflow_records", "order_id = 'KG-1024' AND seq = 4")
	for _, path := range []string{"/orders/KG-1024", "/orders/KG-1024/record", "/orders/KG-1024/deliver"} {
		page := seller.get(path)
		assert.Equal(t, http.StatusOK, page.StatusCode, path)
		assert.Contains(t, page.body, "Could not be read: KG-1024 #4.", path)
		assert.Contains(t, page.body, "The import stops half way.", path)
	}
	assert.Contains(t, seller.get("/orders/KG-1024/record").body, "Not all of this could have been made by the rules:")
	assert.Contains(t, manager.get("/overview").body, "KG-1024 #4")
}

// TestList_Unreadable: an order that cannot be read is named, to whose it is,
// and hides no other (R22).
func TestList_Unreadable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.spoil(t, "serviceflow_orders", "id IN ('KG-1023', 'KG-1024')")
	p := s.as(t, harbor)
	list := p.get("/orders")
	assert.Equal(t, http.StatusOK, list.StatusCode)
	assert.Contains(t, list.body, ">KG-1027</a>")
	assert.NotContains(t, list.body, ">KG-1024</a>")
	assert.Regexp(t, `Could not be read: KG-102[34], KG-102[34]\.`, list.body)
	alone := p.get("/orders?order=KG-1024").body
	assert.Contains(t, alone, "Could not be read: KG-1024.")
	assert.NotContains(t, alone, "No orders match.")
	assert.NotContains(t, s.as(t, northwind).get("/orders").body, "KG-1024")
	p.post("/language", url.Values{"language": {"zh-Hans"}, "next": {"/orders"}})
	assert.Contains(t, p.get("/orders?order=KG-1024").body, "无法读取：KG-1024。")
}

// TestList_Sorts: what comes first is said in the library's words.
func TestList_Sorts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for tag, options := range map[string]string{
		"en": `<option value="" selected>Newest first</option><option value="waiting">Longest waiting first</option>` +
			`<option value="handling">Decision due first</option>` +
			`<option value="proposal">Refund proposed first</option>`,
		"zh-Hans": `<option value="" selected>最近购买优先</option><option value="waiting">等待最久优先</option>` +
			`<option value="handling">处理期限最近优先</option><option value="proposal">最早提议退款优先</option>`,
	} {
		p := s.as(t, harbor)
		p.post("/language", url.Values{"language": {tag}, "next": {"/orders"}})
		assert.Contains(t, p.get("/orders").body, options)
	}
}

// TestQueue_OverdueFirst: the operations manager's queue begins with what is
// late (R19).
func TestQueue_OverdueFirst(t *testing.T) {
	body := newSite(t).as(t, "manager-mei").get(appealsPath).body
	assert.Less(t, strings.Index(body, "KG-1020"), strings.Index(body, "KG-1021"))
	assert.Contains(t, body, "decision overdue")
}

// TestTemplate_OldOrdersKeepTheirs: what a seller publishes reaches the next
// order only (R04).
func TestTemplate_OldOrdersKeepTheirs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "erp-suite", harbor)
	seller := s.as(t, "seller-cloudline")
	draft := url.Values{"title": {"New questions"}, "do": {"confirm"}, "version": {"1"},
		"fields[0].kind": {"choice"}, "fields[0].label": {"Edition"}, "fields[0].key": {"edition"},
		"fields[0].options": {"s | Small\r\nl"},
		"fields[0].min":     {"left over from another kind"}}
	require.Equal(t, http.StatusSeeOther, seller.post("/templates/erp-suite/submit_request", draft).StatusCode)
	assert.Contains(t, seller.get("/templates/erp-suite/submit_request").body, "Version 2 is published.")
	editor := seller.get("/templates/erp-suite/submit_request").body
	assert.NotContains(t, editor, "is published.")
	assert.Contains(t, editor, `<a href="?version=1">`)
	buyer := s.as(t, harbor)
	assert.Contains(t, buyer.get(at(order, "submit_request")).body, "Number of users")
	next := buyer.post("/market/erp-suite", url.Values{"key": {"next"}}).Header.Get("Location")
	assert.Contains(t, buyer.get(next+"/submit_request").body, "Edition")

	draft.Set("version", "2")
	draft.Set("fields[0].min_items", "x")
	draft.Set("fields[0].key", strings.Repeat("k", supervision.MaxID+1))
	draft.Set("fields[0].options", "a\na")
	faulty := seller.post("/templates/erp-suite/submit_request", draft)
	require.Equal(t, http.StatusUnprocessableEntity, faulty.StatusCode)
	assert.Contains(t, faulty.body, `id="fields-0-.options-fault"`)
	assert.Contains(t, faulty.body, `id="fields-0-.key-fault"`)
}

// TestTabs: each role has its queues, which count what they lead to.
func TestTabs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for who, want := range map[string][]string{
		"seller-cloudline": {"My turn", "Waiting for the buyer", "Can be appealed", "Appeals", "Done", "All"},
		harbor:             {"My turn", "Waiting for the seller", "Can be appealed", "Appeals", "Done", "All"},
		"manager-mei":      {"Appeals", "Waiting for the seller", "Waiting for the buyer", "Done", "All"},
	} {
		p := s.as(t, who)
		body := p.get("/orders?sort=waiting&turn=seller").body
		found := regexp.MustCompile(`<a href="(/orders\?[^"]*)"( aria-current="page")?>([^<]*) `+
			`<span class="count">(\d+)`).FindAllStringSubmatch(body, -1)
		var labels []string
		for _, m := range found {
			labels = append(labels, m[3])
			chosen := m[3] == "Waiting for the seller" || m[3] == "My turn" && who == "seller-cloudline"
			assert.Equal(t, chosen, m[2] != "", m[3])
			rows := strings.Count(p.get(strings.ReplaceAll(m[1], "&amp;", "&")).body, `<th scope="row">`)
			n, err := strconv.Atoi(m[4])
			require.NoError(t, err)
			assert.Equal(t, min(n, pageSize), rows, m[3])
		}
		assert.Equal(t, want, labels)
	}
}

// TestNavigation: each role finds the pages that it has, and no other's.
func TestNavigation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for who, has := range map[string][]string{harbor: {"/market"}, "seller-cloudline": {"/templates", "/many/deliver"},
		"manager-mei": {"/overview"}, "system": nil} {
		body := s.as(t, who).get("/orders").body
		for _, path := range []string{"/market", "/templates", "/many/deliver", "/overview"} {
			assert.Equal(t, slices.Contains(has, path), strings.Contains(body, `href="`+path+`"`),
				"%s for %s", path, who)
		}
	}
	buyer := s.as(t, harbor)
	assert.Contains(t, buyer.get("/orders/KG-1027").body, `href="/orders" aria-current="page"`)
	list := buyer.get("/orders").body
	assert.Contains(t, list, `<td class="plain">Cloudline Software</td>`)
	assert.NotContains(t, list, `<td class="plain">Harbor Retail</td>`, "one knows who one is")
}

// TestList_NobodyCrowdsIt: other people's orders take no place among those that
// have a part of an id in them.
func TestList_NobodyCrowdsIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 100 {
		s.open(t, fmt.Sprint("KG-1027-", i), "data-migration", northwind)
	}
	assert.Contains(t, s.as(t, harbor).get("/orders?order=g-1027").body, ">KG-1027</a>")
}

// TestOverview: the manager sees the market as it stands, and as it would have
// come out under other rules.
func TestOverview(t *testing.T) {
	t.Parallel()
	manager := newSite(t).as(t, "manager-mei")
	body := manager.get("/overview").body
	for _, text := range []string{"<svg", ">Waiting for service<", "KG-1020</a>", "overdue since", "2025", "Guide"} {
		assert.Contains(t, body, text)
	}
	assert.Equal(t, 1, strings.Count(body, "overdue since"), "of two cases")
	assert.Equal(t, 2, strings.Count(body, `<tr class="late">`), "what is frozen, and the longest silence")
	bars := regexp.MustCompile(`<th scope="row"><a href="([^"]+)">([^<]+)</a></th>\s*`+
		`<td><svg viewBox="0 0 (\d+) 1"[^>]*><rect width="(\d+)" height="1"></rect></svg></td>`+
		`<td>(\d+)</td>`).FindAllStringSubmatch(body, -1)
	labels := map[string]bool{}
	for _, bar := range bars {
		labels[bar[2]] = true
		assert.Equal(t, bar[4], bar[5], bar[2])
		assert.Contains(t, manager.get(strings.ReplaceAll(bar[1], "&amp;", "&")).body, ">"+bar[5]+" in all<", bar[2])
	}
	assert.Len(t, labels, len(supervision.Statuses())-2+5, "a bar for each open status, and for each day of silence")
	rows := regexp.MustCompile(`<th scope="row">(Guide|2025)</th><td[^>]*>(\d+)</td><td[^>]*>(\d+)</td>`+
		`<td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>`).
		FindAllStringSubmatch(body, -1)
	require.Len(t, rows, 2)
	for _, row := range rows {
		assert.Equal(t, strconv.Itoa(len(market.Orders)), row[2], row[1])
		assert.Equal(t, row[1] == "2025", strings.Contains(row[4], "without a particular ground"),
			"%s: %s", row[1], row[4])
	}
	assert.NotContains(t, body, "style=", "the content policy takes no styles in line")
}

// TestTemplate_Draft: what a seller keeps waits for it, unseen by buyers, until
// it is published; a question without a key gets one.
func TestTemplate_Draft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seller := s.as(t, "seller-cloudline")
	form := seller.get("/templates/data-migration/submit_request").form(url.Values{"title": {"Half done"},
		"do": {"keep"}, "fields[0].kind": {"line"}, "fields[0].label": {"Old system, if any"}})
	require.Equal(t, http.StatusOK, seller.post("/templates/data-migration/submit_request", form).StatusCode)
	kept := s.as(t, "seller-cloudline").get("/templates/data-migration/submit_request").body
	assert.Contains(t, kept, "Half done")
	assert.Contains(t, kept, "No version yet")
	form.Set("do", "confirm")
	require.Equal(t, http.StatusSeeOther, seller.post("/templates/data-migration/submit_request", form).StatusCode)
	published, err := s.svc.Template(t.Context(), requestTemplate("data-migration"))
	require.NoError(t, err)
	assert.Equal(t, "old_system_if_any", published.Template.Fields[0].Key)
	for key, label := range map[string]string{"question_3": "旧系统", strings.Repeat("a", 40): strings.Repeat("a", 40)} {
		assert.Equal(t, key, keyOf(label, 2))
	}
	assert.Equal(t, "question_3", keyOf(strings.Repeat("a", 41), 2))
	draft, _, err := s.db.kept(t.Context(), "seller-cloudline", "/templates/data-migration/submit_request")
	require.NoError(t, err)
	assert.Empty(t, draft, "what is published is no draft")
}

// TestDraft_Change: questions are added, removed and moved; at the ends of the
// list nothing happens.
func TestDraft_Change(t *testing.T) {
	for name, c := range map[string]struct {
		do   string
		at   int
		want string
	}{
		"added": {"add", 0, "abc "}, "the first removed": {"remove", 0, "bc"}, "the last removed": {"remove", 2, "ab"},
		"one after the last removed": {"remove", 3, "abc"}, "one before the first removed": {"remove", -1, "abc"},
		"the last up": {"up", 2, "acb"}, "the first up": {"up", 0, "abc"}, "none up": {"up", 3, "abc"},
		"the first down": {"down", 0, "bac"}, "the last down": {"down", 2, "abc"}, "nothing": {"update", 1, "abc"},
	} {
		t.Run(name, func(t *testing.T) {
			d := draft{fields: []url.Values{{"label": {"a"}}, {"label": {"b"}}, {"label": {"c"}}}}
			d.change(c.do, c.at)
			var labels string
			for _, f := range d.fields {
				labels += cmp.Or(f.Get("label"), " ")
			}
			assert.Equal(t, c.want, labels)
		})
	}
}

// TestDraft_GoesOn: what has been published stands in the editor with all its
// settings, so that publishing it again changes nothing.
func TestDraft_GoesOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	options := []template.Option{{Value: "s", Label: "Small"}, {Value: "l"}}
	id := product{ID: "crm", Seller: "seller-cloudline"}.template(supervision.OpDeliver)
	published := template.Template{Title: "All kinds", Intro: "Of each\none.", Fields: []template.Field{
		{Key: "line", Label: "A line", Help: "Two letters.", Kind: template.Line, Required: true, MinLength: 2,
			MaxLength: 4, Pattern: "[a-z]+", Default: "ab"},
		{Key: "text", Label: "A text", Kind: template.Text, MaxLength: 100, Default: "a, b"},
		{Key: "number", Label: "A number", Kind: template.Number, Min: "-0.5", Max: "9.5", Default: json.Number("1.5")},
		{Key: "integer", Label: "An integer", Kind: template.Integer, Min: "1", Default: json.Number("5")},
		{Key: "date", Label: "A date", Kind: template.Date, Min: "2026-01-01", Max: "2026-12-31",
			Default: "2026-03-02"},
		{Key: "choice", Label: "A choice", Kind: template.Choice, Options: options, Default: "l"},
		{Key: "choices", Label: "Choices", Kind: template.Choices, Options: options, MinItems: 1, MaxItems: 2,
			Default: []string{"s", "l"}},
		{Key: "yes_no", Label: "Yes or no", Kind: template.YesNo, Default: false},
		{Key: "email", Label: "An address", Kind: template.Email, Default: "a@b.example"},
		{Key: "file", Label: "A file", Kind: template.File},
	}}
	_, err := s.svc.PublishTemplate(t.Context(), supervision.Seller(id.Seller), id, published)
	require.NoError(t, err)
	l, posted := s.Tongues[0], url.Values{"title": {published.Title}, "intro": {published.Intro}}
	for i, f := range draftOf(published).fields {
		for name, values := range f {
			posted[settingsPrefix(i)+name] = values
		}
	}
	d := readDraft(posted)
	again, faults := d.template(l)
	assert.Empty(t, faults)
	assert.Equal(t, published, again)

	seller, path := s.as(t, "seller-cloudline"), "/templates/crm/deliver"
	posted["do"], posted["version"] = []string{"confirm"}, []string{"1"}
	posted.Set("title", "Version two")
	require.Equal(t, http.StatusSeeOther, seller.post(path, posted).StatusCode)
	assert.Contains(t, seller.get(path).body, `value="Version two"`)
	posted.Set("title", "A draft")
	posted.Set("do", "keep")
	require.Equal(t, http.StatusOK, seller.post(path, posted).StatusCode)
	assert.Contains(t, seller.get(path).body, `value="A draft"`)
	assert.Contains(t, seller.get(path+"?version=1").body, `value="All kinds"`, "it goes on from that one")
}

// TestClock_IsKept: the demonstration clock stays ahead over a restart, so that
// no order has a future; nobody moves it other than by its buttons.
func TestClock_IsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.as(t, harbor).post("/clock", url.Values{"leap": {"5d"}, "next": {"/orders"}})
	for _, leap := range []string{"8760h", "-5d", "-24h", ""} {
		s.as(t, harbor).post("/clock", url.Values{"leap": {leap}})
	}
	clock := &demoClock{Clock: clock.New()}
	require.NoError(t, s.db.readClock(t.Context(), clock))
	assert.WithinDuration(t, time.Now().Add(5*supervision.Day), clock.Now(), time.Minute)
	assert.Equal(t, s.clock.ahead.Load(), clock.ahead.Load())
}

// postgresSchema makes a schema for one test and returns its address.
func postgresSchema(t *testing.T) string {
	t.Helper()
	server := os.Getenv("SERVICEFLOW_POSTGRES")
	if server == "" {
		server = "postgres://postgres@127.0.0.1:5432/test"
	}
	db, err := sql.Open("pgx", server)
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	if err := db.PingContext(t.Context()); err != nil {
		if os.Getenv("SERVICEFLOW_REQUIRE_SERVERS") == "1" {
			require.NoError(t, err, "a PostgreSQL server is required")
		}
		t.Skip("skipped: no PostgreSQL server; set SERVICEFLOW_POSTGRES to its URL")
	}
	schema := "portal_" + strings.ToLower(t.Name()) + "_" + time.Now().Format("150405000000")
	_, err = db.ExecContext(t.Context(), "CREATE SCHEMA "+schema)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP SCHEMA "+schema+" CASCADE")
		assert.NoError(t, err)
	})
	address, err := url.Parse(server)
	require.NoError(t, err)
	q := address.Query()
	q.Set("search_path", schema)
	address.RawQuery = q.Encode()
	return address.String()
}

// TestPostgres: the same portal on PostgreSQL, in a schema of its own.
func TestPostgres(t *testing.T) {
	s := startSite(t, settings{postgres: postgresSchema(t), Demo: true})
	order := s.reached(t, "data-migration", supervision.AwaitingDelivery)
	seller := s.as(t, "seller-cloudline")
	typed := seller.get(at(order, "deliver")).form(url.Values{"result": {"Moved."}, "confirm": {"yes"}})
	require.Equal(t, http.StatusSeeOther,
		seller.send(at(order, "deliver"), typed, upload{"attachments", "protocol.txt", "All."}).StatusCode)
	body := s.as(t, harbor).get(at(order)).body
	assert.Contains(t, body, "Moved.")
	assert.Contains(t, body, "protocol.txt")
	for _, part := range []string{"g-102", "KG-102"} {
		assert.Contains(t, s.as(t, harbor).get("/orders?order="+part).body, ">KG-1027</a>", part)
	}
	require.Equal(t, http.StatusSeeOther, s.as(t, harbor).post("/clock", url.Values{"leap": {"1d"}}).StatusCode)
}

// TestTemplate_ForDeliveries: a delivery fills in the seller's template as a
// request does (R07), until the seller withdraws it for the orders to come.
func TestTemplate_ForDeliveries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	seller, path := s.as(t, "seller-cloudline"), "/templates/data-migration/deliver"
	form := seller.get(path).form(url.Values{"title": {"The protocol"}, "do": {"confirm"},
		"fields[0].kind": {"integer"}, "fields[0].label": {"Records moved"}, "fields[0].required": {"yes"}})
	require.Equal(t, http.StatusSeeOther, seller.post(path, form).StatusCode)
	order := s.reached(t, "data-migration", supervision.AwaitingDelivery)
	assert.NotContains(t, seller.get("/many/deliver").body, `value="`+order.ID+`"`, "it has a form of its own")
	typed := seller.get(at(order, "deliver")).form(url.Values{"values.records_moved": {"many"}, "confirm": {"yes"}})
	assert.Contains(t, seller.send(at(order, "deliver"), typed).body, `id="values.records_moved-fault"`)
	typed.Set("values.records_moved", "40000")
	require.Equal(t, http.StatusSeeOther, seller.send(at(order, "deliver"), typed).StatusCode)
	assert.Regexp(t, `Records moved</dt><dd><span dir="auto">40000<`, s.as(t, harbor).get(at(order)).body)

	withdraw := seller.get(path).form(url.Values{"do": {"withdraw"}})
	asked := seller.post(path, withdraw)
	assert.Contains(t, asked.body, "Withdraw the template?")
	require.Equal(t, http.StatusSeeOther, seller.post(path, asked.form(url.Values{"do": {"withdrawn"}})).StatusCode)
	assert.Contains(t, seller.get(path).body, "The template is withdrawn.")
	next := s.open(t, "T-next", "data-migration", harbor)
	assert.Zero(t, next.Form(supervision.OpDeliver).Version)
}

// TestOrder_ShowsTheNewestRecords: a page has so many, and says where the
// others are only if there are any.
func TestOrder_ShowsTheNewestRecords(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingDelivery)
	buyer, report := s.as(t, harbor), bySeller(supervision.ReportProgress{Text: "Half of it."})
	for order.Version < recordsShown {
		order = s.after(t, order, report)
	}
	assert.NotContains(t, buyer.get(at(order)).body, "Earlier records")
	assert.Contains(t, buyer.get(at(order)).body, "<strong>Product purchased</strong>")
	s.after(t, order, report)
	shown := buyer.get(at(order)).body
	assert.Contains(t, shown, "Earlier records")
	assert.NotContains(t, shown, "<strong>Product purchased</strong>")
}
