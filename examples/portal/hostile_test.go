package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// hostile is a text that acts wherever a page forgets to escape it: as an
// element, in an attribute, in a script, as an address.
func hostile(where string) string {
	return fmt.Sprintf(`%s</script></textarea><img src=x onerror="hacked('%[1]s')">"'onfocus='hacked(1)' `+
		"javascript:hacked(2) {{.}} ${hacked(3)} \u202egpj.exe", where)
}

// hostileOrder is an order in which every text that somebody can write, and the
// name of every file, is hostile.
func (s *site) hostileOrder(t *testing.T) supervision.Order {
	t.Helper()
	seller := supervision.Seller("seller-cloudline")
	file := func(name string) []supervision.Attachment {
		digest := "sha256:" + strings.Repeat("0", 64)
		return []supervision.Attachment{{Name: hostile(name), Ref: digest, Digest: digest}}
	}
	form := template.Template{Title: hostile("title"), Intro: hostile("intro"), Fields: []template.Field{
		{Key: "line", Kind: template.Line, Label: hostile("label"), Help: hostile("help")},
		{Key: "text", Kind: template.Text, Label: "Text"},
		{Key: "choice", Kind: template.Choice, Label: "Choice",
			Options: []template.Option{{Value: "a", Label: hostile("option")}}},
		{Key: "file", Kind: template.File, Label: "File"},
	}}
	_, err := s.svc.PublishTemplate(t.Context(), seller,
		product{ID: "data-migration", Seller: seller.ID}.template(supervision.OpSubmitRequest), form)
	require.NoError(t, err)
	order, err := s.svc.Open(t.Context(), supervision.Opening{ID: `T-<img src=x onerror="hacked()">`,
		Product: "data-migration", Buyer: harbor, Seller: seller.ID})
	require.NoError(t, err)
	for _, step := range []struct {
		actor  supervision.Actor
		action supervision.Action
	}{
		{supervision.Buyer(harbor), supervision.SubmitRequest{Attachments: file("request"), Values: template.Values{
			"line": hostile("line"), "text": hostile("text"), "choice": "a",
			"file": "sha256:00/<img src=x onerror=hacked()>"}}},
		{seller, supervision.RejectRequest{Reason: hostile("reject")}},
		{supervision.Buyer(harbor), supervision.SubmitRequest{Values: template.Values{"line": hostile("again")}}},
		{supervision.Buyer(harbor), supervision.Remind{Text: hostile("remind")}},
		{seller, supervision.AcceptRequest{}},
		{seller, supervision.ReportProgress{Text: hostile("progress")}},
		{seller, supervision.Deliver{Result: hostile("result"), Attachments: file("delivery")}},
		{supervision.Buyer(harbor), supervision.RejectProduct{Reason: hostile("product")}},
		{supervision.Manager("manager-mei"),
			supervision.Intervene{Reason: hostile("intervene"), Attachments: file("case")}},
		{supervision.Manager("manager-mei"),
			supervision.AddNote{Text: hostile("note"), Attachments: file("note"), Shared: true}},
	} {
		_, err := s.svc.Do(t.Context(), order.ID, step.actor, step.action)
		require.NoError(t, err)
	}
	return order
}

// TestStoredScript: what somebody wrote is shown as it was written and does
// nothing, on every page and to everybody.
func TestStoredScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.hostileOrder(t)
	s.clock.ahead.Add(int64(supervision.Day))
	buyer := s.as(t, harbor)
	typed := url.Values{"operation": {"remind"}, "version": {"1"}, "key": {"k"}, "text": {hostile("typed")}}
	fresh := s.open(t, "T-fresh", "data-migration", harbor)
	form := buyer.get(at(fresh, "submit_request")).form(url.Values{"values.text": {hostile("asked")},
		"values.choice": {"a"}, "values.line": {hostile("asked")}})
	require.NoError(t, s.db.keep(t.Context(), harbor, "canned remind.text", hostile("canned")))
	for what, page := range map[string]string{"refused": buyer.send(at(order, "remind"), typed).body,
		"drawn":  buyer.get(at(fresh, "submit_request")).body,
		"upload": buyer.attach(at(fresh, "submit_request"), form, hostile("upload"), "x").body,
		"asked":  buyer.send(at(fresh, "submit_request"), form, upload{"attachments", hostile("asked"), "x"}).body,
		"canned": buyer.get("/orders/KG-1029/remind").body} {
		assert.Contains(t, page, "&lt;img src=x", what)
		assert.NotContains(t, page, "<img src=x", what)
	}
	for _, who := range []string{harbor, "seller-cloudline", "manager-mei"} {
		p := s.as(t, who)
		for seq := range s.version(t, order) {
			require.NoError(t, s.db.exec(t.Context(), `INSERT INTO portal_notice VALUES ($1, $2, $3, $4, 1, 1)
				ON CONFLICT DO NOTHING`, who, order.ID, seq+1, s.svc.Now().UnixMicro()))
		}
		paths := []string{"/orders", "/orders?order=" + url.QueryEscape(hostile("search")), "/orders?appeal=pending",
			"/market", "/templates", "/templates/data-migration/submit_request", at(order), at(order, "record"),
			"/notices", "/many/accept_request", "/many/deliver", "/login?next=" + url.QueryEscape(hostile("next"))}
		for _, task := range tasks() {
			paths = append(paths, at(order, task.Slug))
		}
		for _, path := range paths {
			body := p.get(path).body
			assert.NotContains(t, body, "<img src=x", "%s at %s", who, path)
			assert.NotContains(t, body, `"javascript:`, "%s at %s", who, path)
		}
	}
	assert.Contains(t, buyer.get(at(order)).body, "&lt;img src=x onerror=&#34;hacked(&#39;result&#39;)&#34;&gt;")
	s.spoil(t, "serviceflow_orders", "id <> 'KG-1027'")
	unread := buyer.get("/orders").body
	assert.Contains(t, unread, "Could not be read: ")
	assert.NotContains(t, unread, "<img src=x")
}

// TestStoredScript_Browser: the same with a browser that would run it, and
// counts what the content policy has to stop.
func TestStoredScript_Browser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.hostileOrder(t)
	for who, paths := range map[string][]string{
		harbor:             {"/orders", at(order), at(order, "remind"), at(order, "raise_appeal")},
		"seller-cloudline": {"/orders", at(order), "/templates/data-migration/submit_request"},
		"manager-mei":      {"/orders?appeal=pending", at(order), at(order, "ruling")},
	} {
		b := s.logIn(t, who)
		for _, path := range paths {
			b.open(path)
			b.until(`document.readyState === "complete"`)
			found, err := eval[int](b,
				`document.querySelectorAll("img[src=x], [onerror], [onfocus], a[href^='javascript']").length`)
			require.NoError(t, err)
			assert.Zero(t, found, "%s at %s", who, path)
			b.fits()
		}
		assert.Empty(t, b.trouble(), who)
	}
}

// TestTroubleIsSeen: a window notices what the content policy stops.
func TestTroubleIsSeen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.window(t)
	b.open("/login")
	b.until(`document.body.append(Object.assign(document.createElement("script"), {textContent: "hacked()"})) ?? true`)
	b.until(`sessionStorage.getItem("trouble")`)
	assert.Contains(t, b.trouble(), "script-src")
	b.until(`sessionStorage.removeItem("trouble") ?? true`)
}

// TestDownload_Hostile: a file's name cannot reach into the answer's headers.
func TestDownload_Hostile(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.as(t, harbor)
	form := buyer.get(at(order, "submit_request")).form(url.Values{"text": {"Move it."}, "confirm": {"yes"}})
	name := `a"; filename=x.html<script>.txt`
	answer := buyer.send(at(order, "submit_request"), form, upload{"attachments", name, "<script>hacked()</script>"})
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	now, err := s.svc.Order(t.Context(), order.ID, supervision.System())
	require.NoError(t, err)
	got := buyer.get((file{order: order.ID, Digest: now.Request.Attachments[0].Ref, Name: name}).Path())
	require.Equal(t, http.StatusOK, got.StatusCode)
	assert.Equal(t, "application/octet-stream", got.Header.Get("Content-Type"))
	assert.Regexp(t, `^attachment; filename="a\\"; filename=x.html<script>.txt"$`,
		got.Header.Get("Content-Disposition"))
}
