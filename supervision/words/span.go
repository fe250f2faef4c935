package words

import (
	"strconv"
	"time"
)

// Span writes how long something takes or has lasted, in its two largest units
// from days on. What is left over is cut: of somebody silent for a second less
// than five days nobody may say five days.
func (l *Language) Span(d time.Duration) string {
	switch {
	case d >= day:
		return l.units(d, day, l.Days, time.Hour, l.Hours)
	case d >= time.Hour:
		return l.units(d, time.Hour, l.Hours, time.Minute, l.Minutes)
	case d >= time.Minute:
		return l.units(d, time.Minute, l.Minutes, time.Second, l.Seconds)
	}
	return l.Moment
}

const day = 24 * time.Hour

func (l *Language) units(d, large time.Duration, largeText string, small time.Duration, smallText string) string {
	text := l.fill(largeText, params{"n": number(int(d / large))})
	if rest := int(d % large / small); rest > 0 {
		text += l.Space + l.fill(smallText, params{"n": number(rest)})
	}
	return text
}

// Until says in how long something comes: "in 4 days 23 h". What is left over
// counts as a whole unit, so that nothing comes later than was said; except
// that the tick after a full duration, at which "more than" begins, does not.
func (l *Language) Until(d time.Duration) string {
	if d <= 0 {
		return l.Now
	}
	unit := time.Second
	switch {
	case d >= day:
		unit = time.Hour
	case d >= time.Hour:
		unit = time.Minute
	}
	if d >= time.Minute {
		d = (d - time.Microsecond + unit - 1) / unit * unit
	}
	return l.fill(l.In, params{"span": l.Span(d)})
}

func number(n int) string { return strconv.Itoa(n) }
