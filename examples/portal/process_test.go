package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asPortal in the environment has the test's own program be the portal.
const asPortal = "PORTAL_TEST_SERVES"

// process starts a portal in a process of its own and returns it as a site; it
// has to end by itself when it is asked to, whatever pages are open.
func process(t *testing.T, args ...string) *site {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	command := exec.Command(program, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	command.Env = append(os.Environ(), asPortal+"=1")
	command.Stderr = t.Output()
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		assert.NoError(t, command.Process.Signal(os.Interrupt))
		assert.NoError(t, command.Wait())
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), "Service Supervision at "); found {
			return &site{url: address}
		}
	}
	require.FailNow(t, "the portal has not said where it is")
	return nil
}

// TestTwoProcesses: buyer and seller have a window each, on a process each, and
// see at once what the other does; neither page is loaded again.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: -short leaves the browser out")
	}
	database := postgresSchema(t)
	one, two := process(t, "-postgres", database, "-demo"), process(t, "-postgres", database, "-demo")
	buyer, seller := one.logIn(t, harbor, "/market"), two.logIn(t, "seller-cloudline", "/orders")
	seller.attends()
	seller.stays()
	buyer.click(`form[action="/market/data-migration"] button`)
	buyer.sees(".notice", "Product purchased")
	buyer.sees("#details ~ dl dt", "Order ID")
	order := "/orders/" + buyer.texts("#details ~ dl dd")[0]
	seller.press("1 new. Show them.")
	seller.sees("#list th a", strings.TrimPrefix(order, "/orders/"))
	seller.hasStayed()

	seller.open(order)
	seller.attends()
	seller.stays()
	buyer.press("Submit request")
	buyer.fill("text", "Move the archive.")
	buyer.performs("Submit request", "Request submitted")
	buyer.attends()
	seller.sees(".badge", "Waiting for confirmation")
	seller.hasStayed()

	buyer.stays()
	seller.press("Confirm request")
	seller.performs("Accept request", "Request accepted")
	seller.attends()
	buyer.sees(".badge", "Waiting for service")
	buyer.hasStayed()

	seller.stays()
	buyer.jump("+5 days")
	seller.sees(".comes", "The buyer can appeal now.")
	seller.hasStayed()
}

// stays marks the page that the window has, hasStayed tells whether it still
// has it.
func (b *tab) stays() {
	b.t.Helper()
	b.until(`(window.stayed = true)`)
}

func (b *tab) hasStayed() {
	b.t.Helper()
	stayed, err := eval[bool](b, `window.stayed === true`)
	require.NoError(b.t, err)
	require.True(b.t, stayed, "the page has been loaded again")
}
