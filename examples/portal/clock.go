package main

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/supervision"
)

// demoClock is the wall clock plus an offset that only grows. Timers run in
// real time: the service measures pauses with them, and computes everything
// else from Now.
type demoClock struct {
	clock.Clock
	ahead atomic.Int64 // a time.Duration
}

func (c *demoClock) Now() time.Time                  { return c.Clock.Now().Add(time.Duration(c.ahead.Load())) }
func (c *demoClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }
func (c *demoClock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// leap is how far one press moves the demonstration clock.
type leap struct {
	Value, Label string
	length       time.Duration
}

var leaps = []leap{
	{"1h", "+1 hour", time.Hour},
	{"3h", "+3 hours", 3 * time.Hour},
	{"1d", "+1 day", supervision.Day},
	{"5d", "+5 days", 5 * supervision.Day},
}

// jump moves the demonstration clock forward for everybody.
func (v *visit) jump() error {
	if err := v.readForm(smallForm); err != nil {
		return err
	}
	for _, l := range leaps {
		if l.Value == v.r.PostFormValue("leap") {
			if err := v.db.forward(v.r.Context(), l.length); err != nil {
				return err
			}
			if err := v.db.readClock(v.r.Context(), v.clock); err != nil {
				return err
			}
			v.announce(v.r.Context(), "")
		}
	}
	http.Redirect(v.w, v.r, localPath(v.r.PostFormValue("next")), http.StatusSeeOther)
	return nil
}
