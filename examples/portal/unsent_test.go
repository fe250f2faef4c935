package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// TestUnsent_TooLarge: files that are far too large cost nobody what was typed.
func TestUnsent_TooLarge(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.as(t, harbor)
	typed := buyer.get(at(order, "submit_request")).form(url.Values{"text": {"Eight pages of text."}})
	large := strings.Repeat("x", 20<<20)
	answer := buyer.send(at(order, "submit_request"), typed, upload{"attachments", "one.iso", large},
		upload{"attachments", "list.txt", "a list"}, upload{"attachments", "two.iso", large})
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, answer.body, "Eight pages of text.")
	assert.Contains(t, answer.body, "Choose a file of at most 5 MB.")
	assert.Contains(t, answer.body, "list.txt")
}

// TestUnsent_SessionEnded: a form that is sent after the session has ended can
// be sent again as it is.
func TestUnsent_SessionEnded(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.as(t, harbor)
	typed := buyer.get(at(order, "submit_request")).form(url.Values{"text": {"Move it."}})
	_, err := s.db.Exec(`DELETE FROM portal_session`)
	require.NoError(t, err)
	away := buyer.send(at(order, "submit_request"), typed)
	assert.Equal(t, http.StatusUnauthorized, away.StatusCode)
	assert.Contains(t, away.body, "Your session has ended")
	back := buyer.post("/login", url.Values{"account": {harbor}, "next": {at(order, "submit_request")}})
	assert.Equal(t, at(order, "submit_request"), back.Header.Get("Location"))
	assert.Equal(t, http.StatusOK, buyer.send(at(order, "submit_request"), typed).StatusCode)
}

// TestUnsent_IsKept: what was sent once, to be asked about or with faults,
// stands in the form until it is sent or discarded, for its account alone.
func TestUnsent_IsKept(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer, path := s.as(t, harbor), at(order, "submit_request")
	form := buyer.get(path).form(url.Values{"text": {"Move the archive."}})
	asked := buyer.send(path, form, upload{"attachments", "list.txt", "a list"})
	require.Equal(t, http.StatusOK, asked.StatusCode)

	back := asked.form(url.Values{"text": {"Move the archive."}, "confirm": {"no"}})
	assert.Contains(t, buyer.send(path, back).body, "Move the archive.", "Cancel without scripts")
	again := s.as(t, harbor).get(path)
	assert.Contains(t, again.body, "Move the archive.", "in another session")
	assert.Contains(t, again.body, "This is what you left here unsent")
	assert.Contains(t, again.body, "list.txt")
	assert.NotContains(t, s.as(t, "seller-cloudline").get(path).body, "Move the archive.")

	next := s.open(t, "T-next", "data-migration", harbor)
	assert.NotContains(t, buyer.get(at(next, "submit_request")).body, "Move the archive.", "for its order alone")

	discard := again.form(url.Values{"confirm": {"discard"}})
	require.Equal(t, http.StatusSeeOther, buyer.send(path, discard).StatusCode)
	assert.NotContains(t, buyer.get(path).body, "Move the archive.")

	form.Set("confirm", "draft")
	require.Equal(t, http.StatusNoContent, buyer.send(path, form).StatusCode)
	require.NoError(t, s.db.exec(t.Context(), `UPDATE portal_kept SET at = 0`))
	require.Equal(t, http.StatusNoContent, buyer.send(path, form).StatusCode, "and written on")
	require.NoError(t, s.sweep(t.Context(), time.Now().Add(keptFor-time.Minute)))
	assert.Contains(t, buyer.get(path).body, "Move the archive.")
	require.NoError(t, s.sweep(t.Context(), time.Now().Add(keptFor+time.Minute)))
	assert.NotContains(t, buyer.get(path).body, "Move the archive.", "for a month")
	require.Equal(t, http.StatusNoContent, buyer.send(path, form).StatusCode)
	assert.Equal(t, order.Version, s.version(t, order))
	form.Set("confirm", "yes")
	require.Equal(t, http.StatusSeeOther, buyer.send(path, form).StatusCode)
	var kept int
	require.NoError(t, s.db.QueryRow(`SELECT count(*) FROM portal_kept WHERE subject LIKE '/%'`).Scan(&kept))
	assert.Zero(t, kept)
}

// TestUnsent_OfTwoManagers: what one of them left is not the other's to read or
// to discard, although both are at the same address.
func TestUnsent_OfTwoManagers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := "/orders/KG-1021/ruling"
	mei, tomas := s.as(t, "manager-mei"), s.as(t, "manager-tomas")
	leave := func(p *person, text, how string) int {
		return p.send(path, p.get(path).form(url.Values{"operation": {"add_note"}, "text": {text},
			"confirm": {how}})).StatusCode
	}
	require.Equal(t, http.StatusNoContent, leave(mei, "Ask the seller.", "draft"))
	require.Equal(t, http.StatusNoContent, leave(tomas, "Ask the buyer.", "draft"))
	assert.NotContains(t, mei.get(path).body, "Ask the buyer.")
	require.Equal(t, http.StatusSeeOther, leave(mei, "", "discard"))
	assert.NotContains(t, mei.get(path).body, "Ask the seller.")
	assert.Contains(t, tomas.get(path).body, "Ask the buyer.")
}

// TestUnsent_Nothing: a form that asks for nothing leaves nothing behind.
func TestUnsent_Nothing(t *testing.T) {
	t.Parallel()
	buyer, path := newSite(t).as(t, harbor), "/orders/KG-1027/acceptance"
	asked := buyer.send(path, buyer.get(path).form(url.Values{"operation": {"accept_product"}}))
	require.Contains(t, asked.body, "You are satisfied with the service.")
	assert.NotContains(t, buyer.get(path).body, "This is what you left here unsent")
}

// TestUnsent_Browser: files go up when they are chosen, what is typed survives
// the session, a line that fails and leaving the page, and Cancel closes the
// dialog without touching anything.
func TestUnsent_Browser(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.logIn(t, harbor, at(order, "submit_request"))
	dir := t.TempDir()
	var files []string
	for _, name := range []string{"one.txt", "two.txt", "large.bin"} {
		content := name
		if name == "large.bin" {
			content = strings.Repeat("x", maxFile+1)
		}
		files = append(files, filepath.Join(dir, name))
		require.NoError(t, os.WriteFile(files[len(files)-1], []byte(content), 0o600))
	}
	buyer.do(chromedp.SetUploadFiles(`input[type=file]`, files))
	buyer.sees(".kept", "one.txt")
	buyer.sees(".kept", "two.txt")
	buyer.sees(".fault", "Choose a file of at most 5 MB.")
	buyer.fill("text", "Move the archive.")
	buyer.press("Submit request")
	buyer.sees("dialog[open]", "one.txt, two.txt")
	require.Empty(t, buyer.texts(".fault"), "a form that is good again shows no faults")
	buyer.press("Go back")
	buyer.until(`!document.querySelector("dialog")`)
	require.Equal(t, "Move the archive.", buyer.value("text"))
	require.Equal(t, order.Version, s.version(t, order))

	_, err := s.db.Exec(`DELETE FROM portal_session`)
	require.NoError(t, err)
	buyer.fill("text", "Move the archive, please.")
	buyer.press("Submit request")
	buyer.sees("#problem", "Your session has ended.")
	require.Equal(t, "Move the archive, please.", buyer.value("text"))
	buyer.until(`fetch("/login", {method: "POST", body: new URLSearchParams({account: "` + harbor +
		`"})}).then(r => r.ok)`)
	buyer.press("Submit request")
	buyer.sees("dialog[open]", "Move the archive, please.")
	require.Empty(t, buyer.texts("#problem:not([hidden])"), "a problem goes when it is over")
	buyer.press("Go back")

	buyer.fill("text", "Move the archive today.")
	buyer.until(`fetch(location.href).then(r => r.text()).then(t => t.includes("Move the archive today."))`)
	buyer.open("/orders")
	buyer.open(at(order, "submit_request"))
	buyer.sees(".notice", "This is what you left here unsent")
	require.Equal(t, "Move the archive today.", buyer.value("text"))
	buyer.sees(".kept", "two.txt")
	buyer.performs("Submit request", "Request submitted")
	now, err := s.svc.Order(t.Context(), order.ID, supervision.System())
	require.NoError(t, err)
	require.Len(t, now.Request.Attachments, 2)
}

// TestNotLive: a page that hears nothing says so, and hears again when it can.
func TestNotLive(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.logIn(t, harbor)
	buyer.open("/market") // a page that follows nothing
	var session string
	require.NoError(t, s.db.QueryRow(`SELECT token FROM portal_session`).Scan(&session))
	var open []*listener
	require.Eventually(t, func() bool {
		for {
			l, ok := s.live.join(supervision.Buyer(harbor), session, "")
			if !ok {
				return len(open) == maxSessionStreams
			}
			open = append(open, l)
		}
	}, patience, 10*time.Millisecond, "until the pages before are closed")
	buyer.open(at(order))
	buyer.sees("#offline", "Not live")
	for _, l := range open {
		s.live.leave(l)
	}
	buyer.attends()
	require.Empty(t, buyer.texts("#offline:not([hidden])"))
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Buyer(harbor), textRequest("Move it."))
	require.NoError(t, err)
	buyer.sees(".badge", "Waiting for confirmation")
}
