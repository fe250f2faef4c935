package fault

import (
	"fmt"
	"time"
)

// Tick is the resolution of every instant and duration.
const Tick = time.Microsecond

// Longest bounds durations, so that every instant computed from one can be
// written.
const Longest = 100 * 365 * 24 * time.Hour

// The years of instants: what JSON can write, with room for a duration.
const firstYear, lastYear = 1970, 9000

var (
	firstInstant = time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	firstBeyond  = time.Date(lastYear+1, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// Instant checks a mandatory instant and returns it in UTC, cut to a [Tick].
func (l *List) Instant(field string, t time.Time) time.Time {
	t = t.UTC().Truncate(Tick)
	switch {
	case t.IsZero():
		l.Add(field, Required, "give an instant")
	case t.Before(firstInstant) || !t.Before(firstBeyond):
		l.Put(field, Fault{
			Code: OutOfRange, Min: fmt.Sprint(firstYear), Max: fmt.Sprint(lastYear),
			Message: fmt.Sprintf("give an instant between the years %d and %d", firstYear, lastYear),
		})
	}
	return t
}

// Duration checks that a duration is a multiple of a [Tick], from least to
// [Longest].
func (l *List) Duration(field string, d, least time.Duration) {
	switch {
	case d < least || d > Longest:
		l.Put(field, Fault{
			Code: OutOfRange, Min: least.String(), Max: Longest.String(),
			Message: fmt.Sprintf("give a duration from %s to %s", least, Longest),
		})
	case d%Tick != 0:
		l.Put(field, Fault{Code: TooFine, Min: Tick.String(), Message: "give a multiple of " + Tick.String()})
	}
}

// ParseDuration reads a duration as Go writes it.
func (l *List) ParseDuration(field, text string) time.Duration {
	d, err := time.ParseDuration(text)
	switch {
	case text == "":
		l.Add(field, Required, `give a duration such as "120h0m0s"`)
	case err != nil:
		l.Add(field, Malformed, `give a duration such as "120h0m0s"`)
	}
	return d
}
