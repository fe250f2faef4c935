package main

import (
	"bytes"
	"os"
	"testing"
)

// TestMain lets the test's program be the workers too.
func TestMain(m *testing.M) {
	if os.Getenv(workerName) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

const want = `40 orders are accepted and will be completed by time
worker A was killed, B goes on
worker B was stopped, and nobody works
worker C was started, and finished the work
40 orders were completed once each, and all 160 records arrived
`

func TestStory(t *testing.T) {
	var out bytes.Buffer
	if err := play(t.Context(), &out, ""); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
