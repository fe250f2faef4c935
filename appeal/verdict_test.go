package appeal_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	day  = appeal.Day
	tick = appeal.Tick
)

var (
	began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	end   = began.Add(365 * day)
)

// question is one that Judge is asked, with its answer; instants count from
// began.
type question struct {
	at     time.Duration
	holds  bool
	reason appeal.Reason
	from   time.Duration // 0: no instant
	until  time.Duration
}

func (q question) check(t *testing.T, p appeal.Policy, party appeal.Party, ground appeal.Ground, facts appeal.Facts) {
	t.Helper()
	v := p.Judge(party, ground, facts, began.Add(q.at))
	assert.Equal(t, ground, v.Ground)
	assert.Equal(t, q.holds, v.Holds, "holds %s after it began", q.at)
	assert.Equal(t, q.reason, v.Reason, "reason %s after it began", q.at)
	assert.Equal(t, instant(q.from), v.From, "from, asked %s after it began", q.at)
	assert.Equal(t, instant(q.until), v.Until, "until, asked %s after it began", q.at)
	assert.Equal(t, v.Holds, v.Reason == "")
	if !v.Holds {
		assert.Zero(t, v.Finding(), "no evidence for what does not hold")
	}
}

func instant(after time.Duration) time.Time {
	if after == 0 {
		return time.Time{}
	}
	return began.Add(after)
}

func TestR09_Silence(t *testing.T) {
	policy := appeal.Guide()
	for _, side := range []struct {
		party, silent appeal.Party
		ground        appeal.Ground
	}{
		{appeal.Buyer, appeal.Seller, appeal.SellerSilent},
		{appeal.Seller, appeal.Buyer, appeal.BuyerSilent},
	} {
		t.Run(string(side.ground), func(t *testing.T) {
			facts := appeal.Facts{Turn: side.silent, Since: began, ScheduledEnd: end}
			const opens, blackout = 5*day + tick, 350 * day
			for _, q := range []question{
				{0, false, appeal.NotSilentLongEnough, opens, blackout},
				{5*day - tick, false, appeal.NotSilentLongEnough, opens, blackout},
				{5 * day, false, appeal.NotSilentLongEnough, opens, blackout},
				{5*day + tick, true, "", 0, blackout},
				{6 * day, true, "", 0, blackout},
			} {
				q.check(t, policy, side.party, side.ground, facts)
			}
			assert.Equal(t, appeal.Finding{Since: began},
				policy.Judge(side.party, side.ground, facts, began.Add(6*day)).Finding())

			facts.Turn = side.party
			question{at: 100 * day, reason: appeal.NotTheirTurn}.check(t, policy, side.party, side.ground, facts)
			facts.Turn = ""
			question{at: 100 * day, reason: appeal.NotTheirTurn}.check(t, policy, side.party, side.ground, facts)
			question{at: 100 * day, reason: appeal.NotGranted}.check(t, policy, side.silent, side.ground, facts)
		})
	}
}

func TestR10_Rejections(t *testing.T) {
	policy := appeal.Guide()
	counted := map[appeal.Ground]func(n int) appeal.Facts{
		appeal.RequestRejected: func(n int) appeal.Facts {
			return appeal.Facts{RequestRejections: n,
				ProductRejections: 2}
		},
		appeal.ProductRejected: func(n int) appeal.Facts {
			return appeal.Facts{ProductRejections: n,
				RequestRejections: 2}
		},
	}
	for ground, facts := range counted {
		for _, party := range []appeal.Party{appeal.Buyer, appeal.Seller} {
			for n := range 5 {
				v := policy.Judge(party, ground, facts(n), began)
				assert.Equal(t, n >= 3, v.Holds, "%s after %d", ground, n)
				measured := appeal.Measure{Have: n, Need: 3}
				if n < 3 {
					assert.Equal(t, appeal.Verdict{Ground: ground, Reason: appeal.TooFewRejections,
						Measure: measured}, v, "time alone rejects nothing")
					assert.Zero(t, v.Finding())
				} else {
					assert.Equal(t, appeal.Verdict{Ground: ground, Holds: true, Measure: measured}, v)
					assert.Equal(t, appeal.Finding{Count: n}, v.Finding())
				}
			}
		}
	}
}

func TestR11_GroundsOfEachSide(t *testing.T) {
	assert.Equal(t, []appeal.Ground{appeal.SellerSilent, appeal.RequestRejected, appeal.ProductRejected},
		appeal.Guide().Grounds(appeal.Buyer).List())
	assert.Equal(t, []appeal.Ground{appeal.BuyerSilent, appeal.RequestRejected, appeal.ProductRejected},
		appeal.Guide().Grounds(appeal.Seller).List())
	assert.Empty(t, appeal.Guide().Grounds("").List(), "nobody has no grounds")

	generous := appeal.Facts{Turn: appeal.Seller, Since: began, RequestRejections: 9, ProductRejections: 9}
	for _, ground := range appeal.Guide().Buyer.List() {
		without := appeal.Guide()
		without.Buyer &^= appeal.GroundsOf(ground)
		assert.Equal(t, appeal.NotGranted, without.Judge(appeal.Buyer, ground, generous, end).Reason)
		assert.True(t, appeal.Guide().Judge(appeal.Buyer, ground, generous, end).Holds)
	}
	assert.Equal(t, appeal.NotGranted, appeal.Guide().Judge(appeal.Buyer, appeal.Unconditional, generous, end).Reason)
	assert.Equal(t, appeal.NotGranted, appeal.Guide().Judge(appeal.Buyer, "weather", generous, end).Reason)
	assert.Equal(t, appeal.NotGranted, appeal.Guide().Judge("", appeal.SellerSilent, generous, end).Reason)
}

func TestR14_Blackout(t *testing.T) {
	const begins, ends = 350 * day, 365 * day
	rejected := appeal.Facts{RequestRejections: 3, ScheduledEnd: end}
	for _, q := range []question{
		{begins - tick, true, "", 0, begins},
		{begins, false, appeal.InBlackout, ends, 0},
		{begins + tick, false, appeal.InBlackout, ends, 0},
		{ends - tick, false, appeal.InBlackout, ends, 0},
		{ends, true, "", 0, 0},
		{ends + tick, true, "", 0, 0},
	} {
		q.check(t, appeal.Guide(), appeal.Buyer, appeal.RequestRejected, rejected)
	}
	without := appeal.Guide()
	without.Blackout = 0
	question{at: begins, holds: true}.check(t, without, appeal.Buyer, appeal.RequestRejected, rejected)
	rejected.ScheduledEnd = time.Time{}
	question{at: begins, holds: true}.check(t, appeal.Guide(), appeal.Buyer, appeal.RequestRejected, rejected)
}

func TestR14_SilenceMeetsBlackout(t *testing.T) {
	const begins, ends = 350 * day, 365 * day
	for name, c := range map[string]struct {
		since time.Duration
		asked []question
	}{
		"opens one tick before the blackout": {begins - 5*day - 2*tick, []question{
			{begins - 5*day, false, appeal.NotSilentLongEnough, begins - tick, begins},
			{begins - tick, true, "", 0, begins},
			{begins, false, appeal.InBlackout, ends, 0},
		}},
		"opens when the blackout begins": {begins - 5*day - tick, []question{
			{begins - tick, false, appeal.NotSilentLongEnough, ends, 0},
			{begins, false, appeal.InBlackout, ends, 0},
			{ends, true, "", 0, 0},
		}},
		"opens in the blackout": {begins - day, []question{
			{begins - tick, false, appeal.NotSilentLongEnough, ends, 0},
			{begins, false, appeal.NotSilentLongEnough, ends, 0},
			{begins + 4*day + tick, false, appeal.InBlackout, ends, 0},
			{ends, true, "", 0, 0},
		}},
		"opens one tick before the end": {ends - 5*day - 2*tick, []question{
			{ends - 2*tick, false, appeal.NotSilentLongEnough, ends, 0},
			{ends - tick, false, appeal.InBlackout, ends, 0},
			{ends, true, "", 0, 0},
		}},
		"opens at the end": {ends - 5*day - tick, []question{
			{ends - tick, false, appeal.NotSilentLongEnough, ends, 0},
			{ends, true, "", 0, 0},
		}},
		"opens behind the end": {ends - 5*day, []question{
			{ends - tick, false, appeal.NotSilentLongEnough, ends + tick, 0},
			{ends, false, appeal.NotSilentLongEnough, ends + tick, 0},
			{ends + tick, true, "", 0, 0},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			facts := appeal.Facts{Turn: appeal.Seller, Since: began.Add(c.since), ScheduledEnd: end}
			for _, q := range c.asked {
				q.check(t, appeal.Guide(), appeal.Buyer, appeal.SellerSilent, facts)
			}
		})
	}
}

func TestR26_AppealsUnderTheRulesOf2025NeedNoGround(t *testing.T) {
	for _, party := range []appeal.Party{appeal.Buyer, appeal.Seller} {
		for _, turn := range []appeal.Party{appeal.Buyer, appeal.Seller} {
			facts := appeal.Facts{Turn: turn, Since: began, ScheduledEnd: end}
			question{at: 360 * day, holds: true}.check(t, appeal.Rules2025(), party, appeal.Unconditional, facts)
		}
	}
	unconditional := appeal.Guide()
	unconditional.Buyer = appeal.GroundsOf(appeal.Unconditional)
	question{at: 360 * day, reason: appeal.InBlackout, from: 365 * day}.check(t, unconditional, appeal.Buyer,
		appeal.Unconditional,
		appeal.Facts{ScheduledEnd: end}) // a policy may keep the blackout
}

func TestR24_AVerdictHasItsNumbers(t *testing.T) {
	facts := appeal.Facts{Turn: appeal.Seller, Since: began, RequestRejections: 2, ScheduledEnd: end}
	silence := appeal.Measure{Since: began, Length: 5 * day}
	for name, c := range map[string]struct {
		party  appeal.Party
		ground appeal.Ground
		at     time.Duration
		want   appeal.Measure
	}{
		"silent, but not long enough": {appeal.Buyer, appeal.SellerSilent, 5 * day, silence},
		"silent long enough":          {appeal.Buyer, appeal.SellerSilent, 5*day + tick, silence},
		"silent, in the blackout": {appeal.Buyer, appeal.SellerSilent, 355 * day,
			appeal.Measure{Since: end.Add(-15 * day), Length: 15 * day}},
		"rejected twice":            {appeal.Buyer, appeal.RequestRejected, 0, appeal.Measure{Have: 2, Need: 3}},
		"never rejected":            {appeal.Buyer, appeal.ProductRejected, 0, appeal.Measure{Need: 3}},
		"the other party's turn":    {appeal.Seller, appeal.BuyerSilent, 5 * day, appeal.Measure{}},
		"a ground it does not have": {appeal.Seller, appeal.SellerSilent, 5 * day, appeal.Measure{}},
		"no ground needed":          {appeal.Buyer, appeal.Unconditional, 0, appeal.Measure{}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, appeal.Guide().Judge(c.party, c.ground, facts, began.Add(c.at)).Measure)
		})
	}
}

func TestVerdicts(t *testing.T) {
	facts := appeal.Facts{Turn: appeal.Seller, Since: began, RequestRejections: 3, ScheduledEnd: end}
	for _, party := range []appeal.Party{appeal.Buyer, appeal.Seller, ""} {
		want := []appeal.Verdict{}
		for _, ground := range appeal.Guide().Grounds(party).List() {
			want = append(want, appeal.Guide().Judge(party, ground, facts, began))
		}
		assert.Equal(t, want, appeal.Guide().Verdicts(party, facts, began))
	}
}

func TestR23_BestVerdict(t *testing.T) {
	silent := func(f appeal.Facts) appeal.Facts { f.Turn, f.Since = appeal.Seller, began; return f }
	for name, c := range map[string]struct {
		party appeal.Party
		facts appeal.Facts
		at    time.Duration
		want  appeal.Ground
		holds bool
	}{
		"the one that holds, later in declared order": {appeal.Buyer, silent(appeal.Facts{ProductRejections: 3}), 0,
			appeal.ProductRejected, true},
		"the first that holds": {appeal.Buyer, silent(appeal.Facts{ProductRejections: 3}),
			6 * day, appeal.SellerSilent, true},
		"the one that time opens": {appeal.Buyer, silent(appeal.Facts{}), 0,
			appeal.SellerSilent, false},
		"the one that time opens first": {appeal.Buyer,
			silent(appeal.Facts{RequestRejections: 3, ScheduledEnd: began.Add(2 * day)}), 0, appeal.RequestRejected,
			false},
		"the first of two that open together": {appeal.Buyer,
			appeal.Facts{Turn: appeal.Seller, Since: began.Add(348 * day), RequestRejections: 3, ScheduledEnd: end},
			350 * day, appeal.SellerSilent, false},
		"the first, where time opens none": {appeal.Buyer, appeal.Facts{Turn: appeal.Buyer}, 0, appeal.SellerSilent,
			false},
		"the only one that time opens": {appeal.Seller,
			appeal.Facts{ProductRejections: 3, ScheduledEnd: end, Turn: appeal.Seller}, 350 * day,
			appeal.ProductRejected, false},
		"none": {"", appeal.Facts{}, 0, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			best := appeal.Guide().Best(c.party, c.facts, began.Add(c.at))
			assert.Equal(t, c.want, best.Ground)
			assert.Equal(t, c.holds, best.Holds)
			if c.want == "" {
				assert.Equal(t, appeal.Verdict{Reason: appeal.NotGranted}, best)
			} else {
				assert.Equal(t, appeal.Guide().Judge(c.party, c.want, c.facts, began.Add(c.at)), best)
			}
		})
	}
}

func TestR14_BlackoutBegins(t *testing.T) {
	begins, ok := appeal.Guide().BlackoutBegins(end)
	assert.True(t, ok)
	assert.Equal(t, end.Add(-15*day), begins)
	_, ok = appeal.Guide().BlackoutBegins(time.Time{})
	assert.False(t, ok, "nothing is scheduled")
	_, ok = appeal.Rules2025().BlackoutBegins(end)
	assert.False(t, ok, "the 2025 rules have none")
}

func TestJudgingAllocatesNothing(t *testing.T) {
	facts := appeal.Facts{Turn: appeal.Seller, Since: began, RequestRejections: 3, ScheduledEnd: end}
	policy := appeal.Guide()
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		policy.Judge(appeal.Buyer, appeal.SellerSilent, facts, began)
		policy.Best(appeal.Buyer, facts, end)
	}))
}

func TestR24_AMeasureAsJSON(t *testing.T) {
	for text, want := range map[string]appeal.Measure{
		`{}`:                  {},
		`{"have":2,"need":3}`: {Have: 2, Need: 3},
		`{"since":"2026-03-02T09:00:00Z","length":"120h0m0s"}`: {
			Since: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Length: 5 * appeal.Day},
	} {
		data, err := json.Marshal(want)
		require.NoError(t, err)
		assert.Equal(t, text, string(data))
		read := appeal.Measure{Have: 7, Need: 7, Since: began, Length: appeal.Day}
		require.NoError(t, json.Unmarshal([]byte(text), &read))
		assert.Equal(t, want, read, "whatever it was before")
	}
	for _, text := range []string{`{"length":"7ecret"}`, `{"have":"7ecret"}`, `{"have":7.5}`} {
		read := appeal.Measure{Have: 1}
		err := read.UnmarshalJSON([]byte(text))
		assert.ErrorIs(t, err, appeal.ErrMalformed)
		assert.NotContains(t, err.Error(), "7")
		assert.Equal(t, appeal.Measure{Have: 1}, read, "stays what it was")
	}
}
