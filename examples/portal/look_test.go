package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// screens is where pictures of the pages are kept, for people to look at: go
// test -run TestLook -screens DIR
var screens = flag.String("screens", "", "`directory` for pictures of the pages; none by default")

// pictures is where the README's pictures are kept.
var pictures = flag.String("pictures", "", "`directory` for the README's pictures; none by default")

// axe checks accessibility; see testdata/axe/LICENSE.
//
//go:embed testdata/axe/axe.min.js
var axe string

// look is one page as one person sees it.
type look struct {
	name, account, path string
	before              func(*tab)
}

var looks = []look{
	{"login", "", "/login", nil},
	{"list", harbor, "/orders", nil},
	{"search", harbor, "/orders?order_status=processing&bought_from=never", nil},
	{"order", harbor, "/orders/KG-1027", nil},
	{"order-rejections", harbor, "/orders/KG-1024", nil},
	{"order-seller", "seller-cloudline", "/orders/KG-1029", nil},
	{"order-frozen", harbor, "/orders/KG-1021", nil},
	{"request", harbor, "/orders/KG-1031/submit_request", func(b *tab) {
		b.fill("values.company", "Harbor Retail")
		b.fill("values.users", "many")
		b.choose("values.region", "eu")
		b.press("Submit request")
		b.sees("[role=alert]", "Please check")
	}},
	{"acceptance", harbor, "/orders/KG-1027/acceptance", nil},
	{"dialog", harbor, "/orders/KG-1027/acceptance", func(b *tab) {
		b.press("Accept service")
		b.sees("dialog[open]", "Go back")
	}},
	{"appeal", harbor, "/orders/KG-1024/raise_appeal", nil},
	{"market", harbor, "/market", nil},
	{"templates", "seller-cloudline", "/templates", nil},
	{"editor", "seller-cloudline", "/templates/erp-suite/submit_request", nil},
	{"queue", "manager-mei", appealsPath, nil},
	{"ruling", "manager-mei", "/orders/KG-1020/ruling", nil},
	{"overview", "manager-mei", "/overview", nil},
	{"amend", "manager-mei", "/orders/KG-1027/amend", nil},
	{"confirmation", "seller-brightdesk", "/orders/KG-1030/confirmation", nil},
	{"many", "seller-cloudline", "/many/deliver", nil},
	{"refund", "seller-cloudline", "/orders/KG-1017/refund", nil},
	{"order-refunded", harbor, "/orders/KG-1032", nil},
	{"order-ended", "buyer-northwind", "/orders/KG-1033", nil},
	{"order-adopted", "seller-brightdesk", "/orders/KG-1039", nil},
	{"receipt", "system", "/orders/KG-1036/report_receipt", nil},
	{"notices", "seller-cloudline", "/notices", nil},
	{"record", harbor, "/orders/KG-1024/record", nil},
	{"list-manager", "manager-mei", "/orders", nil},
	{"list-seller", "seller-cloudline", "/orders", nil},
	{"missing", harbor, "/orders/none", nil},
}

// TestLook shows every page wide and narrow, light and dark: none is wider than
// the screen, and axe finds nothing.
func TestLook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	long, err := s.svc.Open(t.Context(),
		supervision.Opening{ID: strings.Repeat("L", supervision.MaxID), Product: "data-migration",
			Buyer: harbor, Seller: "seller-cloudline"})
	require.NoError(t, err)
	_, err = s.svc.Do(t.Context(), long.ID, supervision.Buyer(harbor),
		textRequest(strings.Repeat("w", supervision.MaxText)))
	require.NoError(t, err)
	people := make(map[string]*tab)
	for _, l := range append(looks, look{"long", harbor, at(long), nil}) {
		b := people[l.account]
		if b == nil && l.account == "" {
			b = s.window(t)
		} else if b == nil {
			b = s.logIn(t, l.account)
		}
		people[l.account] = b
		t.Run(l.name, func(t *testing.T) {
			b := &tab{t, b.ctx, s}
			b.open(l.path)
			if l.before != nil {
				l.before(b)
			}
			for _, scheme := range []string{"light", "dark"} {
				b.scheme(scheme)
				for _, width := range []int64{1280, 390} {
					b.screen(width, 900)
					b.fits()
					b.photograph(fmt.Sprintf("%s-%d-%s", l.name, width, scheme))
				}
				b.accessible()
			}
			b.screen(390, 900)
			b.open(l.path)
			b.speaks("zh-Hans")
			b.fits()
			b.photograph(l.name + "-390-chinese")
			b.accessible()
			b.speaks("en")
			b.screen(1280, 900)
		})
	}
}

// speaks switches the language.
func (b *tab) speaks(tag string) {
	b.t.Helper()
	b.click(`.tongues button[value="` + tag + `"]`)
	b.until(`document.documentElement.lang === "` + tag + `" && document.readyState === "complete"`)
}

// fits tells pages that have to be scrolled sideways.
func (b *tab) fits() {
	b.t.Helper()
	wide, err := eval[[]string](b, `[...document.querySelectorAll("body *")]
		.filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("nav, .hidden"))
		.map(e => e.outerHTML.slice(0, 120))`)
	require.NoError(b.t, err)
	assert.Empty(b.t, wide, "wider than the screen")
}

// accessible asks axe for violations of WCAG 2.2 AA and of what is usual.
func (b *tab) accessible() {
	b.t.Helper()
	_, err := eval[bool](b, "typeof axe === 'object' || (() => {"+axe+"; return true})()")
	require.NoError(b.t, err)
	found, err := eval[[]string](b, `axe.run({runOnly:
		["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 160) + " " + n.failureSummary)
		.join("\n")))`)
	require.NoError(b.t, err)
	assert.Empty(b.t, found, strings.Join(found, "\n"))
}

// photograph keeps a picture of the whole page, where pictures are wanted.
func (b *tab) photograph(name string) {
	b.t.Helper()
	if *screens != "" {
		b.keep(*screens, name, chromedp.FullScreenshot(100))
	}
}

func (b *tab) keep(dir, name string, picture chromedp.Action[[]byte]) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, picture)
	require.NoError(b.t, err)
	require.NoError(b.t, os.MkdirAll(dir, 0o755))
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

// TestPictures makes the README's pictures: go test -run TestPictures -pictures
// ../../docs/images
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("skipped: no pictures are wanted; give a directory with -pictures")
	}
	s := startSite(t, settings{file: seeded(t)})
	b := s.logIn(t, harbor)
	for _, shot := range []struct {
		name, path, scheme string
		width, height      int64
	}{
		{"list", "/orders", "light", 1100, 760},
		{"phone", "/orders/KG-1021", "dark", 390, 760},
	} {
		b.scheme(shot.scheme)
		b.screen(shot.width, shot.height)
		b.open(shot.path)
		b.attends()
		b.keep(*pictures, shot.name, chromedp.CaptureScreenshot())
	}
}
