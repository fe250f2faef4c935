package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// line sets how fast the window's line is, in bytes a second; below 0 it is
// cut, at 0 as fast as it can be.
func (b *tab) line(speed float64) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: speed < 0, DownloadThroughput: -1,
				UploadThroughput: cmp.Or(speed, -1)}}})
		return err
	}))
}

// TestScript_SlowLine: files go up one at a time and show how far they are;
// where the line fails, the file can be sent again.
func TestScript_SlowLine(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	b := s.logIn(t, harbor, at(order, "submit_request"))
	dir := t.TempDir()
	name := `<img src=x onerror=hacked()>.txt`
	files := []string{filepath.Join(dir, name), filepath.Join(dir, "two.txt")}
	for _, file := range files {
		require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("x", 1<<20)), 0o600))
	}
	b.line(100_000)
	b.do(chromedp.SetUploadFiles(`input[type=file]`, files))
	b.until(`document.querySelectorAll("progress").length === 1 && document.querySelector("progress").value > 0`)
	b.line(-1)
	b.sees(".uploading", "could not be sent.")
	assert.NotEmpty(t, b.texts(".uploading"))
	b.line(0)
	b.press("Try again")
	b.sees(".kept", name)
	b.sees(".kept", "two.txt")
	b.until(`fetch(location.href).then(r => r.text()).then(t => t.includes("two.txt"))`)
}

// TestScript_SessionEnds: a page that was left open says that its session has
// ended, before somebody writes into it.
func TestScript_SessionEnds(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	b := s.logIn(t, harbor, at(order))
	b.attends()
	require.NoError(t, s.db.exec(t.Context(), `DELETE FROM portal_session`))
	s.announce(t.Context(), "")
	b.sees("#problem", "Your session has ended.")
}

// TestScript_BeginsAnew: what is discarded does not come back by leaving the
// page.
func TestScript_BeginsAnew(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	path := at(order, "submit_request")
	require.NoError(t, s.db.keep(t.Context(), harbor, path+"#submit_request", "text=Move+it."))
	b := s.logIn(t, harbor, path)
	b.fill("text", "Move it all.")
	b.press("Begin anew")
	b.until(`!document.body.innerText.includes("left here unsent") && document.readyState === "complete"`)
	b.open("/market")
	b.until(`fetch("/orders").then(r => r.ok)`)
	kept, _, err := s.db.kept(t.Context(), harbor, path+"#submit_request")
	require.NoError(t, err)
	assert.Empty(t, kept)
}

// TestScript_CannotBeReached: a form that cannot be sent says so, and stays as
// it was filled in.
func TestScript_CannotBeReached(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	b := s.logIn(t, harbor, at(order, "submit_request"))
	b.fill("text", "Move the archive.")
	b.line(-1)
	b.press("Submit request")
	b.sees("#problem", "The portal cannot be reached.")
	require.Equal(t, "Move the archive.", b.value("text"))
	b.line(0)
	b.press("Submit request")
	b.sees("dialog[open]", "Move the archive.")
	b.until(`document.getElementById("problem").hidden`)
	b.until(`(window.here = true)`)
	b.press("Go back")
	b.until(`!document.querySelector("dialog") && window.here`)
	b.fill("text", "Move the archive at once.")
	b.open("/market") // as soon as it is typed
	b.until(`fetch("` + at(order, "submit_request") + `").then(r => r.text()).then(t => t.includes("at once."))`)
}

// TestScript_PressedTwice: a button that is pressed twice asks once, and what
// has been sent is no draft any more.
func TestScript_PressedTwice(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	b := s.logIn(t, harbor, at(order, "submit_request"))
	b.fill("text", "Move the archive.")
	b.until(`(e => e && (e.click(), e.click(), true))(document.querySelector("form.task button.main"))`)
	b.sees("dialog[open]", "Submit request?")
	b.until(`fetch("/orders").then(r => r.ok)`)
	assert.Len(t, b.texts("dialog"), 1)
	b.confirms()
	b.sees(".notice", "Request submitted")
	b.until(`fetch("/orders").then(r => r.ok)`)
	kept, _, err := s.db.kept(t.Context(), harbor, at(order, "submit_request")+"#submit_request")
	require.NoError(t, err)
	assert.Empty(t, kept)
}

// TestScript_ReadersTime: instants stand in the reader's own time and language;
// that of the portal shows when pointing at them.
func TestScript_ReadersTime(t *testing.T) {
	t.Parallel()
	b := newSite(t).logIn(t, harbor)
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetTimezoneOverride,
			emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Shanghai"})
		return err
	}))
	b.open("/orders/KG-1027")
	for _, l := range []struct{ tag, locale string }{{"zh-Hans", "zh-CN"}, {"en", "en-GB"}} {
		b.speaks(l.tag)
		b.until(`[...document.querySelectorAll("dd time")].length > 1 &&
			[...document.querySelectorAll("dd time")].every(e => e.title.endsWith("UTC") &&
			e.textContent === new Intl.DateTimeFormat("` + l.locale + `", {dateStyle: "medium", timeStyle: "short",
				timeZone: "Asia/Shanghai"}).format(new Date(e.dateTime)))`)
	}
}

// TestScript_LivePage: what others do changes what a page says, and neither
// what is opened nor where the focus is; countdowns go on by themselves.
func TestScript_LivePage(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingDelivery)
	b := s.logIn(t, harbor, at(order))
	b.attends()
	b.unfold("closed")
	b.until(`(document.querySelector('a[href="` + at(order, "record") + `"]').focus(), true)`)
	s.after(t, order, bySeller(supervision.ReportProgress{Text: "Half of it is moved."}))
	b.sees(".happened", "Half of it is moved.")
	b.until(`document.getElementById("closed").open && document.activeElement.getAttribute("href") === "` +
		at(order, "record") + `"`)

	b.until(`(window.used = document.querySelector("meter").value) > 0`)
	b.until(`(window.before = document.querySelector("[data-countdown]").textContent) !== ""`)
	// Time goes on with every look, since news sets a page's clock by the host's.
	b.until(`(Date.now = (now => () => now() + 300000)(Date.now),
		document.querySelector("[data-countdown]").textContent !== window.before)`)
	b.until(`document.querySelector("meter").value > window.used`)

	b.open("/orders")
	b.attends()
	b.until(`(window.clock = document.querySelector(".clock time").textContent) !== "" &&
		(window.bell = document.querySelector("#bell").innerText) !== ""`)
	s.after(t, order, bySeller(supervision.Deliver{Result: "All of it is moved."}))
	require.Equal(t, http.StatusSeeOther,
		s.as(t, "seller-cloudline").post("/clock", url.Values{"leap": {"1d"}}).StatusCode)
	b.until(`document.querySelector(".clock time").textContent !== window.clock &&
		document.querySelector("#bell").innerText !== window.bell &&
		document.title.startsWith("(" + parseInt(document.querySelector("#bell .count").innerText) + ")")`)
}

// TestScript_Counts: the script counts down in the words in which the portal
// began to (package words).
func TestScript_Counts(t *testing.T) {
	t.Parallel()
	b := newSite(t).logIn(t, harbor)
	for _, l := range b.site.Tongues {
		if l.Tag != "en" {
			b.speaks(l.Tag)
		}
		b.until(`typeof words !== "undefined"`) // the script has run
		for _, d := range []time.Duration{time.Minute, 61 * time.Second, time.Hour - time.Second, time.Hour,
			time.Hour + time.Second, 3*time.Hour - time.Minute, supervision.Day - time.Second, supervision.Day,
			supervision.Day + time.Second, 5*supervision.Day - time.Minute, 90 * supervision.Day} {
			said, err := eval[string](b, fmt.Sprintf(`words.in.replace("{span}", span(%d))`, d/time.Second))
			require.NoError(t, err)
			assert.Equal(t, l.Until(d), said, d)
		}
	}
}

// TestScript_Canned: a text that was used before is put where it is to stand.
func TestScript_Canned(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingConfirmation)
	b := s.logIn(t, "seller-cloudline", at(order, "confirmation"))
	b.until(`(e => {
		if (!e?.getClientRects().length) return false
		e.selectedIndex = 1
		e.dispatchEvent(new Event("change", {bubbles: true}))
		return document.getElementById(e.dataset.canned).value === e.options[1].text && e.value === ""
	})(document.querySelector("[data-canned]"))`)
	b.until(`fetch(location.href).then(r => r.text()).then(t => t.includes("left here unsent"))`)
}

// TestScript_Phone: three orders stand whole on a phone's first screen.
func TestScript_Phone(t *testing.T) {
	t.Parallel()
	s := startSite(t, settings{file: seeded(t)})
	for _, who := range []string{harbor, "seller-cloudline", "manager-mei"} {
		b := s.logIn(t, who)
		b.screen(390, 844)
		b.open("/orders")
		b.until(`document.querySelectorAll(".orders tbody tr").length > 3`)
		whole, err := eval[int](b, `[...document.querySelectorAll(".orders tbody tr")].
			filter(e => e.getBoundingClientRect().bottom <= innerHeight).length`)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, whole, 3, who)
	}
}

// TestScript_Choices: what there is to choose from stands one below the other,
// each as wide as it needs.
func TestScript_Choices(t *testing.T) {
	t.Parallel()
	b := newSite(t).logIn(t, harbor)
	b.screen(390, 844)
	b.open("/orders/KG-1024/raise_appeal")
	b.until(`document.querySelectorAll("#ground label").length === 3`)
	places, err := eval[[]float64](b, `[...document.querySelectorAll("#ground label")].
		map(e => e.getBoundingClientRect().left)`)
	require.NoError(t, err)
	assert.Equal(t, []float64{places[0], places[0], places[0]}, places)
}
