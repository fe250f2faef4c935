package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for something to appear before it gives up.
const patience = time.Minute

// chromium is one browser for all tests; each of its tabs is somebody else's,
// with cookies of its own.
var chromium struct {
	once  sync.Once
	ctx   context.Context
	close func()
	err   error
}

func TestMain(m *testing.M) {
	if os.Getenv(asPortal) != "" {
		main()
		return
	}
	code := m.Run()
	if chromium.close != nil {
		chromium.close()
	}
	os.Exit(code)
}

func startChromium() {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		chromium.err = exec.ErrNotFound
		return
	}
	profile, err := os.MkdirTemp("", "portal-chromium-")
	if err != nil {
		chromium.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en-GB"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	chromium.ctx, chromium.close = ctx, func() {
		cancel()
		stop()
		_ = os.RemoveAll(profile)
	}
	chromium.err = chromedp.Do(ctx)
}

// tab is one person's window.
type tab struct {
	t    *testing.T
	ctx  context.Context
	site *site
}

// window opens a window for somebody who has not logged in.
func (s *site) window(t *testing.T) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short leaves the browser out")
	}
	chromium.once.Do(startChromium)
	if chromium.err != nil {
		if os.Getenv("SERVICEFLOW_REQUIRE_BROWSER") == "1" {
			require.NoError(t, chromium.err, "a browser is required")
		}
		t.Skipf("skipped: no Chromium to test pages in (%v); install chromium to run this test", chromium.err)
	}
	ctx, cancel := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t, ctx, s}
	b.do(chromedp.EmulateViewport(1280, 900))
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument,
			page.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
		return err
	}))
	t.Cleanup(func() { assert.Empty(t, b.trouble(), "the pages' errors and violations of their content policy") })
	return b
}

// watch keeps what goes wrong in a window's pages, from one page to the next.
const watch = `{
	const note = text => sessionStorage.setItem("trouble", (sessionStorage.getItem("trouble") ?? "") + text + "\n")
	document.addEventListener("securitypolicyviolation",
		e => note(e.violatedDirective + " " + e.blockedURI + " " + e.sample))
	addEventListener("error", e => note(e.message))
	addEventListener("unhandledrejection", e => note(String(e.reason)))
}`

// trouble is what has gone wrong in the window's pages.
func (b *tab) trouble() string {
	text, err := eval[string](b, `location.protocol === "http:" ? sessionStorage.getItem("trouble") ?? "" : ""`)
	assert.NoError(b.t, err)
	return text
}

// logIn opens a window, logs in by the page, and opens one of the pages then.
func (s *site) logIn(t *testing.T, account string, pages ...string) *tab {
	t.Helper()
	b := s.window(t)
	b.open("/login")
	b.click(fmt.Sprintf("button[value=%q]", account))
	b.until(`location.pathname !== "/login"`)
	for _, path := range pages {
		b.open(path)
	}
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if len(steps) == 1 && chromedp.FromContext(b.ctx).Target == nil {
		ctx = b.ctx // the first step opens the window, which must outlive it
	}
	require.NoError(b.t, chromedp.Do(ctx, steps...))
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.site.url + path))
}

// eval returns what an expression says in the page; while a page is being left
// it says nothing.
func eval[T any](b *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// poll evaluates an expression until its value will do. A page that is just
// being left has none.
func poll[T any](b *tab, expression string, do func(T) bool) T {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		value, err := eval[T](b, expression)
		if err == nil && do(value) {
			return value
		}
		if time.Now().After(deadline) {
			text, _ := eval[string](b, "location.href + '\\n' + document.body.innerText")
			require.FailNow(b.t, "waited in vain for "+expression, "%v\n%s", err, text)
		}
		time.Sleep(10 * time.Millisecond) // between two looks at the page
	}
}

// until waits for a condition of the page, which may be a promise of one.
func (b *tab) until(condition string) {
	b.t.Helper()
	poll(b, "Promise.resolve("+condition+").then(Boolean)", func(met bool) bool { return met })
}

// sees waits until an element shows a text.
func (b *tab) sees(selector, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`[...document.querySelectorAll(%s)].some(e => e.innerText.includes(%s))`,
		strconv.Quote(selector), strconv.Quote(text)))
}

// clickOn presses with the mouse in the middle of what an expression finds, as
// soon as it is there and nothing covers it.
func (b *tab) clickOn(find string) {
	b.t.Helper()
	place := fmt.Sprintf(`(e => {
		if (!e || !e.getClientRects().length || document.readyState === "loading") return []
		e.scrollIntoView({block: "center", behavior: "instant"})
		const r = e.getClientRects()[0], x = r.x + r.width / 2, y = r.y + r.height / 2
		const top = document.elementFromPoint(x, y)
		return e.contains(top) || top?.contains(e) ? [x, y] : []
	})(%s)`, find)
	at := poll(b, place, func(at []float64) bool { return len(at) == 2 })
	b.do(chromedp.MouseClickXY(at[0], at[1]))
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.clickOn(fmt.Sprintf("document.querySelector(%s)", strconv.Quote(selector)))
}

// press clicks the button or the link that says a text; in a dialog where one
// is open.
func (b *tab) press(text string) {
	b.t.Helper()
	b.clickOn(fmt.Sprintf(`[...(document.querySelector("dialog[open]") ?? document)
		.querySelectorAll("button, a, summary, label")]
		.find(e => e.innerText.trim() === %s && e.getClientRects().length > 0)`, strconv.Quote(text)))
}

// unfold opens what a page has folded, again where news has replaced it under
// the click.
func (b *tab) unfold(id string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(e => e && (e.open || (e.querySelector("summary").click(), false)))`+
		`(document.getElementById(%s))`, strconv.Quote(id)))
}

// fill types into an input; it sets the text at once, for speed.
func (b *tab) fill(name, text string) {
	b.t.Helper()
	input := fmt.Sprintf(`[name=%s]:not([type=hidden])`, strconv.Quote(name))
	b.until(fmt.Sprintf(`(e => {
		if (!e) return false
		e.focus()
		e.value = %s
		e.dispatchEvent(new Event("input", {bubbles: true}))
		return true
	})(document.querySelector(%s))`, strconv.Quote(text), strconv.Quote(input)))
}

// choose picks a radio button or ticks a box.
func (b *tab) choose(name, value string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`input[name=%s][value=%s]`, strconv.Quote(name), strconv.Quote(value)))
}

// value is what an input holds.
func (b *tab) value(name string) string {
	b.t.Helper()
	text, err := eval[string](b,
		fmt.Sprintf(`document.querySelector('[name=%s]:not([type=hidden])').value`, strconv.Quote(name)))
	require.NoError(b.t, err)
	return text
}

// confirms presses in the dialog what it asks about.
func (b *tab) confirms() {
	b.t.Helper()
	b.click("dialog[open] button:not([data-cancel])")
}

// performs presses the button of an operation, confirms it, and reads that it
// is done.
func (b *tab) performs(label, done string) {
	b.t.Helper()
	b.press(label)
	b.confirms()
	b.sees(".notice", done)
}

// keys types on the keyboard.
func (b *tab) keys(keys string, options ...chromedp.KeyOption) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys, options...))
}

// attends waits until the page hears of what others do.
func (b *tab) attends() {
	b.t.Helper()
	b.until(`document.documentElement.dataset.streaming === "yes"`)
}

// texts are the texts of all elements that match.
func (b *tab) texts(selector string) []string {
	b.t.Helper()
	list, err := eval[[]string](b,
		fmt.Sprintf(`[...document.querySelectorAll(%s)].map(e => e.innerText.trim())`, strconv.Quote(selector)))
	require.NoError(b.t, err)
	return list
}

func (b *tab) screen(width, height int64) { b.do(chromedp.EmulateViewport(width, height)) }

// scheme switches between light and dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name},
				{Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	}))
}

// withoutScripts has the browser run none.
func (b *tab) withoutScripts() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// jump moves the demonstration clock by the page.
func (b *tab) jump(label string) {
	b.t.Helper()
	before := b.texts(".clock time")
	b.press(label)
	b.until(fmt.Sprintf(`document.querySelector(".clock time").innerText !== %s`,
		strconv.Quote(strings.Join(before, ""))))
}
