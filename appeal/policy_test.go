package appeal_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR25_GuideNumbers(t *testing.T) {
	assert.Equal(t, appeal.Policy{
		Silence: 120 * time.Hour, Rejections: 3, Blackout: 360 * time.Hour, Handling: 72 * time.Hour,
		Buyer:  appeal.GroundsOf(appeal.SellerSilent, appeal.RequestRejected, appeal.ProductRejected),
		Seller: appeal.GroundsOf(appeal.BuyerSilent, appeal.RequestRejected, appeal.ProductRejected),
	}, appeal.Guide())
	assert.Equal(t, appeal.Policy{
		Handling: 72 * time.Hour, Proof: true, Buyer: appeal.GroundsOf(appeal.Unconditional),
		Seller: appeal.GroundsOf(appeal.Unconditional),
	}, appeal.Rules2025())
	assert.NoError(t, appeal.Guide().Validate())
	assert.NoError(t, appeal.Rules2025().Validate())
}

func TestR25_Validate(t *testing.T) {
	const century = 36500 * day
	silence := appeal.GroundsOf(appeal.SellerSilent)
	rejections := appeal.GroundsOf(appeal.ProductRejected)
	type change = func(*appeal.Policy)
	granting := func(buyer, seller appeal.Grounds, silence time.Duration, rejections int) change {
		return func(p *appeal.Policy) {
			p.Buyer, p.Seller, p.Silence, p.Rejections = buyer, seller, silence, rejections
		}
	}
	for name, c := range map[string]struct {
		change change
		fault  string // empty: valid
	}{
		"negative silence":       {func(p *appeal.Policy) { p.Silence = -tick }, "silence out_of_range 1µs"},
		"no silence, but needed": {granting(silence, 0, 0, 0), "silence out_of_range 1µs"},
		"no silence, seller needs it": {granting(0, appeal.GroundsOf(appeal.BuyerSilent), 0, 0),
			"silence out_of_range 1µs"},
		"no silence, but needed by who is silent": {granting(0, silence, 0, 0), "silence out_of_range 1µs"},
		"no silence, and not needed":              {granting(rejections, rejections, 0, 1), ""},
		"negative, and not needed":                {granting(rejections, rejections, -tick, 1), "silence out_of_range 0s"},
		"silence of one tick":                     {func(p *appeal.Policy) { p.Silence = tick }, ""},
		"silence of a century":                    {func(p *appeal.Policy) { p.Silence = century }, ""},
		"silence of more": {func(p *appeal.Policy) { p.Silence = century + tick },
			"silence out_of_range 1µs"},
		"silence without end": {func(p *appeal.Policy) { p.Silence = math.MaxInt64 },
			"silence out_of_range 1µs"},
		"silence too fine":  {func(p *appeal.Policy) { p.Silence = tick + 1 }, "silence too_fine 1µs"},
		"negative blackout": {func(p *appeal.Policy) { p.Blackout = -tick }, "blackout out_of_range 0s"},
		"no blackout":       {func(p *appeal.Policy) { p.Blackout = 0 }, ""},
		"blackout too long": {func(p *appeal.Policy) { p.Blackout = century + tick },
			"blackout out_of_range 0s"},
		"negative handling":         {func(p *appeal.Policy) { p.Handling = -tick }, "handling out_of_range 1µs"},
		"no handling":               {func(p *appeal.Policy) { p.Handling = 0 }, "handling out_of_range 1µs"},
		"handling too fine":         {func(p *appeal.Policy) { p.Handling = tick + 1 }, "handling too_fine 1µs"},
		"negative rejections":       {func(p *appeal.Policy) { p.Rejections = -1 }, "rejections out_of_range 1"},
		"negative ones, not needed": {granting(silence, 0, tick, -1), "rejections out_of_range 0"},
		"no rejections, but needed": {granting(0, rejections, 0, 0), "rejections out_of_range 1"},
		"no rejections, requests": {granting(appeal.GroundsOf(appeal.RequestRejected), 0, 0, 0),
			"rejections out_of_range 1"},
		"no rejections, and no need":   {granting(silence, 0, tick, 0), ""},
		"one rejection":                {func(p *appeal.Policy) { p.Rejections = 1 }, ""},
		"a thousand rejections":        {func(p *appeal.Policy) { p.Rejections = 1000 }, ""},
		"more rejections":              {func(p *appeal.Policy) { p.Rejections = 1001 }, "rejections out_of_range 1"},
		"undeclared ground, of buyer":  {func(p *appeal.Policy) { p.Buyer |= 1 << 5 }, "buyer unknown "},
		"undeclared ground, of seller": {func(p *appeal.Policy) { p.Seller |= 1 << 7 }, "seller unknown "},
	} {
		t.Run(name, func(t *testing.T) {
			p := appeal.Guide()
			c.change(&p)
			err := p.Validate()
			if c.fault == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorIs(t, err, appeal.ErrPolicy)
			assert.Equal(t, []string{c.fault}, faultsOf(t, err))
			_, err = json.Marshal(p)
			assert.NoError(t, err, "writing does not judge")
		})
	}
}

// faultsOf lists the faults of an error as "field code min".
func faultsOf(t *testing.T, err error) (list []string) {
	t.Helper()
	var invalid *appeal.InvalidError
	require.ErrorAs(t, err, &invalid)
	for _, f := range invalid.Faults {
		list = append(list, f.Field+" "+string(f.Code)+" "+f.Min)
	}
	return list
}

func TestR25_ValidateReportsEveryFault(t *testing.T) {
	err := appeal.Policy{Silence: -1, Rejections: -1, Blackout: -1, Handling: -1, Buyer: 1 << 6,
		Seller: 1 << 6}.Validate()
	assert.EqualError(t, err, "appeal: invalid policy: silence: give a duration from 0s to 876000h0m0s; "+
		"rejections: give 0 to 1000; blackout: give a duration from 0s to 876000h0m0s; "+
		"handling: give a duration from 1µs to 876000h0m0s; "+
		"buyer: list grounds of seller_silent, buyer_silent, request_rejected, product_rejected, unconditional; "+
		"seller: list grounds of seller_silent, buyer_silent, request_rejected, product_rejected, unconditional")
}

func TestR25_PolicyJSON(t *testing.T) {
	const written = `{"silence":"120h0m0s","rejections":3,"blackout":"360h0m0s","handling":"72h0m0s","proof":false,` +
		`"buyer":["seller_silent","request_rejected","product_rejected"],` +
		`"seller":["buyer_silent","request_rejected","product_rejected"]}`
	data, err := json.Marshal(appeal.Guide())
	require.NoError(t, err)
	assert.Equal(t, written, string(data))
	for _, policy := range []appeal.Policy{appeal.Guide(), appeal.Rules2025(), {Handling: tick}} {
		data, err := json.Marshal(policy)
		require.NoError(t, err)
		var read appeal.Policy
		require.NoError(t, json.Unmarshal(data, &read))
		assert.Equal(t, policy, read)
	}
}

func TestR25_PolicyJSONRefused(t *testing.T) {
	good := map[string]string{
		"silence": `"120h"`, "rejections": `3`, "blackout": `"0s"`, "handling": `"72h"`, "proof": `true`,
		"buyer": `["seller_silent"]`, "seller": `[]`,
	}
	with := func(field, value string) string {
		var members []string
		for k, v := range good {
			if k == field {
				v = value
			}
			if v != "" {
				members = append(members, `"`+k+`":`+v)
			}
		}
		if _, known := good[field]; !known {
			members = append(members, `"`+field+`":`+value)
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	var ok appeal.Policy
	require.NoError(t, json.Unmarshal([]byte(with("buyer", good["buyer"])), &ok))
	set := appeal.AllGrounds
	require.NoError(t, json.Unmarshal([]byte(`["buyer_silent"]`), &set))
	require.Equal(t, appeal.GroundsOf(appeal.BuyerSilent), set, "those that are listed, whatever there was")

	documents := map[string]string{
		"nothing": "null", "no object": `[]`, "empty": `{}`, "an unknown field": with("grace", `"1h"`),
		"a fault": with("handling", `"0s"`), "too many rejections": with("rejections", "1e3000"),
		"no number":  with("rejections", "NaN"),
		"a fraction": with("rejections", "2.5"), "an unknown ground": with("buyer", `["weather"]`),
		"a ground twice": with("buyer", `["seller_silent","seller_silent"]`), "no list": with("seller", `"all"`),
		"an undeclared word": with("buyer", `[""]`), "not a duration": with("silence", `"NaN"`),
		"a bare number":       with("silence", `120`),
		"an endless duration": with("silence", `"9999999999h"`), "a negative duration": with("blackout", `"-1h"`),
	}
	for field := range good {
		documents["without "+field] = with(field, "")
		documents["null "+field] = with(field, "null")
	}
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			read := appeal.Guide()
			err := json.Unmarshal([]byte(document), &read)
			require.Error(t, err)
			if json.Valid([]byte(document)) {
				assert.ErrorIs(t, err, appeal.ErrPolicy)
			}
			assert.Equal(t, appeal.Guide(), read, "nothing is changed")
		})
	}
	err := json.Unmarshal([]byte(with("buyer", `["seller_silent","seller_silent"]`)), &ok)
	assert.ErrorContains(t, err, "list each ground once")
	err = json.Unmarshal([]byte(with("buyer", `["weather"]`)), &ok)
	assert.ErrorIs(t, err, appeal.ErrUnknown)
	assert.ErrorIs(t, err, appeal.ErrPolicy)
}

func TestR25_EveryMemberThatIsMissingIsNamed(t *testing.T) {
	var read appeal.Policy
	assert.Equal(t, []string{
		"silence required ", "rejections required ", "blackout malformed ", "handling required ", "proof required ",
		"buyer required ", "seller required ",
	}, faultsOf(t, json.Unmarshal([]byte(`{"blackout":"soon"}`), &read)))
}

func TestR25_ErrorsNeverRepeatTheDocument(t *testing.T) {
	for _, document := range []string{
		`{"5ecret":1}`, `{"silence":5.5e3}`, `{"silence":"5ecret"}`, `{"buyer":["5ecret"]}`, `{"buyer":"5ecret"}`,
		`"5ecret"`, `5`,
	} {
		var read appeal.Policy
		err := json.Unmarshal([]byte(document), &read)
		require.ErrorIs(t, err, appeal.ErrPolicy)
		assert.NotContains(t, err.Error(), "5")
	}
}
