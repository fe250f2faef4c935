package fault_test

import (
	"math"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/stretchr/testify/assert"
)

func TestBadInput_Instant(t *testing.T) {
	first := time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC)
	beyond := time.Date(9001, time.January, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		at   time.Time
		code fault.Code
	}{
		"none":             {time.Time{}, fault.Required},
		"cut to none":      {time.Time{}.Add(1), fault.Required},
		"the year 1":       {time.Time{}.Add(time.Hour), fault.OutOfRange},
		"before the first": {first.Add(-fault.Tick), fault.OutOfRange},
		"the first":        {first, ""},
		"the last":         {beyond.Add(-fault.Tick), ""},
		"after the last":   {beyond, fault.OutOfRange},
		"absurdly late":    {time.Unix(1<<62, 0), fault.OutOfRange},
		"absurdly early":   {time.Unix(-1<<62, 0), fault.OutOfRange},
	} {
		t.Run(name, func(t *testing.T) {
			var l fault.List
			l.Instant("f", c.at)
			assert.Equal(t, one(c.code), codes(t, l))
		})
	}
}

func TestBadInput_InstantsAndDurationsSayTheirBounds(t *testing.T) {
	var l fault.List
	l.Instant("f", time.Unix(-1<<62, 0))
	l.Duration("f", 0, fault.Tick)
	l.Duration("f", fault.Tick+1, fault.Tick)
	assert.Equal(t, fault.List{
		{Field: "f", Code: fault.OutOfRange, Min: "1970", Max: "9000",
			Message: "give an instant between the years 1970 and 9000"},
		{Field: "f", Code: fault.OutOfRange, Min: "1µs", Max: "876000h0m0s",
			Message: "give a duration from 1µs to 876000h0m0s"},
		{Field: "f", Code: fault.TooFine, Min: "1µs", Message: "give a multiple of 1µs"},
	}, l)
}

func TestBadInput_AnInstantIsCutAndInUTC(t *testing.T) {
	var l fault.List
	at := time.Date(2026, 3, 2, 17, 0, 0, 1999, time.FixedZone("CST", 8*3600))
	assert.Equal(t, time.Date(2026, 3, 2, 9, 0, 0, 1000, time.UTC), l.Instant("f", at))
	assert.Empty(t, l)
}

func TestBadInput_Duration(t *testing.T) {
	for name, c := range map[string]struct {
		d, least time.Duration
		want     fault.Fault
	}{
		"zero, from zero":     {0, 0, fault.Fault{}},
		"negative, from zero": {-fault.Tick, 0, fault.Fault{Code: fault.OutOfRange, Min: "0s", Max: "876000h0m0s"}},
		"zero, from a tick":   {0, fault.Tick, fault.Fault{Code: fault.OutOfRange, Min: "1µs", Max: "876000h0m0s"}},
		"a tick":              {fault.Tick, fault.Tick, fault.Fault{}},
		"finer than a tick":   {fault.Tick + 1, fault.Tick, fault.Fault{Code: fault.TooFine, Min: "1µs"}},
		"the longest":         {fault.Longest, 0, fault.Fault{}},
		"longer": {fault.Longest + fault.Tick, 0,
			fault.Fault{Code: fault.OutOfRange, Min: "0s", Max: "876000h0m0s"}},
		"without end":           {math.MaxInt64, 0, fault.Fault{Code: fault.OutOfRange, Min: "0s", Max: "876000h0m0s"}},
		"without end, backward": {math.MinInt64, 0, fault.Fault{Code: fault.OutOfRange, Min: "0s", Max: "876000h0m0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			var l fault.List
			l.Duration("f", c.d, c.least)
			if c.want.Code == "" {
				assert.Empty(t, l)
				return
			}
			c.want.Field, c.want.Message = "f", l[0].Message
			assert.Equal(t, fault.List{c.want}, l)
		})
	}
}

func TestBadInput_ADurationAsText(t *testing.T) {
	for text, code := range map[string]fault.Code{
		"120h0m0s": "", "0s": "", "-1h": "", "": fault.Required, "5 days": fault.Malformed, "NaN": fault.Malformed,
		"9999999999h": fault.Malformed,
	} {
		var l fault.List
		d := l.ParseDuration("f", text)
		assert.Equal(t, one(code), codes(t, l), "%q", text)
		for _, f := range l {
			assert.Equal(t, `give a duration such as "120h0m0s"`, f.Message, "what was written is not repeated")
		}
		if text == "120h0m0s" {
			assert.Equal(t, 120*time.Hour, d)
		}
	}
}
